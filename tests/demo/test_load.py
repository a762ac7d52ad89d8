"""Loading the demo: everything is there afterwards, and nothing is there twice."""

import stat
import time
from itertools import pairwise

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from clair import accounts
from clair.access import Actor, Source, visible
from clair.cli.demo import demo
from clair.demo import devices, load, things_stack
from clair.demo.places import PASSWORD, all_nodes
from clair.extensions import db
from clair.identity import hash_token
from clair.ingest.receive import receive
from clair.models import (
    Address,
    IngestSource,
    Installation,
    Membership,
    Node,
    Organization,
    Room,
    Sample,
    Site,
    User,
)

TABLES = (User, Organization, Membership, Address, Site, Room, Node, Installation, IngestSource)
NOW_S = 1_795_179_871


def load_demo(app: Flask, *options: str) -> str:
    result = CliRunner().invoke(demo, ["load", "--days", "2", *options], obj=None)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def data(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "CLAIR_DATA", tmp_path)
    return tmp_path


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def load_history(now_s: int, days: int = 2) -> int:
    load.load_places(now_s)
    return sum(load.load_history(days, now_s))


def test_the_command_brings_people_places_and_history(app, data):
    load_demo(app)

    demo_user = accounts.authenticate("demo", PASSWORD)
    inspector = accounts.authenticate("inspector", PASSWORD)
    assert accounts.authenticate("admin", PASSWORD).is_admin
    names = ["Café Morgenrot", "Grundschule am Park", "Praxis Dr. Sommer"]
    for user, role in ((demo_user, "O"), (inspector, "I")):
        assert [membership.role for membership in user.memberships] == [role] * 3
        organizations = visible(Organization, Actor(user.id)).order_by(Organization.name)
        assert [each.name for each in db.session.scalars(organizations)] == names
    assert count(Installation) == len(list(all_nodes()))
    assert 0 < db.session.scalar(select(func.count()).where(Installation.is_public)) < 11
    assert count(Sample) > 5000


def test_doing_it_again_creates_nothing_twice(app, data):
    load_history(NOW_S)
    load.write_token(data)
    db.session.commit()
    before = {model: count(model) for model in (*TABLES, Sample)}

    load_history(NOW_S)
    load.write_token(data)
    db.session.commit()

    assert {model: count(model) for model in (*TABLES, Sample)} == before


def test_doing_it_later_adds_what_is_missing(app, data):
    load_history(NOW_S)
    before = count(Sample)

    load_history(NOW_S + 3600)

    added = sum(3600 / devices.spacing_s(node)[1] for node in all_nodes())
    assert before < count(Sample) <= before + 1.5 * added


def test_all_sensors_but_one_are_up_to_date(app, data):
    load_history(NOW_S, days=6)

    statement = select(Node.alias, func.max(Sample.timestamp_s)).group_by(Node.alias)
    rows = db.session.execute(statement.join(Sample, Sample.node_id == Node.id))
    newest = {alias: timestamp_s for alias, timestamp_s in rows}
    silent = [alias for alias, timestamp_s in newest.items() if timestamp_s < NOW_S - 1800]
    assert silent == ["Turnhalle"]
    assert NOW_S - newest["Turnhalle"] > 3 * 86_400
    assert max(newest.values()) <= NOW_S


def test_history_has_gaps_but_not_of_late():
    gaps = 0
    for node in all_nodes():
        times = [sample.timestamp_s for sample in load.history(node, NOW_S - 30 * 86_400, NOW_S)]
        steps = [later - earlier for earlier, later in pairwise(times)]
        gaps += sum(step > 3600 for step in steps)
    assert 3 <= gaps <= 50


def test_what_is_sent_live_never_contradicts_history(app, data):
    load_history(NOW_S)
    load.write_token(data)
    source = db.session.scalar(select(IngestSource))
    origin = Source(source.id, source.name, source.network, source.family)
    uplinks = [
        devices.uplink(node, received_at_s)
        for node in all_nodes()
        for received_at_s in list(load.uplink_times(node, NOW_S - 7200, NOW_S))
        if not node.is_silent
    ]

    receipt = receive(origin, [things_stack.message(uplink, 1) for uplink in uplinks], NOW_S)

    assert receipt.quarantined == 0
    assert receipt.duplicate > 0
    assert receipt.stored == 0


def test_the_token_is_for_the_forwarder_alone(app, data):
    load_demo(app)

    path = data / "demo-token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    source = db.session.scalar(select(IngestSource))
    assert (source.name, source.network, source.family) == ("demo", "ttn", None)
    assert source.token_hash == hash_token(path.read_text())


def test_a_lost_token_is_replaced(app, data):
    load.write_token(data)
    (data / "demo-token").unlink()
    load.write_token(data)

    hashes = db.session.scalars(select(IngestSource.token_hash)).all()
    assert hash_token((data / "demo-token").read_text()) in hashes


def test_once_means_once(app, data):
    load_demo(app)
    db.session.execute(Sample.__table__.delete())
    db.session.commit()
    began_s = time.monotonic()

    assert load_demo(app, "--once") == ""

    assert count(Sample) == 0
    assert time.monotonic() - began_s < 1
