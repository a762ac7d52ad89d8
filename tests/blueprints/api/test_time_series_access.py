"""Contract, section 8: whose samples can be read by whom, and what is no id."""

from collections.abc import Callable
from uuid import UUID

import pytest

from blueprints.api.measured import measure_at, stop_clock
from blueprints.api.speaking import Program, problems
from blueprints.api.town import Town
from conftest import NOW_S

ProgramOf = Callable[..., Program]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


def test_series_of_nodes_are_for_members_alone(town: Town, program_of: ProgramOf) -> None:
    for node, insider, outsider in (
        (town.node, town.bob, town.charlie),
        (town.window, town.alice, town.charlie),
        (town.scale, town.charlie, town.alice),
    ):
        measure_at(node, NOW_S - 60)
        for path in (f"node-timeseries/{node.uuid}/", f"nodes/{node.uuid}/timeseries/"):
            shown = program_of(insider)("GET", path).json["data"]["attributes"]
            assert shown["sample_count"] == 1
            assert problems(program_of(outsider)("GET", path)) == [("404", None, "not_found")]
            assert problems(program_of(None)("GET", path)) == [
                ("401", "/data", "not_authenticated")
            ]
            # Nor is an administrator anybody's member.
            assert program_of(town.ada)("GET", path).status_code == 404
    listed = program_of(town.charlie)("GET", "node-timeseries/").json["data"]
    assert [each["id"] for each in listed] == [str(town.scale.uuid)]
    assert program_of(None)("GET", "node-timeseries/").status_code == 401
    assert program_of(town.ada)("GET", "node-timeseries/").json == {"data": []}


def test_series_of_installations_are_for_those_who_see_them(
    town: Town, program_of: ProgramOf
) -> None:
    cast = (None, town.charlie, town.bob, town.alice, town.ada)
    for row, sees in ((town.shown, cast), (town.installation, cast[2:4]), (town.hidden, cast[1:2])):
        for user in cast:
            for path in (
                f"installation-timeseries/{row.id}/",
                f"installations/{row.id}/timeseries",
            ):
                answer = program_of(user)("GET", path)
                assert answer.status_code == (200 if user in sees else 404), (path, user)
    public = program_of(None)("GET", "installation-timeseries/").json["data"]
    assert [each["id"] for each in public] == [str(town.shown.id)]


@pytest.mark.parametrize("form", ["{}", "{}/"])
def test_id_of_a_node_is_read_in_any_form(town: Town, program_of: ProgramOf, form: str) -> None:
    call = program_of(town.bob)
    for key in (town.node.uuid, town.node.uuid.hex, str(town.node.uuid).upper()):
        answer = call("GET", form.format(f"node-timeseries/{key}"))
        assert answer.json["data"]["id"] == str(town.node.uuid)


@pytest.mark.parametrize(
    "path",
    [
        "node-timeseries/abc/",
        "nodes/abc/timeseries/",
        f"nodes/{UUID(int=1)}/timeseries/",
        "node-timeseries/{{12345678-1234-1234-1234-123456789012}}/",
        "installation-timeseries/abc/",
        "installations/-1/timeseries/",
        "installations/99999999999999999999/timeseries/",
        "installation-timeseries/²/",
    ],
)
def test_strange_ids_lead_nowhere(town: Town, program_of: ProgramOf, path: str) -> None:
    assert problems(program_of(town.alice)("GET", path)) == [("404", None, "not_found")]
