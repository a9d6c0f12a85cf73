"""What a shared cache may keep, and for how long: hishel's reading of RFC 9111."""

from collections.abc import Iterable
from dataclasses import dataclass

from hishel import CacheMiss, CacheOptions, Headers, Request, Response, StoreAndUse
from hishel._core._spec import get_freshness_lifetime

type RawHeaders = list[tuple[bytes, bytes]]

_OPTIONS = CacheOptions(shared=True, supported_methods=["GET"], allow_stale=False)
# Encodings are this cache's own doing, so what they are asked for in is no reason to keep two.
_OWN = "accept-encoding"


@dataclass(frozen=True)
class Terms:
    """On which an answer is kept: seconds for which it is fresh, and for which it is better than an error; the names of
    what it was chosen by; the keys by which it is dropped."""

    fresh_for: int
    better_than_errors_for: int
    vary: tuple[bytes, ...]
    keys: frozenset[str]


def terms(address: str, status: int, raw: RawHeaders) -> Terms | None:
    """None for what is not to be kept. Only what says `public` is: without that word Django's answers are nobody
    else's business, whatever RFC 9111 would allow."""
    headers = Headers(_grouped(raw))
    control = _directives(headers.get("cache-control") or "")
    if "public" not in control or "set-cookie" in headers or "*" in (headers.get("vary") or ""):
        return None
    response = Response(status, headers)
    state = CacheMiss(request=Request("GET", address), options=_OPTIONS).next(response)
    lifetime = get_freshness_lifetime(response, is_cache_shared=True)
    if not isinstance(state, StoreAndUse) or lifetime is None:
        return None
    vary = (name.strip().lower() for name in (headers.get("vary") or "").split(","))
    return Terms(
        fresh_for=lifetime,
        better_than_errors_for=_seconds(control.get("stale-if-error", "0")),
        vary=tuple(sorted(name.encode() for name in vary if name and name != _OWN)),
        keys=frozenset((headers.get("surrogate-key") or "").split()),
    )


def _grouped(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in raw:
        grouped.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return grouped


def _directives(control: str) -> dict[str, str]:
    parts = (part.strip().lower().partition("=") for part in control.split(","))
    return {name.strip(): value.strip() for name, _, value in parts}


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0
