"""Pictures in object storage that speaks S3, for sites of more than one machine (requirements-s3.txt)."""

from django.conf import settings
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """The bucket may be closed to everybody: pictures have the site's own addresses, or those of `MEDIA_URL`."""

    def url(self, name: str, parameters: object = None, expire: object = None, http_method: object = None) -> str:
        return f"{settings.MEDIA_URL}{name}"
