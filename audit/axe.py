"""Axe on every page: every rule but those of AAA, in light and dark, on a phone and a desktop."""

from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize

from audit.demands import Demand, none_of
from audit.stage import SCHEMES, Scheme
from audit.tools import MODULES

SCREENS: dict[str, ViewportSize] = {
    "phone": {"width": 360, "height": 740},
    "desktop": {"width": 1440, "height": 900},
}
# Some of the rules, those of WCAG 2.2 among them, are off until asked for by name.
RUN = """async () => {
  const left_out = ["wcag2aaa", "deprecated"];
  const rules = axe.getRules().filter(rule => !rule.tags.some(tag => left_out.includes(tag)));
  const options = {runOnly: {type: "rule", values: rules.map(rule => rule.ruleId)}, resultTypes: ["violations"]};
  return (await axe.run(document, options)).violations;
}"""


def demands(browser: Browser, url: str, addresses: list[str]) -> list[Demand]:
    script = (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    found: dict[tuple[str, Scheme], list[str]] = {(screen, scheme): [] for screen in SCREENS for scheme in SCHEMES}
    with browser.new_context(base_url=url, reduced_motion="reduce") as context:
        page = context.new_page()
        for address in addresses:
            page.goto(address)
            page.evaluate(script)
            for (screen, scheme), violations in found.items():
                violations += [told(address, violation) for violation in _violations(page, screen, scheme)]
    return [
        none_of(f"axe, {len(addresses)} pages, {screen}, {scheme}: violations", violations)
        for (screen, scheme), violations in found.items()
    ]


def _violations(page: Page, screen: str, scheme: Scheme) -> list[dict[str, Any]]:
    page.set_viewport_size(SCREENS[screen])
    page.emulate_media(color_scheme=scheme)
    return list(page.evaluate(RUN))


def told(address: str, violation: dict[str, Any]) -> str:
    places = ", ".join(str(node["target"][-1]) for node in violation["nodes"][:5])
    return f"{address} {violation['id']} ({violation['impact']}): {violation['help']}: {places}"
