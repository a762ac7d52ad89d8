"""The door for measurements: many samples at once, of which each is judged by itself."""

import json

import pytest

from blueprints.door import NDJSON, Post, count_samples, errors, sample_of
from conftest import NOW_S, World


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
