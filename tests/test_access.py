"""The policy as a table: six actors, every model, see and change."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from clair import access, inventory
from clair.access import NOBODY, SYSTEM, Actor
from clair.errors import Forbidden, NotFound, Unauthorized
from clair.extensions import db
from clair.ingest.sources import add_source
from clair.models import (
    Address,
    ApiToken,
    Base,
    IngestSource,
    Installation,
    Membership,
    Model,
    Node,
    Organization,
    Protocol,
    Quantity,
    QuarantinedUplink,
    Room,
    Site,
    StadtpulsSensor,
    User,
)

from conftest import World

CAST = ("nobody", "stranger", "inspector", "owner", "administrator", "read-only token")
NONE: set[str] = set()
MEMBERS = {"inspector", "owner", "read-only token"}
ALL = set(CAST)
ALICE = {"owner", "read-only token"}
SEES = {
    # model: who sees a private one, who sees a public one, who changes it
    Organization: (MEMBERS, ALL, {"owner"}),
    Membership: (MEMBERS, MEMBERS, {"owner"}),
    User: (MEMBERS, MEMBERS, NONE),
    Site: (MEMBERS, ALL, {"owner"}),
    Address: (MEMBERS, ALL, {"owner"}),
    Room: (MEMBERS, ALL, {"owner"}),
    Installation: (MEMBERS, ALL, {"owner"}),
    Node: (MEMBERS, MEMBERS, {"owner"}),
    QuarantinedUplink: (MEMBERS, MEMBERS, {"owner"}),
    StadtpulsSensor: (MEMBERS, MEMBERS, {"owner"}),
    ApiToken: (ALICE, ALICE, {"owner"}),
    Quantity: (ALL, ALL, {"administrator"}),
    Protocol: (ALL, ALL, {"administrator"}),
    Model: (ALL, ALL, {"administrator"}),
}


@pytest.fixture
def rows(world: World) -> dict[type[Base], Base]:
    """One row of each model, all of the café; the user is a member whom nobody here plays."""
    dora = User(username="dora", email="dora@example.org", password_hash="-", created_s=0)
    db.session.add(dora)
    db.session.flush()
    membership = Membership(organization_id=world.cafe.id, user_id=dora.id)
    add_source(SYSTEM, "ttn", "ttn")
    source = db.session.scalar(select(IngestSource))
    kept = QuarantinedUplink(
        source_id=source.id,
        node_id=world.node.id,
        digest="0",
        message=b"",
        reason="format",
        detail="-",
        received_s=0,
    )
    quantity = Quantity(quantity="CO2", base_unit="PPM")
    token = ApiToken(user=world.alice, name="Skript", token_hash="0", created_s=0)
    sensor = StadtpulsSensor(installation=world.installation, sensor_id=7, created_s=0)
    db.session.add_all([membership, kept, quantity, token, sensor])
    db.session.commit()
    found = (
        world.cafe,
        membership,
        dora,
        world.site,
        world.site.address,
        world.room,
        world.installation,
        world.node,
        kept,
        sensor,
        token,
        quantity,
        world.node.protocol,
        world.node.model,
    )
    return {type(row): row for row in found}


@pytest.fixture
def actor(request: pytest.FixtureRequest, world: World) -> Actor:
    """One of the cast."""
    return {
        "nobody": NOBODY,
        "stranger": Actor(user_id=world.charlie.id),
        "inspector": Actor(user_id=world.bob.id),
        "owner": Actor(user_id=world.alice.id),
        "administrator": Actor(user_id=world.ada.id, is_admin=True),
        "read-only token": Actor(user_id=world.alice.id, is_read_only=True),
    }[request.param]


@pytest.mark.parametrize("actor", CAST, indirect=True)
@pytest.mark.parametrize("is_public", [False, True], ids=["private", "public"])
def test_policy_is_that_of_the_table(
    actor: Actor,
    is_public: bool,
    world: World,
    rows: dict[type[Base], Base],
    request: pytest.FixtureRequest,
) -> None:
    name = request.node.callspec.params["actor"]
    world.installation.is_public = is_public
    db.session.commit()
    for model, (private, public, changers) in SEES.items():
        row = rows[model]
        seen = row in db.session.scalars(access.visible(model, actor)).all()
        assert seen == (name in (public if is_public else private)), f"{name} sees {model}"
        assert access.may_change(actor, row) == (name in changers), f"{name} changes {model}"


def test_every_table_has_its_place_in_the_policy() -> None:
    places = {model.__tablename__ for model in SEES}
    # Samples are reached through installations, counts through nodes; sources are the system's.
    others = {"sample", "daily_count", "ingest_source", "model_quantity"}
    assert places | others == set(Base.metadata.tables)


def test_sources_are_hidden_from_everybody(world: World) -> None:
    add_source(SYSTEM, "ttn", "ttn")
    for user in (world.alice, world.ada):
        actor = Actor(user_id=user.id)
        assert db.session.scalars(access.visible(IngestSource, actor)).all() == []
        source = db.session.scalar(select(IngestSource))
        assert source is not None
        assert not access.may_change(actor, source)


def test_user_changes_only_herself(world: World) -> None:
    alice = Actor(user_id=world.alice.id)
    assert access.may_change(alice, world.alice)
    assert not access.may_change(alice, world.bob)


def test_hidden_row_is_not_told_from_a_missing_one(world: World) -> None:
    charlie = Actor(user_id=world.charlie.id)
    with pytest.raises(NotFound) as hidden:
        access.get(Room, world.room.id, charlie)
    with pytest.raises(NotFound) as missing:
        access.get(Room, 999_999, charlie)
    assert str(hidden.value).replace(str(world.room.id), "N") == str(missing.value).replace(
        "999999", "N"
    )


@pytest.mark.parametrize(
    ("name", "error"),
    [("bob", Forbidden), ("charlie", NotFound), (None, Unauthorized)],
    ids=["inspector", "stranger", "nobody"],
)
def test_commands_refuse_those_who_do_not_own(
    name: str | None,
    error: type[Exception],
    world: World,
    actor_of: Callable[[User | None], Actor],
) -> None:
    actor = actor_of(None if name is None else getattr(world, name))
    with pytest.raises(error):
        inventory.add_room(actor, world.site, "Hinterzimmer")
    with pytest.raises(error):
        inventory.register_node(actor, world.cafe, "02AA00000000C0FF", "ers", "Neu")
    assert len(db.session.scalars(select(Room)).all()) == 1


def test_sensor_cannot_be_installed_in_a_foreign_room(world: World) -> None:
    charlie = Actor(user_id=world.charlie.id)
    clinic = inventory.find_organization("Praxis nebenan")
    node, _ = inventory.register_node(charlie, clinic, "02AA00000000C0FE", "ers", "Fremd")
    with pytest.raises(NotFound):
        inventory.install_node(charlie, node, world.room, 1)
