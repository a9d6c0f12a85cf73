"""What sites ask that make a frame of an address by themselves: https://oembed.com, section 2."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_safe

from entries.caching import shared
from entries.cross_origin import readable_anywhere
from entries.forms.framed import OembedForm
from entries.models import Entry, Post
from entries.oembed import answer, as_xml


@require_safe
@shared
@readable_anywhere
def oembed(request: HttpRequest) -> HttpResponse:
    form = OembedForm(request.GET)
    form.full_clean()
    url, said_format = form.cleaned_data.get("url"), form.cleaned_data.get("format") or "json"
    if not url:
        return _refusal(400, "Give the address of a post or an entry as url=.")
    if said_format not in ("json", "xml"):
        return _refusal(501, "There is format=json and format=xml.")
    found = _at(url)
    if found is None:
        return _refusal(404, "There is no post and no entry at that address.")
    return _response(answer(found, form.most), said_format)


def _response(said: dict[str, Any], said_format: str) -> HttpResponse:
    headers = {"X-Robots-Tag": "noindex"}
    if said_format == "xml":
        return HttpResponse(as_xml(said), content_type="text/xml; charset=utf-8", headers=headers)
    return JsonResponse(said, json_dumps_params={"ensure_ascii": False}, headers=headers)


def _refusal(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def _at(url: str) -> Post | Entry | None:
    """What the public may read at an address of this site."""
    try:
        match = resolve(_path(url))
    except (Resolver404, ValueError):
        return None
    if match.view_name == "entries:post":
        return Post.objects.visible().with_head().filter(**match.kwargs).first()
    if match.view_name == "entries:entry":
        entries = Entry.objects.visible().select_related("post__map")
        return entries.filter(post__slug=match.kwargs["slug"], pk=match.kwargs["pk"]).first()
    return None


def _path(url: str) -> str:
    """ValueError where it is another site's. Old links may say http of a site that has come to HTTPS."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.netloc.lower() != urlsplit(settings.SITE_URL).netloc.lower():
        raise ValueError(url)
    return unquote(parts.path)
