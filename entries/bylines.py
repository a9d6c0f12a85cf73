"""Who wrote, out of a byline as newsrooms write them."""

import re

_BY = re.compile(r"\s*(?:by|von|par|por)\b:?\s+", re.I)
_BETWEEN = re.compile(r"\s*[,;&،]\s*(?:(?:and|und|et|y|e|та|і|й)\s+)?|\s+(?:and|und|et|y|e|та|і|й|و)\s+", re.I)


def authors_of(byline: str) -> list[str]:
    """`By Ann Lee, Bo Chi and Cy Dee` as three names, each once, in their order; none of an empty byline."""
    names = _BETWEEN.split(_BY.sub("", byline, count=1) if _BY.match(byline) else byline)
    return list(dict.fromkeys(name.strip() for name in names if name and name.strip()))
