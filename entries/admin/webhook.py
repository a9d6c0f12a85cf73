from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from entries.admin.history import HistoryInLog
from entries.domain import rights, webhooks
from entries.enums import Happening
from entries.forms.webhooks import WebhookForm
from entries.labels import day_text, gmt
from entries.models import Delivery, Webhook
from entries.views.desk.access import author_of


@admin.register(Webhook)
class WebhookAdmin(HistoryInLog):
    """Who is told of changes."""

    form = WebhookForm
    list_display = ["address", "series", "told_of", "standing", "sent"]
    list_select_related = ["series"]
    readonly_fields = ["shown_secret", "standing", "sent"]
    actions = ["renew_secret"]

    def get_fields(self, request: HttpRequest, obj: Webhook | None = None) -> Any:
        fields = ["address", "series", "events", "is_active"]
        secret = ["shown_secret"] if self.has_change_permission(request, obj) else []
        return [*fields, *secret, "standing", "sent"] if obj else fields

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(*args, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # a series is chosen here, and neither made nor changed
        return field

    def save_model(self, request: HttpRequest, obj: Webhook, form: WebhookForm, change: bool) -> None:
        if change:
            saved = webhooks.change_webhook(webhook=obj, author=author_of(request), **form.given())
        else:
            saved = webhooks.add_webhook(author=author_of(request), **form.given())
            messages.info(request, _("Its secret stands on its page: give it to the receiver."))
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: Webhook) -> None:
        webhooks.delete_webhook(webhook=obj, author=author_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        for webhook in queryset:
            self.delete_model(request, webhook)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return [str(webhook) for webhook in objs], {}, set(), []  # its deliveries go with it, and need no listing

    @admin.action(description=_("Make a new secret; the one before signs for a day more"), permissions=["change"])
    def renew_secret(self, request: HttpRequest, chosen: QuerySet[Webhook]) -> None:
        for webhook in chosen:
            webhooks.renew_secret(webhook=webhook, author=author_of(request))
            said = gettext("%(host)s: the new secret stands on the webhook’s page.")
            messages.success(request, said % {"host": webhook})

    @admin.display(description=_("secret"))
    def shown_secret(self, webhook: Webhook) -> str:
        return format_html("<code>{}</code>", webhook.secret)

    @admin.display(description=_("events"))
    def told_of(self, webhook: Webhook) -> str:
        return ", ".join(str(Happening(event).label) for event in webhook.events if event in Happening)

    @admin.display(description=_("state"))
    def standing(self, webhook: Webhook) -> str:
        answer = webhook.last_answer or "–"
        if webhook.off_at and not webhook.is_active:
            said = gettext("Switched off at %(time)s, since nothing arrived: %(answer)s")
            return said % {"time": _moment(webhook.off_at), "answer": answer}
        if not webhook.is_active:
            return gettext("Off")
        if webhook.failing_since:
            said = gettext("Nothing arrives since %(time)s: %(answer)s")
            return said % {"time": _moment(webhook.failing_since), "answer": answer}
        return gettext("On")

    @admin.display(description=_("deliveries"))
    def sent(self, webhook: Webhook) -> str:
        address = reverse("admin:entries_delivery_changelist")
        return format_html('<a href="{}?webhook__id__exact={}">{}</a>', address, webhook.pk, _("Deliveries"))


class ArrivalFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            *{
                "waiting": _("Waiting"),
                "failing": _("Failing"),
                "delivered": _("Delivered"),
                "lost": _("Given up"),
            }.items()
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        states = {
            "waiting": Q(try_at__isnull=False),
            "failing": Q(try_at__isnull=False, tries__gt=0),
            "delivered": Q(delivered_at__isnull=False),
            "lost": Q(try_at=None, delivered_at=None),
        }
        return queryset.filter(states.get(self.value() or "", Q()))


@admin.register(Delivery)
class DeliveryAdmin(admin.ModelAdmin):
    """What webhooks were told, and what is still to come. Nobody adds, changes or deletes here."""

    list_display = ["created_at", "status", "tries", "answer", "next_try", "event", "webhook", "number"]
    list_filter = [ArrivalFilter, "event", "webhook"]
    list_select_related = ["webhook"]
    fields = [
        "webhook", "event", "post", "number", "seq", "created_at", "message", "status", "tries", "answer",
        "delivered_at", "next_try",
    ]  # fmt: skip
    actions = ["send_again"]

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        number = 0
        for delivery in chosen:
            webhooks.send_again(delivery=delivery, author=author_of(request))
            number += 1
        said = ngettext("%(number)d delivery goes out again.", "%(number)d deliveries go out again.", number)
        messages.success(request, said % {"number": number})

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(rights.ADMINISTRATE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("entry"), ordering="entry_id")
    def number(self, delivery: Delivery) -> int | None:
        return delivery.entry_id

    @admin.display(description="webhook-id")
    def message(self, delivery: Delivery) -> str:
        return delivery.message

    @admin.display(description=_("state"))
    def status(self, delivery: Delivery) -> str:
        if delivery.delivered_at:
            return gettext("Delivered")
        if delivery.try_at is None:
            return gettext("Given up")
        return gettext("Failing") if delivery.tries else gettext("Waiting")

    @admin.display(description=_("next try"), ordering="try_at")
    def next_try(self, delivery: Delivery) -> str:
        if delivery.try_at is None:
            return "–"
        if not delivery.webhook.is_active:
            return gettext("when the webhook is switched on")
        return _moment(max(delivery.try_at, delivery.webhook.try_at, timezone.now()))


def _moment(at: datetime) -> str:
    return f"{day_text(at, 'j M Y')}, {gmt(at)}"
