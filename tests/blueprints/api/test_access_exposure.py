"""What anybody learns by following every link from a public installation: its chain, and no more."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from clair import inventory
from clair.access import SYSTEM
from clair.blueprints.api.resources import RESOURCES
from clair.extensions import db
from clair.models import Address, User

from blueprints.api.attacking import END_S, Stage, add_samples, picture, set_stage
from blueprints.api.speaking import ROOT, Program
from conftest import NOW_S, Browser, World

LINK = re.compile(rf'"https?://[^/"]+{ROOT}([^"]*)"')
LOUD_PPM = {"inside": 640, "after": 9871, "elsewhere": 9872, "earlier": 9873, "clinic": 9874}
"""Concentrations that tell where a number comes from."""
SHOWN = {"Terrasse", "für alle sichtbar", "Kastanienallee", "Kastanienallee 85", "Café Morgenrot"}
PEOPLE = ["alice", "bob", "dora", "charlie", "ada", "Dorothea", "Dunkel"]
SECRETS = {
    "example.org",
    *PEOPLE,
    *("02AA00000000C001", "02AA00000000C002", "02AA00000000C003"),  # EUIs
    *("Theke", "Fenster", "Tresen"),  # aliases
    *("Gastraum", "Hinterzimmer", "Lager", "Lagerstraße", "Lagerraum"),
    *("nur für uns", "Geheimnis", "early bird"),
    *("Praxis nebenan", "Hinterhaus", "Wartezimmer", "Hofweg", "Aachen"),
    *(str(ppm) for place, ppm in LOUD_PPM.items() if place != "inside"),
}


@pytest.fixture
def stage(world: World, program_of: Callable[..., Program]) -> Stage:
    """The town, whose café has secrets of every kind around its public terrace."""
    stage = set_stage(world, program_of)
    town = stage.town
    town.installation.description = "nur für uns"
    town.window.description = "Geheimnis"
    back = inventory.add_room(SYSTEM, town.site, "Hinterzimmer")
    address = Address(street1="Lagerstraße 1", zip="10435", city="Berlin")
    store = inventory.add_site(SYSTEM, town.cafe, "Lager", address)
    inventory.add_room(SYSTEM, store, "Lagerraum")
    begin_s = END_S - 400 * 86_400
    # In the public room, but before it was public, and after that somewhere else.
    early = inventory.create_installation(
        SYSTEM, town.node, town.terrace, begin_s, begin_s + 3600, description="early bird"
    )
    inventory.create_installation(SYSTEM, town.window, back, END_S, None)
    add_samples(town.window, (END_S - 60, 640), (END_S, 9871), (END_S + 60, 9871))
    add_samples(town.node, (begin_s + 60, 9873), (END_S - 60, 9872), (NOW_S - 60, 9872))
    add_samples(town.scale, (END_S - 60, 9874))
    db.session.commit()
    assert not early.is_public
    return stage


def more(path: str) -> Iterable[str]:
    """Ask for everything that could come along, too."""
    yield path
    bare, _, query = path.partition("?")
    resource, *rest = bare.strip("/").split("/")
    if query or len(rest) > 1:
        return
    all_time = "filter[from]=0&filter[to]=2147483647"
    for each in RESOURCES:
        if each.path == resource:
            yield from (f"{bare}?include={name}" for name in each.includes)
    if not rest:
        return
    if resource in ("installations", "nodes"):
        yield f"{bare}?include_timeseries=1"
        yield f"{bare}?include_timeseries=1&{all_time}"
        yield f"{bare}?include_timeseries=1&{all_time}&filter[resolution]=3600"
        yield from (f"{bare}timeseries/", f"{resource[:-1]}-timeseries/{rest[0]}/?{all_time}")
    if resource == "rooms":
        yield from (f"{bare}airquality/{month}" for month in ("", "2026-08", "2026-09"))
        yield f"{bare}airquality/2026-08?include_histogram=true"


def crawl(call: Program, start: str) -> dict[str, Any]:
    """Follow every link, and keep every document that was shown."""
    found: dict[str, Any] = {}
    waiting, asked = [start], set()
    while waiting:
        path = waiting.pop()
        if path in asked or path.startswith("schema"):
            continue
        asked.add(path)
        response = call("GET", path)
        assert response.status_code in (200, 401, 404), (path, response.json)
        if response.status_code == 200:
            found[path] = response.json
            links = LINK.findall(response.text)
            waiting += [address for link in links for address in more(link)]
    return found


def texts(document: Any) -> Iterable[str]:
    """List everything that a document says, but the alias that a series may name."""
    if isinstance(document, dict):
        if document.get("type") == "Installation-Timeseries":
            document = document | {"attributes": document["attributes"] | {"node_alias": ""}}
        for name, value in document.items():
            yield name
            yield from texts(value)
    elif isinstance(document, list):
        for each in document:
            yield from texts(each)
    else:
        yield str(document)


def told(documents: dict[str, Any], words: Iterable[str]) -> set[tuple[str, str]]:
    """Say which words stand where."""
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in longest_first))
    return {
        (path, word)
        for path, document in documents.items()
        for text in texts(document)
        for word in pattern.findall(text)
    }


@pytest.mark.parametrize("start", ["", "installations/{shown}/"], ids=["root", "installation"])
def test_nobody_learns_more_than_the_public_chain(start: str, stage: Stage) -> None:
    path = start.format(shown=stage.town.shown.id)
    documents = crawl(stage.programs["nobody"], path)
    assert told(documents, SECRETS) == set()
    assert {word for _, word in told(documents, SHOWN)} == SHOWN
    types = {(each["type"], each["id"]) for each in resources(documents)}
    town = stage.town
    public = {
        ("Organization", str(town.cafe.id)),
        ("Site", str(town.site.id)),
        ("Address", str(town.site.address_id)),
        ("Room", str(town.terrace.id)),
        ("Installation", str(town.shown.id)),
        ("Installation-Timeseries", str(town.shown.id)),
        ("room-airquality", str(town.terrace.id)),
    }
    catalogue = {"Protocol", "Model", "Quantity"}
    assert {each for each in types if each[0] not in catalogue} == public


def resources(documents: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """List the resources that were shown, not merely named."""
    for document in documents.values():
        data = document["data"]
        shown = data if isinstance(data, list) else [data]
        yield from (each for each in [*shown, *document.get("included", [])] if "type" in each)


def test_series_of_the_public_installation_ends_with_it(stage: Stage) -> None:
    call = stage.programs["nobody"]
    span = "filter[from]=0&filter[to]=2147483647"
    path = f"installations/{stage.town.shown.id}/"
    shown = call("GET", f"{path}?include_timeseries=1&{span}").json["data"]["attributes"]
    assert [each["co2_ppm"] for each in shown["timeseries"]] == [640, 640]
    assert shown["latest_sample"]["co2_ppm"] == 640
    assert shown["sample_count"] == 2
    series = call("GET", f"{path}timeseries/?{span}").json["data"]["attributes"]
    assert [each["co2_ppm"] for each in series["samples"]] == [640, 640]


@pytest.mark.parametrize("media_type", ["text/csv", "application/x-ndjson"])
@pytest.mark.parametrize("query", ["", "&filter[resolution]=86400"])
def test_download_of_the_public_installation_ends_with_it(
    media_type: str, query: str, stage: Stage
) -> None:
    path = f"installation-timeseries/{stage.town.shown.id}/?filter[to]=2147483647{query}"
    hidden = {
        f"installation-timeseries/{stage.town.installation.id}/": {"nobody": 404, "stranger": 404},
        f"node-timeseries/{stage.town.window.uuid}/": {"nobody": 401, "stranger": 404},
    }
    asked: dict[str, Any] = {"headers": {"Accept": media_type}, "buffered": True}
    for who in ("nobody", "stranger"):
        response = stage.programs[who]("GET", path, **asked)
        assert response.status_code == 200
        assert "640" in response.text
        assert "9871" not in response.text
        for address, expected in hidden.items():
            response = stage.programs[who]("GET", address, **asked)
            assert response.status_code == expected[who], address


def test_air_of_the_public_room_does_not_depend_on_what_is_hidden(stage: Stage) -> None:
    town, week_s = stage.town, 7 * 86_400
    add_samples(town.window, *((END_S - s, 700) for s in range(300, week_s, 300)))
    path = f"rooms/{town.terrace.id}/airquality/2026-08?include_histogram=true"
    call = stage.programs["nobody"]
    before = call("GET", path).json["data"]["attributes"]
    assert 700 in {round(value) for day in before["airq_hist"].values() for value in day}
    private, _ = inventory.register_node(SYSTEM, town.cafe, "02AA00000000C00A", "ers", "Zweiter")
    inventory.install_node(SYSTEM, private, town.terrace, END_S - week_s)
    add_samples(private, *((END_S - s, 3000) for s in range(150, week_s, 300)))
    add_samples(town.window, *((END_S + s, 3000) for s in range(300, week_s, 300)))
    after = call("GET", path).json["data"]["attributes"]
    assert after | {"query_timestamp_s": before["query_timestamp_s"]} == before
    seen = stage.programs["inspector"]("GET", path).json["data"]["attributes"]
    assert seen["airq_hist"] != before["airq_hist"]


def test_picture_is_hidden_with_its_installation(
    stage: Stage, client_of: Callable[[User | None], Browser]
) -> None:
    town = stage.town
    path = f"installations/{town.installation.id}/"
    assert stage.programs["owner"]("PUT", f"{path}image/", **picture()).status_code == 200
    url = stage.programs["owner"]("GET", path).json["data"]["attributes"]["image"]
    media = url.removeprefix("http://localhost")
    assert media.startswith("/media/")
    seen = {
        name: client_of(getattr(town, name) if name else None).get(media, buffered=True).status_code
        for name in ("alice", "bob", "charlie", "ada", "")
    }
    assert seen == {"alice": 200, "bob": 200, "charlie": 404, "ada": 404, "": 404}


def test_stranger_learns_no_more_than_nobody(stage: Stage) -> None:
    documents = crawl(stage.programs["stranger"], "")
    own = {"example.org", "charlie", "Tresen", "02AA00000000C002", "9874"}
    own |= {"Praxis nebenan", "Hinterhaus", "Wartezimmer", "Hofweg", "Aachen"}
    assert told(documents, SECRETS - own) == set()
    emails = {text for text in texts(documents) if "@" in text}
    assert emails == {"charlie@example.org"}


def test_inspector_learns_nothing_of_the_neighbours(stage: Stage) -> None:
    documents = crawl(stage.programs["inspector"], "")
    neighbours = {"charlie", "ada", "Tresen", "02AA00000000C002", "9874", "Praxis nebenan"}
    neighbours |= {"Hinterhaus", "Wartezimmer", "Hofweg", "Aachen"}
    assert told(documents, neighbours) == set()
