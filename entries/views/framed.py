"""A post within pages of other sites: in a frame, as three lines of HTML, and what to paste for it."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.csp import CSP
from django.views.decorators.cache import cache_control
from django.views.decorators.csp import csp_override
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from entries.addresses import absolute_html
from entries.caching import shared
from entries.cross_origin import framed_anywhere, readable_anywhere
from entries.forms.framed import FrameForm
from entries.models import Entry, Post
from entries.newest import newest_of
from entries.oembed import Framed

IN_FRAGMENT = 3
SCRIPT = "entries/framed/embed.js"


@require_safe
@shared
@framed_anywhere
def post(request: HttpRequest, slug: str) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible().with_head(), slug=slug)
    # After the post and its seq: what changes in between comes again, and nothing is missed.
    form = FrameForm(request.GET)
    newest = newest_of(post, form.shown)
    context = {"post": post, "newest": newest, "limit": form.shown, "theme": form.chosen_theme}
    return render(request, "entries/framed/post.html", context)


@require_safe
@shared
@framed_anywhere
def entry(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    entry = Entry.objects.known().select_related("post__series").filter(post__slug=slug, pk=pk).first()
    if entry is None:
        raise Http404
    context = {"entry": entry, "post": entry.post, "theme": FrameForm(request.GET).chosen_theme}
    if entry.is_removed:
        return render(request, "entries/framed/gone.html", context, status=410)
    return render(request, "entries/framed/entry.html", context)


@require_safe
@shared
@readable_anywhere
@framed_anywhere
def latest(request: HttpRequest, slug: str) -> HttpResponse:
    """A list and no document, for servers and scripts that put it into a page."""
    post = get_object_or_404(Post.objects.visible(), slug=slug)
    updates = post.entries.visible().updates().by_time().reverse()[:IN_FRAGMENT]
    html = absolute_html(render_to_string("entries/framed/latest.html", {"post": post, "updates": updates}))
    return HttpResponse(html, headers={"X-Robots-Tag": "noindex"})


# An hour is as long as a mistake in it would stay on others' pages.
@require_safe
@gzip_page
@cache_control(public=True, max_age=3600)
@readable_anywhere
def script(request: HttpRequest) -> HttpResponse:
    """For the pages that frame: under an address that never changes, as it stands in their texts."""
    source = Path(str(finders.find(SCRIPT))).read_bytes()
    # Pages that isolate themselves take scripts of other sites only with this.
    headers = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(source, content_type="text/javascript; charset=utf-8", headers=headers)


@require_safe
@shared
@csp_override(settings.SECURE_CSP | {"frame-src": [CSP.SELF]})
def code(request: HttpRequest, slug: str) -> HttpResponse:
    """What to paste, and how it will look."""
    post = get_object_or_404(Post.objects.visible().with_head(), slug=slug)
    return render(request, "entries/framed/code.html", {"post": post, "framed": Framed.of_post(post)})
