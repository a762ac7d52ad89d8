"""Every page in both languages, light and dark, wide and narrow: readable by all, and seen by us.

With CLAIR_SCREENSHOTS set to a folder, what was looked at is kept there.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from browser.cafe import Cafe, log_in

AXE = next((Path(__file__).parent.parent / "vendor").glob("axe-core@*/axe.min.js"))
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}"
WIDTHS = {"wide": 1280, "phone": 375}
PAGES: dict[str, Callable[[Cafe], tuple[str, str | None]]] = {
    "login": lambda _: ("/accounts/login/", None),
    "login-refused": lambda _: ("/accounts/login/", None),
    "overview": lambda cafe: (cafe.overview(), "alice"),
    "overview-empty": lambda cafe: (f"/dashboard/{cafe.empty_id}/", "bob"),
    "start": lambda _: ("/dashboard/", "charlie"),
    "day": lambda cafe: (cafe.installation("unacceptable"), "alice"),
    "week": lambda cafe: (cafe.installation("elevated", "?range=week"), "alice"),
    "month": lambda cafe: (cafe.installation("good", "?range=month"), "alice"),
    "free-unfolded": lambda cafe: (cafe.installation("good", "?range=free"), "bob"),
    "silent": lambda cafe: (cafe.installation("silent"), "alice"),
    "not-found": lambda _: ("/dashboard/4711/", "alice"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_never_scrolls_sideways(
    open_page: Callable[..., Page], cafe: Cafe, name: str, language: str, scheme: str
) -> None:
    path, user = PAGES[name](cafe)
    page = open_page(path, user, language, scheme)
    prepare(page, name)
    page.wait_for_load_state("networkidle")
    for width_name, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 812})
        settle(page)
        keep(page, f"{name}-{language}-{scheme}-{width_name}")
        assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 780})
    settle(page)
    assert overflow(page) <= 0
    assert page.locator("html").get_attribute("lang") == language


def prepare(page: Page, name: str) -> None:
    """Bring a page into the state that its name tells."""
    if name == "login-refused":
        log_in(page, "alice", "wrong")
        page.locator(".mistake").wait_for()
    if name == "free-unfolded":
        for summary in page.locator(".chart summary").all():
            summary.click()
        page.locator(".more canvas").nth(1).wait_for()


def settle(page: Page) -> None:
    """Wait until a new width has been drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 200)))")


def keep(page: Page, name: str) -> None:
    """Keep a picture if somebody wants to see it."""
    if folder := os.environ.get("CLAIR_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def violations(page: Page) -> list[str]:
    """Ask axe what hinders people, in one line each."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(f"async () => (await axe.run(document, {RULES})).violations")
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


def overflow(page: Page) -> int:
    """Measure how far the page, or what stands in its top bar, is wider than its room."""
    return int(
        page.evaluate(
            """() => Math.max(
                ...[...document.querySelectorAll("html, .where")].map(
                    (box) => box.scrollWidth - box.clientWidth
                )
            )"""
        )
    )
