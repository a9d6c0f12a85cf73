from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from entries.admin.domain_admin import DomainAdmin, author_of
from entries.domain import posting, publishing
from entries.domain.pictures import store_image
from entries.enums import EntryKind, PostState
from entries.excerpts import excerpt
from entries.forms import PostForm
from entries.models import Image, Post

UPDATES_SHOWN = 20


@admin.register(Post)
class PostAdmin(DomainAdmin):
    form = PostForm
    fieldsets = [
        (None, {"fields": ["headline", "standfirst", ("series", "date"), "next_state"]}),
        (_("Updates"), {"fields": ["updates"]}),
        (_("Original entry"), {"fields": ["original"]}),
        (_("Map"), {"fields": ["map_now", "map_file", "map_alt", "map_caption", "map_credit"]}),
        (
            _("Above the map"),
            {"fields": ["related_source", "base_seq", "base_state", "base_version"], "classes": ["collapse"]},
        ),
    ]
    list_display = ["headline", "add_update", "state", "series", "date"]
    list_filter = ["state", "series"]
    list_select_related = ["series"]
    search_fields = ["headline", "standfirst", "series__title"]
    date_hierarchy = "date"
    ordering = ["-state", "-date", "-id"]
    readonly_fields = ["updates", "map_now"]

    def get_fieldsets(self, request: HttpRequest, obj: Post | None = None) -> Any:
        absent = {"updates"} if obj is None else set()
        absent |= set() if obj and obj.map else {"map_now"}
        sets = [
            (title, {**options, "fields": [name for name in options["fields"] if name not in absent]})
            for title, options in super().get_fieldsets(request, obj)
        ]
        return [fieldset for fieldset in sets if fieldset[1]["fields"]]

    def has_delete_permission(self, request: HttpRequest, obj: Post | None = None) -> bool:
        # What readers have seen keeps its address for good.
        never_out = obj is not None and obj.published_at is None
        return never_out and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Post) -> None:
        publishing.discard_post(post=obj)

    def save_model(self, request: HttpRequest, obj: Post, form: PostForm, change: bool) -> None:
        head = form.head(_map(form))
        if change:
            post = publishing.edit_post(
                post=obj, head=head, author=author_of(request), base_seq=form.cleaned_data["base_seq"] or 0
            )
        else:
            post = publishing.create_post(head=head, author=author_of(request))
        _save_original(post, form, author_of(request))
        # What this editor left as it was is a colleague's to decide.
        if form.cleaned_data["next_state"] != form.cleaned_data["base_state"]:
            post = _move(post, form.cleaned_data["next_state"], author_of(request))
        obj.__dict__.update(post.__dict__)

    @admin.display(description=_("update"))
    def add_update(self, post: Post) -> str:
        if post.is_ended:
            return "–"
        return format_html('<a class="addlink" href="{}">{}</a>', _add_address(post), _("Add update"))

    @admin.display(description=_("The map"))
    def map_now(self, post: Post) -> str:
        assert post.map  # noqa: S101
        return format_html('<a href="{0}"><img src="{0}" alt="{1}" width="240"></a>', post.map.file.url, post.map_alt)

    @admin.display(description=_("Newest first"))
    def updates(self, post: Post) -> str:
        entries = list(post.entries.updates().select_related("post").order_by("-id")[:UPDATES_SHOWN])
        rows = format_html_join(
            "",
            '<li><a href="{}"><b>{}</b></a> {} <i>{}</i></li>',
            (
                (
                    reverse("admin:entries_entry_change", args=[entry.pk]),
                    entry.label,
                    excerpt(entry.html, 90),
                    _("Removed") if entry.is_removed else "" if entry.is_out else entry.get_state_display(),
                )
                for entry in entries
            ),
        )
        every = reverse("admin:entries_entry_changelist") + f"?post__id__exact={post.pk}"
        return format_html(
            '{}<ul class="updates">{}</ul><p><a href="{}">{}</a></p>',
            self.add_update(post),
            rows,
            every,
            _("All entries of this post"),
        )


def _add_address(post: Post) -> str:
    return reverse("admin:entries_entry_add") + f"?post={post.pk}"


def _map(form: PostForm) -> Image | None:
    """The uploaded map; else, unless it was cleared, the one that is there."""
    upload = form.cleaned_data["map_file"]
    if upload is False:
        return None
    if upload and "map_file" in form.changed_data:
        return store_image(upload.read())
    image: Image | None = form.instance.map
    return image


def _save_original(post: Post, form: PostForm, author: User) -> None:
    source = form.cleaned_data["original"]
    if form.original_entry:
        posting.edit_entry(
            entry=form.original_entry,
            author=author,
            source=source,
            base_version=form.cleaned_data["base_version"] or 0,
        )
    elif source:
        posting.publish_entry(post=post, author=author, source=source, kind=EntryKind.ORIGINAL)


def _move(post: Post, state: str, author: User) -> Post:
    moves = {PostState.LIVE: publishing.open_post, PostState.ENDED: publishing.end_post}
    return moves[PostState(state)](post=post, author=author) if state in moves else post
