"""The chart of an installation: what it tells, by pointer, by keys, and without JavaScript."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, Route, expect

from browser.cafe import OUTAGE_S, Cafe

BERLIN = ZoneInfo("Europe/Berlin")
FREE = "?range=free&from={first}&to={last}"


def last_hours(name: str, cafe: Cafe, hours: int = 48) -> str:
    """Give the path of a chart of the days that some hours reach into."""
    first, last = (
        datetime.fromtimestamp(time.time() - ago_s, BERLIN).date() for ago_s in (hours * 3600, 0)
    )
    return cafe.installation(name, FREE.format(first=first, last=last))


def plot_of(page: Page) -> object:
    """Wait for the plot of CO2."""
    page.locator("#readout-co2_ppm b").wait_for()
    return page.locator("#chart .plot").first


def series_of(page: Page) -> dict[str, list[int]]:
    """Read the series that the chart shows."""
    with page.expect_response("**/series?*") as answer:
        page.reload()
    response = page.request.get(answer.value.url)
    return dict(response.json())


def test_readout_begins_with_the_newest_value_and_its_level(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page(cafe.installation("unacceptable"))
    plot_of(page)
    expect(page.locator("#readout-co2_ppm")).to_contain_text(re.compile(r"2.3\d\d.ppm"))
    expect(page.locator("#readout-co2_ppm")).to_contain_text("inakzeptabel")


def test_arrow_keys_move_the_readout(open_page: Callable[..., Page], cafe: Cafe) -> None:
    page = open_page(cafe.installation("elevated"))
    plot = plot_of(page)
    readout = page.locator("#readout-co2_ppm time")
    newest = readout.inner_text()
    plot.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(readout).not_to_have_text(newest)
    page.keyboard.press("Home")
    oldest = readout.inner_text()
    page.keyboard.press("ArrowLeft")
    expect(readout).to_have_text(oldest)
    page.keyboard.press("End")
    expect(readout).to_have_text(newest)


def test_an_outage_is_a_gap_and_reads_as_no_data(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page(last_hours("good", cafe), language="en")
    series = series_of(page)
    gap = series["co2_ppm"].index(None)
    before_s, after_s = series["timestamp_s"][gap - 1], series["timestamp_s"][gap + 1]
    assert abs((after_s - before_s) - (OUTAGE_S[0] - OUTAGE_S[1])) < 900
    plot = plot_of(page)
    plot.focus()
    page.keyboard.press("Home")
    for _ in range(gap):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#readout-co2_ppm")).to_contain_text("no data")
    expect(page.locator("#readout-co2_ppm b")).to_have_count(0)


def test_the_readout_follows_the_pointer_in_all_plots(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page(last_hours("elevated", cafe))
    plot = plot_of(page)
    page.locator("summary", has_text="Temperatur").click()
    page.locator("#readout-temperature_celsius b").wait_for()
    newest = page.locator("#readout-co2_ppm time").inner_text()
    page.locator("#chart .u-over").first.hover(position={"x": 300, "y": 60})
    moved = page.locator("#readout-co2_ppm time")
    expect(moved).not_to_have_text(newest)
    expect(page.locator("#readout-temperature_celsius time")).to_have_text(moved.inner_text())
    expect(page.locator("#readout-temperature_celsius")).to_contain_text("°C")
    page.mouse.move(5, 5)
    expect(plot).to_be_visible()
    expect(moved).to_have_text(newest)


def test_a_finger_moves_the_readout(open_page: Callable[..., Page], cafe: Cafe) -> None:
    page = open_page(last_hours("elevated", cafe), width=375, has_touch=True, is_mobile=True)
    plot_of(page)
    newest = page.locator("#readout-co2_ppm time").inner_text()
    page.locator("#chart .u-over").first.tap(position={"x": 60, "y": 60})
    expect(page.locator("#readout-co2_ppm time")).not_to_have_text(newest)


def test_times_are_those_of_the_site_wherever_the_reader_is(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page(cafe.installation("good"), timezone_id="America/New_York")
    newest_s = series_of(page)["timestamp_s"][-1]
    clock = datetime.fromtimestamp(newest_s, BERLIN).strftime("%H:%M")
    plot_of(page)
    expect(page.locator("#readout-co2_ppm time")).to_contain_text(clock)


def test_ranges_change_the_chart_alone_and_can_be_linked_to(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page(cafe.installation("elevated"))
    plot_of(page)
    page.evaluate("() => { window.untouched = true; }")
    page.locator("#range-week").click()
    expect(page.locator("#range-week")).to_have_attribute("aria-current", "true")
    expect(page.locator("#range-week")).to_be_focused()
    expect(page).to_have_url(re.compile("range=week"))
    plot_of(page)
    page.locator("#step-earlier").click()
    expect(page.locator("#chart")).to_contain_text("Keine Messwerte in dieser Zeit.")
    page.locator("#step-now").click()
    expect(page.locator("#step-later")).to_have_attribute("aria-disabled", "true")
    plot_of(page)
    assert page.evaluate("() => window.untouched")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#range-week")).to_have_attribute("aria-current", "true")


def test_going_back_shows_the_range_before(open_page: Callable[..., Page], cafe: Cafe) -> None:
    page = open_page(cafe.installation("elevated"))
    plot_of(page)
    page.locator("#range-month").click()
    expect(page).to_have_url(re.compile("range=month"))
    page.go_back()
    expect(page.locator("#range-day")).to_have_attribute("aria-current", "true")
    plot_of(page)


def test_free_range_is_chosen_with_two_days(open_page: Callable[..., Page], cafe: Cafe) -> None:
    page = open_page(cafe.installation("elevated"))
    page.locator("#range-free").click()
    page.locator("#free-from").fill("2026-10-20")
    page.locator("#free-to").fill("2026-10-25")
    page.get_by_role("button", name="Anzeigen").click()
    expect(page.locator(".period")).to_have_text("20. Okt. – 25. Okt. 2026")


def test_a_chart_that_cannot_be_loaded_says_so_and_can_be_loaded_again(
    open_page: Callable[..., Page], cafe: Cafe, complaints: list[str]
) -> None:
    page = open_page("/dashboard/")
    broken = "**/series?*"
    page.route(broken, lambda route: answer_with(route, 503))
    page.goto(cafe.installation("good"))
    failed = page.get_by_role("alert")
    expect(failed).to_contain_text("Das Diagramm konnte nicht geladen werden.")
    assert "503" in complaints.pop()
    page.unroute(broken)
    failed.get_by_role("button").click()
    plot_of(page)
    expect(failed).to_be_hidden()


def answer_with(route: Route, status: int) -> None:
    """Answer a request as a server in trouble does."""
    route.fulfill(status=status, body="")


def test_the_chart_loads_itself_again_every_minute(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page("/dashboard/")
    page.clock.install()
    page.goto(cafe.installation("good"))
    plot_of(page)
    with page.expect_response("**/series?*") as answer:
        page.clock.run_for(61_000)
    assert answer.value.ok


def test_without_javascript_the_page_is_complete(
    open_page: Callable[..., Page], cafe: Cafe
) -> None:
    page = open_page(last_hours("good", cafe, hours=20), java_script_enabled=False)
    expect(page.locator("#current .number").first).to_have_text("640")
    expect(page.locator("#chart table")).to_be_visible()
    expect(page.locator("#chart .plot").first).to_be_hidden()
    assert page.locator("#chart tbody tr").count() > 10
    assert page.locator("#chart tbody tr", has_text="keine Daten").count() == 1
    page.locator("#range-week").click()
    expect(page).to_have_url(re.compile("range=week"))
    expect(page.locator("#chart table")).to_be_visible()
