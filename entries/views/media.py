from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.csp import CSP
from django.views.decorators.cache import cache_control
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from entries.imaging import CONTENT_TYPES

# The picture alone, opened in a tab: the browser's own viewer dresses it with a style, and nothing may run there.
PICTURE_POLICY: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "img-src": [CSP.SELF],
    "style-src": [CSP.UNSAFE_INLINE],
    "frame-ancestors": [CSP.NONE],
}


# A name is made of its picture's digest: under one name there is only ever one picture.
@require_safe
@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
@csp_override(PICTURE_POLICY)
def image(request: HttpRequest, name: str) -> HttpResponse:
    """An image from the site's own disk; with object storage its addresses are the storage's and this is unused."""
    try:
        with default_storage.open(name) as file:
            return HttpResponse(file.read(), content_type=CONTENT_TYPES[name.rpartition(".")[2]])
    except (FileNotFoundError, KeyError) as error:
        raise Http404 from error


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it here where no page has told them of another."""
    return redirect(static("entries/favicon.svg"))
