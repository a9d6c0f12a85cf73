"""What was changed after publication, for readers who want to know."""

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from entries.caching import shared
from entries.corrections import corrections_of
from entries.models import Post, Revision

CORRECTIONS_A_PAGE = 30


@require_safe
@shared
def corrections(request: HttpRequest, slug: str) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible().with_head(), slug=slug)
    changed = Revision.objects.corrections(post).with_version_before()
    page: Page[Revision] = Paginator(changed, CORRECTIONS_A_PAGE).get_page(request.GET.get("page"))
    context = {"post": post, "page": page, "corrections": corrections_of(post, page)}
    return render(request, "entries/corrections.html", context)
