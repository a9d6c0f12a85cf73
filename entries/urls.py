from django.urls import URLResolver, path, re_path, register_converter
from django.urls.converters import StringConverter
from django.urls.resolvers import RoutePattern

from entries.addresses import FEED_FORMATS
from entries.feeds import views as feeds
from entries.variants import NAME
from entries.views import corrections, framed, live, machines, media, oembed, reader, social

app_name = "entries"


class FeedFormat(StringConverter):
    regex = "|".join(FEED_FORMATS)


register_converter(FeedFormat, "format")


class Later(URLResolver):
    """Imports its addresses when one of them is first asked for. Django would as soon as any name is looked up.

    The API brings Pydantic and its schema: 13 MB, which a site that nobody asks for it does without.
    """

    def _populate(self) -> None:
        """Its names are in a namespace of their own, which is looked into without this."""


urlpatterns = [
    path("", reader.front, name="front"),
    path("feed.<format:suffix>", feeds.site_feed, name="site-feed"),
    path("feed.css", feeds.style, name="feed-style"),
    path("series/<slug:slug>/", reader.series, name="series"),
    path("series/<slug:slug>/feed.<format:suffix>", feeds.series_feed, name="series-feed"),
    path("live/<slug:slug>/", reader.post, name="post"),
    path("live/<slug:slug>/changes/<str:since>/", live.changes, name="changes"),
    path("live/<slug:slug>/since/<int:seq>/", reader.since, name="since"),
    path("live/<slug:slug>/stream/", live.stream, name="stream"),
    path("live/<slug:slug>/feed.<format:suffix>", feeds.post_feed, name="post-feed"),
    path("live/<slug:slug>/corrections/", corrections.corrections, name="corrections"),
    path("live/<slug:slug>/entries/<int:pk>/", reader.entry, name="entry"),
    path("live/<slug:slug>/card.png", social.post_card, name="post-card"),
    path("live/<slug:slug>/entries/<int:pk>/card.png", social.entry_card, name="entry-card"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("sitemap-<slug:name>.xml", machines.section, name="sitemap-section"),
    path("news-sitemap.xml", machines.news, name="news-sitemap"),
    path("robots.txt", machines.robots, name="robots"),
    path("live/<slug:slug>/embed/", framed.code, name="embedding"),
    path("embed/<slug:slug>/", framed.post, name="framed"),
    path("embed/<slug:slug>/entries/<int:pk>/", framed.entry, name="framed-entry"),
    path("embed/<slug:slug>/latest/", framed.latest, name="framed-latest"),
    path("embed.js", framed.script, name="embed-script"),
    path("oembed/", oembed.oembed, name="oembed"),
    Later(RoutePattern("api/"), "entries.api.urls", app_name="api", namespace="api"),
    path("favicon.ico", media.favicon),
    # Only names that domain.pictures makes: nothing else under the media folder has an address.
    re_path(rf"^media/(?P<name>{NAME})\Z", media.image, name="media"),
]
