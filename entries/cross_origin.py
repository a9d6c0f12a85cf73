"""What pages of other sites may do with an answer. All that does not say so here stays closed to them."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponseBase
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override

# Nothing to send, nowhere to go, nobody else's frames: whoever frames it has nothing to trick a reader into.
FRAMED_POLICY: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "https:"],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": ["*"],
}


def framed_anywhere[**P](view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Any page may show it in a frame."""
    return xframe_options_exempt(csp_override(FRAMED_POLICY)(view))


def readable_anywhere[**P](view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """The scripts of any page may read it, without cookies."""

    @wraps(view)
    def readable(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(*args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return readable
