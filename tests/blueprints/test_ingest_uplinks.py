"""The door for measurements: messages of a network, one or many."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.models import Sample

from blueprints.door import JSONAPI, NDJSON, Post, count_quarantined, count_samples, errors
from conftest import World
from uplinks import uplink

VECTORS = json.loads((Path(__file__).parents[1] / "payloads" / "vectors.json").read_text())
UPLINKS = VECTORS["uplink_messages"]


def test_uplinks_of_the_vectors_arrive_as_their_samples(post: Post, world: World) -> None:
    for each in UPLINKS:
        if "dev_eui" in each["expected"]:
            eui = each["message"]["end_device_ids"]["dev_eui"]
            inventory.register_node(SYSTEM, world.cafe, eui, each["family"], eui)
    db.session.commit()
    wanted = [each.get("recommended", each["expected"])["samples"] for each in UPLINKS]
    body = b"\n".join(json.dumps(each["message"]).encode() for each in UPLINKS)
    response = post("uplinks/ttn", body, NDJSON)
    assert response.status_code == 200
    assert response.content_type == JSONAPI
    meta = json.loads(response.data)["meta"]
    total = sum(map(len, wanted))
    assert meta["uplinks"] == len(UPLINKS)
    assert (meta["stored"], meta["duplicate"], meta["quarantined"]) == (total, 0, 0)
    assert meta["ignored"] == sum(not samples for samples in wanted)
    stored = db.session.execute(
        select(Sample.timestamp_s, Sample.co2_ppm).order_by(Sample.timestamp_s)
    ).all()
    expected = {(each["timestamp_s"], each["co2_ppm"]) for samples in wanted for each in samples}
    assert {tuple(row) for row in stored} == expected
    again = json.loads(post("uplinks/ttn", body, NDJSON).data)["meta"]
    assert (again["stored"], again["duplicate"]) == (0, total)
    assert count_samples() == total


@pytest.mark.parametrize("media_type", ["application/json", NDJSON, JSONAPI, "text/plain", ""])
def test_webhook_may_send_any_media_type(post: Post, media_type: str) -> None:
    response = post("uplinks/ttn", uplink(), media_type)
    assert response.status_code == 200
    assert json.loads(response.data)["meta"]["uplinks"] == 1


def test_message_may_be_spread_over_lines(post: Post) -> None:
    body = json.dumps(uplink(), indent=2).encode()
    meta = json.loads(post("uplinks/ttn", body, "application/json").data)["meta"]
    assert (meta["uplinks"], meta["quarantined"]) == (1, 1)


def test_blank_lines_between_messages_do_not_matter(post: Post) -> None:
    line = json.dumps(uplink()).encode()
    body = b"\r\n\n" + line + b"\r\n\r\n" + line + b"\n\n"
    assert json.loads(post("uplinks/ttn", body, NDJSON).data)["meta"]["uplinks"] == 2


@pytest.mark.parametrize("body", [b"", b" \r\n\n "])
def test_uplinks_without_any_are_refused(post: Post, body: bytes) -> None:
    response = post("uplinks/ttn", body, NDJSON)
    assert response.status_code == 400
    assert errors(response) == [("/data", "parse_error", "400")]


def test_bad_bytes_are_kept_beside_good_messages(post: Post, world: World) -> None:
    inventory.register_node(SYSTEM, world.cafe, "02AA0000000E0003", "ers", "Fenster")
    db.session.commit()
    body = b"\xff\xfe\x00\n" + json.dumps(uplink()).encode() + b'\n{"a": NaN}\n'
    meta = json.loads(post("uplinks/ttn", body, NDJSON).data)["meta"]
    assert (meta["stored"], meta["quarantined"]) == (1, 2)
    assert count_samples() == 1
    assert count_quarantined() == 2


def test_simulated_uplinks_are_stored_where_they_are_wanted(
    app: Flask, post: Post, world: World
) -> None:
    inventory.register_node(SYSTEM, world.cafe, "02AA0000000E0003", "ers", "Fenster")
    db.session.commit()
    message = uplink() | {"simulated": True}
    assert json.loads(post("uplinks/ttn", message).data)["meta"]["ignored"] == 1
    app.config["INGEST_SIMULATED"] = True
    assert json.loads(post("uplinks/ttn", message).data)["meta"]["stored"] == 1
    app.config["INGEST_SIMULATED"] = False


@pytest.mark.parametrize("path", ["uplinks/ttn", "ingest/"])
def test_body_above_the_limit_is_refused(post: Post, path: str) -> None:
    assert post(path, b" " * 1024 * 1024).status_code == 400
    response = post(path, b" " * (1024 * 1024 + 1))
    assert response.status_code == 413
    assert errors(response) == [("/data", "too_large", "413")]


def test_more_messages_than_fit_are_refused(post: Post) -> None:
    response = post("uplinks/ttn", b"\n".join(b"%d" % n for n in range(10_001)), NDJSON)
    assert response.status_code == 413
    assert errors(response) == [("/data", "too_large", "413")]
    assert count_quarantined() == 0


def test_lines_that_make_a_document_together_hide_no_good_neighbour(
    post: Post, world: World
) -> None:
    inventory.register_node(SYSTEM, world.cafe, "02AA0000000E0003", "ers", "Fenster")
    db.session.commit()
    body = b'{"join_accept":\n' + json.dumps(uplink()).encode() + b"\n}"
    meta = json.loads(post("uplinks/ttn", body, NDJSON).data)["meta"]
    assert (meta["stored"], meta["quarantined"]) == (1, 2)


def test_packed_body_is_refused(app: Flask, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Encoding": "gzip"}
    response = app.test_client().post("/ingest/v1/uplinks/ttn", data=b"x", headers=headers)
    assert response.status_code == 415
