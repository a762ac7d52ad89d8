"""The contract's matrix: six actors, every resource, every action, with a café that hides or shows."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from blueprints.api.attacking import (
    CAST,
    Stage,
    changes,
    creations,
    dump,
    is_there,
    keys,
    nothing_changes,
    picture,
    replacement,
    set_stage,
)
from blueprints.api.speaking import Program, document
from conftest import World

# A status; or that a list has the café's row in it (+), or has not (-). The second half says what is
# different when the café's terrace is public.
#                          nobody stranger inspector owner administrator reader
READING = """
organizations                     -   -   +   +   -   +  |  +   +   +   +   +   +
organizations/:id                404 404 200 200 404 200 | 200 200 200 200 200 200
organizations/:id/sites           -   -   +   +   -   +  |  +   +   +   +   +   +
organizations/:id/users          401  -   +   +   -   +
organizations/:id/memberships    401  -   +   +   -   +
organizations/:id/nodes          401  -   +   +   -   +
organizations/:id/relationships/users 401 404 200 200 404 200 | 401 403 200 200 403 200
memberships                      401  -   +   +   -   +
memberships/:id                  401 404 200 200 404 200
memberships/:id/user             401 404 200 200 404 200
memberships/:id/organization     401 404 200 200 404 200
users                            401  -   +   +   -   +
users/:id                        401 404 200 200 404 200
users/:id/organizations          401 404  +   +  404  +
users/:id/memberships            401 404  +   +  404  +
users/:id/relationships/organizations 401 404 200 200 404 200
sites                             -   -   +   +   -   +  |  +   +   +   +   +   +
sites/:id                        404 404 200 200 404 200 | 200 200 200 200 200 200
sites/:id/organization           404 404 200 200 404 200 | 200 200 200 200 200 200
sites/:id/operator               404 404 200 200 404 200 | 200 200 200 200 200 200
sites/:id/address                404 404 200 200 404 200 | 200 200 200 200 200 200
sites/:id/rooms                   -   -   +   +   -   +  |  +   +   +   +   +   +
addresses                        401  -   +   +   -   +
addresses/:id                    401 404 200 200 404 200
rooms                             -   -   +   +   -   +  |  +   +   +   +   +   +
rooms/:id                        404 404 200 200 404 200 | 200 200 200 200 200 200
rooms/:id/site                   404 404 200 200 404 200 | 200 200 200 200 200 200
rooms/:id/installations           -   -   +   +   -   +  |  +   +   +   +   +   +
installations                     -   -   +   +   -   +  |  +   +   +   +   +   +
installations/:id                404 404 200 200 404 200 | 200 200 200 200 200 200
installations/:id/room           404 404 200 200 404 200 | 200 200 200 200 200 200
installations/:id/node           401 404 200 200 404 200
nodes                            401  -   +   +   -   +
nodes/:id                        401 404 200 200 404 200
nodes/:id/protocol               401 404 200 200 404 200
nodes/:id/model                  401 404 200 200 404 200
nodes/:id/owner                  401 404 200 200 404 200
nodes/:id/installations          401 404  +   +  404  +
fidelity                         401  -   +   +   -   +
fidelity/:id                     401 404 200 200 404 200
protocols                         +   +   +   +   +   +
protocols/:id                    200 200 200 200 200 200
models                            +   +   +   +   +   +
models/:id                       200 200 200 200 200 200
quantities                        +   +   +   +   +   +
quantities/:id                   200 200 200 200 200 200
"""
SERIES = """
node-timeseries                  401  -   +   +   -   +
node-timeseries/:id              401 404 200 200 404 200
nodes/:id/timeseries             401 404 200 200 404 200
installation-timeseries           -   -   +   +   -   +  |  +   +   +   +   +   +
installation-timeseries/:id      404 404 200 200 404 200 | 200 200 200 200 200 200
installations/:id/timeseries     404 404 200 200 404 200 | 200 200 200 200 200 200
rooms/:id/airquality/2026-08     404 404 200 200 404 200 | 200 200 200 200 200 200
"""
# From what hangs together last to what everything hangs on: an owner really deletes.
WRITING = """
POST organizations               401 201 201 201 201 403
POST memberships                 401 403 403 201 403 403
POST sites                       401 403 403 201 403 403
POST addresses                   401 201 201 201 201 403
POST rooms                       401 403 403 201 403 403
POST installations               401 403 403 201 403 403
POST nodes                       401 403 403 201 403 403
POST quantities                  401 403 403 403 201 403
POST protocols                   401 403 403 403 201 403
POST models                      401 403 403 403 201 403
PATCH organizations/:id          401 404 403 200 404 403 | 401 403 403 200 403 403
PATCH memberships/:id            401 404 403 200 404 403
PATCH sites/:id                  401 404 403 200 404 403 | 401 403 403 200 403 403
PATCH addresses/:id              401 404 403 200 404 403
PATCH rooms/:id                  401 404 403 200 404 403 | 401 403 403 200 403 403
PATCH installations/:id          401 404 403 200 404 403 | 401 403 403 200 403 403
PUT installations/:id            401 404 403 200 404 403 | 401 403 403 200 403 403
PUT installations/:id/image      401 404 403 200 404 403 | 401 403 403 200 403 403
PATCH nodes/:id                  401 404 403 200 404 403
PATCH protocols/:id              401 403 403 403 200 403
PATCH models/:id                 401 403 403 403 200 403
PATCH quantities/:id             401 403 403 403 200 403
DELETE memberships/:id           401 404 403 204 404 403
DELETE installations/:id         401 404 403 204 404 403 | 401 403 403 204 403 403
DELETE nodes/:id                 401 404 403 204 404 403
DELETE rooms/:id                 401 404 403 204 404 403 | 401 403 403 204 403 403
DELETE addresses/:id             401 404 403 409 404 403
DELETE sites/:id                 401 404 403 204 404 403 | 401 403 403 204 403 403
DELETE organizations/:id         401 404 403 204 404 403 | 401 403 403 204 403 403
DELETE protocols/:id             401 403 403 403 204 403
DELETE models/:id                401 403 403 403 204 403
DELETE quantities/:id            401 403 403 403 204 403
"""
WRITE = ("POST", "PUT", "PATCH", "DELETE")


def read_table(table: str, who: str, *, is_public: bool) -> dict[str, str]:
    """Read what the table says of one of the cast."""
    expected = {}
    for line in filter(None, table.splitlines()):
        private, _, public = line.partition("|")
        words = private.split()
        outcomes = (is_public and public.split()) or words[-len(CAST) :]
        expected[" ".join(words[: -len(CAST)])] = outcomes[CAST.index(who)]
    return expected


def outcome(response: TestResponse, path: str, stage: Stage) -> str:
    """Say how a request went: its status, or whether the café's row is in the list."""
    if response.status_code != 200 or "relationships" in path:
        return str(response.status_code)
    if not isinstance(response.json["data"], list):
        return "200"
    return "+" if is_there(response, keys(stage)[path.rpartition("/")[2]]) else "-"


def differences(found: dict[str, str], expected: dict[str, str]) -> dict[str, str]:
    """List what was not as expected."""
    return {
        request: f"{found[request]}, not {outcome}"
        for request, outcome in expected.items()
        if found[request] != outcome
    }


def address_of(path: str, stage: Stage) -> str:
    """Fill the café's row into a path."""
    return path.replace(":id", str(keys(stage)[path.partition("/")[0]])) + "/"


@pytest.fixture
def who(request: pytest.FixtureRequest) -> str:
    """One of the cast."""
    return str(request.param)


@pytest.fixture(params=[False, True], ids=["hidden", "shown"])
def stage(
    request: pytest.FixtureRequest, world: World, program_of: Callable[..., Program]
) -> Stage:
    """The town, whose café hides or shows its terrace."""
    return set_stage(world, program_of, is_public=request.param)


@pytest.mark.parametrize("who", CAST, indirect=True)
@pytest.mark.parametrize("table", [READING, SERIES], ids=["rows", "series"])
def test_everybody_reads_what_the_matrix_says(table: str, who: str, stage: Stage) -> None:
    expected = read_table(table, who, is_public=stage.town.shown.is_public)
    found = {}
    with nothing_changes():
        for path in expected:
            response = stage.programs[who]("GET", address_of(path, stage))
            found[path] = outcome(response, path, stage)
    assert differences(found, expected) == {}


@pytest.mark.parametrize("who", CAST, indirect=True)
def test_everybody_writes_what_the_matrix_says(who: str, stage: Stage) -> None:
    expected = read_table(WRITING, who, is_public=stage.town.shown.is_public)
    documents = {"POST": creations(stage, who), "PATCH": changes(stage)}
    documents["PUT"] = {"installations": replacement(stage)}
    paths = {request: address_of(request.split()[1], stage) for request in expected}
    found = {}
    for request in expected:
        method = request.split()[0]
        path = paths[request]
        given: Any = documents.get(method, {}).get(path.partition("/")[0])
        options = picture() if path.endswith("/image/") else {"document": given}
        before = dump()
        response = stage.programs[who](method, path, **options)
        found[request] = str(response.status_code)
        assert (dump() == before) == (response.status_code >= 400), request
    assert differences(found, expected) == {}


@pytest.mark.parametrize("who", CAST, indirect=True)
def test_nobody_writes_what_is_only_read(who: str, stage: Stage) -> None:
    refused = {"nobody": {401, 405}, "reader": {403, 405}}.get(who, {405})
    with nothing_changes():
        for path in ("users", "fidelity", "node-timeseries", "installation-timeseries"):
            body = document("User", keys(stage)[path], username="anders")
            for method, url in itertools.product(WRITE, (path, f"{path}/:id")):
                response = stage.programs[who](method, address_of(url, stage), body)
                assert response.status_code in refused, (method, url)
