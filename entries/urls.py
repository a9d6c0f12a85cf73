from django.urls import path, re_path

from entries import feeds
from entries.variants import NAME
from entries.views import corrections, live, media, reader

app_name = "entries"

urlpatterns = [
    path("", reader.front, name="front"),
    path("feed.rss", feeds.site_feed, name="site-feed"),
    path("series/<slug:slug>/", reader.series, name="series"),
    path("live/<slug:slug>/", reader.post, name="post"),
    path("live/<slug:slug>/changes/<str:since>/", live.changes, name="changes"),
    path("live/<slug:slug>/since/<int:seq>/", reader.since, name="since"),
    path("live/<slug:slug>/stream/", live.stream, name="stream"),
    path("live/<slug:slug>/feed.rss", feeds.post_feed, name="post-feed"),
    path("live/<slug:slug>/corrections/", corrections.corrections, name="corrections"),
    path("live/<slug:slug>/entries/<int:pk>/", reader.entry, name="entry"),
    path("favicon.ico", media.favicon),
    # Only names that domain.pictures makes: nothing else under the media folder has an address.
    re_path(rf"^media/(?P<name>{NAME})\Z", media.image, name="media"),
]
