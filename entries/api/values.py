"""Single values as the API takes and gives them: each has its pattern, and its sentence for what is wrong."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Field, StrictInt

from entries.domain.deltas import MAX_SEQ

# Of what need not be given; null, which is another thing, it never is.
ABSENT: Any = None
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SLUG = r"^[-a-zA-Z0-9_]+$"
_UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


def _read_instant(given: Any) -> datetime:
    if not isinstance(given, str) or not re.fullmatch(_INSTANT[1:-1], given, re.ASCII):
        raise ValueError(_("A time is written like 2024-12-03T17:16:00Z."))
    try:
        return datetime.fromisoformat(given).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(_("There is no such time in the calendar.")) from error


def _read_day(given: Any) -> date:
    try:
        if isinstance(given, str) and re.fullmatch(_DAY[1:-1], given, re.ASCII):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise ValueError(_("A day is written like 2024-12-03."))


def _read_uuid(given: Any) -> UUID:
    if not re.fullmatch(_UUID[1:-1], given, re.ASCII):
        raise ValueError(_("A key is a UUID, made anew for each text: c56a4180-65aa-42ec-a945-5fd21dec0538."))
    return UUID(given)


def _read_flag(given: Any) -> bool:
    if given not in ("true", "false"):
        raise ValueError(_("This is either true or false."))
    return bool(given == "true")


def _whole(given: Any) -> Any:
    """To JSON 10.0 is a whole number too."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


def read_number(given: Any) -> int:
    if not re.fullmatch("[0-9]{1,40}", given, re.ASCII):
        raise ValueError(_("This is a whole number, such as 41."))
    return min(int(given), MAX_SEQ)


# In queries, where all is text. Whatever Pydantic would take besides (1, yes, a time for a day) is refused.
Day = Annotated[date, Field(json_schema_extra={"pattern": _DAY}), BeforeValidator(_read_day)]
Flag = Annotated[bool, BeforeValidator(_read_flag)]
Number = Annotated[int, Field(ge=0), BeforeValidator(read_number)]
Key = Annotated[UUID, Field(json_schema_extra={"pattern": _UUID}), BeforeValidator(_read_uuid)]
Id = Annotated[int, Field(ge=0)]
Slug = Annotated[str, Field(pattern=_SLUG, max_length=100)]

# The constraints first: what stands before them is beside the number's own schema.
Version = Annotated[StrictInt, Field(ge=1, le=2**31 - 1), BeforeValidator(_whole)]
Hold = Annotated[StrictInt, Field(ge=1, le=30), BeforeValidator(_whole)]
GivenInstant = Annotated[datetime, Field(json_schema_extra={"pattern": _INSTANT}), BeforeValidator(_read_instant)]
Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2024-12-03T17:16:00Z"])]
Address = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Uid = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Confidence = Literal["confirmed", "unconfirmed", "disputed"]
