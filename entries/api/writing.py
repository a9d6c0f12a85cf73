"""What who has a token may write: by the domain's own verbs, which ask for its account's rights as they do at the
desk."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Header, Status

from entries.api import schemas, shapes
from entries.api.interface import api, responses
from entries.api.problems import ApiProblem
from entries.api.reading import no_entry
from entries.api.tokens import Token, author_of
from entries.api.values import ABSENT, Id, Key, Slug
from entries.domain import posting, rights, saving, waiting
from entries.domain.learning import learn_embeds
from entries.domain.refusals import OutAlready, StaleEdit
from entries.enums import EntryKind, Intent
from entries.models import Entry, Post

_INTENTS = {
    "publish": Intent.PUBLISH,
    "hold": Intent.PUBLISH,
    "schedule": Intent.PUBLISH,
    "draft": Intent.DRAFT,
    "submit": Intent.SUBMIT,
}
_KEY: Any = Header(
    ABSENT,
    alias="Idempotency-Key",
    description="The same text sent again under the same key is the same entry, which is answered as it is now. It "
    "becomes the entry's `uid`.",
)
NOTHING_SAID = schemas.Removal()
_FAULTS = (400, 401, 403, 404, 409, 413, 415, 422)


@api.post(
    "posts/{slug:slug}/entries/",
    url_name="entries",
    operation_id="addEntry",
    auth=Token(),
    response=responses({201: schemas.WrittenEntry}, *_FAULTS),
    summary="Write an entry",
)
def add(
    request: HttpRequest,
    response: HttpResponse,
    slug: Slug,
    entry: schemas.NewEntry,
    idempotency_key: Key = _KEY,
) -> Any:
    """The first entry of a post is its original entry. A post that is still a draft can be written in too."""
    post = _post(request, slug)
    learn_embeds(entry.source)
    text = saving.Text(entry.source, entry.topic, entry.byline, entry.confidence or "", entry.published_at)
    if entry.state == "schedule" and not text.is_to_come and not _was_sent(idempotency_key):
        raise _not_to_come()
    saved = saving.add_entry(
        post=post,
        author=author_of(request),
        text=text,
        marks=saving.Marks(entry.is_key, entry.is_pinned),
        intent=_INTENTS[entry.state],
        hold=_hold(entry),
        kind=EntryKind.UPDATE if post.entries.originals().exists() else EntryKind.ORIGINAL,
        uid=idempotency_key,
    )
    response.headers["Location"] = shapes.entry_address(saved)
    return Status(201, shapes.written(saved))


@api.get(
    "posts/{slug:slug}/entries/{int:entry_id}/source/",
    url_name="entry-source",
    operation_id="getSource",
    auth=Token(),
    response=responses({200: schemas.WrittenEntry}, 401, 404),
    summary="An entry as its newsroom has it",
)
def source(request: HttpRequest, response: HttpResponse, slug: Slug, entry_id: Id) -> Any:
    """With its source and its version, for who wants to change it; drafts too."""
    response.headers["Cache-Control"] = "no-store"
    return shapes.written(_entry(request, slug, entry_id))


@api.patch(
    "posts/{slug:slug}/entries/{int:entry_id}/",
    url_name="entry",
    operation_id="changeEntry",
    auth=Token(),
    response=responses({200: schemas.WrittenEntry}, *_FAULTS),
    summary="Change an entry",
)
def change(request: HttpRequest, slug: Slug, entry_id: Id, entry: schemas.ChangedEntry) -> Any:
    """Where somebody else saved another text meanwhile nothing is changed: 409, with both texts."""
    row, given = _entry(request, slug, entry_id), entry.model_dump(exclude_unset=True)
    text = _text(row, given)
    _refuse_unless_in_time(row, text, given)
    if "source" in given:
        learn_embeds(text.source)
    try:
        saved = saving.change_entry(
            entry=row,
            author=author_of(request),
            text=text,
            base_version=entry.base_version,
            marks=saving.Marks(given.get("is_key", row.is_key), given.get("is_pinned", row.is_pinned)),
            base_marks=saving.Marks(row.is_key, row.is_pinned),
            intent=_INTENTS[given["state"]] if "state" in given else None,
            hold=_hold(entry),
        )
    except StaleEdit as refusal:
        raise _conflict(row, refusal) from refusal
    return shapes.written(saved)


@api.delete(
    "posts/{slug:slug}/entries/{int:entry_id}/",
    url_name="entry",
    operation_id="removeEntry",
    auth=Token(),
    response=responses({200: schemas.WrittenEntry, 204: None}, *_FAULTS),
    summary="Remove an entry",
)
def remove(request: HttpRequest, slug: Slug, entry_id: Id, removal: schemas.Removal = NOTHING_SAID) -> Any:
    """What readers have is taken back, and they are told when and why: 200. What no reader ever saw is thrown away:
    204."""
    row = _entry(request, slug, entry_id)
    if not row.is_out:
        waiting.discard_draft(entry=row, author=author_of(request))
        return Status(204, None)
    removed = posting.remove_entry(entry=row, author=author_of(request), reason=removal.reason)
    return Status(200, shapes.written(removed))


def _post(request: HttpRequest, slug: str) -> Post:
    """Whose desk the token's account may sit at; of all others it hears nothing."""
    post = rights.posts_of(author_of(request)).filter(slug=slug).first()
    if post is None:
        detail = _("There is no such post in which you may write: look at its address, or ask an editor to assign you.")
        raise ApiProblem(404, detail)
    return post


def _entry(request: HttpRequest, slug: str, pk: int) -> Entry:
    post = _post(request, slug)
    entry = post.entries.filter(pk=pk).first()
    if entry is None:
        raise no_entry()
    entry.post = post
    return entry


def _text(entry: Entry, given: dict[str, Any]) -> saving.Text:
    """As it will be. Where a colleague saved meanwhile what stays here is another text, and so a conflict."""
    confidence = given.get("confidence", entry.confidence) or ""
    lines = {name: given.get(name, getattr(entry, name)) for name in ("source", "topic", "byline", "published_at")}
    return saving.Text(**lines, confidence=confidence)


def _refuse_unless_in_time(entry: Entry, text: saving.Text, given: dict[str, Any]) -> None:
    if entry.is_out and given.get("state") in ("hold", "schedule"):
        raise OutAlready(entry)
    if entry.is_out and "published_at" in given and text.is_to_come:
        raise _wrong_time(_("This update is out already: its time cannot be one that is still to come."))
    if not entry.is_out and given.get("state") == "schedule" and not text.is_to_come:
        raise _not_to_come()


def _not_to_come() -> ApiProblem:
    return _wrong_time(_("To schedule an entry give a published_at that is still to come."))


def _wrong_time(message: str) -> ApiProblem:
    return ApiProblem(422, message, errors=[{"place": "body", "field": "published_at", "message": message}])


def _hold(entry: schemas.NewEntry | schemas.ChangedEntry) -> timedelta:
    return timedelta(seconds=entry.hold_seconds) if entry.state == "hold" else saving.AT_ONCE


def _was_sent(key: UUID | None) -> bool:
    return key is not None and Entry.objects.filter(uid=key).exists()


def _conflict(entry: Entry, refusal: StaleEdit) -> ApiProblem:
    version = Entry.objects.filter(pk=entry.pk).values_list("version", flat=True).first()
    return ApiProblem(409, str(refusal), version=version, theirs=refusal.theirs, yours=refusal.yours)
