"""Settings. All of them come from the environment and have defaults that work on a laptop."""

import logging
import re
import resource
from pathlib import Path
from urllib.parse import quote, urlsplit

import dj_database_url
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from environs import Env

from entries import journal
from entries.outside import may_be_asked

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
# What the site writes: database, images, collected static files.
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var")))
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"DATA_DIR, {DATA_DIR}, cannot be made: {error.strerror}.") from error

# The site

SITE_NAME = env.str("SITE_NAME", "Liveblog")
# Absolute addresses are made from this and never from a request's Host: one cached answer serves all readers.
HOST = env.str("HOST", "127.0.0.1")
IS_WILDCARD = HOST in ("0.0.0.0", "[::]")  # noqa: S104
SITE_URL = env.str("SITE_URL", f"http://{'127.0.0.1' if IS_WILDCARD else HOST}:{env.int('PORT', 8000)}").rstrip("/")
IS_HTTPS = SITE_URL.startswith("https://")

# Open streams in a process, as far as its open files go: beside them stand pages, images, databases.
STREAM_LIMIT = min(env.int("STREAM_LIMIT", 10_000), max(resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 256, 0))

# Of answers that each process keeps for everybody (entries/edge).
CACHE_BYTES = env.int("CACHE_MB", 32) * 1_000_000

# Minutes without an update after which the desk of a live post warns.
QUIET_MINUTES = env.int("QUIET_MINUTES", 60)

# Posts and videos of other sites (entries/embedding)

# Whether their sites are asked for author, text and date. Without that the link alone goes out.
EMBED_LOOKUPS = env.bool("EMBED_LOOKUPS", True)
# With one, Instagram and Facebook answer more than a thousand times an hour.
META_OEMBED_TOKEN = env.str("META_OEMBED_TOKEN", "")
# Servers whose posts readers may have shown in the page; those of all others are text and link.
MASTODON_HOSTS = env.list("MASTODON_HOSTS", ["mastodon.social"])

# Who is told of changes (entries/domain/telling.py)


def listed(name: str) -> list[str]:
    """Each once, as somebody may have spaced them."""
    given: list[str] = env.list(name, [])
    return list(dict.fromkeys(word.strip() for word in given if word.strip()))


# Hosts within the newsroom's own network, each with its port (`localhost:8080`), that hubs and webhooks may be at.
OUTSIDE_PRIVATE_HOSTS = [host.lower() for host in listed("OUTSIDE_PRIVATE_HOSTS")]
# Feeds name these, and they are told of each change, so that subscribers need not ask. https://www.w3.org/TR/websub/
WEBSUB_HUBS = listed("WEBSUB_HUBS")
for _hub in WEBSUB_HUBS:
    if not may_be_asked(_hub, OUTSIDE_PRIVATE_HOSTS) or len(_hub) > 300:
        raise ImproperlyConfigured(
            f"WEBSUB_HUBS has {_hub}, where no hub can be: give an address that begins with https://, "
            "or name its host and port in OUTSIDE_PRIVATE_HOSTS too."
        )

# Secrets

SECRET_KEY = env.str("SECRET_KEY", "")
# With a secret this is somebody's site; without one it is a laptop.
DEBUG = env.bool("DEBUG", not SECRET_KEY)
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set: give the site a secret of its own, 50 random characters or more."
        )
    SECRET_KEY = "this-is-a-laptop-and-nothing-here-is-secret"  # noqa: S105

# Hosts and transport

# Who has it listen on every address wants it seen from elsewhere, under names that only they know.
HOSTS = ["*"] if IS_WILDCARD else [urlsplit(SITE_URL).hostname or "", "localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", HOSTS)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
BEHIND_PROXY = env.bool("BEHIND_PROXY", IS_HTTPS)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
# A promise for all of a publisher's names, and hard to take back: theirs to make.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_SUBDOMAINS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# Browsers take these names from this very host alone, over HTTPS alone: no other name of the domain can plant one.
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
DEVICE_COOKIE_NAME = "__Secure-device" if IS_HTTPS else "device"  # for the newsroom's addresses only
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    # Editors may place pictures of other sites in their text, over HTTPS only.
    "img-src": [CSP.SELF, "https:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    # The players of entries/embedding, which load when a reader asks for one. An iframe of anybody else never does.
    "frame-src": [
        "https://www.youtube-nocookie.com",
        "https://player.vimeo.com",
        "https://platform.twitter.com",
        "https://embed.bsky.app",
        "https://t.me",
        "https://www.instagram.com",
        "https://www.tiktok.com",
        "https://www.facebook.com",
        *(f"https://{host}" for host in MASTODON_HOSTS),
    ],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

# The application

INSTALLED_APPS = [
    "entries.apps.EntriesConfig",
    "ckeditor",
    "entries.apps.NewsroomConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "liveblog.staticfiles.LeanStaticFilesConfig",
]
MIDDLEWARE = [
    "entries.views.guard.Guard",
    # Before the next, which refuses a wrong Host by itself where it sends to HTTPS.
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "entries.views.account.sessions.LoginMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "entries.views.calling.caller_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "liveblog.urls"
WSGI_APPLICATION = "liveblog.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "entries.context.site",
            ],
        },
    },
]
SILENCED_SYSTEM_CHECKS = [
    "ckeditor.W001",  # entries.checks verifies the fence around CKEditor in its place
    *("security.W005", "security.W021"),  # HSTS_SUBDOMAINS, above
]

# The database

DATABASES = {
    "default": dj_database_url.parse(
        env.str("DATABASE_URL", "") or f"sqlite:///{DATA_DIR / 'db.sqlite3'}", conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # With Django's defaults eight writers at once got "database is locked" 193 times in 800; so, never. And FULL: with
    # NORMAL what an editor was told is saved may be gone when the machine loses its power.
    # To open it takes a millisecond, and one that stays would write into the old file when another takes its place.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
    }
else:
    # A database that vanished without a word is found out in half a minute, not in the two hours of the kernel.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25_000,
    } | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts

# Whether all accounts need a second step to log in: a code of an app, after the password.
TWO_FACTOR = env.str("TWO_FACTOR", "") or "optional"
if TWO_FACTOR not in ("optional", "required"):
    raise ImproperlyConfigured(f"TWO_FACTOR is {TWO_FACTOR}: it must be optional or required.")
# Length, and nothing that can be guessed. As NIST SP 800-63B-4 has it: 15 characters where they alone open.
PASSWORD_LENGTH = 12 if TWO_FACTOR == "required" else 15
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "entries.passwords.NotEasilyGuessed"},  # CommonPasswordValidator, and more
]
SESSION_ENGINE = "entries.sessions"
LOGIN_URL = "admin:login"

# Language and time: the newsroom's clock is GMT

# One for the whole site and never a reader's browser's: a cached page is the same for all.
LANGUAGE_CODE = (env.str("LANGUAGE_CODE", "") or "en-gb").lower().replace("_", "-")
LANGUAGES = [(code, LANG_INFO[code]["name_local"]) for code in ("en", "ar", "de", "es", "fr", "uk")]
LOCALE_PATHS = [BASE_DIR / "locale"]
if not re.fullmatch(f"({'|'.join(dict(LANGUAGES))})(-[a-z0-9]{{2,8}})*", LANGUAGE_CODE):
    raise ImproperlyConfigured(
        f"LANGUAGE_CODE is {LANGUAGE_CODE}, and the site speaks {', '.join(dict(LANGUAGES))}: give one of these, "
        "or one of its variants, such as en-gb."
    )
TIME_ZONE = "UTC"
USE_TZ = True

# Files

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = env.str("MEDIA_URL", "/media/")
MEDIA_ROOT = DATA_DIR / "media"
# Object storage for sites of more than one machine. The keys, `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, boto3
# takes from the environment or from the machine's role by itself.
AWS_STORAGE_BUCKET_NAME = env.str("AWS_STORAGE_BUCKET_NAME", "")
BUCKET = {
    "BACKEND": "liveblog.buckets.Bucket",
    "OPTIONS": {
        "bucket_name": AWS_STORAGE_BUCKET_NAME,
        "endpoint_url": env.str("AWS_S3_ENDPOINT_URL", "") or None,
        "region_name": env.str("AWS_S3_REGION_NAME", "") or None,
        # A name has only ever one picture.
        "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
    },
}
STORAGES = {
    "default": BUCKET if AWS_STORAGE_BUCKET_NAME else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "liveblog.staticfiles.HashedStaticFiles"
    },
}

# Logs, and what a site says of itself (entries/operations)

LOG_FORMAT = env.str("LOG_FORMAT", "") or ("json" if IS_HTTPS else "text")
if LOG_FORMAT not in journal.FORMATS:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT}: it must be text or json.")
LOGGING = journal.configuration(LOG_FORMAT, env.log_level("LOG_LEVEL", logging.INFO))
# Otherwise only requests that failed, or took so many seconds, are a line each.
ACCESS_LOG = env.bool("ACCESS_LOG", False)
SLOW_SECONDS = env.float("SLOW_SECONDS", 1.0)
# With a token /metrics and /readyz are for whoever has it; without one for the own network.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
if METRICS_TOKEN and (len(METRICS_TOKEN) < 16 or not METRICS_TOKEN.isascii()):
    raise ImproperlyConfigured("METRICS_TOKEN can be guessed: give 16 characters or more, letters and digits.")
METRICS_PUBLIC = env.bool("METRICS_PUBLIC", False)
# Megabytes below which a site is not ready; 0 for one that keeps nothing on its disk.
DISK_FREE_MB = env.int("DISK_FREE_MB", 200)
_password = str(DATABASES["default"].get("PASSWORD") or "")
_keys = [env.str(name, "") for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
# The password as an address has it, too.
journal.hide([SECRET_KEY, METRICS_TOKEN, META_OEMBED_TOKEN, _password, quote(_password, safe=""), *_keys])
