from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from entries.admin.domain_admin import store_uploads
from entries.admin.history import HistoryInLog
from entries.domain.pictures import store_image
from entries.forms.fields import PictureField
from entries.models import Image


class UploadForm(forms.ModelForm):
    upload = PictureField(label=_("image"), help_text=_("JPEG, PNG, WebP, GIF or AVIF."))

    class Meta:
        model = Image
        fields: list[str] = []


@admin.register(Image)
class ImageAdmin(HistoryInLog):
    """Pictures for use inside texts: put one here, then its address into the editor's image dialog."""

    form = UploadForm
    list_display = ["picture", "address", "pixels", "size", "added_at"]
    list_display_links = None

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and self.has_add_permission(request):
            store_uploads(request)
        return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Image, form: Any, change: bool) -> None:
        obj.pk = store_image(form.cleaned_data["upload"].read()).pk
        obj.refresh_from_db()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("image"))
    def picture(self, image: Image) -> str:
        return format_html('<img src="{}" alt="" width="120" loading="lazy">', image.file.url)

    @admin.display(description=_("width × height"))
    def pixels(self, image: Image) -> str:
        return f"{image.width} × {image.height}"

    @admin.display(description=_("added"), ordering="created_at")
    def added_at(self, image: Image) -> datetime:
        return image.created_at

    @admin.display(description=_("address"))
    def address(self, image: Image) -> str:
        return format_html("<code>{}</code>", image.file.url)
