"""What is done with a button: to an entry, to its post, to what readers are promised."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from entries.domain import posting, promising, publishing, waiting
from entries.forms.desk import PromiseForm, RemovalForm, faults
from entries.labels import gmt
from entries.models import Entry, Post
from entries.views.desk.access import at_desk, author_of, desk_address, done, key_in, told
from entries.views.desk.writing import entry_of

ENTRY_VERBS: dict[str, Callable[..., Entry]] = {
    "undo": waiting.undo_publication,
    "unschedule": waiting.unschedule_entry,
    "submit": waiting.submit_entry,
    "return": waiting.return_entry,
    "pin": posting.pin_entry,
    "unpin": posting.unpin_entry,
    "key": posting.mark_key,
    "unkey": posting.unmark_key,
    "restore": posting.restore_entry,
}
SAID = {
    "publish": gettext_lazy("“%(label)s” is out."),
    "undo": gettext_lazy("Taken back before anybody saw it: it is a draft again."),
    "unschedule": gettext_lazy("A draft again."),
    "submit": gettext_lazy("Sent for approval."),
    "return": gettext_lazy("Sent back: it is a draft again."),
    "pin": gettext_lazy("“%(label)s” is pinned."),
    "unpin": gettext_lazy("“%(label)s” is no longer pinned."),
    "key": gettext_lazy("“%(label)s” is a key moment."),
    "unkey": gettext_lazy("“%(label)s” is no longer a key moment."),
    "restore": gettext_lazy("“%(label)s” is back."),
    "remove": gettext_lazy("“%(label)s” is removed."),
}
POST_VERBS: dict[str, Callable[..., Post]] = {
    "open": publishing.open_post,
    "end": publishing.end_post,
    "next": publishing.start_next_post,
}


@at_desk
@require_POST
def change(request: HttpRequest, post: Post, entry_pk: int, verb: str) -> HttpResponseBase:
    entry, author = entry_of(post, entry_pk), author_of(request)
    if verb == "discard":
        waiting.discard_draft(entry=entry, author=author)
        return done(request, post, _("Thrown away."))
    given: dict[str, Any] = {"entry": entry, "author": author}
    if verb == "remove":
        form = RemovalForm(request.POST)
        if not form.is_valid():
            return told(request, post, faults(form))
        entry = posting.remove_entry(**given, reason=form.cleaned_data["reason"])
    elif verb == "publish":
        looked_at = request.POST.get("base_version", "")
        entry = waiting.release_entry(**given, base_version=key_in(looked_at) if looked_at else None)
    elif verb in ENTRY_VERBS:
        entry = ENTRY_VERBS[verb](**given)
    else:
        raise Http404
    return done(request, post, str(SAID[verb]) % {"label": entry.label}, id=entry.pk, state=entry.state)


@at_desk
@require_POST
def change_post(request: HttpRequest, post: Post, verb: str) -> HttpResponseBase:
    if verb not in POST_VERBS:
        raise Http404
    changed = POST_VERBS[verb](post=post, author=author_of(request))
    return HttpResponseRedirect(desk_address(changed))


@at_desk
@require_POST
def promise(request: HttpRequest, post: Post) -> HttpResponseBase:
    form = PromiseForm(request.POST)
    if not form.is_valid():
        return told(request, post, faults(form))
    by = form.cleaned_data["by"]
    promising.promise_update(post=post, author=author_of(request), by=by)
    said = _("Readers are promised an update by %(when)s.") % {"when": gmt(by)} if by else _("No promise now.")
    return done(request, post, said)
