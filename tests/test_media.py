from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import resolve

from entries.domain.pictures import store_image
from entries.imaging import BadPicture
from entries.models import Image
from tests.factories import picture

pytestmark = pytest.mark.django_db

KINDS = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "AVIF": "image/avif",
}


@pytest.mark.parametrize(("kind", "content_type"), KINDS.items())
def test_stored_picture_is_served_for_good(client: Client, kind: str, content_type: str) -> None:
    image = store_image(picture(kind=kind))
    response = client.get(image.file.url)
    assert (response.status_code, response["Content-Type"]) == (200, content_type)
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response
    assert len(response.content) == image.size


def test_name_is_made_of_the_upload(client: Client) -> None:
    image = store_image(picture())
    assert image.file.name == f"images/{image.digest[:2]}/{image.digest[:32]}.png"
    assert resolve(image.file.url).view_name == "entries:media"
    assert (image.width, image.height) == (64, 40)


def test_same_upload_twice_is_one_row_and_one_file(media_folder: Path) -> None:
    first, second = store_image(picture()), store_image(picture())
    other = store_image(picture(width=65))
    assert (first, Image.objects.count()) == (second, 2)
    files = {str(path.relative_to(media_folder)) for path in media_folder.rglob("*") if path.is_file()}
    assert files == {first.file.name, other.file.name}


def test_file_left_without_a_row_is_taken_up() -> None:
    name = store_image(picture()).file.name
    Image.objects.all().delete()
    assert store_image(picture()).file.name == name


def test_refused_upload_leaves_nothing(media_folder: Path) -> None:
    with pytest.raises(BadPicture):
        store_image(b"<svg/>")
    assert (Image.objects.count(), media_folder.exists()) == (0, False)


def test_head_has_no_body(client: Client) -> None:
    response = client.head(store_image(picture()).file.url)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_picture_is_only_read(client: Client, method: str) -> None:
    assert getattr(client, method)(store_image(picture()).file.url).status_code == 405


@pytest.mark.parametrize(
    "name",
    [
        "",
        "images/",
        "images/ab/",
        f"images/ab/{'a' * 32}.png",
        f"images/ab/{'a' * 32}.html",
        f"images/ab/{'a' * 32}.svg",
        f"images/AB/{'A' * 32}.png",
        f"images/ab/{'a' * 31}.png",
        "secret.txt",
        "../db.sqlite3",
        "images/../secret.txt",
        "images/ab/../../secret.txt",
        "images/%2e%2e/secret.txt",
        "images/ab/..%2f..%2fsecret.txt",
        "images%5c..%5csecret.txt",
        "%2fetc%2fpasswd",
        f"images/ab/{'a' * 32}.png%00.html",
    ],
)
def test_other_name_has_no_address(client: Client, media_folder: Path, name: str) -> None:
    media_folder.mkdir()
    (media_folder / "secret.txt").write_text("secret")
    response = client.get(f"/media/{name}")
    assert (response.status_code, "immutable" in response.get("Cache-Control", "")) == (404, False)


def test_file_of_another_kind_is_not_served(client: Client) -> None:
    name = f"images/ab/{'a' * 32}.html"
    default_storage.save(name, ContentFile(b"<script>x()</script>"))
    assert client.get(f"/media/{name}").status_code == 404
