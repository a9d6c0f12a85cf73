"""What search engines ask for."""

from django.conf import settings
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from entries.caching import shared
from entries.models import Post
from entries.sitemaps import NEWS, NEWS_LIMIT, SECTIONS, map_lines

XML = "application/xml; charset=utf-8"


@require_safe
@shared
def sitemap(request: HttpRequest) -> HttpResponse:
    return render(request, "entries/sitemap_index.xml", {"maps": map_lines()}, content_type=XML)


@require_safe
@shared
def section(request: HttpRequest, name: str) -> HttpResponse:
    try:
        urls = SECTIONS[name]().get_urls(page=request.GET.get("p", 1))
    except (KeyError, EmptyPage, PageNotAnInteger) as error:
        raise Http404 from error
    return render(request, "entries/sitemap.xml", {"urls": urls}, content_type=XML)


@require_safe
@shared
def news(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    posts = Post.objects.visible().opened_between(now - NEWS, now)[:NEWS_LIMIT]
    context = {"posts": posts, "language": settings.LANGUAGE_CODE.partition("-")[0]}
    return render(request, "entries/news_sitemap.xml", context, content_type=XML)


@require_safe
@shared
def robots(request: HttpRequest) -> HttpResponse:
    return render(request, "entries/robots.txt", content_type="text/plain; charset=utf-8")
