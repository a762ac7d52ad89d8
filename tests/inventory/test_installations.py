"""A sensor is in one room at a time; a shared boundary second is no overlap."""

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inventory.neighbours import Clinic
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from clair import inventory
from clair.access import NOBODY, SYSTEM, Actor
from clair.errors import ClairError, Forbidden, Invalid, NotFound, Unauthorized
from clair.extensions import db
from clair.inventory import Mismatch
from clair.models import Installation

from conftest import NOW_S, World

DAY_S = 86_400
Time = tuple[int, int | None]


def times(world: World) -> list[Time]:
    rows = select(Installation.from_timestamp_s, Installation.to_timestamp_s)
    found = db.session.execute(rows.order_by(Installation.from_timestamp_s)).all()
    return [(from_s, to_s) for from_s, to_s in found]


def create(world: World, actor: Actor, from_s: int, to_s: int | None) -> Installation:
    return inventory.create_installation(
        actor, node=world.node, room=world.room, from_timestamp_s=from_s, to_timestamp_s=to_s
    )


# One installation from 100 to 200, and what may stand beside it.
BESIDE = [
    ((0, 100), True),
    ((200, None), True),
    ((200, 201), True),
    ((0, 99), True),
    ((300, 400), True),
    ((0, None), False),
    ((0, 101), False),
    ((99, 200), False),
    ((101, 199), False),
    ((100, 200), False),
    ((199, None), False),
    ((199, 300), False),
    ((50, 250), False),
]


@pytest.mark.parametrize(("time_", "fits"), BESIDE)
def test_sensor_is_in_one_room_at_a_time(
    world: World, alice: Actor, time_: Time, fits: bool
) -> None:
    inventory.update_installation(
        alice, world.installation, from_timestamp_s=100, to_timestamp_s=200
    )
    if fits:
        create(world, alice, *time_)
        assert sorted(times(world)) == sorted([(100, 200), time_])
    else:
        with pytest.raises(Invalid):
            create(world, alice, *time_)
        assert times(world) == [(100, 200)]


@pytest.mark.parametrize(("time_", "fits"), BESIDE)
def test_correction_meets_the_same_rule(
    world: World, alice: Actor, time_: Time, fits: bool
) -> None:
    inventory.update_installation(
        alice, world.installation, from_timestamp_s=100, to_timestamp_s=200
    )
    other = create(world, alice, 1000, 2000)
    change = {"from_timestamp_s": time_[0], "to_timestamp_s": time_[1]}
    if fits:
        inventory.update_installation(alice, other, **change)
        assert sorted(times(world)) == sorted([(100, 200), time_])
    else:
        with pytest.raises(Invalid):
            inventory.update_installation(alice, other, **change)


bounds = st.integers(0, 12)
spans = st.tuples(bounds, st.none() | bounds)


def is_free(taken: Iterable[Time], new: Time) -> bool:
    """Count it out second by second; what has no end lasts as long as anything here."""
    end_s = 20

    def seconds(time_: Time) -> set[int]:
        return set(range(time_[0], end_s if time_[1] is None else time_[1]))

    return bool(seconds(new)) and not any(seconds(new) & seconds(each) for each in taken)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(spans, min_size=1, max_size=8))
def test_rule_is_that_of_seconds_counted_out(world: World, wanted: list[Time]) -> None:
    db.session.execute(delete(Installation))
    db.session.commit()
    taken: list[Time] = []
    for each in wanted:
        fits = is_free(taken, each)
        try:
            create(world, SYSTEM, *each)
        except Invalid:
            assert not fits
        else:
            assert fits
            taken.append(each)
    assert times(world) == sorted(taken, key=lambda time_: time_[0])


@pytest.mark.parametrize("to_s", [NOW_S, NOW_S - 1, 0])
def test_time_ends_after_it_has_begun(world: World, alice: Actor, to_s: int) -> None:
    inventory.update_installation(alice, world.installation, to_timestamp_s=NOW_S - 10)
    with pytest.raises(Invalid) as created:
        create(world, alice, NOW_S, to_s)
    with pytest.raises(Invalid) as updated:
        inventory.update_installation(
            alice, world.installation, from_timestamp_s=NOW_S, to_timestamp_s=to_s
        )
    for error in (created.value, updated.value):
        assert (error.field, error.code) == ("to_timestamp_s", "invalid")


def test_overlap_names_the_room_in_the_way(world: World, alice: Actor) -> None:
    kitchen = inventory.add_room(alice, world.site, "Küche")
    with pytest.raises(Mismatch, match="Theke is already installed in Gastraum") as error:
        inventory.install_node(alice, world.node, kitchen, NOW_S)
    assert (error.value.field, error.value.code) == ("non_field_errors", "invalid")
    assert str(error.value) == error.value.message, "no field is named at the command line"


def test_second_in_which_a_sensor_came_is_taken(world: World, alice: Actor) -> None:
    with pytest.raises(Invalid) as error:
        create(world, alice, world.installation.from_timestamp_s, None)
    assert (error.value.field, error.value.code) == ("from_timestamp_s", "unique")


def test_publicity_is_toggled_within_a_second(world: World, alice: Actor) -> None:
    before = world.installation
    inventory.update_installation(alice, before, to_timestamp_s=NOW_S)
    after = inventory.create_installation(
        alice, world.node, world.room, from_timestamp_s=NOW_S, is_public=True
    )
    assert (before.to_timestamp_s, before.is_public) == (NOW_S, False)
    assert (after.from_timestamp_s, after.to_timestamp_s, after.is_public) == (NOW_S, None, True)
    with pytest.raises(Invalid, match="later than the beginning"):
        inventory.update_installation(alice, after, to_timestamp_s=NOW_S)
    inventory.update_installation(alice, after, to_timestamp_s=NOW_S + 1)
    with pytest.raises(Invalid) as error:
        create(world, alice, NOW_S, None)
    assert error.value.code == "unique", "a second toggle in the same second"
    create(world, alice, NOW_S + 1, None)
    db.session.commit()


def test_open_end_is_set_and_taken_away(world: World, alice: Actor) -> None:
    inventory.update_installation(alice, world.installation, to_timestamp_s=NOW_S)
    inventory.update_installation(alice, world.installation, is_public=True, description="da")
    assert world.installation.to_timestamp_s == NOW_S
    inventory.update_installation(alice, world.installation, to_timestamp_s=None)
    assert world.installation.to_timestamp_s is None
    assert (world.installation.is_public, world.installation.description) == (True, "da")


def test_one_link_alone_is_checked_against_the_other_that_stays(world: World, alice: Actor) -> None:
    kitchen = inventory.add_room(alice, world.site, "Küche")
    spare, _ = inventory.register_node(alice, world.cafe, "02AA00000000C0DE", "ers", "Ersatz")
    inventory.update_installation(alice, world.installation, room=kitchen)
    inventory.update_installation(alice, world.installation, node=spare)
    inventory.update_installation(alice, world.installation, node=spare, room=kitchen)
    assert (world.installation.node, world.installation.room) == (spare, kitchen)


def test_another_sensor_must_be_free(world: World, alice: Actor) -> None:
    spare, _ = inventory.register_node(alice, world.cafe, "02AA00000000C0DE", "ers", "Ersatz")
    kitchen = inventory.add_room(alice, world.site, "Küche")
    inventory.install_node(alice, spare, kitchen, NOW_S)
    with pytest.raises(Mismatch, match="Ersatz is already installed in Küche"):
        inventory.update_installation(alice, world.installation, node=spare)


def test_several_sensors_share_a_room(world: World, alice: Actor) -> None:
    spare, _ = inventory.register_node(alice, world.cafe, "02AA00000000C0DE", "ers", "Ersatz")
    assert inventory.install_node(alice, spare, world.room, NOW_S).id


@pytest.mark.parametrize("name", ["alice", "charlie", "ada", "bob"])
def test_mismatch_is_told_before_anything_else(
    world: World, clinic: Clinic, name: str, request: pytest.FixtureRequest
) -> None:
    actor = request.getfixturevalue(name)
    for node, room in ((world.node, clinic.room), (clinic.node, world.room)):
        with pytest.raises(Mismatch) as error:
            inventory.create_installation(actor, node, room, NOW_S, NOW_S - 1)
        assert (error.value.field, error.value.code) == ("non_field_errors", "invalid")


@pytest.mark.parametrize(
    ("name", "error"),
    [("bob", Forbidden), ("charlie", Forbidden), ("ada", Forbidden), ("reader", Forbidden)],
)
def test_others_install_nothing(
    world: World, name: str, error: type[ClairError], request: pytest.FixtureRequest
) -> None:
    with pytest.raises(error):
        create(world, request.getfixturevalue(name), 0, 1)


def test_nobody_installs_anything(world: World) -> None:
    with pytest.raises(Unauthorized):
        create(world, NOBODY, 0, 1)


@pytest.mark.parametrize(
    ("name", "hidden", "public"),
    [
        ("bob", Forbidden, Forbidden),
        ("charlie", NotFound, Forbidden),
        ("ada", NotFound, Forbidden),
        ("reader", Forbidden, Forbidden),
    ],
)
def test_others_neither_change_nor_delete_an_installation(
    world: World,
    name: str,
    hidden: type[ClairError],
    public: type[ClairError],
    request: pytest.FixtureRequest,
) -> None:
    actor = request.getfixturevalue(name)
    for is_public, error in ((False, hidden), (True, public)):
        world.installation.is_public = is_public
        db.session.commit()
        with pytest.raises(error):
            inventory.update_installation(actor, world.installation, is_public=not is_public)
        with pytest.raises(error):
            inventory.delete_installation(actor, world.installation)
        assert world.installation.is_public is is_public


def test_owner_deletes_an_installation(world: World, alice: Actor) -> None:
    inventory.delete_installation(alice, world.installation)
    db.session.commit()
    assert times(world) == []


def test_sensor_stays_within_its_organization(world: World, both: Actor, clinic: Clinic) -> None:
    inventory.delete_installation(both, clinic.installation)
    with pytest.raises(Mismatch):
        inventory.install_node(both, clinic.node, world.room, NOW_S)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_database_refuses_overlaps_that_a_race_let_through(world: World) -> None:
    other = inventory.add_room(SYSTEM, world.site, "Küche")
    db.session.add(Installation(node=world.node, room=other, from_timestamp_s=NOW_S))
    with pytest.raises(IntegrityError, match="ex_installation_overlap"):
        db.session.flush()
    db.session.rollback()
