"""A day that was written elsewhere, pasted in: looked at as entries, then taken over."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entries.domain import rights
from entries.domain.refusals import Refusal
from entries.forms.desk import DayForm
from entries.importers.day import Outcome
from entries.importers.day_labels import BadDay
from entries.importers.day_markup import Markup
from entries.importers.day_paste import Pasted, paste_day
from entries.models import Post
from entries.rendering import clean
from entries.sanitising import clean_html
from entries.views.desk.access import at_desk, author_of, done

OUTCOMES = {
    Outcome.CREATED: gettext_lazy("new"),
    Outcome.UPDATED: gettext_lazy("changed"),
    Outcome.UNCHANGED: gettext_lazy("there already"),
}


@at_desk
def paste(request: HttpRequest, post: Post) -> HttpResponse:
    rights.require_publishing(author_of(request))
    form = DayForm(request.POST or None)
    told: dict[str, Any] = {}
    if form.is_valid():
        is_taken = "take" in request.POST
        values = form.cleaned_data
        try:
            found = paste_day(
                post, values["text"], markup=Markup(values["markup"]), author=author_of(request), dry_run=not is_taken
            )
        except (BadDay, Refusal) as error:
            told = {"error": str(error)}
        else:
            if is_taken:
                changed = sum(one.outcome is not Outcome.UNCHANGED for one in found.entries)
                said = ngettext("%(number)d entry taken over.", "%(number)d entries taken over.", changed)
                return done(request, post, said % {"number": changed})
            told = {"found": [_shown(one) for one in found.entries], "ignored": found.ignored}
    context = {
        **admin.site.each_context(request),
        "title": _("Paste a day"),
        "is_nav_sidebar_enabled": False,
        "post": post,
        "form": form,
        **told,
    }
    return render(request, "admin/entries/desk/day.html", context, status=422 if "error" in told else 200)


def _shown(one: Pasted) -> dict[str, Any]:
    html = clean(clean_html(one.entry.source))
    return {"label": one.label, "topic": one.entry.topic, "html": html, "outcome": OUTCOMES[one.outcome]}
