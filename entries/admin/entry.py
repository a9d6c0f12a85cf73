from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from entries import excerpts
from entries.admin.domain_admin import DomainAdmin
from entries.domain import posting, rights, saving, waiting
from entries.domain.refusals import Gone, Refusal
from entries.enums import Intent
from entries.forms.admin import EntryForm, RemovalForm
from entries.labels import day_text, gmt
from entries.models import Entry
from entries.views.desk.access import author_of


class RemovedFilter(admin.EmptyFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("removal")

    def choices(self, changelist: Any) -> Iterator[Any]:
        names = (_("All"), _("Not removed"), _("Removed"))
        yield from (choice | {"display": name} for choice, name in zip(super().choices(changelist), names, strict=True))


class PostStateFilter(admin.ChoicesFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("state of the post")


@admin.register(Entry)
class EntryAdmin(DomainAdmin):
    form = EntryForm
    fields = [
        "post",
        "source",
        ("topic", "byline"),
        "confidence",
        "published_at",
        "intent",
        ("is_key", "is_pinned"),
        "base_version",
        "base_is_key",
        "base_is_pinned",
    ]
    list_display = ["label", "first_words", "status", "post", "author"]
    list_filter = [
        "state",
        ("removed_at", RemovedFilter),
        "is_pinned",
        "is_key",
        ("post__state", PostStateFilter),
        "post__series",
    ]
    list_select_related = ["post", "author"]
    search_fields = ["source", "topic", "post__headline"]
    ordering = ["-id"]
    actions = ["remove", "restore", "pin", "unpin", "mark_key", "unmark_key"]
    change_form_template = "admin/entries/entry/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return super().get_queryset(request).select_related("post")

    def get_fields(self, request: HttpRequest, obj: Entry | None = None) -> list[Any]:
        fields = list(super().get_fields(request, obj))
        return [name for name in fields if not (obj and obj.is_out and name == "intent")]

    def get_readonly_fields(self, request: HttpRequest, obj: Entry | None = None) -> list[str]:
        return ["post"] if obj else []

    # Contributors may add entries too, but at their desk.
    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and rights.may_publish(author_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return super().has_delete_permission(request, obj) and rights.may_publish(author_of(request))

    def has_change_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        # A removed text is there to be read and restored. Who was writing on it meanwhile hears so from the domain.
        is_closed = obj is not None and obj.is_removed and request.method != "POST"
        may_publish = rights.may_publish(author_of(request))
        return super().has_change_permission(request, obj) and may_publish and not is_closed

    def save_model(self, request: HttpRequest, obj: Entry, form: EntryForm, change: bool) -> None:
        saved = _edit(obj, author_of(request), form) if change else _add(author_of(request), form)
        obj.__dict__.update(saved.__dict__)
        if saved.is_scheduled and saved.published_at:
            said = {"time": gmt(saved.published_at), "day": day_text(saved.published_at, "j F Y")}
            messages.info(request, _("It comes out at %(time)s, %(day)s.") % said)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST" and "_restore" in request.POST and object_id:
            entry = self.get_object(request, object_id)
            if entry and self.has_change_permission(request):
                posting.restore_entry(entry=entry, author=author_of(request))
                messages.success(request, _("“%(label)s” is back.") % {"label": entry.label})
            return HttpResponseRedirect(request.path)
        if request.method == "POST" and object_id and self.get_object(request, object_id) is None:
            # Of all that came only the post is missing: the form for a new entry is shown with the text in it.
            messages.warning(request, str(Gone()))
            object_id = None
        return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return super().delete_view(request, object_id, {"removal": RemovalForm()} | (extra_context or {}))

    def delete_model(self, request: HttpRequest, obj: Entry) -> None:
        if not obj.is_out:
            return waiting.discard_draft(entry=obj, author=author_of(request))
        form = RemovalForm(request.POST)
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        posting.remove_entry(entry=obj, author=author_of(request), reason=reason)
        return None

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        actions = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)  # nothing published is ever deleted: it is removed
        return actions

    @admin.action(description=_("Remove"), permissions=["delete"])
    def remove(self, request: HttpRequest, chosen: QuerySet[Entry]) -> None:
        self._do(request, chosen, posting.remove_entry)

    @admin.action(description=_("Restore"), permissions=["change"])
    def restore(self, request: HttpRequest, chosen: QuerySet[Entry]) -> None:
        self._do(request, chosen, posting.restore_entry)

    @admin.action(description=_("Pin"), permissions=["change"])
    def pin(self, request: HttpRequest, chosen: QuerySet[Entry]) -> None:
        self._do(request, chosen, posting.pin_entry)

    @admin.action(description=_("Unpin"), permissions=["change"])
    def unpin(self, request: HttpRequest, chosen: QuerySet[Entry]) -> None:
        self._do(request, chosen, posting.unpin_entry)

    @admin.action(description=_("Mark as key moment"), permissions=["change"])
    def mark_key(self, request: HttpRequest, chosen: QuerySet[Entry]) -> None:
        self._do(request, chosen, posting.mark_key)

    @admin.action(description=_("No longer a key moment"), permissions=["change"])
    def unmark_key(self, request: HttpRequest, chosen: QuerySet[Entry]) -> None:
        self._do(request, chosen, posting.unmark_key)

    def _do(self, request: HttpRequest, chosen: QuerySet[Entry], verb: Callable[..., Entry]) -> None:
        done = 0
        for entry in chosen:
            try:
                verb(entry=entry, author=author_of(request))
                done += 1
            except Refusal as refusal:
                messages.warning(request, str(refusal))
        if done:
            messages.success(
                request, ngettext("%(number)d entry changed.", "%(number)d entries changed.", done) % {"number": done}
            )

    @admin.display(description=_("label"))
    def label(self, entry: Entry) -> str:
        return entry.label

    @admin.display(description=_("text"))
    def first_words(self, entry: Entry) -> str:
        return excerpts.excerpt(entry.html, 70)

    @admin.display(description=_("state"))
    def status(self, entry: Entry) -> str:
        state = str(_("Removed")) if entry.is_removed else entry.get_state_display()
        marks = [str(name) for name, is_set in ((_("pinned"), entry.is_pinned), (_("key"), entry.is_key)) if is_set]
        return ", ".join([state, *marks])


def _add(author: User, form: EntryForm) -> Entry:
    values = form.cleaned_data
    return saving.add_entry(
        post=values["post"], author=author, text=form.text, marks=form.marks, intent=Intent(values["intent"])
    )


def _edit(entry: Entry, author: User, form: EntryForm) -> Entry:
    values = form.cleaned_data
    return saving.change_entry(
        entry=entry, author=author, text=form.text, base_version=values["base_version"] or 0, marks=form.marks,
        base_marks=form.base_marks, intent=Intent(values["intent"]) if "intent" in values else None,
    )  # fmt: skip
