"""A posted sample is read, or every rule that it breaks is named with its place."""

from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.ingest.documents import Problem, read_sample
from clair.ingest.store import DAY_S, NOT_BEFORE_S, NewSample

from conftest import NOW_S

NODE = "47418933-88c3-262c-4527-4225e040fbbb"
MISSING = ...


def document(**changes: Any) -> dict[str, Any]:
    attributes = {
        "timestamp_s": NOW_S,
        "co2_ppm": 863,
        "temperature_celsius": 19.7,
        "rel_humidity_percent": 53,
    } | changes
    return {
        "type": "Sample",
        "attributes": {name: value for name, value in attributes.items() if value is not MISSING},
        "relationships": {"node": {"data": {"type": "Node", "id": NODE}}},
    }


def problems(given: Any) -> list[tuple[str, str, int]]:
    found = read_sample(given, NOW_S)
    assert isinstance(found, list)
    return [(each.pointer, each.code, each.status) for each in found]


def test_sample_is_read() -> None:
    expected = NewSample(UUID(NODE), NOW_S, 863, 19.7, 53)
    assert read_sample(document(), NOW_S) == expected


def test_quantities_may_be_absent_or_null() -> None:
    expected = NewSample(UUID(NODE), NOW_S, 863)
    for nothing in (MISSING, None):
        given = document(temperature_celsius=nothing, rel_humidity_percent=nothing)
        assert read_sample(given, NOW_S) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"co2_ppm": "863"},
        {"co2_ppm": 863.0},
        {"temperature_celsius": "19.7"},
        {"measurement_status": "E"},
        {"unknown": [1]},
    ],
    ids=str,
)
def test_numbers_as_texts_and_what_is_not_known_are_taken(changes: dict[str, Any]) -> None:
    assert read_sample(document(**changes), NOW_S) == read_sample(document(), NOW_S)


@pytest.mark.parametrize("node", [NODE.upper(), NODE.replace("-", "")])
def test_node_may_be_written_otherwise(node: str) -> None:
    given = document()
    given["relationships"]["node"]["data"]["id"] = node
    sample = read_sample(given, NOW_S)
    assert isinstance(sample, NewSample)
    assert sample.node == UUID(NODE)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("timestamp_s", (NOT_BEFORE_S, NOW_S + DAY_S)),
        ("co2_ppm", (0, 10_000)),
        ("temperature_celsius", (-20, 40.0)),
        ("rel_humidity_percent", (0, 100)),
    ],
)
def test_limits_are_inside(name: str, values: tuple[float, float]) -> None:
    for value in values:
        assert isinstance(read_sample(document(**{name: value}), NOW_S), NewSample)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("timestamp_s", MISSING, "required"),
        ("timestamp_s", None, "null"),
        ("timestamp_s", "noon", "invalid"),
        ("timestamp_s", NOW_S + 0.5, "invalid"),
        ("timestamp_s", True, "invalid"),
        ("timestamp_s", NOT_BEFORE_S - 1, "min_value"),
        ("timestamp_s", -1, "min_value"),
        ("timestamp_s", NOW_S + DAY_S + 1, "max_value"),
        ("timestamp_s", 2**63, "max_value"),
        ("co2_ppm", MISSING, "required"),
        ("co2_ppm", None, "null"),
        ("co2_ppm", -1, "min_value"),
        ("co2_ppm", 10_001, "max_value"),
        ("co2_ppm", 40_000, "max_value"),
        ("co2_ppm", 1e300, "max_value"),
        ("co2_ppm", 500.5, "invalid"),
        ("co2_ppm", "", "invalid"),
        ("co2_ppm", "NaN", "invalid"),
        ("co2_ppm", "1e999", "invalid"),
        ("co2_ppm", [500], "invalid"),
        ("co2_ppm", {"value": 500}, "invalid"),
        ("temperature_celsius", -20.1, "min_value"),
        ("temperature_celsius", 40.1, "max_value"),
        ("temperature_celsius", 21.55, "max_digits"),
        ("temperature_celsius", 1.55, "max_decimal_places"),
        ("temperature_celsius", 100, "max_whole_digits"),
        ("temperature_celsius", "warm", "invalid"),
        ("rel_humidity_percent", -1, "min_value"),
        ("rel_humidity_percent", 101, "max_value"),
        ("rel_humidity_percent", 55.5, "invalid"),
        ("rel_humidity_percent", False, "invalid"),
    ],
)
def test_broken_rule_is_named(name: str, value: Any, code: str) -> None:
    assert problems(document(**{name: value})) == [(f"/attributes/{name}", code, 400)]


@pytest.mark.parametrize(
    ("relationships", "problem"),
    [
        (MISSING, ("/relationships/node", "required", 400)),
        (None, ("/relationships/node", "required", 400)),
        ([], ("/relationships/node", "required", 400)),
        ({}, ("/relationships/node", "required", 400)),
        ({"node": {"data": None}}, ("/relationships/node", "required", 400)),
        ({"node": {"data": NODE}}, ("/relationships/node", "incorrect_type", 400)),
        ({"node": {"data": {"type": "Node"}}}, ("/relationships/node", "missing_id", 400)),
        ({"node": {"data": {"type": "Node", "id": 7}}}, ("/relationships/node", "invalid", 400)),
        ({"node": {"data": {"type": "Node", "id": "7"}}}, ("/relationships/node", "invalid", 400)),
        ({"node": {"data": {"type": "Room", "id": NODE}}}, ("", "error", 409)),
    ],
    ids=str,
)
def test_broken_rule_of_the_node_is_named(
    relationships: Any, problem: tuple[str, str, int]
) -> None:
    given = document()
    del given["relationships"]
    if relationships is not MISSING:
        given["relationships"] = relationships
    assert problems(given) == [problem]


@pytest.mark.parametrize("given", [None, [], "sample", 7, True], ids=str)
def test_what_is_no_object_is_no_sample(given: Any) -> None:
    assert problems(given) == [("", "parse_error", 400)]


@pytest.mark.parametrize("name", ["sample", "Node", None, 7])
def test_other_resource_is_a_mismatch(name: Any) -> None:
    assert problems(document() | {"type": name}) == [("", "error", 409)]


def test_all_broken_rules_are_named_in_the_order_of_their_places() -> None:
    given = document(timestamp_s=-1, co2_ppm=-1, temperature_celsius=50, rel_humidity_percent=-1)
    del given["relationships"]
    assert [pointer for pointer, _, _ in problems(given)] == [
        "/attributes/co2_ppm",
        "/attributes/rel_humidity_percent",
        "/attributes/temperature_celsius",
        "/attributes/timestamp_s",
        "/relationships/node",
    ]


def test_every_problem_is_also_told_in_words() -> None:
    found = read_sample({"type": "Sample"}, NOW_S)
    assert isinstance(found, list)
    assert all(each.detail for each in found)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    attributes=st.dictionaries(
        st.sampled_from(
            ["timestamp_s", "co2_ppm", "temperature_celsius", "rel_humidity_percent", "x"]
        ),
        anything,
    ),
    node=anything,
)
def test_whatever_is_posted_is_read_or_refused_with_its_place(attributes: Any, node: Any) -> None:
    given = {"type": "Sample", "attributes": attributes, "relationships": {"node": {"data": node}}}
    found = read_sample(given, NOW_S)
    if isinstance(found, NewSample):
        assert 0 <= found.co2_ppm <= 10_000
    else:
        assert found
        assert all(isinstance(each, Problem) and orjson.dumps(each.detail) for each in found)
