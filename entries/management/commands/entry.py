import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from entries.domain import posting
from entries.domain.learning import learn_embeds
from entries.domain.refusals import Refusal
from entries.labels import label_time
from entries.models import Entry, Post

# To an entry that is there and without further words.
MARKS: dict[str, Callable[..., Entry]] = {
    "restore": posting.restore_entry,
    "pin": posting.pin_entry,
    "unpin": posting.unpin_entry,
    "key": posting.mark_key,
    "unkey": posting.unmark_key,
}


class Command(BaseCommand):
    help = "Publishes and changes entries from a script. Prints the entry’s id and seq as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        publish = verbs.add_parser("publish", help="a new update, out now")
        publish.add_argument("slug", help="the post, as in its address /live/<slug>/")
        _add_text(publish)
        publish.add_argument("--time", help="for the label, GMT: 1716, or with its day 2024-12-04T0032; else now")
        publish.add_argument("--topic", default="", help="runs in before the text")
        publish.add_argument("--key", action="store_true", help="a key moment")
        publish.add_argument("--pin", action="store_true", help="on top of the page")
        edit = _add_verb(verbs, "edit", "another text in the place of the one that is there")
        _add_text(edit)
        remove = _add_verb(verbs, "remove", "take it back; its page says that it was removed")
        remove.add_argument("--reason", default="", help="readers who come to its address are told")
        for verb in MARKS:
            _add_verb(verbs, verb, f"{verb} an entry")

    def handle(self, *, verb: str, **options: Any) -> None:
        try:
            entry = _publish(**options) if verb == "publish" else _change(verb, **options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps({"id": entry.pk, "seq": entry.seq}))
        if verb == "publish" and entry.published_at and entry.published_at > timezone.now():
            self.stderr.write(f"Note: “{entry.label}” is of a time still to come: is --time right?")


def _add_verb(verbs: Any, name: str, told: str) -> ArgumentParser:
    parser: ArgumentParser = verbs.add_parser(name, help=told)
    parser.add_argument("id", type=int, help="as in its address /live/<slug>/entries/<id>/")
    return parser


def _add_text(parser: ArgumentParser) -> None:
    parser.add_argument("--text", required=True, help="HTML, or plain text; - reads it from standard input")


def _publish(*, slug: str, text: str, time: str | None, topic: str, key: bool, pin: bool, **options: Any) -> Entry:
    post = Post.objects.filter(slug=slug).first()
    if post is None:
        raise CommandError(f"There is no post “{slug}”: give the slug of its address, /live/<slug>/.")
    return posting.publish_entry(
        post=post, author=None, source=_text(text), published_at=_time(time, post) if time else None, topic=topic,
        is_key=key, is_pinned=pin,
    )  # fmt: skip


def _change(verb: str, *, id: int, **options: Any) -> Entry:  # noqa: A002  # as the command line names it
    entry = Entry.objects.select_related("post").filter(pk=id).first()
    if entry is None:
        raise CommandError(f"There is no entry {id}: give the id of its address, /live/<slug>/entries/<id>/.")
    if verb == "edit":
        text = _text(options["text"])
        return posting.edit_entry(entry=entry, author=None, source=text, base_version=entry.version)
    if verb == "remove":
        return posting.remove_entry(entry=entry, author=None, reason=options["reason"])
    return MARKS[verb](entry=entry, author=None)


def _text(given: str) -> str:
    text = sys.stdin.read() if given == "-" else given
    learn_embeds(text)
    return text


def _time(given: str, post: Post) -> datetime:
    try:
        return label_time(given, post.date, timezone.now())
    except ValueError as error:
        raise CommandError(
            f"“{given}” is not a time: give it like 1716, or with its day like {post.date}T1716."
        ) from error
