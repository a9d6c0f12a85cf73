import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from entries import imaging
from entries.models import Image
from tests.bad_uploads import files
from tests.factories import make_post

pytestmark = pytest.mark.once
SENTENCES = {
    "This is not a whole JPEG, PNG, WebP, GIF or AVIF image: save it as one of these.",
    "The image has more than 60 megapixels: save it smaller.",
    "The image has more than 25 MB: save it smaller.",
    "The submitted file is empty.",
}


@pytest.mark.django_db
def test_each_is_refused_at_the_desk_with_a_sentence_and_nothing_is_stored(desk: Client, media_folder: Path) -> None:
    address = reverse("admin:entries_post_desk_upload", args=[make_post().pk])
    uploads = files()
    assert len(uploads) >= 40
    for name, upload in uploads.items():
        response = desk.post(address, {"image": SimpleUploadedFile(name, upload, "image/png")})
        assert response.status_code == 422, name
        assert response.json()["error"] in SENTENCES, name
    assert not Image.objects.exists()
    assert not media_folder.exists()


def test_to_refuse_them_takes_little_memory(tmp_path: Path) -> None:
    for number, upload in enumerate(files().values()):
        (tmp_path / str(number)).write_bytes(upload)
    command = [sys.executable, "-m", "tests.bad_uploads", str(tmp_path)]
    root = Path(imaging.__file__).parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 150  # megabytes, of which the heaviest file itself is 25
