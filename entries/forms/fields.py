from typing import Any

from django import forms
from django.core.exceptions import ValidationError

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
