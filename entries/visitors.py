"""From where a request comes, and with which browser, as far as that can be believed."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

_SALT = "entries.visitors.device"
_YEAR = 365 * 24 * 3600
_ACCOUNTS = 8  # that a browser is remembered for

# The first that fits: most browsers also call themselves by the names further down.
_BROWSERS = [
    (name, re.compile(pattern))
    for name, pattern in {
        "Edge": r"\bEdg(e|A|iOS)?/",
        "Opera": r"\b(OPR|Opera)/",
        "Samsung Internet": r"\bSamsungBrowser/",
        "Firefox": r"\b(Firefox|FxiOS)/",
        "Chrome": r"\b(Chrome|CriOS|Chromium|HeadlessChrome)/",
        "Safari": r"\bSafari/",
    }.items()
]
_SYSTEMS = [
    (name, re.compile(pattern))
    for name, pattern in {
        "iPhone": r"\biPhone\b",
        "iPad": r"\biPad\b",
        "Android": r"\bAndroid\b",
        "ChromeOS": r"\bCrOS\b",
        "Windows": r"\bWindows\b",
        "macOS": r"\bMac ?OS X\b|\bMacintosh\b",
        "Linux": r"\bLinux\b|\bX11\b",
    }.items()
]


@dataclass(frozen=True)
class Origin:
    """Where somebody tries to log in from. `device` is empty unless that account has logged in there before."""

    place: str
    device: str = ""


def address_of(request: HttpRequest) -> str:
    """Of whoever asks; empty where the server cannot know.

    Behind a proxy what that one saw itself, which stands last: all before it is what a stranger wrote.
    """
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2] if settings.BEHIND_PROXY else ""
    for given in (told, request.META.get("REMOTE_ADDR") or ""):
        try:
            found = ip_address(_without_port(given.strip()).partition("%")[0])
        except ValueError:
            continue
        return str(getattr(found, "ipv4_mapped", None) or found)
    return ""


def _without_port(given: str) -> str:
    """Some proxies write `192.0.2.1:4711` and `[2001:db8::1]:4711`."""
    if given.startswith("["):
        return given[1:].partition("]")[0]
    return given.partition(":")[0] if given.count(":") == 1 else given


def place_of(address: str) -> str:
    """What one person can have many of is one place: a household has 2⁶⁴ addresses of IPv6."""
    if address and isinstance(ip_address(address), IPv6Address):
        return str(ip_network(f"{address}/64", strict=False))
    return address


def account_of(name: str) -> str:
    """An account as it was typed, whether there is one or not: a password in the wrong box is kept nowhere."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return salted_hmac("entries.visitors.account", plain, algorithm="sha256").hexdigest()[:32]


def origin_of(request: HttpRequest, name: str) -> Origin:
    known = _device(request)
    device = known["id"] if account_of(name) in known["of"] else ""
    return Origin(place_of(address_of(request)), device)


def remember_device(request: HttpRequest, response: HttpResponse, name: str) -> None:
    """For what others do to an account not to keep its owner out. It opens nothing."""
    known = _device(request)
    accounts = list(dict.fromkeys([account_of(name), *known["of"]]))[:_ACCOUNTS]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps({"id": known["id"], "of": accounts}, salt=_SALT),
        max_age=_YEAR,
        path=reverse("admin:index"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _device(request: HttpRequest) -> dict:
    try:
        known: dict = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=_YEAR)
    except signing.BadSignature:
        return {"id": secrets.token_hex(16), "of": []}
    return known


def in_words(agent: str) -> str:
    """“Firefox on Windows”."""
    browser = next((name for name, pattern in _BROWSERS if pattern.search(agent)), "")
    system = next((name for name, pattern in _SYSTEMS if pattern.search(agent)), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")
