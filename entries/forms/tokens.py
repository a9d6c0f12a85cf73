from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entries.forms.admin import RefusableForm
from entries.models import ApiToken


class TokenForm(RefusableForm):
    class Meta:
        model = ApiToken
        fields = ["user", "name", "expires_at"]
        help_texts = {
            "user": _("With the token a program writes as this account, and may do what it may."),
            "name": _("The program, and whose it is."),
            "expires_at": _("Empty: it is good until it is revoked."),
        }

    def clean_expires_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["expires_at"]
        if at and at <= timezone.now():
            raise ValidationError(_("That time has passed: give one that is still to come, or none."))
        return at
