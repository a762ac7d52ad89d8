"""A running café and a real browser; every page that a test opens must stay free of complaints."""

import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from clair.extensions import db

from browser.cafe import Cafe, furnish, log_in
from conftest import make_app
from services import Web

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCALES = {"de": "de-DE", "en": "en-GB"}


@pytest.fixture(scope="session")
def cafe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cafe]:
    """The café, served by a process of its own as in production."""
    folder = tmp_path_factory.mktemp("cafe")
    app = make_app(f"sqlite:///{folder}/clair.sqlite", folder)
    names = ("SECRET_KEY", "DATABASE_URL", "LOG_LEVEL")
    web = Web({name: app.config[name] for name in names} | {"SESSION_COOKIE_SECURE": "0"})
    with app.app_context():
        db.create_all()
        found = furnish(web.url, int(time.time()))
        db.engine.dispose()
    web.start()
    yield found
    web.kill()


# For a module only: Playwright holds the thread's event loop, which other tests want as well.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The installed Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "the browser tests need chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def sessions(browser: Browser, cafe: Cafe) -> Callable[[str], object]:
    """Log each person in once, with the form."""
    known: dict[str, object] = {}

    def of(user: str) -> object:
        if user not in known:
            context = browser.new_context(base_url=cafe.url)
            page = context.new_page()
            page.goto("/accounts/login/")
            log_in(page, user)
            page.wait_for_url("**/dashboard/**")
            known[user] = context.storage_state()
            context.close()
        return known[user]

    return of


@pytest.fixture
def complaints() -> list[str]:
    """What pages complained of; a test that provokes complaints takes them out."""
    return []


def listen(page: Page, complaints: list[str]) -> None:
    """Note what a page complains of."""

    def note(message: ConsoleMessage) -> None:
        # A browser notes that a page was answered with 404 or 422, which is what was asked for.
        is_answer = message.text.startswith("Failed to load resource: the server responded")
        if message.type in ("error", "warning") and not is_answer:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))


@pytest.fixture
def open_page(
    browser: Browser, cafe: Cafe, sessions: Callable[[str], object], complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody; in the end no page may have complained, of the policy least of all."""
    contexts = []

    def open_(
        path: str,
        user: str | None = "alice",
        language: str = "de",
        scheme: str = "light",
        width: int = 1280,
        **options: object,
    ) -> Page:
        context = browser.new_context(
            base_url=cafe.url,
            locale=LOCALES[language],
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
            storage_state=sessions(user) if user else None,
            **options,
        )
        # Else the language would be the one that another test chose for the account.
        context.add_cookies([{"name": "language", "value": language, "url": cafe.url}])
        contexts.append(context)
        context.set_default_timeout(5000)
        page = context.new_page()
        listen(page, complaints)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
