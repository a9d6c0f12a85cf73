"""The widths and formats in which a picture is served.

Its name tells them all, so to print a picture costs no query, and text that was stored long ago needs no rewriting.
"""

import re
from dataclasses import dataclass
from typing import Self

from django.conf import settings

# Phones take 1080 at two or three device pixels each. A wide screen's map takes it at one and 1920 at two; text 1440.
WIDTHS = (480, 800, 1080, 1440, 1920)
# For every browser of today, the smaller one first.
MODERN = ("avif", "webp")
_STEM = r"images/[0-9a-f]{2}/[0-9a-f]{32}"
_SIZE = r"[1-9][0-9]{0,3}"
_STORED = re.compile(rf"(?P<stem>{_STEM})-(?P<width>{_SIZE})x(?P<height>{_SIZE})\.(?P<suffix>gif|jpg|png)")
# All that has an address: pictures (without their size, where they are older than variants are) and their variants.
NAME = rf"{_STEM}(?:-{_SIZE}(?:x{_SIZE})?)?\.(?:avif|gif|jpg|png|webp)"


@dataclass(frozen=True)
class StoredPicture:
    stem: str  # of its name, or of its address: those of its variants begin with it
    width: int
    height: int
    suffix: str

    @classmethod
    def of_digest(cls, digest: str, width: int, height: int, suffix: str) -> Self:
        return cls(f"images/{digest[:2]}/{digest[:32]}", width, height, suffix)

    @classmethod
    def at(cls, address: str) -> Self | None:
        """None where the address is not one of this site's, or tells of no variants."""
        path = address.removeprefix(settings.SITE_URL)
        name = path.removeprefix(settings.MEDIA_URL) if path.startswith(settings.MEDIA_URL) else ""
        found = _STORED.fullmatch(name)
        if found is None:
            return None
        return cls(settings.MEDIA_URL + found["stem"], int(found["width"]), int(found["height"]), found["suffix"])

    @property
    def name(self) -> str:
        return f"{self.stem}-{self.width}x{self.height}.{self.suffix}"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """A drawing of few colours is larger at half its width, where it has many: it keeps its one PNG or GIF."""
        return (*MODERN, "jpg") if self.suffix == "jpg" else MODERN

    def widths(self, suffix: str) -> list[int]:
        """Those of its variants, none wider than the picture."""
        widest = min(self.width, WIDTHS[-1])
        # One that is a little narrower than the next saves no reader anything.
        narrower = [width for width in WIDTHS if width < widest * 0.9]
        return narrower if suffix == self.suffix else [*narrower, widest]

    @property
    def variants(self) -> dict[int, list[str]]:
        """The suffixes that there are of each width."""
        widths = self.widths(MODERN[0])
        return {width: [suffix for suffix in self.suffixes if width in self.widths(suffix)] for width in widths}

    def variant(self, width: int, suffix: str) -> str:
        return f"{self.stem}-{width}.{suffix}"

    def srcset(self, suffix: str) -> str:
        choices = [f"{self.variant(width, suffix)} {width}w" for width in self.widths(suffix)]
        if suffix == self.suffix:
            choices.append(f"{self.name} {self.width}w")
        return ", ".join(choices)
