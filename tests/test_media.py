import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import resolve
from PIL import Image as Pillow

from entries.domain.pictures import store_image
from entries.imaging import FORMATS, BadPicture
from entries.models import Image, Post
from entries.variants import MODERN, StoredPicture
from tests.factories import make_user, picture

pytestmark = [pytest.mark.django_db, pytest.mark.once]

KINDS = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/png",
    "GIF": "image/gif",
    "AVIF": "image/png",
}


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("kind", "content_type"), KINDS.items())
def test_stored_picture_is_served_for_good(client: Client, kind: str, content_type: str) -> None:
    image = store_image(picture(kind=kind))
    response = client.get(image.file.url)
    assert (response.status_code, response["Content-Type"]) == (200, content_type)
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response
    assert len(response.content) == image.size


@pytest.mark.parametrize("kind", KINDS)
def test_every_choice_of_a_picture_is_there_of_its_kind_and_for_good(
    client: Client, media_folder: Path, kind: str
) -> None:
    stored = StoredPicture.at(store_image(picture(900, 90, kind)).file.url)
    assert stored
    modern = [("avif", "image/avif"), ("webp", "image/webp")]
    choices = [(suffix, kind, width) for suffix, kind in modern for width in (480, 800, 900)]
    if kind == "JPEG":
        choices += [("jpg", "image/jpeg", 480), ("jpg", "image/jpeg", 800)]
    for suffix, content_type, width in choices:
        response = client.get(stored.variant(width, suffix))
        assert (response.status_code, response["Content-Type"]) == (200, content_type)
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert Pillow.open(io.BytesIO(response.content)).size == (width, round(width / 10))
    assert len(files_in(media_folder)) == len(choices) + 1


def test_a_width_that_was_not_made_has_no_address(client: Client) -> None:
    stored = StoredPicture.at(store_image(picture(900, 90, "JPEG")).file.url)
    assert stored
    addresses = [stored.variant(width, "avif") for width in (0, 1, 479, 481, 1080, 1440, 1920, 9999, 99999)]
    addresses += [stored.variant(900, "jpg"), stored.variant(480, "png"), stored.variant(480, "svg")]
    addresses += [f"{stored.stem}-901x90.jpg", f"{stored.stem}-480.avif/", f"{stored.stem}-0480.avif"]
    assert {client.get(address).status_code for address in addresses} == {404}


def test_name_is_made_of_the_upload_and_tells_the_size(client: Client) -> None:
    image = store_image(picture())
    assert image.file.name == f"images/{image.digest[:2]}/{image.digest[:32]}-64x40.png"
    assert resolve(image.file.url).view_name == "entries:media"
    assert (image.width, image.height) == (64, 40)


def test_same_upload_twice_is_one_row_and_one_file(media_folder: Path) -> None:
    first, second = store_image(picture()), store_image(picture())
    other = store_image(picture(width=65))
    assert (first, Image.objects.count()) == (second, 2)
    stems = [str(image.file).rpartition("-")[0] for image in (first, other)]
    variants = {f"{stem}-{width}.{kind}" for stem, width in zip(stems, (64, 65), strict=True) for kind in MODERN}
    assert files_in(media_folder) == {first.file.name, other.file.name} | variants


def test_a_variant_that_was_lost_is_made_anew_when_the_picture_comes_again(media_folder: Path) -> None:
    store_image(picture())
    before = files_in(media_folder)
    (media_folder / min(before)).unlink()
    store_image(picture())
    assert files_in(media_folder) == before


class FullDisk(FileSystemStorage):
    """It takes half of every picture."""

    def _save(self, name: str, content: Any) -> str:
        super()._save(name, ContentFile(content.read()[:20]))  # type: ignore[misc]
        raise OSError("No space left on device")


def test_half_a_picture_does_not_stay_on_a_disk_that_is_full(settings: Any, media_folder: Path) -> None:
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "tests.test_media.FullDisk"}}
    with pytest.raises(OSError, match="No space left"):
        store_image(picture())
    assert (files_in(media_folder), Image.objects.count()) == (set(), 0)


def test_a_map_is_made_ready_before_its_transaction_begins(desk: Client, media_folder: Path) -> None:
    """The form is refused, and its transaction rolled back: the files are there."""
    upload = SimpleUploadedFile("map.png", picture())
    response = desk.post("/admin/entries/post/add/", {"map_file": upload})
    assert (response.status_code, Post.objects.count(), Image.objects.count()) == (200, 0, 0)
    assert len(files_in(media_folder)) == 3


def test_what_is_no_picture_is_refused_by_its_form(desk: Client, media_folder: Path) -> None:
    response = desk.post("/admin/entries/image/add/", {"upload": SimpleUploadedFile("a.png", b"<svg/>")})
    assert "This is not a whole JPEG" in response.content.decode()
    assert not media_folder.exists()


def test_who_may_not_publish_stores_nothing_by_the_admin(media_folder: Path) -> None:
    contributor = Client()
    contributor.force_login(make_user("con", "contributor"))
    for address, name in (("/admin/entries/image/add/", "upload"), ("/admin/entries/post/add/", "map_file")):
        assert contributor.post(address, {name: SimpleUploadedFile("a.png", picture())}).status_code == 403
    assert not media_folder.exists()


def older(image: Image, kind: str = "PNG") -> str:
    """The image as it was stored before there were variants; its name."""
    name = f"images/{image.digest[:2]}/{image.digest[:32]}.{FORMATS[kind]}"
    default_storage.save(name, ContentFile(picture(900, 90, kind)))
    Image.objects.filter(pk=image.pk).update(file=name)
    return name


@pytest.mark.parametrize("kind", KINDS)
def test_an_older_image_gets_its_variants_and_keeps_its_address(
    client: Client, media_folder: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    image = store_image(picture(900, 90, kind))
    shutil.rmtree(media_folder)
    name = older(image, kind)
    call_command("make_variants")
    image.refresh_from_db()
    stored = StoredPicture.at(image.file.url)
    assert stored
    assert {client.get(stored.variant(width, kind)).status_code for width in (480, 800, 900) for kind in MODERN} == {
        200
    }
    assert (client.get(image.file.url)["Content-Type"], client.get(f"/media/{name}").status_code) == (KINDS[kind], 200)
    assert len(client.get(image.file.url).content) == image.size
    before = files_in(media_folder)
    capsys.readouterr()
    call_command("make_variants")
    assert (files_in(media_folder), capsys.readouterr().out) == (before, "")


def test_files_that_were_lost_are_made_anew_on_request(media_folder: Path) -> None:
    store_image(picture())
    before = files_in(media_folder)
    (media_folder / min(before)).unlink()
    call_command("make_variants", stdout=io.StringIO())
    assert files_in(media_folder) == before - {min(before)}
    call_command("make_variants", all=True, stdout=io.StringIO())
    assert files_in(media_folder) == before


def test_an_older_image_without_its_file_is_told_and_keeps_no_other_from_its_variants(media_folder: Path) -> None:
    lost, image = store_image(picture()), store_image(picture(900, 90))
    shutil.rmtree(media_folder)
    Image.objects.filter(pk=lost.pk).update(file=f"images/{lost.digest[:2]}/{lost.digest[:32]}.png")
    older(image)
    said, errors = io.StringIO(), io.StringIO()
    call_command("make_variants", stdout=said, stderr=errors)
    image.refresh_from_db()
    assert StoredPicture.at(image.file.url)
    assert f"{lost.digest[:32]}.png: " in errors.getvalue()


@pytest.mark.parametrize(
    ("name", "is_found"),
    [("images/{0}/{1}.png", True), ("images/{0}/{1}-64x40.png", True), ("", False), ("images/", False), ("{0}", False)],
)
def test_an_image_is_found_by_each_of_its_names(name: str, is_found: bool) -> None:
    image = store_image(picture())
    assert Image.objects.named(name.format(image.digest[:2], image.digest[:32])).exists() is is_found


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
        f"images/ab/{'a' * 32}-480.avif",
        f"images/ab/{'a' * 32}-480x300.png",
        f"images/ab/{'a' * 32}-480.html",
        f"images/ab/{'a' * 32}-../secret.txt",
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
