from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path


def nowhere(request: HttpRequest, **given: object) -> HttpResponse:
    raise Http404


handler500 = "entries.views.guard.broken"
urlpatterns = [
    # The admin would lead anybody who logged in to the address of anything, unpublished or not.
    path("admin/r/<path:rest>", nowhere),
    path("admin/", admin.site.urls),
    path("", include("entries.urls")),
]
