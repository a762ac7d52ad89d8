"""The description of the JSON:API, drawn by Redoc under a policy that is hardly laxer than ours."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from browser.cafe import Cafe
from browser.test_looks import overflow

PATH = "/api/v1/schema/redoc/"
HARMLESS = (
    # The scroll bars that we have told Redoc not to use.
    "Applying inline style violates the following Content Security Policy",
    # The sign of Redoc's makers, which would tell them who reads here.
    "Loading the image 'https://cdn.redoc.ly/",
)
LOADED = """() => performance.getEntriesByType("resource")
    .filter((each) => each.responseStatus > 0)
    .map((each) => each.name)"""


@pytest.fixture(autouse=True)
def harmless_complaints(open_page: Callable[..., Page], complaints: list[str]) -> Iterator[None]:
    """Let pass what the policy of the page shall keep Redoc from; after the test, before the end."""
    yield
    complaints[:] = [each for each in complaints if not each.startswith(HARMLESS)]


def open_description(open_page: Callable[..., Page], **options: object) -> Page:
    """Open the description, and wait until it is drawn."""
    page = open_page(PATH, user=None, **options)
    expect(page.get_by_role("heading", name="List rooms")).to_be_attached(timeout=60_000)
    return page


def test_it_is_drawn_and_asks_nobody_else(open_page: Callable[..., Page], cafe: Cafe) -> None:
    page = open_description(open_page)
    loaded = page.evaluate(LOADED)
    assert len(loaded) >= 4
    assert [url for url in loaded if not url.startswith(cafe.url)] == []
    # Without its style sheets, everything would stand in one column.
    menu, content = page.locator(".menu-content"), page.locator(".api-content")
    assert menu.bounding_box()["width"] < 300
    assert content.bounding_box()["x"] >= menu.bounding_box()["width"]


def test_it_fits_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_description(open_page, width=360)
    assert overflow(page) <= 0
    expect(page.locator(".menu-content")).not_to_be_in_viewport()
