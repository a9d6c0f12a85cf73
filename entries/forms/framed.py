"""What pages of other sites ask for. A part that makes no sense is as if it were not there."""

from django import forms

SHOWN, MOST_SHOWN = 10, 30  # updates


class FrameForm(forms.Form):
    limit = forms.IntegerField(min_value=1, max_value=MOST_SHOWN, required=False)
    # Of a page that has only one: without it the frame follows the reader's device.
    theme = forms.ChoiceField(choices=[("light", ""), ("dark", "")], required=False)

    @property
    def shown(self) -> int:
        self.full_clean()
        return self.cleaned_data.get("limit") or SHOWN

    @property
    def chosen_theme(self) -> str:
        self.full_clean()
        return str(self.cleaned_data.get("theme", ""))


class OembedForm(forms.Form):
    url = forms.CharField(max_length=2000)
    format = forms.CharField(required=False)
    maxwidth = forms.IntegerField(min_value=1, required=False)
    maxheight = forms.IntegerField(min_value=1, required=False)

    @property
    def most(self) -> tuple[int | None, int | None]:
        """Pixels of width and height, where there is a limit."""
        return self.cleaned_data.get("maxwidth"), self.cleaned_data.get("maxheight")
