from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entries.domain.refusals import NoAddress
from entries.enums import Happening
from entries.models import Webhook
from entries.outside import may_be_asked

FIELDS = ["address", "series", "events", "is_active"]


class WebhookForm(forms.ModelForm):
    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=Happening,
        widget=forms.CheckboxSelectMultiple,
        initial=Happening.values,
    )

    class Meta:
        model = Webhook
        fields = FIELDS
        help_texts = {
            "address": _("Where changes are sent to, by HTTPS."),
            "series": _("Changes of this series alone; of all posts where none is chosen."),
        }
        widgets = {"address": forms.URLInput(attrs={"class": "vLargeTextField"})}

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if not may_be_asked(address, settings.OUTSIDE_PRIVATE_HOSTS):
            raise ValidationError(str(NoAddress()))
        return address

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}
