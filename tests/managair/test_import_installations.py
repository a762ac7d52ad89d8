"""A sensor is in one place at a time, which the predecessor did not insist on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from managair.dumps import (
    BEGIN_S,
    CATALOGUE,
    LIBRARY,
    PLACES,
    SENSOR,
    SENSORS,
    Record,
    Take,
    address,
    contents,
    installation,
    node,
    organization,
    room,
    site,
)
from sqlalchemy import select

from clair.extensions import db
from clair.managair.installations import OVERLAP, subtract
from clair.managair.summary import Outcome
from clair.models import Installation, StadtpulsSensor

KIND = "core.roomnodeinstallation"
DAY_S = 86_400
HOUSE = [each for each in PLACES if each["model"] != "core.membership"]
HOUSE += [room(14, "Kinderecke", 12), *CATALOGUE, *SENSORS[:1]]
CREATED, UNCHANGED, SKIPPED = Outcome


def stay(key: int, from_day: int, to_day: int | None, room: int = 13) -> Record:
    """A stay of the sensor in a room, in days since it was bought."""
    from_s = BEGIN_S + from_day * DAY_S
    if to_day is None:
        return installation(key, SENSOR, room, from_s)
    return installation(key, SENSOR, room, from_s, BEGIN_S + to_day * DAY_S)


def stays() -> list[tuple[int, int, int | None, int]]:
    """List what is here in order of time: number, days, room."""
    rows = db.session.scalars(select(Installation).order_by(Installation.from_timestamp_s))
    return [
        (
            row.id,
            (row.from_timestamp_s - BEGIN_S) // DAY_S,
            None if row.to_timestamp_s is None else (row.to_timestamp_s - BEGIN_S) // DAY_S,
            row.room_id,
        )
        for row in rows
    ]


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ([stay(1, 0, 6), stay(2, 5, None, 14)], [(1, 0, 5, 13), (2, 5, None, 14)]),
        ([stay(1, 0, None), stay(2, 5, None, 14)], [(1, 0, 5, 13), (2, 5, None, 14)]),
        ([stay(2, 0, None), stay(1, 5, None, 14)], [(2, 0, 5, 13), (1, 5, None, 14)]),
        (
            [stay(1, 0, None), stay(2, 5, 7, 14)],
            [(3, 0, 5, 13), (2, 5, 7, 14), (1, 7, None, 13)],
        ),
        (
            [stay(1, 0, 9), stay(2, 2, 3, 14), stay(5, 4, 6, 14)],
            [(6, 0, 2, 13), (2, 2, 3, 14), (7, 3, 4, 13), (5, 4, 6, 14), (1, 6, 9, 13)],
        ),
    ],
    ids=["overlapping", "both open", "numbers in disorder", "within", "two within"],
)
def test_newer_installation_counts(
    take: Take, there: list[Record], here: list[tuple[int, int, int | None, int]]
) -> None:
    summary = take([*HOUSE, *there])
    assert stays() == here
    assert summary.counts[KIND] == {CREATED: len(there)}
    assert [text for _, text in summary.remarks] == [OVERLAP]


def test_installations_that_touch_are_kept_as_they_are(take: Take) -> None:
    summary = take([*HOUSE, stay(1, 0, 5), stay(2, 5, None, 14)])
    assert stays() == [(1, 0, 5, 13), (2, 5, None, 14)]
    assert not summary.remarks


def test_what_was_cut_is_named(take: Take) -> None:
    summary = take([*HOUSE, stay(1, 0, None), stay(2, 5, 7, 14)])
    [example] = summary.remarks[KIND, OVERLAP].examples
    begin_s, end_s = BEGIN_S + 5 * DAY_S, BEGIN_S + 7 * DAY_S
    assert example == f"1: now from {BEGIN_S} to {begin_s} and from {end_s}"


def test_what_was_cut_stays_so_the_second_time(take: Take) -> None:
    dump = [*HOUSE, stay(1, 0, None), stay(2, 5, 7, 14), stay(3, 5, 6), stay(4, 9, 9)]
    take(dump)
    before = contents()
    summary = take(dump)
    assert contents() == before
    assert summary.counts[KIND] == {UNCHANGED: 2, SKIPPED: 2}


def test_time_that_is_taken_here_stays_taken(take: Take) -> None:
    take([*HOUSE, stay(1, 0, 5)])
    summary = take([*HOUSE, stay(1, 0, 5), stay(2, 3, 8, 14), stay(3, 1, 2, 14)])
    assert stays() == [(1, 0, 5, 13), (2, 5, 8, 14)]
    reason = "other installations of its sensor take up all of its time"
    assert summary.remarks[KIND, reason].examples == ["3"]


@pytest.mark.parametrize("to_day", [0, -1], ids=["at once", "before"])
def test_installation_without_time_is_named(take: Take, to_day: int) -> None:
    summary = take([*HOUSE, stay(1, 0, to_day)])
    assert stays() == []
    assert summary.remarks[KIND, "it ends before it has begun"].count == 1


def test_room_of_another_organization_is_refused(take: Take) -> None:
    """Its members would see what the sensor of somebody else measures."""
    other = [organization(8, "Museum"), address(15), site(16, "Turm", 8, 15), room(17, "Oben", 16)]
    summary = take([*HOUSE, *other, stay(1, 0, None, 17)])
    assert stays() == []
    reason = "its room and its sensor belong to different organizations"
    assert summary.remarks[KIND, reason].count == 1


def test_two_sensors_may_share_a_room(take: Take) -> None:
    other = "00000000-0000-4000-8000-0000000000cc"
    summary = take(
        [
            *HOUSE,
            node(other, "0A0B0C0D0E0F0177", 7),
            stay(1, 0, None),
            installation(2, other, 13, BEGIN_S),
        ]
    )
    assert summary.counts[KIND] == {CREATED: 2}
    assert not summary.remarks


def test_sensor_of_stadtpuls_goes_with_the_piece_that_goes_on(take: Take) -> None:
    take([*LIBRARY, room(14, "Kinderecke", 12), stay(32, 5, 7, 14)])
    sensor = db.session.scalars(select(StadtpulsSensor)).one()
    assert sensor.installation.to_timestamp_s is None
    assert len(stays()) == 3


def test_image_keeps_its_name_and_its_file_is_asked_for(take: Take) -> None:
    summary = take([*HOUSE, installation(1, SENSOR, 13, BEGIN_S, image="d0c5.jpg")])
    assert db.session.scalars(select(Installation.image)).all() == ["d0c5.jpg"]
    [remark] = summary.remarks
    assert "CLAIR_DATA/media" in remark[1]
    assert not take([*HOUSE, installation(1, SENSOR, 13, BEGIN_S, image="")]).remarks.get(remark)


SPANS = st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda span: span[0] < span[1])


@given(SPANS, st.lists(SPANS, max_size=5))
def test_what_is_left_is_exactly_what_is_not_taken(
    span: tuple[int, int], taken: list[tuple[int, int]]
) -> None:
    left = subtract(span, taken)
    seconds = [second for piece in left for second in range(*piece)]
    assert seconds == sorted(set(range(*span)) - {s for other in taken for s in range(*other)})
    assert all(begin < end for begin, end in left)
