import re
from urllib.parse import urljoin

from django.conf import settings

# Of each format: what its addresses end in, and its media type and name.
FEED_FORMATS = {
    "rss": ("application/rss+xml", "RSS"),
    "atom": ("application/atom+xml", "Atom"),
    "json": ("application/feed+json", "JSON Feed"),
}
_PLAYER = re.compile(r"<embed-player\b[^>]*></embed-player>")
_ADDRESS = re.compile(r'(<(?:a|img)\b[^<>]*? (?:href|src)=")([^"]*)')


def absolute(address: str) -> str:
    """`address` with the site's origin before it, unless it has one."""
    return settings.SITE_URL + address if address.startswith("/") else address


def absolute_html(clean: str, page: str = "/") -> str:
    """Clean HTML of that page for those who read it elsewhere: each of its addresses whole, and no players."""
    base = absolute(page)
    return _ADDRESS.sub(lambda found: found[1] + _joined(base, found[2]), _PLAYER.sub("", clean))


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:  # of a host that can be none
        return address
