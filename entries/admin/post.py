from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from entries.admin import desk
from entries.admin.domain_admin import DomainAdmin
from entries.domain import posting, publishing, rights
from entries.domain.pictures import store_image
from entries.enums import EntryKind, PostState
from entries.excerpts import excerpt
from entries.forms.admin import PostForm, contributors
from entries.models import Image, Post
from entries.views.desk.access import author_of

UPDATES_SHOWN = 20


@admin.register(Post)
class PostAdmin(DomainAdmin):
    form = PostForm
    fieldsets = [
        (None, {"fields": ["headline", "standfirst", "byline", ("series", "date"), "next_state", "contributors"]}),
        (_("Updates"), {"fields": ["updates"]}),
        (_("Original entry"), {"fields": ["original"]}),
        (_("Map"), {"fields": ["map_now", "map_file", "map_alt", "map_caption", "map_credit"]}),
        (
            _("Above the map"),
            {
                "fields": ["related_source", "base_seq", "base_state", "base_version", "base_contributors"],
                "classes": ["collapse"],
            },
        ),
    ]
    list_display = ["headline", "desk", "state", "series", "date"]
    list_filter = ["state", ("series", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["series"]
    search_fields = ["headline", "standfirst", "series__title"]
    date_hierarchy = "date"
    ordering = ["-state", "-date", "-id"]
    readonly_fields = ["updates", "map_now"]

    def get_urls(self) -> list[URLPattern]:
        return [*desk.URLS, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        return rights.posts_of(request.user).order_by(*self.ordering)

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        # A contributor has the desk alone.
        return super().get_list_display_links(request, list_display) if self.has_change_permission(request) else None

    def has_view_permission(self, request: HttpRequest, obj: Post | None = None) -> bool:
        may_open = obj is None or self.has_change_permission(request, obj)
        return may_open and super().has_view_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Post | None = None) -> Any:
        absent = {"updates"} if obj is None else set()
        absent |= set() if obj and obj.map else {"map_now"}
        absent |= set() if contributors().exists() else {"contributors"}
        sets = [
            (title, {**options, "fields": [name for name in options["fields"] if name not in absent]})
            for title, options in super().get_fieldsets(request, obj)
        ]
        return [fieldset for fieldset in sets if fieldset[1]["fields"]]

    def has_delete_permission(self, request: HttpRequest, obj: Post | None = None) -> bool:
        # What readers have seen keeps its address for good.
        never_out = obj is not None and obj.published_at is None
        return never_out and rights.may_manage(author_of(request)) and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Post) -> None:
        publishing.discard_post(post=obj, author=author_of(request))

    def save_model(self, request: HttpRequest, obj: Post, form: PostForm, change: bool) -> None:
        head = form.head(_map(form))
        if change:
            post = publishing.edit_post(
                post=obj, head=head, author=author_of(request), base_seq=form.cleaned_data["base_seq"] or 0
            )
        else:
            post = publishing.create_post(head=head, author=author_of(request))
        _assign(post, form, author_of(request))
        _save_original(post, form, author_of(request))
        # What this editor left as it was is a colleague's to decide.
        if form.cleaned_data["next_state"] != form.cleaned_data["base_state"]:
            post = _move(post, form.cleaned_data["next_state"], author_of(request))
        obj.__dict__.update(post.__dict__)

    @admin.display(description=_("desk"))
    def desk(self, post: Post) -> str:
        return format_html('<a class="button" href="{}">{}</a>', _desk_address(post), _("Desk"))

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
                    reverse("admin:entries_post_desk_edit", args=[post.pk, entry.pk]),
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
            self.desk(post),
            rows,
            every,
            _("All entries of this post"),
        )


def _desk_address(post: Post) -> str:
    return reverse("admin:entries_post_desk", args=[post.pk])


def _map(form: PostForm) -> Image | None:
    """The uploaded map; else, unless it was cleared, the one that is there."""
    upload = form.cleaned_data["map_file"]
    if upload is False:
        return None
    if upload and "map_file" in form.changed_data:
        return store_image(upload.read())
    image: Image | None = form.instance.map
    return image


def _assign(post: Post, form: PostForm, author: User) -> None:
    """Whom this editor ticked or unticked; the others are a colleague's to decide."""
    before = form.contributors_before
    now = {user.pk: user for user in form.cleaned_data.get("contributors") or []}
    added = [user for key, user in now.items() if key not in before]
    removed = User.objects.filter(pk__in=before - now.keys())
    publishing.assign_contributors(post=post, author=author, add=added, remove=removed)


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
