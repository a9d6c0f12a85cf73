"""Where the desk stands: below the post that it is for."""

from django.urls import URLPattern, path

from entries.views.desk import day, looking, page, superseding, verbs, writing

ROOT = "<int:pk>/desk/"
ENTRY = f"{ROOT}entries/<int:entry_pk>/"
URLS: list[URLPattern] = [
    path(ROOT, page.desk, name="entries_post_desk"),
    path(f"{ROOT}news/", page.news, name="entries_post_desk_news"),
    path(f"{ROOT}entries/", writing.add, name="entries_post_desk_add"),
    path(ENTRY, writing.edit, name="entries_post_desk_edit"),
    path(f"{ENTRY}history/", looking.history, name="entries_post_desk_history"),
    path(f"{ENTRY}history/<int:revision_pk>/", looking.bring_back, name="entries_post_desk_bring_back"),
    path(f"{ENTRY}preview/", looking.preview, name="entries_post_desk_preview_entry"),
    path(f"{ENTRY}superseded/", superseding.supersede, name="entries_post_desk_supersede"),
    path(f"{ENTRY}<slug:verb>/", verbs.change, name="entries_post_desk_change"),
    path(f"{ROOT}preview/", looking.preview, name="entries_post_desk_preview"),
    path(f"{ROOT}writing/<uuid:uid>/", writing.keep, name="entries_post_desk_keep"),
    path(f"{ROOT}writing/<uuid:uid>/discard/", writing.throw_away, name="entries_post_desk_throw_away"),
    path(f"{ROOT}images/", writing.upload, name="entries_post_desk_upload"),
    path(f"{ROOT}embeds/", writing.embed, name="entries_post_desk_embed"),
    path(f"{ROOT}promise/", verbs.promise, name="entries_post_desk_promise"),
    path(f"{ROOT}day/", day.paste, name="entries_post_desk_day"),
    path(f"{ROOT}post/<slug:verb>/", verbs.change_post, name="entries_post_desk_change_post"),
]
