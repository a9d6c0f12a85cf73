"""Texts on their way: written, kept while they are written, corrected, looked at before they go out."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entries.domain import keeping, rights, saving
from entries.domain.learning import learn_embeds, shown_embed
from entries.domain.pictures import store_image
from entries.domain.refusals import Gone, Refusal, StaleEdit
from entries.enums import EntryKind
from entries.forms.desk import ComposeForm, UploadForm, faults, fields_of
from entries.labels import clock, day_text, gmt
from entries.models import Entry, Post
from entries.rendering import clean
from entries.sanitising import clean_html
from entries.views.desk.access import at_desk, author_of, done, key_in, status_of, wants_json
from entries.views.desk.page import desk_page
from entries.wording import word_diff


@at_desk
@require_POST
def add(request: HttpRequest, post: Post) -> HttpResponseBase:
    return _save(request, post, ComposeForm(request.POST, post=post))


@at_desk
def edit(request: HttpRequest, post: Post, entry_pk: int) -> HttpResponseBase:
    if request.method == "POST":
        if not post.entries.filter(pk=entry_pk).exists():
            # Thrown away by a colleague: its text goes on as a new one.
            return _told(request, post, ComposeForm(request.POST, post=post), str(Gone()), 422, gone=True)
        return _save(request, post, ComposeForm(request.POST, post=post, entry=entry_of(post, entry_pk)))
    entry = entry_of(post, entry_pk)
    rights.require_changing(author_of(request), entry)
    if wants_json(request):
        return JsonResponse(
            {
                "id": entry.pk,
                "label": entry.title,
                "is_out": entry.is_out,
                "state": entry.state,
                "fields": fields_of(entry),
            }
        )
    return desk_page(request, post, editing=entry)


@at_desk
@require_POST
def keep(request: HttpRequest, post: Post, uid: UUID) -> HttpResponseBase:
    """The text as it is now; without a text, that its editor is still at it."""
    author = author_of(request)
    if "source" not in request.POST:
        keeping.be_present(author=author, uid=uid, now=timezone.now())
        return JsonResponse({})
    key = request.POST.get("entry", "")
    entry = entry_of(post, key_in(key)) if key else None
    is_kept = keeping.keep_writing(post=post, author=author, uid=uid, fields=request.POST.dict(), entry=entry)
    return JsonResponse({"kept_at": clock(timezone.now()) if is_kept else None})


@at_desk
@require_POST
def throw_away(request: HttpRequest, post: Post, uid: UUID) -> HttpResponseBase:
    keeping.discard_writing(author=author_of(request), uid=uid)
    return done(request, post, _("Thrown away."))


@at_desk
@require_POST
def upload(request: HttpRequest, post: Post) -> HttpResponseBase:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"error": faults(form)}, status=422)
    image = store_image(form.cleaned_data["image"].read())
    return JsonResponse({"src": image.file.url, "width": image.width, "height": image.height})


@at_desk
@require_POST
def embed(request: HttpRequest, post: Post) -> HttpResponseBase:
    """What a pasted address will be for readers; `html` is empty where it stays a link."""
    html, is_learned = shown_embed(request.POST.get("address", "").strip())
    return JsonResponse({"html": html, "is_learned": is_learned})


def entry_of(post: Post, pk: int) -> Entry:
    entry = get_object_or_404(post.entries.select_related("author"), pk=pk)
    entry.post = post
    return entry


def _save(request: HttpRequest, post: Post, form: ComposeForm) -> HttpResponse:
    if not form.is_valid():
        return _told(request, post, form, faults(form), 422)
    learn_embeds(form.text.source)
    try:
        entry = _saved(request, post, form)
    except Refusal as refusal:
        if isinstance(refusal, StaleEdit):
            return _in_conflict(request, post, form, refusal)
        return _told(request, post, form, str(refusal), status_of(refusal))
    _remember_hold(request, form.cleaned_data["hold"])
    held = entry.held_until.isoformat() if entry.held_until else None
    return done(request, post, _said(entry), id=entry.pk, state=entry.state, held_until=held)


@transaction.atomic
def _saved(request: HttpRequest, post: Post, form: ComposeForm) -> Entry:
    author, values = author_of(request), form.cleaned_data
    given: dict[str, Any] = {
        "author": author,
        "text": form.text,
        "marks": form.marks,
        "hold": values["hold"],
        "intent": values["intent"],
    }
    if values["uid"]:
        keeping.discard_writing(author=author, uid=values["uid"])
    if form.entry is None:
        is_first = not post.entries.originals().exists()
        kind = EntryKind.ORIGINAL if is_first else EntryKind.UPDATE
        return saving.add_entry(post=post, kind=kind, uid=values["uid"], **given)
    return saving.change_entry(
        entry=form.entry, base_version=values["base_version"] or 0, base_marks=form.base_marks, **given
    )  # fmt: skip


def _remember_hold(request: HttpRequest, hold: timedelta) -> None:
    """What an editor chose once stays chosen."""
    seconds = int(hold.total_seconds())
    if request.session.get("hold", 0) != seconds:
        request.session["hold"] = seconds


def _said(entry: Entry) -> str:
    if entry.is_held:
        return _("It goes out in a moment.")
    if entry.is_scheduled and entry.published_at:
        return _comes_out(entry.published_at)
    if entry.is_submitted:
        return _("Sent for approval.")
    if entry.is_draft:
        return _("Kept as a draft.")
    is_news = entry.post.is_visible and entry.version == 1
    return (_("“%(label)s” is out.") if is_news else _("“%(label)s” is saved.")) % {"label": entry.label}


def _comes_out(at: datetime) -> str:
    if at.date() == timezone.now().date():
        return _("It comes out at %(time)s.") % {"time": gmt(at)}
    return _("It comes out at %(time)s, %(day)s.") % {"time": gmt(at), "day": day_text(at, "j F Y")}


def _told(request: HttpRequest, post: Post, form: ComposeForm, error: str, status: int, **facts: Any) -> HttpResponse:
    """What is wrong, with all that was typed."""
    if wants_json(request):
        return JsonResponse({"error": error, **facts}, status=status)
    return desk_page(request, post, form, status, error=error)


def _in_conflict(request: HttpRequest, post: Post, form: ComposeForm, refusal: StaleEdit) -> HttpResponse:
    """Both texts, and their difference. The next save is made with all that in view, and so it is taken."""
    assert form.entry  # noqa: S101
    entry = entry_of(post, form.entry.pk)
    theirs = clean_html(refusal.theirs)
    context: dict[str, Any] = {
        "theirs": clean(theirs),
        "diff": word_diff(theirs, clean_html(refusal.yours)),
        "by": entry.revisions.select_related("author").last(),
    }
    context["lines"] = _other_lines(form, entry)
    # The marks' bases stay: what this editor left alone stays as a colleague made it.
    bases = {"base_version": entry.version}
    if wants_json(request):
        html = render_to_string("admin/entries/desk/_conflict.html", context, request)
        answer = {"error": str(refusal), "conflict": html, "bases": bases, "theirs": refusal.theirs}
        return JsonResponse(answer, status=409)
    form.go_on_from(bases)
    return desk_page(request, post, form, 409, error=str(refusal), conflict=context)


def _other_lines(form: ComposeForm, entry: Entry) -> list[dict[str, Any]]:
    """The lines that differ between what is saved now and what was sent."""
    theirs = fields_of(entry)
    names = ("time", "topic", "byline", "confidence")
    pairs = [(form.fields[name].label, theirs[name], form.data.get(name, "").strip()) for name in names]
    return [{"label": label, "theirs": saved, "yours": sent} for label, saved, sent in pairs if saved != sent]
