"""The catalogues under locale/: what is said in code and templates, and what each language says for it."""

import gettext
import io
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

ROOT = settings.BASE_DIR
PYTHON = ("entries", "liveblog")
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# A catalogue is made of its texts alone: on another day it comes out the same.
DATE = datetime(2026, 11, 25, tzinfo=UTC)
_PLACEHOLDER = re.compile(r"%%s|%s|%\(\w+\)[sd]|\{\}")
_MARKUP = re.compile(r"</?\w[^>]*>|[<>&\"]")


class Command(BaseCommand):
    help = "Takes what is said in code and templates into the catalogues under locale/, and compiles them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; say what is missing or wrong")

    def handle(self, *, check: bool, **options: Any) -> None:
        if not check:
            update()
        found = [fault for language in languages() for fault in faults(language)]
        self.stdout.write("\n".join([*found, f"{len(found)} to do."]))
        if check and found:
            raise CommandError("The catalogues are not complete.")


def languages() -> list[str]:
    return [code for code, _ in settings.LANGUAGES if code != "en"]


def path_of(language: str, suffix: str = "po") -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / f"django.{suffix}"


def extracted() -> Catalog:
    """All that is said, with the files where."""
    catalog = Catalog()
    for path, source in _sources():
        for _line, message, comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            place = str(path.relative_to(ROOT))
            catalog.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return catalog


def update() -> None:
    """New texts come in without a translation, those that nobody says any more go."""
    said = extracted()
    for language in languages():
        catalog = read(language)
        catalog.update(said, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(_written(catalog))
        path_of(language, "mo").write_bytes(compiled(language))


def read(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        catalog = Catalog(language, fuzzy=False)
    else:
        with path.open("rb") as file:
            catalog = read_po(file, language)
    catalog.header_comment = "# Live-blog publishing for newsrooms"
    catalog.project, catalog.version = "liveblog", "1"
    catalog.creation_date = catalog.revision_date = DATE
    return catalog


def compiled(language: str) -> bytes:
    file = io.BytesIO()
    write_mo(file, read(language))
    return file.getvalue()


def faults(language: str) -> Iterator[str]:
    """What is missing or wrong in a catalogue, a line each."""
    said, catalog = extracted(), read(language)
    for message in said:
        if message.id and not catalog.get(_key(message), message.context):
            yield f"{language}: “{_key(message)}” is not in the catalogue."
    for message in catalog:
        if message.id:
            yield from (f"{language}: “{_key(message)}” {fault}" for fault in _faults_of(message, said, catalog))
    if not path_of(language, "mo").exists() or path_of(language, "mo").read_bytes() != compiled(language):
        yield f"{language}: django.mo is not what django.po compiles to."


def _faults_of(message: Message, said: Catalog, catalog: Catalog) -> Iterator[str]:
    if not said.get(_key(message), message.context):
        yield "is said nowhere any more."
    if message.fuzzy:
        yield "is marked as fuzzy."
    given = forms(message.string)
    if len(given) != (catalog.num_plurals if message.pluralizable else 1) or not all(given):
        yield "is not translated."
        return
    for index, form in enumerate(given):
        is_of_one_number = message.pluralizable and _is_one(catalog, index)
        yield from _faults_of_form(form, forms(message.id)[-1], is_of_one_number=is_of_one_number)


def _faults_of_form(form: str, original: str, *, is_of_one_number: bool) -> Iterator[str]:
    has, wants = set(_PLACEHOLDER.findall(form)), set(_PLACEHOLDER.findall(original))
    # “Two updates” needs no number.
    if has != wants and not (is_of_one_number and has < wants and len(wants - has) == 1):
        yield f"has other placeholders in “{form}”."
    # Templates print a translation as it is, in attributes too.
    if sorted(_MARKUP.findall(form)) != sorted(_MARKUP.findall(original)):
        yield f"has other markup in “{form}”."
    if (form[:1].isspace(), form[-1:].isspace()) != (original[:1].isspace(), original[-1:].isspace()):
        yield f"has other space around it in “{form}”."


def _is_one(catalog: Catalog, index: int) -> bool:
    """Whether that plural form is of one number alone, as English's first is."""
    form_of = gettext.c2py(catalog.plural_expr)
    return sum(form_of(number) == index for number in range(1000)) == 1


def _key(message: Message) -> str:
    return forms(message.id)[0]


def forms(text: Any) -> list[str]:
    """A text alone, or the singular and the plurals of one that counts."""
    return [text or ""] if isinstance(text, str | None) else [form or "" for form in text]


def _sources() -> Iterator[tuple[Path, str]]:
    """Python as it is, templates as Python that says the same."""
    for folder in PYTHON:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, path.read_text()
    for path in sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.css")):
        lines = templatize(path.read_text()).splitlines()
        yield path, "\n".join(line.strip() for line in lines)


def _written(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalog, width=120, include_lineno=False)
    return file.getvalue()
