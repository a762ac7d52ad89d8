"""The pages around the chart: getting in and out, finding the way, staying up to date."""

import gzip
import re
from collections.abc import Callable

from playwright.sync_api import Page, Response, expect

from browser.cafe import Cafe, log_in

MAX_WEIGHT_BYTES = 80 * 1024


def test_a_wrong_password_is_told_beside_its_field(open_page: Callable[..., Page]) -> None:
    page = open_page("/accounts/login/", user=None, language="en")
    log_in(page, "alice", "wrong")
    password = page.locator("#password")
    expect(password).to_have_attribute("aria-invalid", "true")
    expect(password).to_be_focused()
    expect(password).to_have_accessible_description("User name and password do not match.")
    expect(page.locator("#username")).to_have_value("alice")


def test_log_in_leads_to_where_the_visitor_wanted_to_go(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    wanted = cafe.installation("elevated", "?range=week")
    page = open_page(wanted, user=None)
    log_in(page, "alice", "wrong")
    log_in(page, "alice")
    expect(page).to_have_url(re.compile(re.escape(wanted)))


def test_log_out_ends_the_session(open_page: Callable[..., Page], cafe: Cafe) -> None:
    page = open_page(cafe.overview(), user=None)
    log_in(page, "alice")
    page.locator("summary", has_text="Konto").click()
    page.get_by_role("button", name="Ausloggen").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.goto(cafe.overview())
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_language_follows_the_browser_until_another_is_chosen(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/accounts/login/", user=None, language="en")
    page.context.clear_cookies()
    page.reload()
    expect(page.locator("h1")).to_have_text("Log in")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("h1")).to_have_text("Einloggen")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_worst_rooms_come_first_and_the_summary_counts_them(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page(cafe.overview())
    expect(page.locator("h1")).to_have_text("2 von 4 Räumen brauchen Luft")
    rooms = page.locator(".card h2").all_inner_texts()
    assert rooms == ["Seminarraum", "Gastraum", "Lager", "Küche"]
    expect(page.locator(".card", has_text="Lager")).to_contain_text("keine Daten seit 3 h")


def test_the_whole_card_leads_to_its_room(open_page: Callable[..., Page], cafe: Cafe) -> None:
    page = open_page(cafe.overview())
    page.locator(".card", has_text="Gastraum").click(position={"x": 20, "y": 200})
    expect(page.locator("h1")).to_have_text("Gastraum")
    expect(page.get_by_role("navigation", name="Du bist hier")).to_have_text(
        re.compile(r"Café Morgenrot\s+Kastanienallee\s+Gastraum")
    )


def test_the_keyboard_reaches_the_content_and_the_cards(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page(cafe.overview())
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Zum Inhalt springen")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    first = page.get_by_role("link", name="Seminarraum")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Seminarraum")


def test_escape_closes_a_menu_and_keeps_the_focus(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page(cafe.overview(), user="bob")
    switcher = page.locator("summary", has_text="Café Morgenrot")
    switcher.focus()
    page.keyboard.press("Enter")
    other = page.get_by_role("link", name="Volkshochschule Prenzlauer Berg")
    expect(other).to_be_visible()
    page.keyboard.press("Escape")
    expect(other).to_be_hidden()
    expect(switcher).to_be_focused()


def test_members_of_several_organizations_switch_between_them(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page(cafe.overview(), user="bob")
    page.locator("summary", has_text="Café Morgenrot").click()
    page.get_by_role("link", name="Volkshochschule Prenzlauer Berg").click()
    expect(page.locator("h1")).to_have_text("Noch ist kein Sensor installiert")


def test_a_refresh_keeps_the_focus(open_page: Callable[..., Page], cafe: Cafe) -> None:
    page = open_page("/dashboard/")
    page.clock.install()
    page.goto(cafe.overview())
    link = page.get_by_role("link", name="Gastraum")
    link.focus()
    with page.expect_response("**/cards/") as answer:
        page.clock.run_for(31_000)
    assert answer.value.ok
    expect(link).to_be_focused()
    expect(page.locator(".card")).to_have_count(4)


def test_an_unreachable_server_is_told_with_the_age_of_what_is_shown(
    open_page: Callable[..., Page], cafe: Cafe, complaints: list[str]
) -> None:
    page = open_page("/dashboard/")
    page.clock.install()
    page.goto(cafe.overview())
    page.route("**/cards/", lambda route: route.fulfill(status=503, body=""))
    page.clock.run_for(31_000)
    banner = page.get_by_role("status")
    expect(banner).to_contain_text("Clair ist nicht erreichbar")
    assert "503" in complaints.pop()
    page.unroute("**/cards/")
    page.clock.run_for(31_000)
    expect(banner).to_be_hidden()


def test_a_session_that_has_ended_leads_to_the_log_in_page(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page("/dashboard/")
    page.clock.install()
    page.goto(cafe.overview())
    page.context.clear_cookies()
    page.clock.run_for(31_000)
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_a_first_visit_weighs_little(open_page: Callable[..., Page], cafe: Cafe) -> None:
    page = open_page("/healthz")
    page.wait_for_load_state("networkidle")
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(cafe.installation("good"), wait_until="networkidle")
    weights = {each.url: len(gzip.compress(each.body())) for each in answers}
    assert sum(weights.values()) <= MAX_WEIGHT_BYTES, weights
