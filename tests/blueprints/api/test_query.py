"""What a query may ask of a collection: filters, a search, an order."""

from collections.abc import Callable

from werkzeug.test import TestResponse

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db

from blueprints.api.speaking import Program, problems
from blueprints.api.town import Town, join, membership_of

ProgramOf = Callable[..., Program]
BAD_PARAMETER = [("400", "/data", "invalid")]
FAMILIES = (
    "include=",
    "sort=",
    "sort=-name,id",
    "page[number]=1",
    "page[size]=7",
    "page=5",
    "filter=5",
    "fields=5",
    "filter[nothing]=5",
    "filter[from.here-to_there]=5",
    "fields[Nothing]=name",
    "fields[Room]=",
)
UNKNOWN = ("search=x", "filter[]=5", "filter[a b]=5", "x=", "Include=", "filter[a]b=1", "%00=1")
UNREADABLE = ("x", "", "-1", "1.5", "1e3", "9" * 10, "9" * 5000, "%00", "١")


def ids(answer: TestResponse) -> list[str]:
    """List the ids of a collection."""
    assert answer.status_code == 200, answer.json
    return [each["id"] for each in answer.json["data"]]


def test_parameters_of_the_known_families_pass(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    for query in FAMILIES:
        assert call("GET", f"rooms/?{query}").status_code == 200, query
        assert call("GET", f"rooms/{town.room.id}/?{query}").status_code == 200, query
    for path in ("nodes/", f"nodes/{town.node.uuid}/", f"installations/{town.installation.id}/"):
        assert call("GET", f"{path}?include_timeseries=0").status_code == 200, path


def test_other_parameters_are_refused(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    paths = ("rooms/", f"rooms/{town.room.id}/", f"sites/{town.site.id}/rooms/")
    for path in paths:
        for query in (*UNKNOWN, "include_timeseries=1"):
            answer = call("GET", f"{path}?{query}")
            assert problems(answer) == BAD_PARAMETER, (path, query)
    parameter = call("GET", "rooms/?shoe=43").json["errors"][0]["source"]["parameter"]
    assert parameter == "shoe"


def test_filters_leave_what_belongs_to_something(town: Town, program_of: ProgramOf) -> None:
    join(town.alice, town.clinic)
    cafe, clinic = town.cafe.id, town.clinic.id
    owned = [str(membership_of(user, town.cafe).id) for user in (town.bob, town.alice)]
    rooms = [str(town.room.id), str(town.terrace.id)]
    placed = [str(town.installation.id), str(town.shown.id)]
    expected = {
        f"memberships/?filter[organization]={cafe}": owned,
        f"memberships/?filter[user]={town.bob.id}": owned[:1],
        "memberships/?filter[username]=bob": owned[:1],
        "memberships/?filter[username]=BOB": [],
        f"users/?filter[organization]={cafe}": [str(town.alice.id), str(town.bob.id)],
        f"sites/?filter[organization]={clinic}": [str(town.house.id)],
        f"rooms/?filter[organization]={cafe}": rooms,
        f"rooms/?filter[site]={town.house.id}": [str(town.ward.id)],
        f"installations/?filter[organization]={cafe}": placed,
        f"installations/?filter[site]={town.site.id}": placed,
        f"installations/?filter[room]={town.terrace.id}": placed[1:],
        f"installations/?filter[node]={town.node.uuid}": placed[:1],
        f"nodes/?filter[organization]={clinic}": [str(town.scale.uuid)],
        f"rooms/?filter[organization]={cafe}&filter[site]={town.house.id}": [],
        f"rooms/?filter[site]={town.site.id}&filter[site]={town.house.id}": [str(town.ward.id)],
        "rooms/?filter[site]=999999999": [],
    }
    call = program_of(town.alice)
    assert {path: ids(call("GET", path)) for path in expected} == expected


def test_filters_do_not_show_what_is_hidden(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    for path in (
        f"memberships/?filter[organization]={town.clinic.id}",
        f"memberships/?filter[user]={town.charlie.id}",
        "memberships/?filter[username]=charlie",
        f"users/?filter[organization]={town.clinic.id}",
        f"sites/?filter[organization]={town.clinic.id}",
        f"rooms/?filter[site]={town.house.id}",
        f"installations/?filter[node]={town.scale.uuid}",
        f"nodes/?filter[organization]={town.clinic.id}",
    ):
        assert ids(call("GET", path)) == [], path


def test_filters_refuse_what_is_no_id(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    for path in (
        "rooms/?filter[site]",
        "installations/?filter[node]",
        "users/?filter[organization]",
    ):
        for given in UNREADABLE:
            answer = call("GET", f"{path}={given}")
            assert problems(answer) == BAD_PARAMETER, (path, given[:10])
            assert answer.json["errors"][0]["source"]["parameter"] == path.partition("?")[2]


def test_search_needs_every_term_in_some_text(town: Town, program_of: ProgramOf) -> None:
    inventory.update_room(SYSTEM, town.terrace, description="Süßes unter 100% BÄUMEN, im Hof_1")
    db.session.commit()
    call, terrace, gastraum = program_of(town.alice), str(town.terrace.id), str(town.room.id)
    for text, found in {
        "terr": [terrace],
        "TERR": [terrace],
        "terr+bäumen": [terrace],
        "bäu,100%25": [terrace],
        ",+,süß,": [terrace],
        "SÜẞ": [terrace],
        "terr+keller": [],
        "a": [gastraum, terrace],
        "": [gastraum, terrace],
        "+,+": [gastraum, terrace],
        "%25": [terrace],
        "f_1": [terrace],
        "_e": [],
        "\\": [],
        "'": [],
    }.items():
        assert ids(call("GET", f"rooms/?filter[search]={text}")) == found, text
    assert problems(call("GET", "rooms/?filter[search]=a%00b")) == BAD_PARAMETER


def test_search_looks_at_the_texts_of_the_contract(town: Town, program_of: ProgramOf) -> None:
    inventory.update_node(SYSTEM, town.node, description="beim Kuchen")
    inventory.update_site(SYSTEM, town.site, description="Altbau")
    db.session.commit()
    call = program_of(town.alice)
    for path, found in {
        "nodes/?filter[search]=thek": [str(town.node.uuid)],
        "nodes/?filter[search]=02aa00000000c001": [str(town.node.uuid)],
        "nodes/?filter[search]=Kuchen": [],
        "sites/?filter[search]=altb+kastanie": [str(town.site.id)],
        "users/?filter[search]=BO": [str(town.bob.id)],
        "users/?filter[search]=bob@exam": [str(town.bob.id)],
    }.items():
        assert ids(call("GET", path)) == found, path
    # Organizations cannot be searched, and an unknown filter is ignored.
    assert ids(call("GET", "organizations/?filter[search]=zzz")) == [str(town.cafe.id)]


def test_whole_name_or_address_finds_a_stranger_and_a_part_does_not(
    town: Town, program_of: ProgramOf
) -> None:
    call = program_of(town.alice)
    for text, found in {
        "charlie@example.org": ["charlie"],
        "CHARLIE@example.ORG": ["charlie"],
        "charlie": ["charlie"],
        "charli": [],
        "Charlie": [],
        "harlie@example.org": [],
        "%25": [],
        "": ["alice", "bob"],
        "example": ["alice", "bob"],
    }.items():
        rows = call("GET", f"users/?filter[search]={text}").json["data"]
        assert [each["attributes"] for each in rows] == [{"username": name} for name in found], text
        assert all("relationships" not in each for each in rows)


def test_order_can_be_chosen(town: Town, program_of: ProgramOf) -> None:
    call, cafe = program_of(town.alice), [str(town.terrace.id), str(town.room.id)]
    assert ids(call("GET", "rooms/?sort=-name")) == cafe
    assert ids(call("GET", "rooms/?sort=name")) == cafe[::-1]
    assert ids(call("GET", "rooms/?sort=description,-id")) == cafe
    assert ids(call("GET", "installations/?sort=from_timestamp_s,id"))[0] == str(
        town.installation.id
    )
    for name in ("nothing", "site", "-", "name;drop", "password_hash", "installations"):
        answer = call("GET", f"rooms/?sort={name}")
        assert problems(answer) == BAD_PARAMETER, name
        assert answer.json["errors"][0]["source"]["parameter"] == "sort"
    assert problems(call("GET", "users/?sort=email")) == BAD_PARAMETER
