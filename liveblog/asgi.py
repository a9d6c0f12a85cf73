"""The server's way in. Static files answer here, before Django."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveblog.settings")
# A server is safe unless told otherwise: without this, one started with nothing set would show debug pages.
os.environ.setdefault("DEBUG", "0")

from django.conf import settings
from django.core.asgi import get_asgi_application
from servestatic import ServeStaticASGI

application = ServeStaticASGI(
    get_asgi_application(),
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    # A hashed name is another file when its text changes; CKEditor asks for its own parts unhashed: an hour.
    immutable_file_test=r"^.+\.[0-9a-f]{12}\..+$",
    max_age=3600,
    allow_all_origins=False,
)
