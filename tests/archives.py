"""A busy site, all that the public sees of it, and archives as somebody might have made them."""

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from entries.archiving.pictures import all_pictures
from entries.domain import keeping, posting
from entries.domain.superseding import supersede_entry
from entries.domain.tokens import make_token
from entries.edition import edition
from entries.fragments import fragments
from entries.models import Post, Webhook
from tests.browser.site import ROOT
from tests.factories import DAY, make_draft, make_post, make_series, make_update, make_user, picture
from tests.test_visibility import NAMES, addresses

type Members = dict[str, bytes]
EVERYTHING = ("?page=1", "?order=oldest", "?key=1", "?q=water", "?since=3")


def in_another_process(script: str, data: Path) -> "subprocess.CompletedProcess[str]":
    """On SQLite in the folder `data`."""
    environment = os.environ | {"DATA_DIR": str(data), "DATABASE_URL": "", "LOG_LEVEL": "error"}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", script]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def busy_site() -> Post:
    """Something of everything that a site can have."""
    Group.objects.get_or_create(name="contributor")  # tests with transactions of their own leave none behind
    ann = User.objects.create_superuser("ann", password="correct horse battery")
    series, ben = make_series(), make_user("ben", "contributor")
    make_post("The day before", series=series, date=DAY - timedelta(days=1))
    post = make_post("The road is cut", series=series, map=_map(), map_alt="A map", map_credit="Ann’s own")
    make_draft("Tomorrow", series=series, date=DAY + timedelta(days=1))
    post.contributors.add(ben)
    old = make_update(post, "<p>The water is <em>rising</em>. 水位上升، ارتفاع</p>", topic="Water", is_key=True)
    supersede_entry(entry=old, by=make_update(post, "<p>It has risen.</p>", "0930", is_pinned=True), author=None)
    posting.remove_entry(entry=make_update(post, "Wrong", "0900"), author=None, reason="Another gate.")
    entry = make_update(post, "First", "0910", confidence="unconfirmed", byline="Ann, Ben")
    posting.edit_entry(entry=entry, author=ann, source="Second", base_version=1)
    posting.draft_entry(post=post, author=None, source="Not yet")
    later = timezone.now() + timedelta(days=1)
    posting.schedule_entry(post=post, author=ann, source="Tomorrow", published_at=later)
    make_token(user=ann, name="A program", author=None)
    Webhook.objects.create(address="https://hooks.example.org/", events=["published"], secret="x", try_at=later)
    fields = {"source": "Half a sen"}
    keeping.keep_writing(post=post, author=ann, uid=UUID(int=7), fields=fields)
    make_update(post, "<p>The last one.</p>", "0940")
    return Post.objects.get(pk=post.pk)


def _map() -> object:
    from entries.domain.pictures import store_image

    return store_image(picture(600, 60, "JPEG"))


def public_answers() -> dict[str, tuple[int, bytes, dict[str, str]]]:
    """Every public address, and what it answers, none of it from memory."""
    fragments.clear()
    post = Post.objects.get(headline="The road is cut")
    entries = post.entries.known().order_by("pk")
    found = {address for name in NAMES for entry in entries for address in addresses(name, post, entry)}
    found |= {post.get_absolute_url() + query for query in EVERYTHING}
    found |= {f"/media/{name}" for name in all_pictures()}
    answers = {address: Client().get(address) for address in sorted(found)}
    return {
        address: (answer.status_code, b"".join(answer) if answer.streaming else answer.content, dict(answer.headers))
        for address, answer in answers.items()
    }


def digests_of(answers: dict[str, Any]) -> dict[str, str]:
    """The same in any process: tests have settings of their own, which an edition tells of."""
    said = {address: repr(answer).replace(edition(), "") for address, answer in answers.items()}
    return {address: hashlib.sha256(text.encode()).hexdigest() for address, text in said.items()}


def rows_of(file: Path) -> Members:
    with ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("rows/")}


def empty_database() -> None:
    call_command("flush", interactive=False, verbosity=0)
    if connection.vendor == "sqlite":  # flush leaves the numbers of PostgreSQL alone
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_sequence")


def made_over(file: Path, change: Callable[[Members, dict], object], *, is_honest: bool = True) -> Path:
    """The archive with other members; with `is_honest` its manifest says what they are."""
    with ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(members.pop("manifest.json"))
    change(members, told)
    if is_honest:
        told["members"] = {
            name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in members.items()
        }
    made = file.with_name("made-over.zip")
    made.write_bytes(packed(members | {"manifest.json": json.dumps(told).encode()}))
    return made


def packed(members: Members) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data, ZIP_STORED if name.startswith("media/") else ZIP_DEFLATED)
    return buffer.getvalue()
