from django import forms


class RichTextField(forms.CharField):
    widget = forms.Textarea
