"""The time of day in a reader's own zone, to stand beside GMT."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils import dateformat

# Offered to choose from; any other may be written.
COMMON = (
    "Africa/Cairo Africa/Johannesburg Africa/Lagos Africa/Nairobi America/Argentina/Buenos_Aires America/Bogota "
    "America/Chicago America/Denver America/Los_Angeles America/Mexico_City America/New_York America/Sao_Paulo "
    "America/Toronto Asia/Baghdad Asia/Bangkok Asia/Beirut Asia/Dhaka Asia/Dubai Asia/Hong_Kong Asia/Jakarta "
    "Asia/Jerusalem Asia/Kabul Asia/Karachi Asia/Kolkata Asia/Manila Asia/Seoul Asia/Shanghai Asia/Singapore "
    "Asia/Tehran Asia/Tokyo Australia/Perth Australia/Sydney Europe/Athens Europe/Berlin Europe/Istanbul Europe/Kyiv "
    "Europe/London Europe/Madrid Europe/Moscow Europe/Paris Europe/Warsaw Pacific/Auckland"
).split()
# Whose zones have the names of cities.
_REGIONS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
_OF_THE_MACHINE = {"localtime", "Factory"}


def zone_named(name: str) -> ZoneInfo:
    """The zone of `Europe/Kyiv`, `europe/kyiv` or `Kyiv`; LookupError for anything else."""
    return ZoneInfo(_names()["_".join(name.split()).casefold()])


def city(zone: ZoneInfo) -> str:
    return zone.key.rpartition("/")[2].replace("_", " ")


def zone_time(at: datetime, zone: ZoneInfo) -> str:
    """`1916 Kyiv`, or `Wed 0016 Kyiv` where it is another day than in GMT; empty at the ends of the calendar."""
    try:
        local = at.astimezone(zone)
    except OverflowError:
        return ""
    is_same_day = local.date() == at.astimezone(UTC).date()
    return f"{'' if is_same_day else dateformat.format(local, 'D ')}{local:%H%M} {city(zone)}"


@cache
def _names() -> dict[str, str]:
    """What a reader may write, in small letters, to the zone's name. Looked up once, for it walks a folder."""
    zones = sorted(available_timezones() - _OF_THE_MACHINE)
    cities = {name.rpartition("/")[2]: name for name in zones if name.startswith(_REGIONS)}
    return {written.casefold(): name for written, name in (cities | dict(zip(zones, zones, strict=True))).items()}
