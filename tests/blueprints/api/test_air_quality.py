"""Contract, section 9: the air of a room over the last 30 days or a month, as far as it is visible."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clair.analytics.slices import last_days
from clair.analytics.windows import DAY_S
from clair.blueprints.errors import JSONAPI
from clair.extensions import db

from blueprints.api.measured import stop_clock
from blueprints.api.speaking import Program, problems
from blueprints.api.town import BEGIN_S, END_S, Town
from conftest import NOW_S
from measuring import measure

ProgramOf = Callable[..., Program]
BERLIN = ZoneInfo("Europe/Berlin")
FROM_S, TO_S = last_days(NOW_S, BERLIN)
WEEKDAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


def breathe(town: Town, co2_ppm: int = 450, from_s: int = FROM_S, to_s: int = TO_S) -> None:
    """Let the café's sensor measure the same all the time."""
    measure(town.node, [(timestamp_s, co2_ppm) for timestamp_s in range(from_s, to_s, 600)])


def month(year: int, number: int) -> tuple[int, int]:
    """Give the bounds of a month in Berlin."""
    following = (year, number + 1, 1) if number < 12 else (year + 1, 1, 1)
    bounds = (datetime(*day, tzinfo=BERLIN) for day in ((year, number, 1), following))
    from_s, to_s = (int(each.timestamp()) for each in bounds)
    return from_s, to_s


def air(call: Program, town: Town, path: str = "airquality/") -> dict[str, Any]:
    answer = call("GET", f"rooms/{town.room.id}/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json["data"]["attributes"]
    return found


def test_air_of_a_room_is_the_recorded_document(town: Town, program_of: ProgramOf) -> None:
    breathe(town)
    answer = program_of(town.bob)("GET", f"rooms/{town.room.id}/airquality")
    assert answer.content_type == JSONAPI
    assert answer.json == {
        "data": {
            "type": "room-airquality",
            "id": str(town.room.id),
            "attributes": {
                "query_timestamp_s": NOW_S,
                "from_timestamp_s": FROM_S,
                "to_timestamp_s": TO_S,
                "clean_air_medal": True,
            },
            "links": {"self": f"http://localhost/api/v1/rooms/{town.room.id}/"},
        }
    }


@pytest.mark.parametrize("value", ["true", "True", "TRUE"])
def test_histogram_has_24_hours_for_each_known_weekday(
    town: Town, program_of: ProgramOf, value: str
) -> None:
    # Two whole weeks without their Wednesdays.
    monday_s = FROM_S + (7 - datetime.fromtimestamp(FROM_S, BERLIN).weekday()) % 7 * DAY_S
    for start_s in (monday_s, monday_s + 7 * DAY_S):
        breathe(town, 700, start_s, start_s + 2 * DAY_S)
        breathe(town, 800, start_s + 3 * DAY_S, start_s + 7 * DAY_S)
    shown = air(program_of(town.bob), town, f"airquality/?include_histogram={value}")
    histogram = shown["airq_hist"]
    assert list(histogram) == WEEKDAYS
    assert {name: len(hours) for name, hours in histogram.items()} == {
        name: 0 if name == "We" else 24 for name in WEEKDAYS
    }
    assert histogram["Mo"] == pytest.approx([700.0] * 24)
    assert histogram["Sa"] == pytest.approx([800.0] * 24)


@pytest.mark.parametrize("query", ["", "?include_histogram=1", "?include_histogram=false&x=1"])
def test_histogram_comes_for_the_word_true_alone(
    town: Town, program_of: ProgramOf, query: str
) -> None:
    assert "airq_hist" not in air(program_of(town.bob), town, f"airquality/{query}")


@pytest.mark.parametrize(("co2_ppm", "medal"), [(450, True), (2500, False)])
def test_bad_air_earns_no_medal(
    town: Town, program_of: ProgramOf, co2_ppm: int, medal: bool
) -> None:
    breathe(town, co2_ppm)
    assert air(program_of(town.bob), town)["clean_air_medal"] is medal


@pytest.mark.parametrize("days", [0, 5])
def test_too_few_samples_say_nothing_about_a_medal(
    town: Town, program_of: ProgramOf, days: int
) -> None:
    breathe(town, 450, FROM_S, FROM_S + days * DAY_S)
    shown = air(program_of(town.bob), town, "airquality/?include_histogram=true")
    assert shown["clean_air_medal"] is None
    assert list(shown["airq_hist"]) == WEEKDAYS


@pytest.mark.parametrize("form", ["airquality/{}", "airquality/{}/"])
def test_month_is_that_of_the_local_clock(town: Town, program_of: ProgramOf, form: str) -> None:
    # In March, clocks are put forward.
    for year, number in ((2026, 3), (2026, 7), (2025, 12)):
        shown = air(program_of(town.bob), town, form.format(f"{year}-{number:02}"))
        assert (shown["from_timestamp_s"], shown["to_timestamp_s"]) == month(year, number)
        assert shown["clean_air_medal"] is None


@pytest.mark.parametrize(
    "name",
    ["2020-13", "2020-00", "0000-01", "0001-01", "9999-12", "20-1", "2026-3", "abc", "2026-٠٣"],
)
def test_what_is_no_month_leads_nowhere(town: Town, program_of: ProgramOf, name: str) -> None:
    answer = program_of(town.bob)("GET", f"rooms/{town.room.id}/airquality/{name}")
    assert problems(answer) == [("404", None, "not_found")]


@pytest.mark.parametrize("room", ["abc", "0", "-1", "99999999999999", "²"])
def test_what_is_no_room_leads_nowhere(town: Town, program_of: ProgramOf, room: str) -> None:
    answer = program_of(town.bob)("GET", f"rooms/{room}/airquality/")
    assert problems(answer) == [("404", None, "not_found")]


def test_hidden_rooms_have_no_air(town: Town, program_of: ProgramOf) -> None:
    for room, insiders in ((town.room, (town.alice, town.bob)), (town.ward, (town.charlie,))):
        for user in (None, town.alice, town.bob, town.charlie, town.ada):
            answer = program_of(user)("GET", f"rooms/{room.id}/airquality/")
            assert answer.status_code == (200 if user in insiders else 404)


def test_room_without_an_installation_at_that_time_has_no_air(
    town: Town, program_of: ProgramOf
) -> None:
    town.shown.to_timestamp_s = FROM_S
    db.session.commit()
    for user in (None, town.charlie, town.bob):
        call, path = program_of(user), f"rooms/{town.terrace.id}/airquality"
        within = datetime.fromtimestamp((BEGIN_S + END_S) // 2, BERLIN)
        assert call("GET", f"{path}/{within:%Y-%m}").status_code == 200
        for name in ("", "2024-01", "2026-12"):
            answer = call("GET", f"{path}/{name}")
            assert problems(answer) == [("404", None, "not_found")]


def test_public_air_is_that_of_public_time(town: Town, program_of: ProgramOf) -> None:
    """What was measured before and after, or hidden beside it, is nobody's business."""
    first_s, last_s = month(2026, 7)
    town.shown.from_timestamp_s = first_s + 10 * DAY_S
    town.shown.to_timestamp_s = first_s + 20 * DAY_S
    town.shown.room_id = town.room.id
    db.session.commit()
    instants = range(first_s, last_s, 600)
    open_s = range(first_s + 10 * DAY_S, first_s + 20 * DAY_S)
    measure(town.window, [(each, 600 if each in open_s else 5000) for each in instants])
    measure(town.node, [(each, 1000) for each in instants])
    for user, co2_ppm in ((None, 600), (town.charlie, 600), (town.bob, None)):
        path = "airquality/2026-07?include_histogram=true"
        histogram = air(program_of(user), town, path)["airq_hist"]
        values = {round(value) for hours in histogram.values() for value in hours}
        if co2_ppm is not None:
            assert values == {co2_ppm}
        else:
            # Members see both: the hidden one alone, and the mean with the public one.
            assert min(values) >= 800
            assert max(values) <= 1000


def test_media_type_is_negotiated(town: Town, program_of: ProgramOf) -> None:
    path = f"rooms/{town.room.id}/airquality/"
    answer = program_of(town.bob)("GET", path, headers={"Accept": "application/json"})
    assert problems(answer) == [("406", "/data", "not_acceptable")]


def test_air_costs_a_fixed_number_of_statements(
    town: Town, program_of: ProgramOf, statements: list[str]
) -> None:
    breathe(town)
    call = program_of(town.bob)
    statements.clear()
    air(call, town, "airquality/?include_histogram=true")
    # Who asks, the room, and its samples.
    assert len(statements) <= 4, statements
