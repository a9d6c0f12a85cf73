"""A view as short as Django allows, without this project's code and with no or the usual middleware: what a page would
cost that is made already and only has to be handed out."""

import os
from pathlib import Path

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

USUAL = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
PAGE = Path(os.environ["BARE_PAGE"]).read_bytes()


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE, headers={"Content-Encoding": "gzip", "Content-Length": str(len(PAGE))})


urlpatterns = [path("", page)]
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of-no-use-to-anybody",  # noqa: S106
    MIDDLEWARE=USUAL if os.environ["BARE_MIDDLEWARE"] == "usual" else [],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
)
application = get_asgi_application()
