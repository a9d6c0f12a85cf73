"""Who may look at what a site says of itself."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from secrets import compare_digest
from typing import Any

# Who comes with one of these was sent on by a proxy, so that the address says nothing; and they can be made up.
_OF_PROXIES = {
    *(b"cf-connecting-ip", b"client-ip", b"forwarded", b"true-client-ip", b"via", b"x-client-ip"),
    *(b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"),
}
_OWN_NAME = re.compile(r"[a-z0-9_-]+|[a-z0-9_.-]+\.(?:internal|local|localhost)", re.I)


def may_look(scope: Mapping[str, Any], *, token: str, is_public: bool) -> bool:
    """With a token: whoever has it, and this machine. Without one: who comes straight from the own network."""
    headers = dict(scope["headers"])
    if is_public or (token and _has(headers, token)):
        return True
    if headers.keys() & _OF_PROXIES or not _is_of_own_network(headers.get(b"host", b"").decode("latin-1")):
        return False
    return _is_near((scope.get("client") or ("",))[0], only_here=bool(token))


def _has(headers: dict[bytes, bytes], token: str) -> bool:
    scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
    return scheme.lower() == b"bearer" and compare_digest(given.strip(), token.encode())


def _is_near(address: str, *, only_here: bool) -> bool:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False  # a socket's path: whoever is behind it
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_loopback or (found.is_private and not found.is_unspecified and not only_here)


def _is_of_own_network(host: str) -> bool:
    """Not a name of the public: that is what a proxy passes on, and what a page elsewhere would have a browser send
    here, having pointed its name at this machine."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if _OWN_NAME.fullmatch(name):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
