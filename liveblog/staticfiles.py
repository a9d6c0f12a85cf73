from pathlib import Path
from typing import Any

import brotli
import ckeditor
import rjsmin
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.core.files.base import ContentFile, File
from servestatic.compress import Compressor
from servestatic.storage import CompressedManifestStaticFilesStorage

from entries.richtext import EDITOR_LANGUAGES, EDITOR_PLUGINS

EDITOR = "ckeditor/ckeditor"
EDITOR_FILES = Path(ckeditor.__file__).parent / "static" / EDITOR

# Folders of parts that are in ckeditor.js itself but have files beside it, and the icon sheets.
KEPT_PLUGINS = {*EDITOR_PLUGINS, "dialog", "pastetools", "icons.png", "icons_hidpi.png"}


def unused_editor_files() -> list[str]:
    """Nine in ten of the editor's files: plugins never loaded, languages never offered."""
    plugins = [part.name for part in (EDITOR_FILES / "plugins").iterdir()]
    languages = [part.stem for part in (EDITOR_FILES / "lang").glob("*.js")]
    return [
        "ckeditor/galleriffic/*",
        "ckeditor/file-icons/*",
        f"{EDITOR}/adapters/*",
        f"{EDITOR}/vendor/*",
        f"{EDITOR}/skins/moono/*",
        f"{EDITOR}/*_ie*.css",
        f"{EDITOR}/*.json",
        f"{EDITOR}/*.md",
        f"{EDITOR}/build-config.js",
        *(f"{EDITOR}/plugins/{name}/*" for name in plugins if name not in KEPT_PLUGINS),
        *(f"{EDITOR}/*lang/{code}.js" for code in languages if code not in EDITOR_LANGUAGES),
    ]


class LeanStaticFilesConfig(StaticFilesConfig):
    """In INSTALLED_APPS instead of django.contrib.staticfiles."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, *unused_editor_files()]


class QuickCompressor(Compressor):
    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        # The most that it can do took five seconds for the editor's files; what readers load is all small.
        return bytes(brotli.compress(data, quality=11 if len(data) < 50_000 else 5))


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed names inside JavaScript modules too, so that a page never mixes the modules of two releases.

    The project's own scripts go out without their comments and indents, a quarter fewer bytes when compressed. Not its
    styles: the minifier that was tried took the space out of `.text :is(ul, ol)`, and would have saved a tenth.
    """

    support_js_module_import_aggregation = True

    def _save(self, name: str, content: File) -> str:
        if name.startswith("entries/") and name.endswith(".js"):
            content.seek(0)
            content = ContentFile(rjsmin.jsmin(content.read().decode()).encode())
        return str(super()._save(name, content))

    def create_compressor(self, **given: Any) -> Compressor:
        return QuickCompressor(**given)
