"""Which newer update says it better: chosen on a page of its own, for the choice must hold what came out since."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from entries.domain import rights
from entries.domain.refusals import NotPublished
from entries.domain.superseding import supersede_entry, unsupersede_entry
from entries.forms.desk import SupersedeForm, faults
from entries.models import Entry, Post
from entries.views.desk.access import at_desk, author_of, done, told
from entries.views.desk.writing import entry_of


@at_desk
def supersede(request: HttpRequest, post: Post, entry_pk: int) -> HttpResponse:
    rights.require_publishing(author_of(request))
    entry = entry_of(post, entry_pk)
    if not entry.is_out:
        raise NotPublished(entry)
    form = SupersedeForm(request.POST if request.method == "POST" else None, entry=entry)
    if form.is_valid():
        return _saved(request, entry, form.update)
    if form.is_bound:
        return told(request, post, faults(form))
    context = {
        **admin.site.each_context(request),
        "title": _("“%(label)s” is superseded by …") % {"label": entry.name},
        "is_nav_sidebar_enabled": False,
        "post": post,
        "entry": entry,
        "form": form,
    }
    return render(request, "admin/entries/desk/supersede.html", context)


def _saved(request: HttpRequest, entry: Entry, newer: Entry | None) -> HttpResponse:
    author, labels = author_of(request), {"label": entry.name, "newer": newer and newer.name}
    if newer:
        supersede_entry(entry=entry, by=newer, author=author)
        return done(request, entry.post, _("“%(label)s” is superseded by “%(newer)s”.") % labels)
    unsupersede_entry(entry=entry, author=author)
    return done(request, entry.post, _("“%(label)s” is superseded by nothing.") % labels)
