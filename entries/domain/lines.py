from django.db.models import Model

from entries.domain.refusals import LineTooLong
from entries.sanitising import one_line


def fitting(model: type[Model], name: str, text: str) -> str:
    """`text` in one clean line, for that column of the model. Refused where the column has no room for it."""
    line = one_line(text)
    limit = getattr(model._meta.get_field(name), "max_length", None)
    if limit and len(line) > limit:
        raise LineTooLong(name, len(line), limit)
    return line
