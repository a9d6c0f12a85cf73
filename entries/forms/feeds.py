"""What subscribers ask for in a feed's address. A part that makes no sense is as if it were not there."""

import re
from datetime import date

from django import forms

from entries.domain.deltas import MAX_SEQ
from entries.sanitising import one_line
from entries.slicing import Slice

_HOUR = re.compile(r"\d{4}-\d\d-\d\dT\d\d", re.ASCII)
_POST = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{1,18})", re.ASCII)


class SliceForm(forms.Form):
    """Of a post's feed: `?key=1`, `?author=Ann+Lee`, `?digest=hourly`."""

    key = forms.ChoiceField(choices=[("1", "")], required=False)
    author = forms.CharField(max_length=200, required=False)
    digest = forms.ChoiceField(choices=[("hourly", "")], required=False)
    before = forms.CharField(max_length=20, required=False)

    @property
    def slice(self) -> Slice:
        self.full_clean()
        given = self.cleaned_data
        is_digest = bool(given.get("digest"))
        before = given.get("before", "")
        makes_sense = _HOUR.fullmatch(before) if is_digest else _is_id(before)
        return Slice(
            is_key_only=bool(given.get("key")),
            author=one_line(given.get("author", "")),
            is_digest=is_digest,
            before=before if makes_sense else "",
        )


class BeforeForm(forms.Form):
    """Of feeds of posts: `?before=2024-12-03.17`, day and id of the post that the sheet before ended with."""

    before = forms.CharField(max_length=40, required=False)

    @property
    def before_post(self) -> tuple[date, int] | None:
        self.full_clean()
        found = _POST.fullmatch(self.cleaned_data.get("before", ""))
        if found is None:
            return None
        try:
            return date.fromisoformat(found[1]), int(found[2])
        except ValueError:
            return None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) <= MAX_SEQ
