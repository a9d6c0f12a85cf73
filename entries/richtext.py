"""CKEditor 4.22.1 behind a fence: what it may load, what it may write, and how it is served.

The reasons, fault by fault, stand in docs/decisions.md; entries/checks.py holds the fence up.
"""

import json
from typing import Any

from ckeditor.widgets import CKEditorWidget
from django import forms
from django.conf import settings
from django.templatetags.static import static
from django.utils.csp import CSP
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

# CKEditor writes `style` attributes, and <style> elements before any script of ours can mark them.
# No nonce beside it: a browser that sees one ignores 'unsafe-inline'. Scripts stay strict.
EDITOR_POLICY: dict[str, list[str]] = {**settings.SECURE_CSP, "style-src": [CSP.SELF, CSP.UNSAFE_INLINE]}

# An allow-list: a plugin of the bundle that is not named here, nor required by one, never loads.
EDITOR_PLUGINS = (
    "a11yhelp",
    "basicstyles",
    "blockquote",
    "clipboard",
    "divarea",
    "enterkey",
    "entities",
    "format",
    "horizontalrule",
    "htmlwriter",
    "image",
    "indentlist",
    "link",
    "list",
    "pastefromgdocs",
    "pastefromlibreoffice",
    "pastefromword",
    "pastetext",
    "removeformat",
    "showborders",
    "sourcearea",
    "tab",
    "table",
    "toolbar",
    "undo",
)

# They talk to other hosts, run what they are given, or widen what the editor lets through.
# Refused by name too, so that an editor made by script cannot ask for one.
FORBIDDEN_PLUGINS = (
    "about",
    "autoembed",
    "bbcode",
    "codesnippet",
    "codesnippetgeshi",
    "devtools",
    "div",
    "docprops",
    "embed",
    "embedbase",
    "embedsemantic",
    "exportpdf",
    "filebrowser",
    "filetools",
    "flash",
    "font",
    "forms",
    "iframe",
    "iframedialog",
    "mathjax",
    "newpage",
    "placeholder",
    "preview",
    "print",
    "save",
    "scayt",
    "smiley",
    "stylesheetparser",
    "templates",
    "uploadimage",
    "uploadwidget",
    "wsc",
    "wysiwygarea",
)

# The same elements the sanitiser keeps on write; the editor must not eat what it cannot make.
ALLOWED_CONTENT = (
    "p h3 h4 blockquote ul li strong em b i s cite sub sup code pre hr br figure figcaption[lang,dir];"
    "ol[lang,dir,start];"
    "a[!href,title,lang,dir];"
    "img[!src,alt,width,height,title];"
    "table thead tbody tr caption; th[colspan,rowspan,scope]; td[colspan,rowspan]"
)

# Every language the editor has a file for among those collected (liveblog/staticfiles.py).
EDITOR_LANGUAGES = ("en", "ar", "de", "es", "fr", "uk")

EDITOR_CONFIG: dict[str, Any] = {
    "versionCheck": False,
    "plugins": ",".join(EDITOR_PLUGINS),
    "removePlugins": ",".join(FORBIDDEN_PLUGINS),
    "extraPlugins": "",
    "allowedContent": ALLOWED_CONTENT,
    "disallowedContent": "script style iframe object embed form; *[on*]; *{*}; *(*)",
    "customConfig": "",
    "stylesSet": False,
    "contentsCss": [],
    "defaultLanguage": "en",
    # A browser's own language may have no file here, and an editor without its file never starts.
    "language": "en",
    "toolbar": [
        ["Format"],
        ["Bold", "Italic", "Strike"],
        ["Link", "Unlink"],
        ["BulletedList", "NumberedList", "Blockquote"],
        ["Image", "Table", "HorizontalRule"],
        ["RemoveFormat"],
        ["Undo", "Redo"],
        ["Source"],
    ],
    "format_tags": "p;h3;h4",
    # The upload tabs would write an iframe with a script in it.
    "removeDialogTabs": "image:Link;image:Upload;image:advanced;link:target;link:upload;link:advanced;table:advanced",
    "image_previewText": " ",
    "linkDefaultProtocol": "https://",
    "clipboard_handleImages": False,
    "pasteFromWord_inlineImages": False,
    "disableNativeSpellChecker": False,
    "entities": False,
    "entities_latin": False,
    "entities_greek": False,
    "fillEmptyBlocks": False,
    "width": "100%",
    # The area grows with its text between the bounds in editor.css.
    "height": "auto",
}


def _script(src: str, **attributes: str) -> Any:
    """A script tag with attributes, typed loosely: the stubs do not know its keywords."""
    return forms.Script(src, **attributes)


class RichTextWidget(CKEditorWidget):
    """A textarea that CKEditor takes over; it stays a plain textarea without JavaScript.

    The configuration travels once, on editor.js's tag, as the defaults of every editor on the
    page, those made by script included. CKEDITOR_CONFIGS in the settings is not read.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(template_name="django/forms/widgets/textarea.html", attrs=attrs)

    @property
    def media(self) -> forms.Media:
        # In one list: Media keeps an order within a list only, and editor.js amends ckeditor.js.
        return forms.Media(
            css={"all": ["ckeditor/ckeditor.css", "entries/admin/editor.css"]},
            js=[
                _script(
                    "ckeditor/ckeditor-init.js",
                    **{
                        "id": "ckeditor-init-script",
                        "data-ckeditor-basepath": static("ckeditor/ckeditor/"),
                    },
                ),
                "ckeditor/ckeditor/ckeditor.js",
                _script("entries/admin/editor.js", **{"data-config": json.dumps(EDITOR_CONFIG)}),
            ],
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = forms.Textarea.get_context(self, name, value, attrs)
        context["widget"]["attrs"] |= {
            "data-type": "ckeditortype",
            "data-processed": "0",
            "data-config": json.dumps(_locale_config(), default=str),
            "data-external-plugin-resources": "[]",
        }
        return context


def _locale_config() -> dict[str, str | dict[str, str | Promise]]:
    language = (get_language() or "en").split("-")[0]
    return {
        "language": language if language in EDITOR_LANGUAGES else "en",
        "formatLabels": {
            "tag_p": gettext_lazy("Paragraph"),
            "tag_h3": gettext_lazy("Heading"),
            "tag_h4": gettext_lazy("Subheading"),
        },
    }


class RichTextField(forms.CharField):
    widget = RichTextWidget
