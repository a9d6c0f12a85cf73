"""Pictures in object storage that speaks S3, for sites of more than one machine (requirements-s3.txt)."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """The bucket may be closed to everybody: pictures have the site's own addresses, or those of `MEDIA_URL`."""

    def url(self, name: str, parameters: object = None, expire: object = None, http_method: object = None) -> str:
        return f"{settings.MEDIA_URL}{name}"


def make_bucket() -> None:
    """Once, for a storage of one's own; elsewhere a bucket is made by who pays for it."""
    bucket: Any = storages["default"]
    client = bucket.connection.meta.client
    with suppress(client.exceptions.BucketAlreadyOwnedByYou, client.exceptions.BucketAlreadyExists):
        client.create_bucket(Bucket=bucket.bucket_name)
