"""The pictures of docs/reader.md: what a screen shows first, of each page, width and scheme, and from right to left."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from audit import stage
from entries.demonstration.chart import draw_chart
from tests.browser.conftest import launch
from tests.browser.site import ROOT, Site, running_site

PICTURES = ROOT / "docs" / "images" / "reader"
ARABIC_DAY = Path(__file__).with_name("arabic_day.md")
SCREENS: tuple[ViewportSize, ...] = (
    {"width": 360, "height": 740},
    {"width": 768, "height": 1024},
    {"width": 1440, "height": 900},
)
QUALITY = 70  # of WebP: letters stay sharp, and 36 pictures are about a megabyte


def take_pictures(folder: Path) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with running_site(folder / "site") as site:
            _take(browser, site, "")
        with running_site(folder / "arabic", is_empty=True, LANGUAGE_CODE="ar", SITE_NAME="مباشر") as site:
            _add_arabic_day(site, folder)
            _take(browser, site, "rtl-")
        browser.close()


def _add_arabic_day(site: Site, folder: Path) -> None:
    chart = folder / "map.png"
    chart.write_bytes(draw_chart(1))
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    site.manage(
        "import_day", str(ARABIC_DAY), "--date", f"{yesterday}", "--series", "المدّ العالي", "--map", str(chart),
        "--headline", "المدينة تنتظر أعلى مدّ في العام", "--map-alt", "خريطة الجزر وعليها مستوى المياه المتوقع",
    )  # fmt: skip


def _take(browser: Browser, site: Site, prefix: str) -> None:
    post = stage.newest_post(site)
    for name, address in {"post": post, "front": "/", "entry": stage.newest_entry(site, post)}.items():
        with browser.new_context(base_url=site.url, reduced_motion="reduce") as context:
            page = context.new_page()
            for screen in SCREENS:
                page.set_viewport_size(screen)
                page.goto(address)  # anew, for a page may choose its images by the width
                for scheme in stage.SCHEMES:
                    page.emulate_media(color_scheme=scheme)
                    _save(page.screenshot(), f"{prefix}{name}-{screen['width']}-{scheme}.webp")


def _save(picture: bytes, name: str) -> None:
    with Image.open(io.BytesIO(picture)) as opened:
        opened.save(PICTURES / name, "WEBP", quality=QUALITY, method=6)
