"""Contract, section 8: the three ways to samples, and what `filter[from]` and `filter[to]` mean."""

from collections.abc import Callable
from typing import Any

import pytest

from clair.blueprints.errors import JSONAPI
from clair.extensions import db

from blueprints.api.measured import HOUR_S, measure_at, measure_hours, sample, stop_clock
from blueprints.api.speaking import Program, problems
from blueprints.api.town import BEGIN_S, END_S, Town
from conftest import NOW_S

ProgramOf = Callable[..., Program]
HOST = "http://localhost/api/v1/"
OPEN_S = 2**31 - 1


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


def attributes(call: Program, path: str) -> dict[str, Any]:
    answer = call("GET", path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json["data"]["attributes"]
    return found


def test_node_series_is_the_recorded_document(town: Town, program_of: ProgramOf) -> None:
    measure_at(town.node, NOW_S - 7200, NOW_S - 600)
    call = program_of(town.bob)
    for path in ("nodes/{}/timeseries/", "nodes/{}/timeseries", "node-timeseries/{}/"):
        answer = call("GET", f"{path.format(town.node.uuid)}?filter[from]={NOW_S - 3600}")
        assert answer.content_type == JSONAPI
        assert answer.json == {
            "data": {
                "type": "Node-Timeseries",
                "id": str(town.node.uuid),
                "attributes": {
                    "node_alias": "Theke",
                    "query_timestamp_s": NOW_S,
                    "from_timestamp_s": NOW_S - 3600,
                    "to_timestamp_s": NOW_S,
                    "sample_count": 1,
                    "samples": [sample(NOW_S - 600)],
                },
                "links": {"self": f"{HOST}node-timeseries/{town.node.uuid}/"},
            }
        }


def test_installation_series_is_the_recorded_document(town: Town, program_of: ProgramOf) -> None:
    measure_at(town.window, END_S - 7200, END_S - 600)
    call, row_id = program_of(None), town.shown.id
    for path in ("installations/{}/timeseries/", "installation-timeseries/{}"):
        answer = call("GET", f"{path.format(row_id)}?filter[from]={END_S - 3600}")
        assert answer.json == {
            "data": {
                "type": "Installation-Timeseries",
                "id": str(row_id),
                "attributes": {
                    "node_id": str(town.window.uuid),
                    "node_alias": "Fenster",
                    "query_timestamp_s": NOW_S,
                    "from_timestamp_s": END_S - 3600,
                    "to_timestamp_s": END_S,
                    "sample_count": 1,
                    "samples": [sample(END_S - 600)],
                },
                "links": {"self": f"{HOST}installation-timeseries/{row_id}/"},
            }
        }


@pytest.mark.parametrize(
    ("bounds", "first", "last"),
    [
        ({}, 0, 5),
        ({"from": NOW_S - HOUR_S}, 3, 5),
        ({"from": NOW_S - HOUR_S + 1}, 4, 5),
        ({"to": NOW_S - HOUR_S}, 0, 4),
        ({"to": NOW_S - HOUR_S - 1}, 0, 3),
        ({"from": NOW_S - 3 * HOUR_S, "to": NOW_S - 3 * HOUR_S}, 1, 2),
        ({"from": NOW_S, "to": 0}, 0, 0),
        ({"from": NOW_S + 1}, 0, 0),
    ],
    ids=str,
)
def test_both_bounds_are_included_everywhere(
    town: Town, program_of: ProgramOf, bounds: dict[str, int], first: int, last: int
) -> None:
    expected = [sample(each) for each in measure_hours(town.node)[first:last]]
    query = "&".join(f"filter[{name}]={value}" for name, value in bounds.items())
    node, installation, call = town.node.uuid, town.installation.id, program_of(town.bob)
    for path, name in (
        (f"node-timeseries/{node}/?{query}", "samples"),
        (f"installation-timeseries/{installation}/?{query}", "samples"),
        (f"nodes/{node}/?include_timeseries=1&{query}", "timeseries"),
        (f"installations/{installation}/?include_timeseries=True&{query}", "timeseries"),
        (f"nodes/{node}/?{query}", None),
        (f"installations/{installation}/?{query}", None),
    ):
        shown = attributes(call, path)
        assert shown["sample_count"] == len(expected), path
        assert name is None or shown[name] == expected, path
        if name != "samples":
            assert shown.get("latest_sample") == (expected[-1] if expected else None), path
            assert ("latest_sample" in shown) == bool(expected), path


def test_future_is_left_out_of_lists_and_details_alike(town: Town, program_of: ProgramOf) -> None:
    newest_s = measure_hours(town.node)[-1]
    call, installation = program_of(town.alice), str(town.installation.id)
    for path, row_id in (("nodes/", str(town.node.uuid)), ("installations/", installation)):
        listed = {each["id"]: each["attributes"] for each in call("GET", path).json["data"]}
        for shown in (listed[row_id], attributes(call, f"{path}{row_id}/")):
            assert (shown["sample_count"], shown["latest_sample"]) == (5, sample(newest_s))
        wide = attributes(call, f"{path}{row_id}/?filter[to]={NOW_S + 2 * HOUR_S}")
        assert (wide["sample_count"], wide["latest_sample"]) == (7, sample(NOW_S + 2 * HOUR_S))


def test_bounds_of_a_node_are_those_of_its_samples(town: Town, program_of: ProgramOf) -> None:
    instants = measure_hours(town.node)
    call, node = program_of(town.bob), f"nodes/{town.node.uuid}/"
    for extra in ("", "&include_timeseries=1"):
        shown = attributes(call, f"{node}?{extra}")
        assert shown["query_timestamp_s"] == NOW_S
        assert (shown["from_timestamp_s"], shown["to_timestamp_s"]) == (instants[0], instants[-1])
        shown = attributes(call, f"{node}?filter[from]=10&filter[to]=20{extra}")
        assert (shown["from_timestamp_s"], shown["to_timestamp_s"]) == (10, 20)
        assert shown["sample_count"] == 0


def test_bounds_of_an_installation_are_its_own(town: Town, program_of: ProgramOf) -> None:
    call, query = program_of(town.bob), f"?filter[from]={END_S - 60}&filter[to]={END_S + 60}"
    shown = attributes(call, f"installations/{town.shown.id}/{query}")
    assert (shown["from_timestamp_s"], shown["to_timestamp_s"]) == (BEGIN_S, END_S)
    shown = attributes(call, f"installation-timeseries/{town.shown.id}/{query}")
    assert (shown["from_timestamp_s"], shown["to_timestamp_s"]) == (END_S - 60, END_S)
    shown = attributes(call, f"installations/{town.installation.id}/{query}")
    assert (shown["from_timestamp_s"], shown["to_timestamp_s"]) == (BEGIN_S, OPEN_S)
    shown = attributes(call, f"installation-timeseries/{town.installation.id}/")
    assert (shown["from_timestamp_s"], shown["to_timestamp_s"]) == (BEGIN_S, NOW_S)


def test_sample_of_a_shared_second_belongs_to_the_later_installation(
    town: Town, program_of: ProgramOf
) -> None:
    measure_at(town.window, BEGIN_S - 1, BEGIN_S, END_S - 1, END_S, END_S + 1)
    for path in ("installations/{}/?include_timeseries=1", "installation-timeseries/{}/"):
        shown = attributes(program_of(None), path.format(town.shown.id))
        assert shown["sample_count"] == 2
        assert shown.get("timeseries", shown.get("samples")) == [sample(BEGIN_S), sample(END_S - 1)]
    listed = program_of(None)("GET", "installations/").json["data"]
    assert [each["attributes"]["sample_count"] for each in listed] == [2]


@pytest.mark.parametrize("value", ["", "0", "false", "False", "no", "off", "OFF"])
@pytest.mark.parametrize("path", ["nodes", "installations"])
def test_samples_are_left_out_when_they_are_not_wanted(
    town: Town, program_of: ProgramOf, path: str, value: str
) -> None:
    row_id = town.node.uuid if path == "nodes" else town.installation.id
    shown = attributes(program_of(town.bob), f"{path}/{row_id}/?include_timeseries={value}")
    assert "timeseries" not in shown
    path = f"{path}/{row_id}/?include_timeseries={value}&include_timeseries=yes"
    assert attributes(program_of(town.bob), path)["timeseries"] == []


def test_lists_of_series_have_no_samples(town: Town, program_of: ProgramOf) -> None:
    measure_hours(town.node)
    measure_at(town.window, END_S - 60, END_S)
    call = program_of(town.bob)
    nodes = call("GET", "node-timeseries").json
    assert nodes == {
        "data": [
            {
                "type": "Node-Timeseries",
                "id": str(node.uuid),
                "attributes": {
                    "node_alias": node.alias,
                    "query_timestamp_s": NOW_S,
                    "from_timestamp_s": 0,
                    "to_timestamp_s": NOW_S,
                    "sample_count": count,
                },
                "links": {"self": f"{HOST}node-timeseries/{node.uuid}/"},
            }
            for node, count in ((town.node, 5), (town.window, 2))
        ]
    }
    installations = call("GET", "installation-timeseries/").json["data"]
    assert [
        (
            each["id"],
            each["attributes"]["sample_count"],
            each["attributes"]["from_timestamp_s"],
            each["attributes"]["to_timestamp_s"],
        )
        for each in installations
    ] == [
        (str(town.installation.id), 5, BEGIN_S, OPEN_S),
        (str(town.shown.id), 1, BEGIN_S, END_S),
    ]
    plain = call("GET", "nodes/?include_timeseries=1").json["data"]
    assert not any("timeseries" in each["attributes"] for each in plain)


@pytest.mark.parametrize(
    "name", ["filter[from]", "filter[to]", "filter[resolution]", "page[after]"]
)
@pytest.mark.parametrize("value", ["abc", "", "-1", "1.5", "1e3", "²", str(10**13), "9" * 40])
def test_bounds_that_are_no_numbers_are_refused(
    town: Town, program_of: ProgramOf, name: str, value: str
) -> None:
    call = program_of(town.bob)
    paths = [
        f"node-timeseries/{town.node.uuid}/",
        f"installations/{town.installation.id}/timeseries/",
    ]
    if name != "page[after]":
        paths += [f"nodes/{town.node.uuid}/", f"installations/{town.installation.id}/"]
    for path in paths:
        answer = call("GET", path, query_string={name: value})
        assert problems(answer) == [("400", "/data", "invalid")], path
        assert answer.json["errors"][0]["source"]["parameter"] == name


def test_of_a_repeated_bound_the_last_counts(town: Town, program_of: ProgramOf) -> None:
    measure_hours(town.node)
    path = f"node-timeseries/{town.node.uuid}/?filter[from]=x&filter[from]={NOW_S}&strange=1"
    assert attributes(program_of(town.bob), path)["sample_count"] == 1


def test_series_cost_a_fixed_number_of_statements(
    town: Town, program_of: ProgramOf, statements: list[str]
) -> None:
    measure_hours(town.node, 30)
    call, node, row_id = program_of(town.bob), town.node.uuid, town.installation.id
    db.session.commit()
    costs = {}
    for path in (
        "node-timeseries/",
        "installation-timeseries/",
        f"node-timeseries/{node}/?filter[from]={NOW_S - HOUR_S}",
        f"installations/{row_id}/timeseries/",
        f"installations/{row_id}/?include_timeseries=1&filter[from]={NOW_S - HOUR_S}",
    ):
        statements.clear()
        assert call("GET", path).status_code == 200
        costs[path] = len(statements)
    # Who asks, which rows, and at most three for their counts.
    assert max(costs.values()) <= 6, costs
