"""The admin's forms: they clean, the domain acts."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminFileWidget, AdminSplitDateTime
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from entries.domain.publishing import Head
from entries.domain.refusals import Refusal, StaleEdit
from entries.domain.rights import CONTRIBUTOR
from entries.enums import Intent, PostState
from entries.forms.fields import PictureField, TextFields
from entries.models import Entry, Post
from entries.richtext import RichTextField, RichTextWidget

# `1716` as the newsroom writes it, and as everybody else does.
CLOCK_FORMATS = ["%H%M", "%H:%M", "%H:%M:%S"]


def contributors() -> QuerySet[User]:
    """Those who may be assigned to a post."""
    return User.objects.filter(is_active=True, groups__name=CONTRIBUTOR).order_by("username")


class RefusableForm(forms.ModelForm):
    """A form that is shown again with what the domain refused, and with everything that was typed.

    Its hidden `base_…` fields say which state the editor had open. After a StaleEdit they move on to the state of
    today, so that a second save, made with both texts in view, is taken.
    """

    data: Any
    fields: dict[str, Any]
    initial: dict[str, Any]
    refusal: Refusal | None = None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is None:
            return cleaned
        said = [str(self.refusal)]
        if isinstance(self.refusal, StaleEdit):
            self.data = {**self.data.dict(), **self.bases()}
            theirs = _("What is saved now")
            said = [format_html("{}<h3>{}</h3><pre>{}</pre>", said[0], theirs, self.refusal.theirs)]
        if self.files:
            said.append(str(_("A browser forgets a chosen file: choose it again.")))
        raise ValidationError(said)

    def bases(self) -> dict[str, Any]:
        """Hidden field to the state that is saved now."""
        raise NotImplementedError

    def _save_m2m(self) -> None:
        """The admin asks for this after the domain has saved; there is nothing more to save."""


class ContributorsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name() or obj.username)


class PostForm(RefusableForm):
    base_seq = forms.IntegerField(widget=forms.HiddenInput, required=False)
    base_state = forms.ChoiceField(choices=PostState, widget=forms.HiddenInput, required=False)
    base_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    base_contributors = forms.CharField(widget=forms.HiddenInput, required=False)
    original = RichTextField(
        label=_("Original entry"), required=False, help_text=_("Opens the post and stays at its bottom.")
    )
    map_file = PictureField(
        label=_("File"),
        required=False,
        widget=AdminFileWidget({"aria-label": _("Map")}),
        help_text=_("JPEG, PNG, WebP, GIF or AVIF."),
    )
    next_state = forms.ChoiceField(label=_("State"), widget=forms.RadioSelect)
    contributors = ContributorsField(
        label=_("Contributors"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("They write drafts in this post and send them for approval."),
    )

    class Meta:
        model = Post
        fields = [
            "headline", "series", "date", "standfirst", "byline", "related_source",
            "map_alt", "map_caption", "map_credit",
        ]  # fmt: skip
        help_texts = {
            "date": _("The day that the post covers, GMT."),
            "related_source": _("A line each; links as HTML. The link to the day before comes by itself."),
            "map_credit": _("Who made it. Readers see “Map: …”."),
        }
        widgets = {
            "headline": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "standfirst": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            "related_source": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
            "map_alt": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "map_caption": forms.TextInput(attrs={"class": "vLargeTextField"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        post = self.instance
        self.original_entry = post.entries.originals().first() if post.pk else None
        # A colleague may have moved the post since: to leave it where this editor saw it is a valid choice.
        states = {*post.next_states, self.data.get("base_state")}
        self.fields["next_state"].choices = [choice for choice in PostState.choices if choice[0] in states]
        self.fields["contributors"].queryset = contributors()
        assigned = list(post.contributors.all()) if post.pk else []
        self.initial |= {"contributors": assigned, "base_contributors": ",".join(str(user.pk) for user in assigned)}
        self.initial |= {"next_state": post.state, "map_file": post.map and post.map.file} | self.bases()
        self.initial.setdefault("date", datetime.now(UTC).date())
        if self.original_entry:
            self.initial["original"] = self.original_entry.source

    @property
    def contributors_before(self) -> set[int]:
        """Keys of those whom this editor saw assigned; of none where they saw nothing of that."""
        shown = self.fields["contributors"].queryset.values_list("pk", flat=True)
        return {int(key) for key in self.cleaned_data["base_contributors"].split(",") if key.isdecimal()} & set(shown)

    def bases(self) -> dict[str, Any]:
        return {
            "base_seq": self.instance.head_seq,
            "base_state": self.instance.state,
            "base_version": self.original_entry.version if self.original_entry else None,
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and cleaned.get("map_file") and not cleaned.get("map_alt"):
            self.add_error("map_alt", _("Say what the map shows: some readers cannot see it."))
        return cleaned

    def head(self, image: Any) -> Head:
        lines = ("headline", "date", "series", "standfirst", "byline", "map_alt", "map_caption", "map_credit")
        values = {name: self.cleaned_data[name] for name in lines}
        return Head(**values, related=self.cleaned_data["related_source"], map=image)


class EntryForm(TextFields, RefusableForm):
    base_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    base_is_key = forms.BooleanField(widget=forms.HiddenInput, required=False)
    base_is_pinned = forms.BooleanField(widget=forms.HiddenInput, required=False)
    source = RichTextField(label=_("Text"), widget=RichTextWidget({"autofocus": True}))
    published_at = forms.SplitDateTimeField(
        label=_("Time (GMT)"),
        required=False,
        widget=AdminSplitDateTime,
        input_time_formats=CLOCK_FORMATS,
        help_text=_("Like 1716 or 17:16. Empty: the moment at which it is published."),
    )
    intent = forms.ChoiceField(
        label=_("When saved"),
        choices=[(one, one.label) for one in (Intent.PUBLISH, Intent.DRAFT)],
        initial=Intent.PUBLISH,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Entry
        fields = ["post", "topic", "byline", "confidence", "source", "published_at", "is_key", "is_pinned"]
        help_texts = {
            "topic": _("Runs in before the text: “Syria.”"),
            "byline": _("As readers are told it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= self.bases()
        # One that came out while its editor was at it is still told what they wanted of it.
        if self.instance.is_out and "intent" not in self.data:
            del self.fields["intent"]
        elif self.instance.pk:
            self.initial["intent"] = Intent.PUBLISH if self.instance.is_scheduled else Intent.DRAFT
        if "post" in self.fields and not self.is_bound:  # of a post that ended meanwhile the domain says so
            self.fields["post"].queryset = Post.objects.open_for_updates().newest_first()

    def bases(self) -> dict[str, Any]:
        entry = self.instance
        return {"base_version": entry.version, "base_is_key": entry.is_key, "base_is_pinned": entry.is_pinned}

    def clean_published_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["published_at"]
        if at and self.instance.is_out and at > timezone.now():
            raise ValidationError(_("This update is out already: its time cannot be one that is still to come."))
        return at


class RemovalForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=500, help_text=_("Readers who come to its address are told.")
    )
