from typing import Any

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csp import csp_override

from entries.admin.history import HistoryInLog
from entries.domain import rights
from entries.domain.learning import learn_embeds
from entries.domain.pictures import store_ahead
from entries.domain.refusals import Refusal
from entries.imaging import MAX_BYTES
from entries.models import Entry, Post
from entries.richtext import EDITOR_POLICY


def store_uploads(request: HttpRequest) -> None:
    """Before the transaction begins: to make a photograph's variants takes a second."""
    for upload in request.FILES.values():
        if isinstance(upload, UploadedFile):
            store_ahead(upload.read(MAX_BYTES + 1))
            upload.seek(0)


class DomainAdmin(HistoryInLog):
    """An admin whose writing is done by the domain; what that refuses is shown on the form, with what was typed."""

    has_editor = True  # CKEditor, on its form

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST" and request.user.has_perm(rights.PUBLISH):
            for name in ("source", "original"):  # of an entry, of a post: before the transaction begins
                learn_embeds(request.POST.get(name, ""))
            store_uploads(request)
        view = super().changeform_view
        if self.has_editor:
            view = csp_override(EDITOR_POLICY)(view)
        try:
            return view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            # All is rolled back. The second pass finds the refusal in the form's clean(), and writes nothing.
            request.refusal = refusal  # type: ignore[attr-defined]
            return view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> Any:
        # Beside a list of series or posts an editor adds one; a pencil, an eye and a cross there invite accidents.
        field = super().formfield_for_dbfield(*args, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            for link in ("can_change_related", "can_delete_related", "can_view_related"):
                setattr(field.widget, link, False)
        return field

    def view_on_site(self, row: Post | Entry) -> str | None:
        """The public page; None, and so no link, while there is none."""
        return row.get_absolute_url() if row.is_visible else None

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # The domain decides what goes: for an entry it is a tombstone, which takes nothing with it.
        return [str(row) for row in objs], {}, set(), []
