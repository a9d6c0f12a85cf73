"""What readers ask for in an address. A part that makes no sense is as if it were not there: a page always comes."""

from django import forms

from entries.domain.deltas import MAX_SEQ
from entries.reading import Reading

MAX_QUERY = 200  # characters


def _number(least: int) -> forms.IntegerField:
    return forms.IntegerField(min_value=least, max_value=MAX_SEQ, required=False)


class ReadingForm(forms.Form):
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
        return Reading(
            page=given.get("page"),
            is_oldest_first=bool(given.get("order")),
            is_key_only=bool(given.get("key")),
            query=given.get("q", ""),
            since=given.get("since"),
            entry=given.get("entry"),
        )
