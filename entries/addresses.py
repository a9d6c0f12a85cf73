import re

from django.conf import settings

_PLAYER = re.compile(r"<embed-player\b[^>]*></embed-player>")
_ROOTED = re.compile(r'(<(?:a|img)\b[^<>]*? (?:href|src)=")/(?!/)')


def absolute(address: str) -> str:
    """`address` with the site's origin before it, unless it has one."""
    return settings.SITE_URL + address if address.startswith("/") else address


def absolute_html(clean: str) -> str:
    """Clean HTML for those who read it elsewhere: its own links and images with the site's origin, no players."""
    return _ROOTED.sub(rf"\1{settings.SITE_URL}/", _PLAYER.sub("", clean))
