"""The catalogue is there for everybody, and for administrators to change."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from clair import inventory
from clair.access import NOBODY, SYSTEM, Actor
from clair.errors import ClairError, Conflict, Forbidden, Invalid, Unauthorized
from clair.extensions import db
from clair.models import Entity, Installation, Model, Node, Protocol, Quantity

from conftest import World

MODEL = {
    "name": "ERS_CO2",
    "trade_name": "ERS CO2",
    "manufacturer": "ELSYS",
    "sensor_type": "NDIR",
}
CREATE: dict[str, Callable[[Actor], Entity]] = {
    "quantity": lambda actor: inventory.create_quantity(actor, quantity="CO2", base_unit="ppm"),
    "protocol": lambda actor: inventory.create_protocol(actor, identifier="NEUPROT"),
    "model": lambda actor: inventory.create_model(actor, **MODEL),
}
UPDATE: dict[str, Callable[..., None]] = {
    "quantity": inventory.update_quantity,
    "protocol": inventory.update_protocol,
    "model": inventory.update_model,
}
DELETE: dict[str, Callable[..., None]] = {
    "quantity": inventory.delete_quantity,
    "protocol": inventory.delete_protocol,
    "model": inventory.delete_model,
}
NAMES = {"quantity": "quantity", "protocol": "identifier", "model": "name"}


def outsiders(world: World) -> list[tuple[Actor, type[ClairError]]]:
    return [
        (NOBODY, Unauthorized),
        (Actor(world.alice.id), Forbidden),
        (Actor(world.bob.id), Forbidden),
        (Actor(world.charlie.id), Forbidden),
        (Actor(world.ada.id, is_admin=True, is_read_only=True), Forbidden),
    ]


@pytest.mark.parametrize("kind", NAMES)
def test_others_do_not_touch_the_catalogue(world: World, kind: str) -> None:
    entry = CREATE[kind](SYSTEM)
    db.session.commit()
    for actor, error in outsiders(world):
        with pytest.raises(error):
            CREATE[kind](actor)
        with pytest.raises(error):
            UPDATE[kind](actor, entry, **{NAMES[kind]: "Meins"})
        with pytest.raises(error):
            DELETE[kind](actor, entry)
    assert getattr(entry, NAMES[kind]) != "Meins"


@pytest.mark.parametrize("kind", NAMES)
def test_administrator_keeps_the_catalogue(world: World, ada: Actor, kind: str) -> None:
    entry = CREATE[kind](ada)
    UPDATE[kind](ada, entry, **{NAMES[kind]: "Neu"})
    assert getattr(entry, NAMES[kind]) == "Neu"
    UPDATE[kind](ada, entry, **{NAMES[kind]: "Neu"})
    row_id = entry.id
    DELETE[kind](ada, entry)
    db.session.commit()
    assert db.session.get(type(entry), row_id) is None


@pytest.mark.parametrize("kind", NAMES)
def test_name_in_the_catalogue_is_taken_once(world: World, ada: Actor, kind: str) -> None:
    entry = CREATE[kind](ada)
    taken = getattr(entry, NAMES[kind])
    UPDATE[kind](ada, entry, **{NAMES[kind]: "Anders"})
    CREATE[kind](ada)
    with pytest.raises(Invalid) as created:
        CREATE[kind](ada)
    with pytest.raises(Invalid) as updated:
        UPDATE[kind](ada, entry, **{NAMES[kind]: taken})
    for error in (created.value, updated.value):
        assert (error.field, error.code) == (NAMES[kind], "unique")


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize(("name", "code"), [("", "blank"), ("x" * 31, "max_length")])
def test_entry_needs_a_proper_name(
    world: World, ada: Actor, kind: str, name: str, code: str
) -> None:
    entry = CREATE[kind](ada)
    with pytest.raises(Invalid) as error:
        UPDATE[kind](ada, entry, **{NAMES[kind]: name})
    assert (error.value.field, error.value.code) == (NAMES[kind], code)


def test_model_measures_quantities(world: World, ada: Actor) -> None:
    co2 = inventory.create_quantity(ada, "CO2", "ppm")
    warmth = inventory.create_quantity(ada, "Temperature", "°C")
    model = inventory.create_model(ada, **MODEL, quantities=[co2, warmth])
    db.session.commit()
    assert set(model.quantities) == {co2, warmth}
    inventory.update_model(ada, model, sensor_type="photoakustisch", quantities=(warmth,))
    db.session.commit()
    assert (model.sensor_type, model.quantities) == ("photoakustisch", [warmth])


def test_quantity_that_a_model_measures_stays(world: World, ada: Actor) -> None:
    co2 = inventory.create_quantity(ada, "CO2", "ppm")
    model = inventory.create_model(ada, **MODEL, quantities=[co2])
    with pytest.raises(Conflict):
        inventory.delete_quantity(ada, co2)
    inventory.delete_model(ada, model)
    inventory.delete_quantity(ada, co2)
    assert db.session.scalars(select(Quantity)).all() == []


def test_what_sensors_are_stays_with_them(world: World, ada: Actor) -> None:
    with pytest.raises(Conflict):
        inventory.delete_protocol(ada, world.node.protocol)
    with pytest.raises(Conflict):
        inventory.delete_model(ada, world.node.model)
    counts = [
        db.session.scalar(select(func.count()).select_from(model))
        for model in (Protocol, Model, Node, Installation)
    ]
    assert counts == [1, 1, 1, 1]


@pytest.mark.parametrize("field", ["num_uplink_msgs", "num_downlink_msgs"])
def test_messages_are_not_counted_below_nothing(world: World, ada: Actor, field: str) -> None:
    with pytest.raises(Invalid) as created:
        inventory.create_protocol(ada, "NEUPROT", **{field: -1})
    with pytest.raises(Invalid) as updated:
        inventory.update_protocol(ada, world.node.protocol, **{field: -1})
    for error in (created.value, updated.value):
        assert (error.field, error.code) == (field, "min_value")
    inventory.update_protocol(ada, world.node.protocol, **{field: 0})
