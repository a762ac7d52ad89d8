"""Stretches of local days, also on those two days a year that are longer or shorter."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.analytics.windows import (
    DAY_S,
    HOUR_S,
    MAX_FREE_DAYS,
    MINUTE_S,
    TABLE_STEPS_S,
    Window,
    local_day,
    merge,
    row_start_s,
    window_up_to,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    BERLIN,
    *map(ZoneInfo, ("Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")),
]
STEPS_S = [step_s for _, step_s in TABLE_STEPS_S]
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
INSTANTS = st.integers(1_577_836_800, 2_000_000_000)
BUCKETS = st.lists(
    st.tuples(
        st.integers(1_790_000_100 // 900, 1_800_000_000 // 900).map(lambda index: index * 900),
        st.integers(1, 30),
        st.integers(0, 300_000),
        st.integers(0, 5000),
        st.integers(5000, 10_000),
    ),
    max_size=40,
)


def clock(timestamp_s: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(timestamp_s, zone).strftime("%H:%M")


def table_of(window: Window) -> list[int]:
    """The beginnings of the rows when there is a sample every quarter of an hour."""
    buckets = ((from_s, 1, 400, 400, 400) for from_s in range(window.from_s, window.to_s, 900))
    return [row.from_s for row in merge(buckets, window.step_s, window.zone)]


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 7, 1), "Europe/Berlin", 24),
        (SPRING, "Europe/Berlin", 23),
        (AUTUMN, "Europe/Berlin", 25),
        (date(2026, 3, 8), "America/New_York", 23),
        (date(2026, 11, 1), "America/New_York", 25),
        (date(2026, 4, 5), "Australia/Lord_Howe", 24.5),
        (date(2026, 10, 4), "Australia/Lord_Howe", 23.5),
        (AUTUMN, "Asia/Kolkata", 24),
    ],
)
def test_local_day_is_as_long_as_its_clocks_say(day: date, zone: str, hours: float) -> None:
    window = window_up_to("day", day, ZoneInfo(zone))
    assert window.to_s - window.from_s == hours * HOUR_S
    assert clock(window.from_s, window.zone) == clock(window.to_s, window.zone) == "00:00"
    assert window.days == 1


@pytest.mark.parametrize(
    ("range_", "first", "days"),
    [
        ("day", date(2026, 11, 20), 1),
        ("week", date(2026, 11, 14), 7),
        ("month", date(2026, 10, 22), 30),
    ],
)
def test_ranges_end_with_the_wanted_day(range_: str, first: date, days: int) -> None:
    window = window_up_to(range_, date(2026, 11, 20), BERLIN)
    assert (window.first, window.last, window.days) == (first, date(2026, 11, 20), days)


@pytest.mark.parametrize("range_", ["day", "week", "month", "free"])
def test_earlier_and_later_windows_leave_no_gap(range_: str) -> None:
    window = Window(range_, date(2026, 10, 20), date(2026, 10, 27), BERLIN)
    assert window.shifted(-1).to_s == window.from_s
    assert window.shifted(1).from_s == window.to_s
    assert window.shifted(1).shifted(-1) == window


def test_instant_belongs_to_the_day_of_the_local_clock() -> None:
    evening_s = int(datetime(2026, 11, 20, 23, 30, tzinfo=UTC).timestamp())
    assert local_day(evening_s, BERLIN) == date(2026, 11, 21)
    assert local_day(evening_s, ZoneInfo("America/New_York")) == date(2026, 11, 20)


def test_autumn_night_has_the_hour_after_two_twice() -> None:
    rows = table_of(window_up_to("day", AUTUMN, BERLIN))
    assert [clock(row, BERLIN) for row in rows[3:9]] == [
        "01:30",
        "02:00",
        "02:30",
        "02:00",
        "02:30",
        "03:00",
    ]
    assert len(rows) == 50
    assert {b - a for a, b in pairwise(rows)} == {30 * MINUTE_S}


def test_spring_night_leaves_out_the_hour_after_two() -> None:
    rows = table_of(window_up_to("day", SPRING, BERLIN))
    assert [clock(row, BERLIN) for row in rows[3:5]] == ["01:30", "03:00"]
    assert len(rows) == 46


@pytest.mark.parametrize("last", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_rows_of_a_week_begin_at_the_same_clock_times_every_day(last: date) -> None:
    window = window_up_to("week", last, BERLIN)
    rows = table_of(window)
    times = ["00:00", "04:00", "08:00", "12:00", "16:00", "20:00"]
    assert [clock(row, BERLIN) for row in rows] == times * 7
    assert rows[0] == window.from_s


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_rows_of_a_month_are_its_local_days(zone: ZoneInfo) -> None:
    window = window_up_to("month", date(2026, 11, 5), zone)
    expected = [window.first + timedelta(days=each) for each in range(30)]
    rows = table_of(window)
    assert [local_day(row, zone) for row in rows] == expected
    assert {clock(row, zone) for row in rows} == {"00:00"}


def test_rows_of_a_year_are_weeks_from_monday() -> None:
    rows = table_of(Window("free", date(2026, 1, 1), date(2026, 12, 31), BERLIN))
    assert {local_day(row, BERLIN).weekday() for row in rows} == {0}
    assert len(rows) == 53


@pytest.mark.parametrize("days", [1, 2, 3, 10, 11, 92, 93, 366, 1098, 1099, 2000, MAX_FREE_DAYS])
@pytest.mark.parametrize("zone", [BERLIN, ZoneInfo("Asia/Kolkata")], ids=str)
def test_table_stays_one_that_people_read(days: int, zone: ZoneInfo) -> None:
    first = date(2026, 3, 29)
    window = Window("free", first, first + timedelta(days=days - 1), zone)
    hours = range(window.from_s, window.to_s, min(HOUR_S, window.step_s))
    rows = {row_start_s(each, window.step_s, zone) for each in hours}
    assert len(rows) <= 160


@given(INSTANTS, st.integers(0, 2 * DAY_S), st.sampled_from(STEPS_S), st.sampled_from(ZONES))
def test_rows_follow_each_other_without_overlap(
    timestamp_s: int, later_s: int, step_s: int, zone: ZoneInfo
) -> None:
    start_s = row_start_s(timestamp_s, step_s, zone)
    assert start_s <= timestamp_s
    assert row_start_s(start_s, step_s, zone) == start_s
    assert row_start_s(timestamp_s + later_s, step_s, zone) >= start_s


@given(st.sampled_from([SPRING, AUTUMN]), st.integers(0, 26 * 60), st.sampled_from(STEPS_S[:3]))
def test_rows_follow_each_other_when_clocks_change(day: date, minute: int, step_s: int) -> None:
    timestamp_s = window_up_to("day", day, BERLIN).from_s + minute * MINUTE_S
    start_s = row_start_s(timestamp_s, step_s, BERLIN)
    assert row_start_s(start_s, step_s, BERLIN) == start_s
    assert 0 <= timestamp_s - start_s < step_s + HOUR_S
    assert row_start_s(timestamp_s + MINUTE_S, step_s, BERLIN) >= start_s


@given(BUCKETS, st.sampled_from(STEPS_S), st.sampled_from(ZONES))
def test_merging_keeps_totals(
    buckets: list[tuple[int, int, int, int, int]], step_s: int, zone: ZoneInfo
) -> None:
    rows = merge(buckets, step_s, zone)
    starts = [row.from_s for row in rows]
    assert starts == sorted(set(starts)), "each row stands once, in order"
    assert sum(row.count for row in rows) == sum(bucket[1] for bucket in buckets)
    total = sum((row.mean or 0) * row.count for row in rows)
    assert total == pytest.approx(sum(bucket[2] for bucket in buckets))
    if buckets:
        assert min(row.low or 0 for row in rows) == min(bucket[3] for bucket in buckets)
        assert max(row.high or 0 for row in rows) == max(bucket[4] for bucket in buckets)


def test_table_without_samples_has_no_rows() -> None:
    assert merge([], 1800, BERLIN) == []
