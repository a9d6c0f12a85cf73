"""What readers ask for in an address. A part that makes no sense is as if it were not there: a page always comes."""

from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entries.domain.deltas import MAX_SEQ
from entries.reading import Reading
from entries.searching import words_of
from entries.zones import COMMON, city, zone_named

MAX_QUERY = 200  # characters


def _number(least: int) -> forms.IntegerField:
    return forms.IntegerField(min_value=least, max_value=MAX_SEQ, required=False)


class ZoneForm(forms.Form):
    """`?zone=Europe/Kyiv`: times in that zone beside GMT. The zone is in the address, so shared caches stay right."""

    zone = forms.CharField(max_length=64, required=False)
    common = COMMON
    fault = _("There is no such time zone: write it like Europe/Kyiv, or only the city.")  # whatever is wrong with it

    def clean_zone(self) -> ZoneInfo | None:
        name = self.cleaned_data["zone"]
        try:
            return zone_named(name) if name else None
        except LookupError as error:
            raise ValidationError(self.fault) from error

    @property
    def chosen(self) -> ZoneInfo | None:
        return None if "zone" in self.errors else self.cleaned_data["zone"]

    @property
    def name(self) -> str:
        return self.chosen.key if self.chosen else ""

    @property
    def city(self) -> str:
        return city(self.chosen) if self.chosen else ""

    @property
    def written(self) -> str:
        """What stands in the field."""
        return self.name or str(self.data.get("zone", "")).strip()[:64]

    @property
    def carried(self) -> dict[str, str]:
        """What a reader who chooses a zone has chosen before."""
        return {name: self.data[name] for name in ReadingForm.base_fields if name in self.data and name != "zone"}

    @property
    def without(self) -> str:
        return f"?{urlencode(self.carried)}"

    # For links to other pages that show times.

    @property
    def query(self) -> str:
        return f"?zone={quote(self.name)}" if self.name else ""

    @property
    def also(self) -> str:
        return f"&zone={quote(self.name)}" if self.name else ""


class ReadingForm(ZoneForm):
    page = _number(1)
    order = forms.ChoiceField(choices=[("oldest", "")], required=False)
    key = forms.ChoiceField(choices=[("1", "")], required=False)
    q = forms.CharField(max_length=MAX_QUERY, required=False)
    since = _number(0)
    entry = _number(1)

    @property
    def reading(self) -> Reading:
        self.full_clean()
        given = self.cleaned_data
        query = given.get("q", "")
        return Reading(
            page=given.get("page"),
            is_oldest_first=bool(given.get("order")),
            is_key_only=bool(given.get("key")),
            query=query if words_of(query) else "",
            since=given.get("since"),
            entry=given.get("entry"),
            zone=self.name,
        )
