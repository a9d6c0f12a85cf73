"""The desk's forms: they clean, the domain acts."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entries.enums import Confidence, Intent
from entries.excerpts import excerpt
from entries.forms.fields import PictureField, TextFields
from entries.importers.day_markup import Markup
from entries.labels import label_time, time_text
from entries.models import Entry, Post
from entries.richtext import RichTextField

UPDATES_TO_CHOOSE = 30
HOLDS = (0, 5, 10, 20, 30)  # seconds in which a publication can be undone


class TimeField(forms.CharField):
    """`1716` in a post of `day`, or with a day of its own; nothing for the moment it goes out."""

    day: date

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return label_time(text, self.day, timezone.now())
        except ValueError as error:
            raise ValidationError(
                _("“%(text)s” is not a time: write it like 1716, or with its day like 4 Dec 1716."),
                params={"text": text},
            ) from error


class ComposeForm(TextFields, forms.Form):
    """A new entry of a post, or the one that is edited. Its hidden `base_…` fields say which state was open."""

    time_field = "time"

    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    base_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    base_is_key = forms.BooleanField(required=False, widget=forms.HiddenInput)
    base_is_pinned = forms.BooleanField(required=False, widget=forms.HiddenInput)
    source = RichTextField(label=_("Text"))
    time = TimeField(label=_("Time, GMT"), required=False)
    topic = forms.CharField(label=_("Topic"), required=False)
    byline = forms.CharField(label=_("Byline"), required=False)
    confidence = forms.ChoiceField(
        label=_("Confidence"), required=False, choices=[("", _("not said")), *Confidence.choices]
    )
    is_key = forms.BooleanField(label=_("Key moment"), required=False)
    is_pinned = forms.BooleanField(label=_("Pinned"), required=False)
    intent = forms.ChoiceField(choices=Intent, required=False)
    hold = forms.TypedChoiceField(
        label=_("Undo for"),
        required=False,
        coerce=int,
        empty_value="0",
        choices=[(one, format_lazy("{} {}", one, pgettext_lazy("seconds", "s"))) for one in HOLDS],
    )

    def __init__(self, *args: Any, post: Post, entry: Entry | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entry = entry
        self.fields["time"].day = post.date  # type: ignore[attr-defined]
        if entry:
            self.initial = {**fields_of(entry), **self.initial}

    def clean_time(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["time"]
        if self.entry and self.data.get("time", "").strip() == fields_of(self.entry)["time"]:
            # A clock says less than the time it was made of: neither its seconds nor, past midnight, its day.
            return self.entry.published_at
        if at and self.entry and self.entry.is_out and at > timezone.now():
            raise ValidationError(_("This update is out already: its time cannot be one that is still to come."))
        return at

    def clean_intent(self) -> Intent:
        return Intent(self.cleaned_data["intent"] or Intent.PUBLISH)

    def clean_hold(self) -> timedelta:
        return timedelta(seconds=int(self.cleaned_data["hold"]))

    def go_on_from(self, bases: dict[str, Any]) -> None:
        """The next save is made with what is saved now in view."""
        self.data = self.data.dict() | bases  # type: ignore[attr-defined]


def fields_of(entry: Entry) -> dict[str, Any]:
    """The form's fields as they are of an entry, ready to be edited."""
    return {
        "source": entry.source,
        "time": time_text(entry.published_at, entry.post.date) if entry.published_at else "",
        "topic": entry.topic,
        "byline": entry.byline,
        "confidence": entry.confidence,
        "is_key": entry.is_key,
        "is_pinned": entry.is_pinned,
        "base_version": entry.version,
        "base_is_key": entry.is_key,
        "base_is_pinned": entry.is_pinned,
    }


def faults(form: forms.Form) -> str:
    """All that is wrong with it, in a line."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


class RemovalForm(forms.Form):
    reason = forms.CharField(required=False, max_length=500)


class SupersedeForm(forms.Form):
    """The update that `entry` is superseded by: one of the newest that stand above it, or none."""

    by = forms.TypedChoiceField(
        label=_("Superseded by"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, entry: Entry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.newer = newer_than(entry)
        words = [(one.pk, f"{one.label} {excerpt(one.html, 80)}") for one in self.newer.values()]
        self.fields["by"].choices = [("", _("nothing")), *words]  # type: ignore[attr-defined]
        self.initial["by"] = entry.superseded_by_id or ""

    @property
    def update(self) -> Entry | None:
        return self.newer.get(self.cleaned_data["by"])


def newer_than(entry: Entry) -> dict[int, Entry]:
    """By their ids, the latest first; what superseded it already stays among them."""
    updates = entry.post.entries.updates().standing()
    found = [*updates.above(entry).by_time().reverse()[:UPDATES_TO_CHOOSE], *updates.filter(supersedes=entry)]
    for one in found:
        one.post = entry.post
    return {one.pk: one for one in found}


class PromiseForm(forms.Form):
    """A clock without a day is the next one: readers are promised nothing that has passed."""

    by = TimeField(label=_("Next update by"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].day = timezone.now().date()  # type: ignore[attr-defined]

    def clean_by(self) -> datetime | None:
        by: datetime | None = self.cleaned_data["by"]
        is_clock = len(self.data.get("by", "").strip()) <= 5
        return by + timedelta(days=1) if by and is_clock and by <= timezone.now() else by


class DayForm(forms.Form):
    text = forms.CharField(label=_("The day’s text"), widget=forms.Textarea(attrs={"rows": 16}), strip=False)
    markup = forms.ChoiceField(
        label=_("Written as"), choices=[(Markup.PLAIN, _("a paragraph a line")), (Markup.MARKDOWN, "Markdown")]
    )


class UploadForm(forms.Form):
    image = PictureField()
