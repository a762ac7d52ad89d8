"""The door for measurements: who may post, what is taken, and how each refusal is told."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from clair import inventory
from clair.access import SYSTEM
from clair.config import networks
from clair.extensions import db
from clair.ingest.sources import add_source, revoke_source
from clair.models import QuarantinedUplink, Sample

from conftest import NOW_S, World, make_app
from services import free_port

JSONAPI = "application/vnd.api+json"
NDJSON = "application/x-ndjson"
PATHS = ("uplinks/ttn", "samples/", "ingest/")
VECTORS = json.loads((Path(__file__).parents[1] / "payloads" / "vectors.json").read_text())
UPLINKS = VECTORS["uplink_messages"]
MISSING = ...

Post = Callable[..., TestResponse]


@pytest.fixture
def tokens(app: Flask, token: str) -> dict[str, str]:
    """A token for each network."""
    samples = add_source(SYSTEM, "old", "samples")
    db.session.commit()
    return {"ttn": token, "samples": samples}


@pytest.fixture
def post(app: Flask, tokens: dict[str, str]) -> Post:
    """Post to the door with the right token."""
    client = app.test_client()

    def send(path: str, body: bytes | str | object, media_type: str = JSONAPI) -> TestResponse:
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        token = tokens["ttn" if path.startswith("uplinks") else "samples"]
        return client.post(
            f"/ingest/v1/{path}",
            data=data,
            content_type=media_type,
            headers={"Authorization": f"Bearer {token}"},
        )

    return send


@pytest.fixture
def anonymous(app: Flask) -> Iterator[FlaskClient]:
    """A client without a token, in a deployment where one network needs none."""
    app.config["INGEST_ANONYMOUS_FROM"] = networks("10.1.0.0/16, fd00::/8")
    yield app.test_client()
    app.config["INGEST_ANONYMOUS_FROM"] = ()


def sample_of(node: object, timestamp_s: object = NOW_S, **attributes: Any) -> dict[str, Any]:
    given = {"timestamp_s": timestamp_s, "co2_ppm": 863} | attributes
    return {
        "type": "Sample",
        "attributes": {name: value for name, value in given.items() if value is not MISSING},
        "relationships": {"node": {"data": {"type": "Node", "id": str(node)}}},
    }


def uplink(payload: str = "060320", eui: str = "02AA0000000E0003") -> dict[str, Any]:
    return {
        "end_device_ids": {"device_id": "invented", "dev_eui": eui},
        "received_at": datetime.fromtimestamp(NOW_S, UTC).isoformat(),
        "uplink_message": {
            "f_port": 5,
            "frm_payload": base64.b64encode(bytes.fromhex(payload)).decode(),
        },
    }


def errors(response: TestResponse) -> list[tuple[str, str, str]]:
    """Check the form of an error document, and give pointer, code and status of each error."""
    assert response.content_type == JSONAPI
    found = json.loads(response.data)["errors"]
    assert all(set(each) == {"detail", "status", "source", "code"} for each in found)
    assert all(each["detail"] for each in found)
    return [(each["source"]["pointer"], each["code"], each["status"]) for each in found]


def count_samples() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Sample)) or 0


def count_quarantined() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(QuarantinedUplink)) or 0


# --- who may post


@pytest.mark.parametrize("path", PATHS)
def test_nobody_posts_without_a_token(app: Flask, path: str) -> None:
    response = app.test_client().post(f"/ingest/v1/{path}", data=b"{}")
    assert response.status_code == 401
    assert errors(response) == [("/data", "not_authenticated", "401")]
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "Bearer ", "wrong", "Basic eDp5", ""])
def test_nobody_posts_with_a_wrong_token(app: Flask, path: str, header: str) -> None:
    response = app.test_client().post(
        f"/ingest/v1/{path}", data=b"{}", headers={"Authorization": header}
    )
    assert response.status_code == 401
    assert errors(response) == [("/data", "authentication_failed", "401")]


def test_source_posts_to_its_own_network_only(app: Flask, tokens: dict[str, str]) -> None:
    for path, network in (("uplinks/ttn", "samples"), ("samples/", "ttn"), ("ingest/", "ttn")):
        headers = {"Authorization": f"Bearer {tokens[network]}"}
        response = app.test_client().post(f"/ingest/v1/{path}", data=b"{}", headers=headers)
        assert response.status_code == 403
        assert errors(response) == [("/data", "permission_denied", "403")]


def test_revoked_token_is_refused(app: Flask, post: Post) -> None:
    assert post("uplinks/ttn", uplink()).status_code == 200
    revoke_source(SYSTEM, "ttn")
    db.session.commit()
    # As it is 5 seconds later, or in another process.
    app.extensions["clair_sources"].clear()
    assert post("uplinks/ttn", uplink()).status_code == 401


def test_revoked_token_is_not_remembered_for_long(
    app: Flask, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post("uplinks/ttn", uplink()).status_code == 200
    revoke_source(SYSTEM, "ttn")
    db.session.commit()
    later = time.monotonic() + 5.1
    monkeypatch.setattr("clair.auth.time.monotonic", lambda: later)
    assert post("uplinks/ttn", uplink()).status_code == 401


def test_token_is_looked_up_once_in_a_while(post: Post, statements: list[str]) -> None:
    for _ in range(3):
        post("uplinks/ttn", uplink())
    assert len([each for each in statements if "token_hash" in each]) == 1


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "fd00::7"])
def test_old_forwarder_inside_needs_no_token(
    anonymous: FlaskClient, world: World, address: str
) -> None:
    for path, body in (
        ("ingest/", {"data": sample_of(world.node.uuid)}),
        ("samples/", {"data": [sample_of(world.node.uuid, NOW_S + 60)]}),
    ):
        response = anonymous.post(
            f"/ingest/v1/{path}",
            data=json.dumps(body),
            content_type=JSONAPI,
            environ_base={"REMOTE_ADDR": address},
        )
        assert response.status_code in (200, 201)
    assert count_samples() == 2


@pytest.mark.parametrize(
    "address", ["10.2.0.1", "127.0.0.1", "::1", "::ffff:10.2.0.1", "10.1.2.3 or so", ""]
)
def test_nobody_outside_posts_without_a_token(anonymous: FlaskClient, address: str) -> None:
    response = anonymous.post(
        "/ingest/v1/ingest/", data=b"{}", environ_base={"REMOTE_ADDR": address}
    )
    assert response.status_code == 401


def test_no_network_posts_uplinks_without_a_token(anonymous: FlaskClient) -> None:
    response = anonymous.post(
        "/ingest/v1/uplinks/ttn", data=b"{}", environ_base={"REMOTE_ADDR": "10.1.2.3"}
    )
    assert response.status_code == 401


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer"])
def test_wrong_token_is_refused_even_inside(anonymous: FlaskClient, header: str) -> None:
    response = anonymous.post(
        "/ingest/v1/ingest/",
        data=b"{}",
        headers={"Authorization": header},
        environ_base={"REMOTE_ADDR": "10.1.2.3"},
    )
    assert response.status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_samples_cannot_be_read_here(app: Flask, tokens: dict[str, str], path: str) -> None:
    headers = {"Authorization": f"Bearer {tokens['samples']}"}
    response = app.test_client().get(f"/ingest/v1/{path}", headers=headers)
    assert response.status_code == 405
    assert errors(response) == [("/data", "method_not_allowed", "405")]


# --- uplinks


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


# --- one sample, as old forwarders post it


def test_sample_is_stored_answered_and_recognised(post: Post, world: World) -> None:
    given = sample_of(world.node.uuid, temperature_celsius=19.7, rel_humidity_percent=53)
    first = post("ingest/", {"data": given})
    assert first.status_code == 201
    assert first.content_type == JSONAPI
    stored = json.loads(first.data)["data"]
    assert stored == {
        "type": "Sample",
        "id": str(NOW_S),
        "attributes": {
            "timestamp_s": NOW_S,
            "co2_ppm": 863,
            "temperature_celsius": "19.7",
            "rel_humidity_percent": 53,
        },
        "relationships": {"node": {"data": {"type": "Node", "id": str(world.node.uuid)}}},
    }
    again = post("ingest/", {"data": given})
    assert again.status_code == 200
    assert json.loads(again.data)["data"] == stored
    other = post("ingest/", {"data": sample_of(world.node.uuid, co2_ppm=864)})
    assert other.status_code == 409
    assert errors(other) == [("/data/attributes/timestamp_s", "conflict", "409")]
    assert count_samples() == 1


def test_sample_without_temperature_and_humidity_is_answered_with_null(
    post: Post, world: World
) -> None:
    response = post("ingest/", {"data": sample_of(world.node.uuid, co2_ppm=0)})
    attributes = json.loads(response.data)["data"]["attributes"]
    assert attributes["co2_ppm"] == 0
    assert attributes["temperature_celsius"] is None
    assert attributes["rel_humidity_percent"] is None


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("timestamp_s", MISSING, "required"),
        ("timestamp_s", None, "null"),
        ("timestamp_s", -1, "min_value"),
        ("timestamp_s", 2_147_483_648, "max_value"),
        ("timestamp_s", 10**30, "max_value"),
        ("co2_ppm", MISSING, "required"),
        ("co2_ppm", -1, "min_value"),
        ("co2_ppm", 10_001, "max_value"),
        ("co2_ppm", 32_768, "max_value"),
        ("co2_ppm", 500.5, "invalid"),
        ("temperature_celsius", 40.5, "max_value"),
        ("temperature_celsius", -20.5, "min_value"),
        ("temperature_celsius", 21.55, "max_digits"),
        ("temperature_celsius", 100, "max_whole_digits"),
        ("rel_humidity_percent", 101, "max_value"),
        ("rel_humidity_percent", 53.5, "invalid"),
    ],
)
def test_broken_rule_of_an_attribute_is_told(
    post: Post, world: World, name: str, value: object, code: str
) -> None:
    given = sample_of(world.node.uuid)
    given["attributes"][name] = value
    given["attributes"] = {k: v for k, v in given["attributes"].items() if v is not MISSING}
    response = post("ingest/", {"data": given})
    assert response.status_code == 400
    assert errors(response) == [(f"/data/attributes/{name}", code, "400")]
    assert count_samples() == 0


@pytest.mark.parametrize(
    ("relationships", "error"),
    [
        ({}, ("/data/relationships/node", "required", "400")),
        (
            {"node": {"data": {"type": "Node", "id": "00000000-0000-0000-0000-000000000001"}}},
            ("/data/relationships/node", "does_not_exist", "400"),
        ),
        (
            {"node": {"data": {"type": "Node", "id": "no UUID"}}},
            ("/data/relationships/node", "invalid", "400"),
        ),
        ({"node": {"data": {"type": "Node"}}}, ("/data/relationships/node", "missing_id", "400")),
        ({"node": {"data": []}}, ("/data/relationships/node", "incorrect_type", "400")),
        ({"node": {"data": {"type": "Room", "id": "7"}}}, ("/data", "error", "409")),
    ],
    ids=["no node", "unknown node", "malformed id", "no id", "no object", "wrong type"],
)
def test_broken_rule_of_the_node_is_told(
    post: Post, world: World, relationships: object, error: tuple[str, str, str]
) -> None:
    given = sample_of(world.node.uuid) | {"relationships": relationships}
    response = post("ingest/", {"data": given})
    assert errors(response) == [error]
    assert response.status_code == int(error[2])


def test_all_broken_rules_are_told_in_the_order_of_their_places(post: Post) -> None:
    response = post("ingest/", {"data": {"type": "Sample", "attributes": {"co2_ppm": -1}}})
    assert response.status_code == 400
    assert errors(response) == [
        ("/data/attributes/co2_ppm", "min_value", "400"),
        ("/data/attributes/timestamp_s", "required", "400"),
        ("/data/relationships/node", "required", "400"),
    ]


@pytest.mark.parametrize("name", ["Node", "sample", None])
def test_other_resource_is_told(post: Post, world: World, name: str | None) -> None:
    response = post("ingest/", {"data": sample_of(world.node.uuid) | {"type": name}})
    assert response.status_code == 409
    assert errors(response) == [("/data", "error", "409")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no JSON",
        b"\xff\xfe",
        b"[]",
        b"7",
        b"{}",
        b'{"data": []}',
        b'{"data": null}',
        b'{"data": "sample"}',
        b'{"data": NaN}',
        b'{"data": Infinity}',
        b'{"data": 1e999}',
        b"[" * 100_000,
        b'{"data":' * 5_000 + b"1" + b"}" * 5_000,
    ],
    ids=lambda body: body[:20].decode("latin-1"),
)
def test_what_cannot_be_read_is_told(post: Post, body: bytes) -> None:
    response = post("ingest/", body)
    assert response.status_code == 400
    assert errors(response) == [("/data", "parse_error", "400")]


@pytest.mark.parametrize("path", ["ingest/", "samples/"])
@pytest.mark.parametrize(
    "media_type", ["text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_other_media_types_are_refused(post: Post, path: str, media_type: str) -> None:
    response = post(path, {"data": []}, media_type)
    assert response.status_code == 415
    assert errors(response) == [("/data", "unsupported_media_type", "415")]


def test_media_type_may_have_parameters(post: Post, world: World) -> None:
    body = {"data": sample_of(world.node.uuid)}
    assert post("ingest/", body, f"{JSONAPI}; charset=utf-8").status_code == 201


# --- many samples


def test_good_samples_are_stored_and_bad_ones_are_told(post: Post, world: World) -> None:
    node = world.node.uuid
    post("ingest/", {"data": sample_of(node)})
    batch = [
        sample_of(node),
        sample_of(node, NOW_S + 60),
        sample_of(node, NOW_S + 120, co2_ppm=-1, temperature_celsius=50),
        sample_of("00000000-0000-0000-0000-000000000001"),
        sample_of(node, co2_ppm=900),
        None,
        sample_of(node, NOW_S + 180),
    ]
    response = post("samples/", {"data": batch})
    assert response.status_code == 200
    assert json.loads(response.data)["meta"] == {"stored": 2, "duplicate": 1, "rejected": 4}
    assert errors(response) == [
        ("/data/2/attributes/co2_ppm", "min_value", "400"),
        ("/data/2/attributes/temperature_celsius", "max_value", "400"),
        ("/data/3/relationships/node", "does_not_exist", "400"),
        ("/data/4/attributes/timestamp_s", "conflict", "409"),
        ("/data/5", "parse_error", "400"),
    ]
    assert count_samples() == 3


def test_batch_without_mistakes_has_no_errors(post: Post, world: World) -> None:
    response = post("samples/", {"data": [sample_of(world.node.uuid)]})
    assert json.loads(response.data) == {"meta": {"stored": 1, "duplicate": 0, "rejected": 0}}


def test_empty_batch_is_fine(post: Post) -> None:
    response = post("samples/", {"data": []})
    assert json.loads(response.data)["meta"] == {"stored": 0, "duplicate": 0, "rejected": 0}


def test_lines_are_resources_or_documents(post: Post, world: World) -> None:
    node = world.node.uuid
    lines = [
        json.dumps(sample_of(node)).encode(),
        json.dumps({"data": sample_of(node, NOW_S + 60)}).encode(),
        b"",
        b"rubbish \xff",
        b'{"data": null}',
        json.dumps(sample_of(node, NOW_S + 120)).encode(),
    ]
    response = post("samples/", b"\r\n".join(lines), NDJSON)
    assert json.loads(response.data)["meta"] == {"stored": 3, "duplicate": 0, "rejected": 2}
    assert [pointer for pointer, _, _ in errors(response)] == ["/data/2", "/data/3"]


@pytest.mark.parametrize("body", [b'{"data": {}}', b"{}", b"[]", b"", b"\xff"])
def test_batch_that_is_no_list_is_told(post: Post, body: bytes) -> None:
    response = post("samples/", body)
    assert response.status_code == 400
    assert errors(response) == [("/data", "parse_error", "400")]


def test_10_000_samples_fit_and_one_more_does_not(post: Post, world: World) -> None:
    node = world.node.uuid
    batch = [sample_of(node, NOW_S - n) for n in range(10_001)]
    response = post("samples/", {"data": batch})
    assert response.status_code == 413
    assert errors(response) == [("/data", "too_large", "413")]
    assert count_samples() == 0
    response = post("samples/", {"data": batch[:-1]})
    assert json.loads(response.data)["meta"] == {"stored": 10_000, "duplicate": 0, "rejected": 0}


def test_samples_have_a_larger_limit_of_their_own(post: Post) -> None:
    assert post("samples/", b" " * (1024 * 1024 + 1)).status_code == 400
    assert post("samples/", b" " * (8 * 1024 * 1024 + 1)).status_code == 413


def test_huge_numbers_are_told(post: Post, world: World) -> None:
    line = json.dumps(sample_of(world.node.uuid, 10**400, co2_ppm=10**40)).encode()
    response = post("samples/", line, NDJSON)
    assert response.status_code == 200
    assert json.loads(response.data)["meta"]["rejected"] == 1


# --- whatever comes


KEYS = [
    "data",
    "type",
    "attributes",
    "relationships",
    "node",
    "id",
    "timestamp_s",
    "co2_ppm",
    "end_device_ids",
    "dev_eui",
    "uplink_message",
    "frm_payload",
    "received_at",
]
near_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("Sample"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS) | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300) | near_json.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_are_a_fault_of_ours(post: Post, path: str, body: bytes) -> None:
    for media_type in (JSONAPI, NDJSON):
        assert post(path, body, media_type).status_code < 500


@pytest.mark.parametrize("path", PATHS)
def test_null_characters_are_no_fault_of_ours(post: Post, path: str) -> None:
    for body in (
        uplink(eui="\x00" * 16),
        uplink() | {"end_device_ids": {"device_id": "\x00", "dev_eui": "02AA0000000E0003"}},
        {"data": [sample_of("\x00")]},
        {"data": sample_of("\x00", "\x00")},
    ):
        assert post(path, body).status_code < 500


# --- an outage


@pytest.mark.parametrize("path", PATHS)
def test_outage_of_the_database_asks_to_come_back(tmp_path: Path, path: str) -> None:
    url = f"postgresql+psycopg2://clair@127.0.0.1:{free_port()}/clair"
    client = make_app(url, tmp_path).test_client()
    response = client.post(
        f"/ingest/v1/{path}", data=b"{}", headers={"Authorization": "Bearer token"}
    )
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert errors(response) == [("/data", "unavailable", "503")]


def test_unknown_address_is_told_as_a_document(app: Flask) -> None:
    response = app.test_client().post("/ingest/v1/nothing")
    assert response.status_code == 404
    assert errors(response) == [("/data", "not_found", "404")]
