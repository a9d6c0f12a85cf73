import mimetypes

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


# A name is made of its picture's digest: under one name there is only ever one picture.
@require_safe
@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
def image(request: HttpRequest, name: str) -> HttpResponse:
    """An image from the site's own disk; with object storage its addresses are the storage's and this is unused."""
    try:
        with default_storage.open(name) as file:
            return HttpResponse(file.read(), content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")
    except FileNotFoundError as error:
        raise Http404 from error
