"""The cards of an organization: worst air first, outages shown as such, nobody else's rooms."""

import pytest

from clair import inventory, overview
from clair.access import NOBODY, SYSTEM, Actor
from clair.analytics.series import Trend
from clair.analytics.thresholds import Level
from clair.extensions import db
from clair.models import Address

from conftest import NOW_S, World
from measuring import install_another, measure

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400


def cards_of(world: World, now_s: int = NOW_S) -> list[overview.Card]:
    return overview.cards(Actor(user_id=world.alice.id), world.cafe.id, now_s)


def test_card_says_where_and_how_the_air_is(world: World) -> None:
    measure(world.node, [(NOW_S - MINUTE_S, 1234)])
    (card,) = cards_of(world)
    assert (card.room, card.site, card.sensor) == ("Gastraum", "Kastanienallee", "Theke")
    assert card.installation_id == world.installation.id
    assert card.time_zone == "Europe/Berlin"
    assert card.reading.co2_ppm == 1234
    assert card.reading.level is Level.ELEVATED


def test_worst_air_comes_first(world: World) -> None:
    values = {"gut": 500, "schlecht": 2500, "stumm": None, "mäßig": 1120, "mieser": 1870}
    for number, (name, co2_ppm) in enumerate(values.items()):
        installation = install_another(world.site, world.cafe, name, NOW_S - DAY_S, number)
        if co2_ppm is not None:
            measure(installation.node, [(NOW_S - MINUTE_S, co2_ppm)])
    measure(world.node, [(NOW_S - MINUTE_S, 600)])
    rooms = [card.room for card in cards_of(world)]
    assert rooms == ["schlecht", "mieser", "mäßig", "stumm", "Gastraum", "gut"]


def test_cards_of_nearly_the_same_air_keep_their_places(world: World) -> None:
    for number, (name, co2_ppm) in enumerate({"Bar": 1210, "Abstellraum": 1195}.items()):
        installation = install_another(world.site, world.cafe, name, NOW_S - DAY_S, number)
        measure(installation.node, [(NOW_S - MINUTE_S, co2_ppm)])
    assert [card.room for card in cards_of(world)][:2] == ["Abstellraum", "Bar"]


def test_sensor_without_samples_has_a_card_without_a_value(world: World) -> None:
    (card,) = cards_of(world)
    assert card.reading.level is Level.NO_DATA
    assert card.reading.co2_ppm is None
    assert card.sparkline == (None,) * 48


@pytest.mark.parametrize(
    ("age_s", "level"), [(30 * MINUTE_S, Level.GOOD), (31 * MINUTE_S, Level.NO_DATA)]
)
def test_sample_31_minutes_old_is_an_outage(world: World, age_s: int, level: Level) -> None:
    newest_s = NOW_S - age_s
    measure(world.node, [(newest_s - index * 600, 700) for index in range(6)])
    (card,) = cards_of(world)
    assert card.reading.level is level
    assert (card.reading.co2_ppm, card.reading.timestamp_s) == (700, newest_s)


@pytest.mark.parametrize(
    ("age_s", "level"), [(3 * HOUR_S, Level.GOOD), (3 * HOUR_S + MINUTE_S, Level.NO_DATA)]
)
def test_hourly_sensor_is_current_for_three_hours(world: World, age_s: int, level: Level) -> None:
    newest_s = NOW_S - age_s
    measure(world.node, [(newest_s - index * HOUR_S, 700) for index in range(12)])
    assert cards_of(world)[0].reading.level is level


def test_long_outage_does_not_make_a_sensor_slow(world: World) -> None:
    newest_s = NOW_S - 31 * MINUTE_S
    before = [(newest_s - 12 * HOUR_S - index * 600, 700) for index in range(12)]
    measure(world.node, [*before, *((newest_s - index * 600, 700) for index in range(6))])
    assert cards_of(world)[0].reading.level is Level.NO_DATA


def test_sensor_that_is_silent_for_weeks_shows_its_last_value(world: World) -> None:
    measure(world.node, [(NOW_S - 40 * DAY_S, 1800)])
    (card,) = cards_of(world)
    assert card.reading.level is Level.NO_DATA
    assert (card.reading.co2_ppm, card.reading.timestamp_s) == (1800, NOW_S - 40 * DAY_S)


def test_trend_compares_with_the_half_hour_before(world: World) -> None:
    now_s = NOW_S - NOW_S % 1800 + 600
    measure(world.node, [(now_s - 1200, 500), (now_s, 700)])
    assert cards_of(world, now_s)[0].reading.trend is Trend.RISING


def test_sparkline_holds_half_hour_means_with_gaps(world: World) -> None:
    now_s = NOW_S - NOW_S % 1800 + 600
    half_hour_s = now_s - 600
    samples = [(half_hour_s, 500), (half_hour_s + 300, 601), (half_hour_s - 3600, 900)]
    too_old = (half_hour_s - 47 * 1800 - 1, 5000)
    oldest = (half_hour_s - 47 * 1800, 800)
    measure(world.node, [*samples, oldest, too_old])
    (card,) = cards_of(world, now_s)
    assert len(card.sparkline) == 48
    assert card.sparkline[-3:] == (900, None, 550)
    assert card.sparkline[0] == 800
    assert [each for each in card.sparkline if each is not None] == [800, 900, 550]


def test_samples_from_before_the_installation_are_not_shown(world: World) -> None:
    world.installation.from_timestamp_s = NOW_S - HOUR_S
    measure(world.node, [(NOW_S - HOUR_S - 1, 5000)])
    (card,) = cards_of(world)
    assert card.reading.co2_ppm is None
    assert card.sparkline == (None,) * 48


@pytest.mark.parametrize(
    ("from_s", "to_s", "is_shown"),
    [
        (NOW_S, None, True),
        (NOW_S - DAY_S, NOW_S + 1, True),
        (NOW_S - DAY_S, NOW_S, False),
        (NOW_S + 1, None, False),
    ],
    ids=["begins", "ends soon", "ended", "future"],
)
def test_only_installations_in_force_have_a_card(
    world: World, from_s: int, to_s: int | None, is_shown: bool
) -> None:
    world.installation.from_timestamp_s = from_s
    world.installation.to_timestamp_s = to_s
    measure(world.node, [(NOW_S - MINUTE_S, 700)])
    assert bool(cards_of(world)) is is_shown


def test_rooms_of_other_organizations_are_absent(world: World) -> None:
    clinic = inventory.find_organization("Praxis nebenan")
    address = Address(street1="Nebenan 1", zip="10435", city="Berlin")
    site = inventory.add_site(SYSTEM, clinic, "Nebenan", address, "Europe/Berlin")
    foreign = install_another(site, clinic, "Behandlungszimmer", NOW_S - DAY_S)
    foreign.is_public = True
    measure(foreign.node, [(NOW_S, 3000)])
    assert [card.room for card in cards_of(world)] == ["Gastraum"]
    charlie = Actor(user_id=world.charlie.id)
    assert [card.room for card in overview.cards(charlie, clinic.id, NOW_S)] == [
        "Behandlungszimmer"
    ]


def test_strangers_get_no_cards_of_private_rooms(world: World) -> None:
    for actor in (NOBODY, Actor(user_id=world.charlie.id), Actor(user_id=world.ada.id)):
        assert overview.cards(actor, world.cafe.id, NOW_S) == []


@pytest.mark.parametrize("count", [1, 30])
def test_cards_cost_the_same_however_many_there_are(
    world: World, statements: list[str], count: int
) -> None:
    for number in range(1, count):
        installation = install_another(world.site, world.cafe, f"R{number}", NOW_S - 1, number)
        measure(installation.node, [(NOW_S - 1, 400 + number)])
    measure(world.node, [(NOW_S - 1, 400)])
    actor, cafe_id = Actor(user_id=world.alice.id), world.cafe.id
    statements.clear()
    assert len(overview.cards(actor, cafe_id, NOW_S)) == count
    assert len(statements) == 2


def test_organizations_are_those_of_the_member_by_name(world: World) -> None:
    alice = Actor(user_id=world.alice.id)
    inventory.create_organization(alice, "Atelier", world.alice)
    db.session.commit()
    assert [name for _, name in overview.organizations(alice)] == ["Atelier", "Café Morgenrot"]
    assert overview.organizations(Actor(user_id=world.ada.id)) == []
    assert overview.organizations(NOBODY) == []


def test_list_of_nodes_tells_where_they_are_and_when_they_were_heard(world: World) -> None:
    spare, _ = inventory.register_node(SYSTEM, world.cafe, "02AA00000000C002", "ers", "Reserve")
    measure(world.node, [(NOW_S - HOUR_S, 500), (NOW_S - MINUTE_S, 600)])
    installed, in_store = overview.nodes(NOW_S)
    assert installed["uuid"] == world.node.uuid
    assert (installed["room"], installed["last_contact_s"]) == ("Gastraum", NOW_S - MINUTE_S)
    assert (in_store["eui64"], in_store["room"], in_store["last_contact_s"]) == (
        spare.eui64,
        None,
        None,
    )


def test_measurement_of_the_future_waits_for_its_time(world: World) -> None:
    measure(world.node, [(NOW_S - MINUTE_S, 700), (NOW_S + HOUR_S, 2500)])
    (card,) = cards_of(world)
    assert card.reading.co2_ppm == 700
