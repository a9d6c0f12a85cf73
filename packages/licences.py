"""Under which licence each package is, as it says itself."""

from collections.abc import Iterable
from importlib.metadata import Distribution, PackageMetadata, PackageNotFoundError, distribution

from packages.locks import ROOT, Locked, locked

PAGE = ROOT / "docs" / "licences.md"
# All that a publisher may run and pass on beside a site without opening the site's own code. No GPL, no AGPL, and
# nothing that is free for some uses only.
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0"),
    *("LGPL", "MPL-2.0"),  # asked for changes of these packages themselves alone, and the project makes none
}
# What says it otherwise than by an identifier of SPDX.
_SAID = {
    "apache software license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "dual license": "Apache-2.0 OR BSD-3-Clause",
    "gnu lesser general public license v3 or later (lgplv3+)": "LGPL",
    "gnu library or lesser general public license (lgpl)": "LGPL",
    "gnu lgpl v3+": "LGPL",
    "lgpl with exceptions": "LGPL",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psf license": "PSF-2.0",
    "psfl": "PSF-2.0",
}
# Whose files say it and whose metadata do not, or not all of it.
BY_HAND = {
    "axe-playwright-python": "MIT AND MPL-2.0",  # LICENSE; axe-core inside is under the second
    "django-ckeditor": "BSD-3-Clause AND (GPL OR LGPL OR MPL)",  # CKEditor inside, of which a user takes one
}
_CHOSEN = {"BSD-3-Clause AND (GPL OR LGPL OR MPL)": "BSD-3-Clause AND LGPL"}


def licence_of(name: str, metadata: PackageMetadata) -> str:
    if name in BY_HAND:
        return BY_HAND[name]
    classes = [said.rpartition(" :: ")[2] for said in metadata.get_all("Classifier") or [] if _is_licence(said)]
    for said in (metadata.get("License-Expression"), metadata.get("License"), *classes):
        known = _SAID.get((said or "").strip().lower(), (said or "").strip())
        if known and is_allowed(known):
            return known
    return str(metadata.get("License-Expression") or metadata.get("License") or ", ".join(classes) or "unknown")


def _is_licence(classifier: str) -> bool:
    return classifier.startswith("License :: ")


def is_allowed(licence: str) -> bool:
    """All that must be kept at once is; of what one may choose from, one is enough."""
    said = _CHOSEN.get(licence, licence).replace("(", "").replace(")", "")
    alternatives = [part.strip() for part in said.split(" OR ")]
    return any({name.strip() for name in part.split(" AND ")} <= ALLOWED for part in alternatives)


def installed(packages: Iterable[Locked]) -> dict[str, Distribution]:
    found: dict[str, Distribution] = {}
    for package in packages:
        try:
            found[package.name] = distribution(package.name)
        except PackageNotFoundError:
            continue  # of a set, or for a system, that is not here
    return found


def licences(name: str = "requirements-supply") -> dict[str, str]:
    """Of each package of this set that is installed here."""
    found = installed(locked(ROOT / f"{name}.lock").values())
    return {each: licence_of(each, given.metadata) for each, given in sorted(found.items())}


def page() -> str:
    """docs/licences.md. Needs all sets to be installed."""
    known, of_site = licences(), {name for set_ in ("", "-s3") for name in locked(ROOT / f"requirements{set_}.lock")}
    rows = [(name, licence) for name, licence in known.items()]
    site = [row for row in rows if row[0] in of_site]
    others = [row for row in rows if row[0] not in of_site]
    return "\n".join([*_HEAD, *_table(site), "", "## For tests, measurements and upkeep", "", *_table(others), ""])


def _table(rows: Iterable[tuple[str, str]]) -> list[str]:
    return ["| package | licence |", "| --- | --- |", *(f"| {name} | {licence} |" for name, licence in rows)]


def written() -> dict[str, str]:
    """What the page says."""
    cells = [line.strip("| ").split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return {name: licence for name, licence in cells if name not in ("package", "---")}


_HEAD = [
    "# Licences",
    "",
    "Of every package that is installed, as it says itself. `./run licences` writes this page; `./run test` refuses a "
    "package whose licence is not among those that `packages/licences.py` allows, or that has no row here. Versions "
    "and hashes are in `requirements*.lock`. django-ckeditor brings CKEditor 4, of whose three licences this project "
    "takes the LGPL. The fonts of `entries/drawing/fonts` have theirs beside them.",
    "",
    "## What a site runs on",
    "",
]
