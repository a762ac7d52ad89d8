"""The door for measurements: one sample, as old forwarders post it, and each rule it may break."""

import json

import pytest

from blueprints.door import JSONAPI, MISSING, Post, count_samples, errors, sample_of
from conftest import NOW_S, World


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
@pytest.mark.parametrize("media_type", ["text/plain", ""])
def test_other_media_types_are_refused(post: Post, path: str, media_type: str) -> None:
    response = post(path, {"data": []}, media_type)
    assert response.status_code == 415
    assert errors(response) == [("/data", "unsupported_media_type", "415")]


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_cannot_name_the_node(post: Post, media_type: str) -> None:
    response = post("ingest/", {"data": []}, media_type)
    assert response.status_code == 400
    assert errors(response) == [("/data/relationships/node", "required", "400")]


def test_media_type_may_have_parameters(post: Post, world: World) -> None:
    body = {"data": sample_of(world.node.uuid)}
    assert post("ingest/", body, f"{JSONAPI}; charset=utf-8").status_code == 201
