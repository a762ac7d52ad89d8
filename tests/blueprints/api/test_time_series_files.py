"""Beyond the contract: series in buckets, in pages, as CSV, line by line, and of any length."""

import csv
import io
import json
from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from flask import Flask

from clair import timeseries
from clair.blueprints.api import slices
from clair.blueprints.errors import JSONAPI
from clair.extensions import db

from blueprints.api.measured import HOUR_S, measure_hours, sample, stop_clock
from blueprints.api.speaking import ROOT, Program, problems
from blueprints.api.town import BEGIN_S, Town
from conftest import NOW_S
from measuring import measure

ProgramOf = Callable[..., Program]
BASE_S = NOW_S // 7200 * 7200
HEADER = "timestamp_s,co2_ppm,temperature_celsius,rel_humidity_percent,measurement_status"
MEASURED = [
    (BASE_S, 400, 20.0, 40),
    (BASE_S + 60, 601, 21.5, 45),
    (BASE_S + 120, 9999, 39.9, 99, "E"),
    (BASE_S + 7200, 700, None, None, "R"),
]
BUCKETS = [
    {
        "timestamp_s": BASE_S,
        "count": 2,
        "co2_ppm": {"mean": 500.5, "min": 400, "max": 601},
        "temperature_celsius": {"mean": "20.8", "min": "20.0", "max": "21.5"},
        "rel_humidity_percent": {"mean": 42.5, "min": 40, "max": 45},
    },
    {
        "timestamp_s": BASE_S + 7200,
        "count": 1,
        "co2_ppm": {"mean": 700.0, "min": 700, "max": 700},
        "temperature_celsius": None,
        "rel_humidity_percent": None,
    },
]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two samples fill a page, so that five are a long series."""
    monkeypatch.setattr(slices, "PAGE", 2)
    for name in ("pages", "buckets"):
        read = getattr(timeseries, name)
        monkeypatch.setattr(timeseries, name, lambda *span, read=read: read(*span, **{"size": 2}))


def series_of(town: Town) -> list[str]:
    """Name the addresses of a series, once by its node and once by its installation."""
    return [
        f"node-timeseries/{town.node.uuid}/",
        f"installations/{town.installation.id}/timeseries/",
    ]


def get(call: Program, path: str, accept: str | None = None, **query: object) -> Any:
    headers = {} if accept is None else {"Accept": accept}
    names = {"from": "filter[from]", "to": "filter[to]", "resolution": "filter[resolution]"}
    names |= {"after": "page[after]", "size": "page[size]", "include": "include_timeseries"}
    arguments = {names[name]: value for name, value in query.items()}
    # Read within the request: a stream reads on while it is sent.
    return call("GET", path, headers=headers, query_string=arguments, buffered=True)


def test_resolution_gives_buckets_in_place_of_samples(town: Town, program_of: ProgramOf) -> None:
    measure(town.node, MEASURED)
    wide = {"to": BASE_S + 9999, "resolution": 3600}
    for path in series_of(town):
        shown = get(program_of(town.bob), path, **wide).json["data"]["attributes"]
        assert (shown["sample_count"], shown["buckets"]) == (4, BUCKETS)
        assert "samples" not in shown
    for path in (f"nodes/{town.node.uuid}/", f"installations/{town.installation.id}/"):
        shown = get(program_of(town.bob), path, include=1, **wide)
        attributes = shown.json["data"]["attributes"]
        assert attributes["buckets"] == BUCKETS
        assert "timeseries" not in attributes
        assert "buckets" not in get(program_of(town.bob), path, **wide).json["data"]["attributes"]


@pytest.mark.parametrize("resolution", [0, 366 * 86_400 + 1])
def test_resolution_is_a_second_to_a_year(
    town: Town, program_of: ProgramOf, resolution: int
) -> None:
    answer = get(program_of(town.bob), series_of(town)[0], resolution=resolution)
    assert problems(answer) == [("400", "/data", "invalid")]


@pytest.mark.parametrize("size", [0, 10_001, "x"])
def test_page_of_a_series_has_one_to_10000(town: Town, program_of: ProgramOf, size: object) -> None:
    answer = get(program_of(town.bob), series_of(town)[0], size=size)
    assert problems(answer) == [("400", "/data", "invalid")]


@pytest.mark.parametrize("more", [{}, {"resolution": HOUR_S}], ids=["samples", "buckets"])
@pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
def test_pages_lead_through_the_whole_series(
    town: Town, program_of: ProgramOf, size: int, more: dict[str, int]
) -> None:
    instants = measure_hours(town.node)
    call, name = program_of(town.bob), "buckets" if more else "samples"
    for path in series_of(town):
        document = get(call, path, size=size, **{"from": instants[0]}, **more).json
        found = []
        while True:
            shown = document["data"]["attributes"]
            assert shown["sample_count"] == 5
            assert shown["from_timestamp_s"] == instants[0]
            found += [each["timestamp_s"] for each in shown[name]]
            next_url = document["links"]["next"]
            if next_url is None:
                break
            assert len(shown[name]) == size
            assert next_url.startswith(f"http://localhost{ROOT}{path}?")
            assert "filter%5Bfrom%5D" in next_url
            document = call("GET", next_url.partition(ROOT)[2]).json
        assert found == [each - each % HOUR_S if more else each for each in instants]


def test_without_pages_there_are_no_links(town: Town, program_of: ProgramOf) -> None:
    assert "links" not in get(program_of(town.bob), series_of(town)[0]).json
    document = get(program_of(town.bob), series_of(town)[0], after=NOW_S).json
    assert document["links"] == {"next": None}


def test_csv_has_a_header_and_a_line_for_each_sample(town: Town, program_of: ProgramOf) -> None:
    measure(town.node, MEASURED)
    for path in series_of(town):
        answer = get(program_of(town.bob), path, "text/csv", to=BASE_S + 7200)
        assert answer.content_type == "text/csv; charset=utf-8"
        name = path.strip("/").replace("installations/", "installation-timeseries-")
        name = name.replace("node-timeseries/", "node-timeseries-").removesuffix("/timeseries")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
        assert answer.text.splitlines() == [
            HEADER,
            f"{BASE_S},400,20.0,40,M",
            f"{BASE_S + 60},601,21.5,45,M",
            f"{BASE_S + 120},9999,39.9,99,E",
            f"{BASE_S + 7200},700,,,R",
        ]


def test_csv_of_buckets_has_their_columns(town: Town, program_of: ProgramOf) -> None:
    measure(town.node, MEASURED)
    call, path = program_of(town.bob), series_of(town)[0]
    answer = get(call, path, "text/csv", to=BASE_S + 7200, resolution=3600)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [list(row.values()) for row in rows] == [
        [str(BASE_S), "2", "500.5", "400", "601", "20.8", "20.0", "21.5", "42.5", "40", "45"],
        [str(BASE_S + 7200), "1", "700.0", "700", "700", "", "", "", "", "", ""],
    ]
    assert list(rows[0])[2:5] == ["co2_ppm_mean", "co2_ppm_min", "co2_ppm_max"]


def test_lines_are_the_objects_of_the_document(town: Town, program_of: ProgramOf) -> None:
    measure(town.node, MEASURED)
    call, path = program_of(town.bob), series_of(town)[1]
    for more in ({}, {"resolution": 3600}):
        document = get(call, path, to=BASE_S + 7200, **more).json["data"]["attributes"]
        answer = get(call, path, "application/x-ndjson", to=BASE_S + 7200, **more)
        assert answer.content_type == "application/x-ndjson; charset=utf-8"
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert lines == document["buckets" if more else "samples"]


def test_empty_files_are_files(town: Town, program_of: ProgramOf) -> None:
    call, path = program_of(town.bob), series_of(town)[0]
    assert get(call, path, "text/csv").text == f"{HEADER}\n"
    assert get(call, path, "application/x-ndjson").text == ""


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("accept", [None, "text/csv", "application/x-ndjson"])
@pytest.mark.parametrize("more", [{}, {"resolution": HOUR_S}], ids=["samples", "buckets"])
def test_long_series_is_sent_page_by_page(
    town: Town, program_of: ProgramOf, accept: str | None, more: dict[str, int]
) -> None:
    instants = measure_hours(town.node)
    answer = get(program_of(town.bob), series_of(town)[1], accept, **more)
    assert answer.status_code == 200
    if accept == "text/csv":
        found = [int(line.split(",")[0]) for line in answer.text.splitlines()[1:]]
    elif accept is None:
        shown = answer.json["data"]["attributes"]
        assert shown["sample_count"] == 5
        found = [each["timestamp_s"] for each in shown["buckets" if more else "samples"]]
    else:
        found = [json.loads(line)["timestamp_s"] for line in answer.text.splitlines()]
    assert found == [each - each % HOUR_S if more else each for each in instants]


@pytest.mark.usefixtures("small_pages")
def test_long_series_goes_into_the_detail_of_what_it_belongs_to(
    town: Town, program_of: ProgramOf
) -> None:
    instants = measure_hours(town.node)
    for path in (f"nodes/{town.node.uuid}/", f"installations/{town.installation.id}/"):
        document = get(program_of(town.bob), path, include=1).json["data"]
        shown = document["attributes"]
        assert shown["timeseries"] == [sample(each) for each in instants]
        assert (shown["sample_count"], shown["latest_sample"]) == (5, sample(instants[-1]))
        assert document["links"]["self"].endswith(path)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(("accept", "pieces"), [("text/csv", 4), (JSONAPI, 7)])
def test_no_connection_is_held_while_a_slow_reader_reads(
    app: Flask, town: Town, accept: str, pieces: int
) -> None:
    measure(town.window, [(BEGIN_S + n, 400) for n in range(5)])
    path = f"{ROOT}installation-timeseries/{town.shown.id}/"
    pool = db.engine.pool
    db.session.remove()

    def read() -> list[str]:
        with app.test_client().get(path, headers={"Accept": accept}) as answer:
            return [pool.status() for _ in answer.response]

    held = Context().run(read)
    assert len(held) == pieces
    assert all("Current Checked out connections: 0" in each for each in held)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, JSONAPI),
        ("*/*", JSONAPI),
        ("application/*", JSONAPI),
        ("application/vnd.api+json, application/json, text/plain, */*", JSONAPI),
        ("application/vnd.api+json; charset=utf-8", JSONAPI),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSONAPI),
        ("text/csv;q=0.5, application/vnd.api+json;q=0.9", JSONAPI),
        ("text/csv, */*;q=0.1", "text/csv; charset=utf-8"),
        ("text/csv; header=present", "text/csv; charset=utf-8"),
        ("application/json", None),
        ("image/png", None),
        ("text/csv;q=0", None),
    ],
)
def test_client_gets_the_media_type_it_likes_best(
    town: Town, program_of: ProgramOf, accept: str | None, content_type: str | None
) -> None:
    answer = get(program_of(town.bob), series_of(town)[0], accept)
    if content_type is None:
        assert problems(answer) == [("406", "/data", "not_acceptable")]
    else:
        assert (answer.status_code, answer.content_type) == (200, content_type)
        assert "Accept" in answer.vary


def test_files_are_kept_from_strangers_like_documents(town: Town, program_of: ProgramOf) -> None:
    for path in series_of(town):
        assert get(program_of(town.charlie), path, "text/csv").status_code == 404
    assert get(program_of(None), series_of(town)[0], "text/csv").status_code == 401
    shown = f"installation-timeseries/{town.shown.id}/"
    assert get(program_of(None), shown, "text/csv").text == f"{HEADER}\n"
    lists = get(program_of(town.bob), "node-timeseries/", "text/csv")
    assert problems(lists) == [("406", "/data", "not_acceptable")]
