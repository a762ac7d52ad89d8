"""`flask ingest`: sources, decoding and the quarantine at the command line."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select

from clair import inventory
from clair.access import SYSTEM, Source
from clair.extensions import db
from clair.identity import hash_token
from clair.ingest import receive
from clair.ingest.sources import add_source
from clair.models import IngestSource, QuarantinedUplink, Sample

from conftest import NOW_S, World

Run = Callable[..., Result]

VECTORS = json.loads((Path(__file__).parents[1] / "payloads" / "vectors.json").read_text())
MESSAGES = {each["id"]: each for each in VECTORS["uplink_messages"]}
NAMES = ("timestamp_s", "co2_ppm", "temperature_celsius", "rel_humidity_percent")
CLAIRCHEN = MESSAGES["msg-1-clairchen-sf9"]
PAYLOADS = [
    pytest.param(family, vector, id=vector["id"])
    for family, part in VECTORS["decoders"].items()
    for vector in part["vectors"]
    if vector["spreading_factor"] and vector["hex"]
]


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def values(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Samples as they are printed: without what was not reported."""
    return [
        {name: value for name, value in each.items() if name in NAMES and value is not None}
        for each in samples
    ]


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


# --- sources


def test_token_stands_alone_on_stdout_and_only_its_hash_is_kept(run: Run, world: World) -> None:
    result = run("ingest", "source", "add", "ttn-ers", "--network", "ttn", "--family", "ers")
    assert (result.exit_code, result.stderr) == (0, "")
    token = result.stdout.strip()
    assert result.stdout == f"{token}\n"
    assert len(token) >= 32
    source = db.session.scalars(select(IngestSource)).one()
    assert (source.network, source.family) == ("ttn", "ers")
    assert source.token_hash == hash_token(token)
    assert token not in str(vars(source))


def test_every_source_has_its_own_token(run: Run) -> None:
    tokens = {run("ingest", "source", "add", n, "--network", "samples").stdout for n in "abc"}
    assert len(tokens) == 3


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("ttn", "There is already a source ttn."), ("", "name: must have 1 to 50 characters")],
)
def test_what_is_wrong_with_a_source_is_one_sentence(run: Run, name: str, sentence: str) -> None:
    run("ingest", "source", "add", "ttn", "--network", "ttn")
    result = run("ingest", "source", "add", name, "--network", "ttn")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {sentence}\n"


def test_unknown_network_is_wrong_usage(run: Run) -> None:
    assert run("ingest", "source", "add", "x", "--network", "carrier-pigeon").exit_code == 2


def test_sources_are_listed_without_tokens(run: Run) -> None:
    token = run("ingest", "source", "add", "one", "--network", "ttn").stdout.strip()
    run("ingest", "source", "add", "two", "--network", "samples")
    assert run("ingest", "source", "revoke", "one").exit_code == 0
    result = run("ingest", "source", "list", "--json")
    rows = json.loads(result.stdout)
    assert [(row["name"], row["network"], row["state"]) for row in rows] == [
        ("one", "ttn", "revoked"),
        ("two", "samples", "active"),
    ]
    assert token not in result.stdout
    assert hash_token(token) not in result.stdout
    assert "revoked" in run("ingest", "source", "list").stdout


def test_source_is_revoked_once(run: Run) -> None:
    run("ingest", "source", "add", "one", "--network", "ttn")
    run("ingest", "source", "revoke", "one")
    revoked_s = db.session.scalar(select(IngestSource.revoked_s))
    assert revoked_s is not None
    assert run("ingest", "source", "revoke", "one").exit_code == 0
    assert db.session.scalar(select(IngestSource.revoked_s)) == revoked_s


def test_unknown_source_is_one_sentence(run: Run) -> None:
    result = run("ingest", "source", "revoke", "nothing")
    assert result.exit_code == 1
    assert result.stderr == ("Error: There is no source nothing; see `flask ingest source list`.\n")


# --- decode


def test_messages_are_decoded_without_storing_anything(run: Run, world: World) -> None:
    wanted = [each for each in MESSAGES.values() if each["family"] == "clairchen"]
    body = "\n".join(json.dumps(each["message"]) for each in wanted) + "\n\n"
    result = run("ingest", "decode", "--family", "clairchen", stdin=body)
    assert (result.exit_code, result.stderr) == (0, "")
    for each, line in zip(wanted, lines(result.stdout), strict=True):
        expected = each.get("recommended", each["expected"])
        if expected.get("skipped"):
            assert set(line) == {"ignored"}
        else:
            assert (line["node"], line["family"]) == (expected["node_id"], "clairchen")
            assert line["samples"] == values(expected["samples"])
    assert count(Sample) == count(QuarantinedUplink) == 0


def test_messages_come_from_a_file_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "messages").write_text(json.dumps(CLAIRCHEN["message"]))
    result = run("ingest", "decode", "--family", "clairchen", tmp_path / "messages")
    assert len(lines(result.stdout)[0]["samples"]) == 3
    assert run("ingest", "decode", tmp_path / "nothing").exit_code == 2


def test_each_line_has_its_answer(run: Run) -> None:
    join = {"end_device_ids": {"dev_eui": "02AA00000000C001"}, "join_accept": {}}
    impossible = json.loads(json.dumps(CLAIRCHEN["message"]))
    impossible["received_at"] = impossible["uplink_message"]["received_at"] = "0001-01-01T00:00:00Z"
    body = "\n".join([json.dumps(join), "rubbish", json.dumps(impossible)])
    result = run("ingest", "decode", "--family", "clairchen", stdin=body)
    assert result.exit_code == 0
    ignored, malformed, refused = lines(result.stdout)
    assert ignored == {"ignored": "a message of type join_accept, not an uplink"}
    assert malformed["error"]["kind"] == "format"
    assert malformed["error"]["detail"]
    assert refused["error"]["kind"] == "content"


def test_without_family_the_registered_one_is_taken(run: Run, world: World) -> None:
    ers = MESSAGES["msg-3-ers-co2-only-sf10"]
    body = "\n".join(json.dumps(each["message"]) for each in (CLAIRCHEN, ers))
    known, unknown = lines(run("ingest", "decode", stdin=body).stdout)
    assert known["family"] == "clairchen"
    assert unknown["error"]["kind"] == "content"
    eui = ers["message"]["end_device_ids"]["dev_eui"]
    inventory.register_node(SYSTEM, world.cafe, eui, "ers", "Fenster")
    _, registered = lines(run("ingest", "decode", stdin=body).stdout)
    assert registered["node"] == ers["recommended"]["node_id"]
    assert registered["samples"] == values(ers["recommended"]["samples"])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("family", "vector"), PAYLOADS)
def test_payload_of_the_vectors_is_decoded(run: Run, family: str, vector: dict[str, Any]) -> None:
    expected = vector.get("recommended", vector["expected"])
    result = run(
        *("ingest", "decode", "--family", family, "--payload", vector["hex"]),
        *("--port", vector["f_port"], "--received-at", vector["received_at"]),
        *("--spreading-factor", vector["spreading_factor"]),
        *("--bandwidth", vector["bandwidth_hz"]),
    )
    assert result.exit_code == 0
    (line,) = lines(result.stdout)
    if expected.get("samples"):
        assert line["family"] == family
        assert line["node"] is None
        assert line["samples"] == values(expected["samples"])
    elif "error" in expected:
        assert line["error"]["kind"] == expected["error"]["kind"]
    else:
        assert set(line) == {"ignored"}


def test_payload_is_of_now_unless_a_time_is_given(run: Run) -> None:
    payload = ("ingest", "decode", "--family", "oy1012", "--payload", "3e441d021b", "--port", "2")
    (line,) = lines(run(*payload, "--received-at", NOW_S).stdout)
    assert line["samples"][0]["timestamp_s"] == NOW_S
    (line,) = lines(run(*payload).stdout)
    assert abs(line["samples"][0]["timestamp_s"] - time.time()) < 60


@pytest.mark.parametrize(
    ("options", "exit_code", "sentence"),
    [
        (("--payload", "00"), 2, "A bare payload needs --family."),
        (("--family", "ers", "--payload", "xyz"), 1, "payload: must be hex digits"),
        (
            ("--family", "ers", "--payload", "00", "--received-at", "noon"),
            1,
            "received-at: must be Unix seconds or a time with its offset",
        ),
        (
            ("--family", "ers", "--payload", "00", "--received-at", "9" * 30),
            1,
            "received-at: must be Unix seconds or a time with its offset",
        ),
        (("--family", "ers", "--payload", "00", "--port", "256"), 2, "Invalid value for '--port'"),
        (("--family", "toaster"), 2, "Invalid value for '--family'"),
    ],
)
def test_wrong_options_of_decode_are_told(
    run: Run, options: tuple[str, ...], exit_code: int, sentence: str
) -> None:
    result = run("ingest", "decode", *options)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert f"Error: {sentence}" in result.stderr


# --- quarantine


@pytest.fixture
def quarantined(world: World) -> World:
    """Rubbish, and an uplink of a sensor that is not registered yet."""
    add_source(SYSTEM, "ttn", "ttn")
    row = db.session.scalars(select(IngestSource)).one()
    message = json.dumps(MESSAGES["msg-3-ers-co2-only-sf10"]["message"]).encode()
    source = Source(row.id, row.name, row.network, row.family)
    receive.receive(source, [b"rubbish", message], NOW_S)
    receive.receive(source, [b"rubbish"], NOW_S + 60)
    db.session.commit()
    return world


def test_quarantine_is_listed_with_reasons(run: Run, quarantined: World) -> None:
    rows = json.loads(run("ingest", "quarantine", "list", "--json").stdout)
    by_reason = {row["reason"]: row for row in rows}
    assert set(by_reason) == {"format", "unknown_node"}
    assert by_reason["format"]["times"] == 2
    assert by_reason["format"]["received_s"] == NOW_S + 60
    assert by_reason["unknown_node"]["eui64"] == "02AA0000000E0003"
    assert all(row["source"] == "ttn" and row["detail"] for row in rows)
    assert "unknown_node" in run("ingest", "quarantine", "list").stdout


def test_replay_stores_what_can_be_stored_now(run: Run, quarantined: World) -> None:
    result = run("ingest", "replay", "--all")
    assert result.stdout == "0 released, 2 still in quarantine\n"
    inventory.register_node(SYSTEM, quarantined.cafe, "02AA0000000E0003", "ers", "Fenster")
    result = run("ingest", "replay", "--all")
    assert result.exit_code == 0
    assert result.stdout == "1 released, 1 still in quarantine\n"
    assert count(Sample) == 3
    assert db.session.scalars(select(QuarantinedUplink.message)).all() == [b"rubbish"]


def test_one_message_is_replayed(run: Run, quarantined: World) -> None:
    inventory.register_node(SYSTEM, quarantined.cafe, "02AA0000000E0003", "ers", "Fenster")
    number = db.session.scalar(
        select(QuarantinedUplink.id).where(QuarantinedUplink.reason == "unknown_node")
    )
    result = run("ingest", "replay", "--id", number)
    assert result.stdout == "1 released, 0 still in quarantine\n"
    assert count(Sample) == 3
    result = run("ingest", "replay", "--id", number)
    assert result.exit_code == 1
    assert result.stderr == f"Error: There is no message {number} in quarantine.\n"


@pytest.mark.parametrize("options", [(), ("--id", "1", "--all"), ("--id", "x"), ("--id", 10**12)])
def test_replay_needs_one_choice(run: Run, options: tuple[object, ...]) -> None:
    assert run("ingest", "replay", *options).exit_code == 2


def test_nothing_to_replay_is_fine(run: Run) -> None:
    assert run("ingest", "replay", "--all").stdout == "0 released, 0 still in quarantine\n"
