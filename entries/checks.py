from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ckeditor.fields import RichTextField as UnfencedField
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage, Error, Tags, register

from entries.richtext import EDITOR_CONFIG, EDITOR_PLUGINS, FORBIDDEN_PLUGINS

PACKAGE_VERSION = "6.7.4"
EDITOR_VERSION = "4.22.1"  # later ones need a commercial licence


@register(Tags.security)
def check_editor_fence(**kwargs: Any) -> list[CheckMessage]:
    """ckeditor.W001 warns of an unmaintained editor; these errors are why it may be silenced."""
    faults = [fault for rule in RULES for fault in rule()]
    return [Error(message, hint=hint, id=f"entries.{code}") for code, message, hint in faults]


type Fault = tuple[str, str, str]


def package_is_pinned() -> Iterator[Fault]:
    if (found := version("django-ckeditor")) != PACKAGE_VERSION:
        yield (
            "E001",
            f"django-ckeditor is {found}, and the fence was built for {PACKAGE_VERSION}.",
            f"Install django-ckeditor=={PACKAGE_VERSION}, or try the fence again by its tests.",
        )


def editor_is_pinned() -> Iterator[Fault]:
    path = finders.find("ckeditor/ckeditor/ckeditor.js")
    if not path or f'version:"{EDITOR_VERSION}"' not in Path(path).read_text("utf-8-sig")[:2000]:
        yield (
            "E002",
            f"The ckeditor.js that would be served is not CKEditor {EDITOR_VERSION}.",
            "Remove the file that stands before django-ckeditor's own in the static folders.",
        )


def uploader_is_absent() -> Iterator[Fault]:
    if apps.is_installed("ckeditor_uploader"):
        yield (
            "E003",
            "ckeditor_uploader is installed, and it stores any file it is sent.",
            "Take it out of INSTALLED_APPS; images are added by the project's own form.",
        )


def config_is_closed() -> Iterator[Fault]:
    config = EDITOR_CONFIG
    unsafe = [
        *(["versionCheck"] if config.get("versionCheck") is not False else []),
        *(["allowedContent"] if not isinstance(config.get("allowedContent"), str) else []),
        *(["fullPage"] if config.get("fullPage") else []),
        *(["extraAllowedContent"] if config.get("extraAllowedContent") else []),
    ]
    if unsafe:
        yield (
            "E004",
            f"EDITOR_CONFIG opens the editor by {', '.join(unsafe)}.",
            "Keep versionCheck False and allowedContent a list of elements; leave the rest out.",
        )


def plugins_are_closed() -> Iterator[Fault]:
    loaded = {*_names("plugins"), *_names("extraPlugins")}
    removed = set(_names("removePlugins"))
    wrong = sorted(loaded - set(EDITOR_PLUGINS) | loaded & set(FORBIDDEN_PLUGINS))
    wrong += sorted(set(FORBIDDEN_PLUGINS) - removed)
    if wrong or not loaded:
        yield (
            "E005",
            f"EDITOR_CONFIG does not keep these plugins out: {', '.join(wrong) or 'all'}.",
            "Load EDITOR_PLUGINS only, and name every one of FORBIDDEN_PLUGINS in removePlugins.",
        )


def _names(key: str) -> list[str]:
    return [name for name in EDITOR_CONFIG.get(key, "").split(",") if name]


def no_model_uses_the_unfenced_field() -> Iterator[Fault]:
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, UnfencedField):
                yield (
                    "E006",
                    f"{field} brings django-ckeditor's own widget, which has no fence.",
                    "Make it a TextField, and give its form a RichTextField.",
                )


def warning_is_silenced_beside_the_fence_only() -> Iterator[Fault]:
    silenced = set(settings.SILENCED_SYSTEM_CHECKS)
    own = sorted(silenced & {f"entries.E00{number}" for number in range(1, 7)})
    if "ckeditor.W001" in silenced and own:
        yield (
            "E007",
            f"ckeditor.W001 is silenced together with {', '.join(own)}, which stands in for it.",
            "Take the entries' checks out of SILENCED_SYSTEM_CHECKS.",
        )


RULES: tuple[Callable[[], Iterator[Fault]], ...] = (
    package_is_pinned,
    editor_is_pinned,
    uploader_is_absent,
    config_is_closed,
    plugins_are_closed,
    no_model_uses_the_unfenced_field,
    warning_is_silenced_beside_the_fence_only,
)
