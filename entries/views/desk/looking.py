"""What an entry said before, and what readers will have."""

from itertools import pairwise
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from entries.domain import posting, rights
from entries.domain.learning import learn_embeds
from entries.domain.texts import checked, rendered
from entries.enums import EntryKind, EntryState
from entries.forms.desk import ComposeForm, faults
from entries.models import Entry, Post, Revision
from entries.reading import whole_of
from entries.serialisers import head_context
from entries.views.account.logging_in import FIELDS
from entries.views.desk.access import at_desk, author_of, done, key_in, told
from entries.views.desk.writing import entry_of
from entries.wording import word_diff

REVISIONS_SHOWN = 50


@at_desk
@require_safe
def history(request: HttpRequest, post: Post, entry_pk: int) -> HttpResponse:
    entry = entry_of(post, entry_pk)
    newest = list(entry.revisions.select_related("author").order_by("-id")[: REVISIONS_SHOWN + 1])
    steps = [
        {"revision": now, "diff": _diff(before, now), "is_text_of_today": now.snapshot["source"] == entry.source}
        for now, before in pairwise([*newest, None])
        if now
    ]
    context = {
        **admin.site.each_context(request),
        "title": _("History of “%(label)s”") % {"label": entry.label},
        "is_nav_sidebar_enabled": False,
        "post": post,
        "entry": entry,
        "steps": steps[:REVISIONS_SHOWN],
        "may_change": rights.may_change(author_of(request), entry) and not entry.is_removed,
    }
    return render(request, "admin/entries/desk/history.html", context)


@at_desk
@require_POST
def bring_back(request: HttpRequest, post: Post, entry_pk: int, revision_pk: int) -> HttpResponseBase:
    """An older text, as a new change on top of all others."""
    entry = entry_of(post, entry_pk)
    revision = get_object_or_404(entry.revisions, pk=revision_pk)
    said = {name: revision.snapshot.get(name, "") for name in ("source", "topic", "byline", "confidence")}
    version = key_in(request.POST.get("base_version", ""))
    posting.edit_entry(entry=entry, author=author_of(request), base_version=version, **said)
    return done(request, post, _("“%(label)s” has its older text again.") % {"label": entry.label})


@at_desk
def preview(request: HttpRequest, post: Post, entry_pk: int | None = None) -> HttpResponse:
    """The post, or with `as=entry` the entry alone, as readers will have it: with a text that is being written, a
    waiting entry, or as it stands."""
    entry = entry_of(post, entry_pk) if entry_pk else None
    if request.method == "POST":
        form = ComposeForm(request.POST, post=post, entry=entry)
        if not form.is_valid():
            return told(request, post, faults(form))
        learn_embeds(form.text.source)
        entry = _as_written(post, form)
    if entry and not entry.published_at:
        entry.published_at = timezone.now()
    again = [(name, value) for name, value in request.POST.items() if name not in FIELDS | {"as"}]
    context: dict[str, Any] = {"is_preview": True, "again": again, "entry": entry, "post": post}
    if entry and request.POST.get("as", request.GET.get("as")) == "entry":
        return TemplateResponse(request, "entries/entry.html", context)
    entries = _with(list(post.entries.standing().newest_first()), entry)
    latest = max((one.published_at for one in entries if not one.is_original and one.published_at), default=None)
    return TemplateResponse(
        request,
        "entries/post.html",
        {**context, **head_context(post, Post.objects.before(post), latest), "window": whole_of(entries)},
    )


def _diff(before: Revision | None, now: Revision) -> str:
    """Empty where the text stayed as it was."""
    old, new = (before.snapshot["html"] if before else ""), now.snapshot["html"]
    return word_diff(old, new) if old != new else ""


def _as_written(post: Post, form: ComposeForm) -> Entry:
    """The entry that would come of the form, which is not saved."""
    text, entry = form.text, form.entry or Entry(pk=0, post=post, state=EntryState.DRAFT)
    if form.entry is None and not post.entries.originals().exists():
        entry.kind = EntryKind.ORIGINAL
    entry.source = checked(text.source)
    entry.html = rendered(entry.source)
    entry.topic, entry.byline, entry.confidence = text.topic, text.byline, text.confidence
    entry.published_at = text.published_at or entry.published_at
    entry.is_key, entry.is_pinned = form.marks.is_key, form.marks.is_pinned
    return entry


def _with(entries: list[Entry], entry: Entry | None) -> list[Entry]:
    """In its place among them, as EntryQuerySet.newest_first orders."""
    if entry is None:
        return entries
    others = [one for one in entries if one.pk != entry.pk]
    return sorted([*others, entry], key=_place, reverse=True)


def _place(entry: Entry) -> tuple[Any, ...]:
    return (not entry.is_original, entry.is_pinned, entry.published_at, entry.pk or float("inf"))
