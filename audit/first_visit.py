"""What goes over the wire when a reader opens a post for the first time, and what holds up its first picture."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from audit.demands import Demand, at_most, under_kilobytes

SETTLED = 2_000  # milliseconds after which a page has asked for all that it asks for by itself
CODE = ("Script", "Stylesheet")
BLOCKING = """() => performance.getEntriesByType("resource")
  .filter(entry => entry.renderBlockingStatus === "blocking").map(entry => new URL(entry.name).pathname)"""


@dataclass
class Wire:
    """Bytes of each answer, headers included, as Chromium's network events tell them."""

    kinds: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def note_answer(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event["type"]
        self.addresses[event["requestId"]] = urlsplit(event["response"]["url"]).path
        # A stream never ends: its head is all that counts of it.
        self.sizes[event["requestId"]] = int(event["response"]["encodedDataLength"])

    def note_end(self, event: dict[str, Any]) -> None:
        self.sizes[event["requestId"]] = int(event["encodedDataLength"])

    def size(self, *kinds: str, but: str = "") -> int:
        """Of those kinds, or of all."""
        return sum(
            size
            for key, size in self.sizes.items()
            if (not kinds or self.kinds.get(key) in kinds) and self.kinds.get(key) != but
        )

    def told(self) -> list[str]:
        return [f"{self.kinds.get(key)} {self.addresses.get(key)} {size}" for key, size in self.sizes.items()]


def demands(browser: Browser, url: str, address: str, updates: int) -> list[Demand]:
    wire, blocking = _visit(browser, url + address)
    visit = f"first visit to a post of {updates} updates"
    page, code = wire.size(but="Image"), wire.size(*CODE)
    return [
        under_kilobytes(f"{visit}: on the wire without images", page, 60, wire.told() if page >= 60_000 else ()),
        under_kilobytes(f"{visit}: JavaScript and CSS of it", code, 15, wire.told() if code >= 15_000 else ()),
        at_most(f"{visit}: requests that block rendering", len(blocking), 1, blocking if len(blocking) > 1 else ()),
    ]


def _visit(browser: Browser, address: str) -> tuple[Wire, list[str]]:
    wire = Wire()
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.on("Network.responseReceived", wire.note_answer)
        session.on("Network.loadingFinished", wire.note_end)
        session.send("Network.enable")
        page.goto(address)
        page.wait_for_timeout(SETTLED)
        return wire, list(page.evaluate(BLOCKING))
