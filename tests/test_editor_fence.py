from typing import Any

import pytest
from django.apps import apps
from django.contrib.staticfiles import finders
from django.test import Client, override_settings
from django.urls import reverse

from entries import checks
from entries.richtext import EDITOR_CONFIG, FORBIDDEN_PLUGINS, RichTextWidget
from tests.factories import make_draft, make_update


def ids() -> list[str | None]:
    return [error.id for error in checks.check_editor_fence()]


def test_the_fence_as_delivered_has_no_fault() -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"versionCheck": True}, "entries.E004"),
        ({"allowedContent": True}, "entries.E004"),
        ({"fullPage": True}, "entries.E004"),
        ({"extraAllowedContent": "script"}, "entries.E004"),
        ({"extraPlugins": "iframe"}, "entries.E005"),
        ({"plugins": ""}, "entries.E005"),
        ({"plugins": "divarea,scayt"}, "entries.E005"),
        ({"removePlugins": ""}, "entries.E005"),
    ],
)
def test_an_opened_configuration_is_an_error(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], code: str
) -> None:
    monkeypatch.setattr(checks, "EDITOR_CONFIG", EDITOR_CONFIG | change)
    assert ids() == [code]


def test_another_package_version_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "version", lambda _: "6.8.0")
    assert ids() == ["entries.E001"]


def test_another_editor_in_front_of_the_bundled_one_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    other = tmp_path / "ckeditor.js"
    other.write_text('version:"4.25.1"')
    monkeypatch.setattr(finders, "find", lambda _: str(other))
    assert ids() == ["entries.E002"]


def test_the_uploader_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "is_installed", lambda name: name == "ckeditor_uploader")
    assert ids() == ["entries.E003"]


@override_settings(SILENCED_SYSTEM_CHECKS=["ckeditor.W001", "entries.E005"])
def test_silencing_the_fence_with_the_warning_is_an_error() -> None:
    assert ids() == ["entries.E007"]


def test_no_forbidden_plugin_is_loaded() -> None:
    assert set(EDITOR_CONFIG["plugins"].split(",")).isdisjoint(FORBIDDEN_PLUGINS)


def test_the_widget_is_one_plain_textarea() -> None:
    html = RichTextWidget().render("body", "<p>“a” & b</p>", {"id": "id_body"})
    assert "style=" not in html
    assert " on" not in html
    assert html.count("<") == 2  # the textarea's own two tags; the text is escaped
    assert "&lt;p&gt;“a” &amp; b&lt;/p&gt;" in html


def test_the_editor_script_comes_after_the_editor_whatever_is_merged() -> None:
    media = str(RichTextWidget().media + RichTextWidget().media)
    order = [media.index(name) for name in ("ckeditor-init.js", "ckeditor/ckeditor.js", 'editor.js"')]
    assert order == sorted(order)


@pytest.mark.django_db
def test_only_pages_with_the_editor_loosen_the_policy_and_for_styles_alone(desk: Client) -> None:
    post = make_draft()
    entry = make_update(post)
    with_editor = [
        reverse("admin:entries_post_add"),
        reverse("admin:entries_post_change", args=[post.pk]),
        reverse("admin:entries_entry_add"),
        reverse("admin:entries_entry_change", args=[entry.pk]),
    ]
    without = [
        reverse("admin:index"),
        reverse("admin:entries_post_changelist"),
        reverse("admin:entries_post_delete", args=[post.pk]),
        reverse("admin:entries_entry_delete", args=[entry.pk]),
        reverse("admin:entries_series_add"),
        reverse("entries:front"),
    ]
    strict = policy(desk, reverse("admin:index"))
    assert not any("unsafe" in source for sources in strict.values() for source in sources)
    loose = strict | {"style-src": ["'self'", "'unsafe-inline'"]}
    assert [policy(desk, page) for page in with_editor] == [loose] * len(with_editor)
    assert [policy(desk, page) for page in without] == [strict] * len(without)


def policy(client: Client, page: str) -> dict[str, list[str]]:
    response = client.get(page)
    assert response.status_code == 200
    rules = (rule.split() for rule in response.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in rules}
