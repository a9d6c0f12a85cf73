"""What every page is made of besides its posts: when that is another one, so is every page."""

from functools import cache
from hashlib import sha256

from django.conf import settings
from django.core.signals import setting_changed

# Not migrations, which change no page, nor anything that is made while the site runs.
_MADE_OF = ("entries/**/*.py", "templates/**/*", "static/**/*", "locale/**/*.mo")
_SAID = (
    *("SITE_URL", "SITE_NAME", "LANGUAGE_CODE", "MEDIA_URL", "STATIC_URL", "DEBUG"),
    *("WEBSUB_HUBS", "MASTODON_HOSTS", "SECURE_CSP"),
)


@cache
def edition() -> str:
    """Of this code, under these settings."""
    said = repr([getattr(settings, name) for name in _SAID])
    return sha256(f"{_code()} {said}".encode()).hexdigest()[:8]


@cache
def _code() -> str:
    digest = sha256()
    for pattern in _MADE_OF:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            if path.is_file() and "migrations" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _forget(**changed: object) -> None:
    """Of tests, which alone change settings while they run."""
    edition.cache_clear()


setting_changed.connect(_forget)
