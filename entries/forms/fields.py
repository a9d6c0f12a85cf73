from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from entries.domain.saving import Marks, Text
from entries.imaging import MAX_BYTES, BadPicture, read_picture


class PictureField(forms.FileField):
    """An image file, judged by what is in it."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload and upload is not initial:
            upload.seek(0)  # after a refusal the form is cleaned a second time
            try:
                read_picture(upload.read(MAX_BYTES + 1))
            except BadPicture as error:
                raise ValidationError(str(error)) from error
            upload.seek(0)
        return upload


class TextFields:
    """What a form with an entry's fields asks the domain to save."""

    cleaned_data: dict[str, Any]
    time_field = "published_at"

    @property
    def text(self) -> Text:
        lines = {name: self.cleaned_data[name] for name in ("source", "topic", "byline", "confidence")}
        return Text(**lines, published_at=self.cleaned_data[self.time_field])

    @property
    def marks(self) -> Marks:
        return Marks(self.cleaned_data["is_key"], self.cleaned_data["is_pinned"])

    @property
    def base_marks(self) -> Marks:
        return Marks(self.cleaned_data["base_is_key"], self.cleaned_data["base_is_pinned"])
