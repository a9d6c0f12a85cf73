"""What an archive says of itself."""

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from entries.archiving.faults import BadArchive, OtherVersion

FORMAT = 1
NAME = "manifest.json"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Member:
    size: int
    sha256: str


@dataclass
class Manifest:
    made_at: str
    database: str  # what it was made of, for who reads it
    migrations: dict[str, list[str]]  # those that were applied, of each app
    rows: dict[str, int] = field(default_factory=dict)  # of each model
    # The highest number that each model gave out, also to what is gone: an address is never given twice.
    counters: dict[str, int] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    format: int = FORMAT

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        try:
            given = json.loads(text)
            if given["format"] != FORMAT:
                raise OtherVersion(
                    f"The archive has format {given['format']!r} and this version reads {FORMAT}: restore it with the "
                    "version that made it."
                )
            members = {str(name): _member(one) for name, one in given.pop("members").items()}
            manifest = cls(**given, members=members)
            manifest._check()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadArchive("The archive’s manifest is damaged: take another backup.") from error
        return manifest

    def _check(self) -> None:
        counts = [*self.rows.values(), *self.counters.values(), *(one.size for one in self.members.values())]
        names = [name for names in self.migrations.values() for name in names]
        texts = [self.made_at, self.database, *self.migrations, *names, *self.rows, *self.counters]
        if not all(type(count) is int and 0 <= count < 2**63 for count in counts):
            raise ValueError(counts)
        if not all(isinstance(text, str) for text in texts):
            raise TypeError(texts)


def _member(given: dict[str, Any]) -> Member:
    member = Member(**given)
    if not _DIGEST.fullmatch(member.sha256):
        raise ValueError(member.sha256)
    return member
