"""What a person sees when a sensor sends: the value appears on the open page by itself."""

import time

import pytest
from playwright.sync_api import Browser, expect

from conftest import PASSWORD, World
from pipeline import publish, register, uplink_at
from services import Mosquitto, Web


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_published_uplink_appears_on_the_open_page_within_five_seconds(
    world: World, web: Web, broker: Mosquitto, forwarder: None, browser: Browser
) -> None:
    register(world)
    page = browser.new_page(locale="en-GB")
    page.goto(f"{web.url}/dashboard/{world.cafe.id}/installation/2/")
    page.get_by_label("User name").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Küche")).to_be_visible()
    reading = page.locator("#current")
    expect(reading).not_to_contain_text("539")
    publish(broker, uplink_at(int(time.time())))
    expect(reading).to_contain_text("539", timeout=5_000)
    page.close()
