"""What keeps an archive from being made or brought back. Each says in a sentence what to do."""

from typing import Self


class ArchivingFault(Exception):
    pass


class BadArchive(ArchivingFault):
    """Not an archive of this product, or not as it was written. Raised before anything is touched."""


class NotEmpty(ArchivingFault):
    def __init__(self) -> None:
        super().__init__(
            "This site is not empty, and nothing was changed: give --replace to erase what is there, or name another "
            "DATABASE_URL or DATA_DIR."
        )


class OtherVersion(ArchivingFault):
    pass


class NotRestored(ArchivingFault):
    """What was there before is there still."""

    @classmethod
    def by(cls, error: Exception) -> Self:
        reason = str(error).partition("\n")[0]
        return cls(f"Nothing was changed, for the database does not take the archive’s rows: {reason.rstrip('.')}.")
