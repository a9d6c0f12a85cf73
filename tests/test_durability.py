"""What an editor was told is saved is on the disk; what cannot be saved is not lost."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from entries.domain.tokens import make_token
from entries.models import Post
from tests.factories import make_post

TEXT = "<p>" + "The water is rising. " * 4000 + "</p>"


@contextmanager
def full_disk() -> Iterator[None]:
    """SQLite itself sees to it that the database does not grow."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # what other tests left would be room
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


@pytest.fixture
def post(transactional_db: None) -> Post:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's disk cannot be filled for one test.")
    return make_post()


@pytest.mark.django_db
def test_no_row_refers_to_what_is_not_there_and_postgresql_waits_for_its_log() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys")
            assert cursor.fetchone() == (1,)
        else:
            cursor.execute("SELECT boot_val FROM pg_settings WHERE name = 'synchronous_commit'")
            assert cursor.fetchone() == ("on",)


def test_an_editor_is_told_that_the_disk_is_full_and_the_text_stays(post: Post, desk: Client) -> None:
    address = f"/admin/entries/post/{post.pk}/desk/entries/"
    form = {"source": TEXT, "intent": "publish", "uid": str(uuid4())}
    with full_disk():
        told = desk.post(address, form, headers={"accept": "application/json"})
        page = desk.post(address, form)
    assert (told.status_code, told["Retry-After"]) == (503, "10")
    assert told.json()["error"].startswith("Nothing can be written at the moment: the disk is full, or")
    assert (page.status_code, TEXT[3:-4] in page.content.decode()) == (503, True)
    assert f'name="uid" value="{form["uid"]}"' in page.content.decode()
    assert post.entries.updates().count() == 0
    again = desk.post(address, form, headers={"accept": "application/json"})
    assert (again.status_code, post.entries.updates().get().source) == (200, TEXT)
    assert Post.objects.get(pk=post.pk).seq == post.seq + 1


@pytest.mark.postgresql
def test_an_editor_is_told_that_the_database_is_away_and_the_text_stays(
    transactional_db: None, desk: Client, settings: Any
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("A file is not away.")
    address = f"/admin/entries/post/{make_post().pk}/desk/entries/"
    given, here = connection.settings_dict, dict(connection.settings_dict)
    connection.close()
    given |= {"HOST": "/nowhere"}
    try:
        told = desk.post(address, {"source": TEXT}, headers={"accept": "application/json"})
        page = desk.post(address, {"source": TEXT, "password": "secret"})
    finally:
        given |= here
        connection.close()
    assert (told.status_code, page.status_code) == (503, 503)
    assert TEXT[3:-4] in page.content.decode()
    assert "secret" not in page.content.decode()


def test_a_program_is_told_that_the_disk_is_full(post: Post, editor: User) -> None:
    token = make_token(user=editor, name="A program", author=None)[1]
    sent = {"data": json.dumps({"source": TEXT}), "content_type": "application/json"}
    headers = {"authorization": f"Bearer {token}"}
    with full_disk():
        answer = Client().post(f"/api/v1/posts/{post.slug}/entries/", **sent, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["title"]) == (503, "Service Unavailable")
    assert post.entries.updates().count() == 0


def test_readers_get_pages_from_a_full_disk(post: Post, client: Client) -> None:
    with full_disk():
        assert client.get(post.get_absolute_url()).status_code == 200
