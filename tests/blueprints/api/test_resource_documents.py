"""The documents of all resources, member by member, as clients have always read them."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from clair.extensions import db

from blueprints.api import recorded
from blueprints.api.recorded import HOST, Shown
from blueprints.api.speaking import Program, identifier
from blueprints.api.town import Town, add_quantities

ProgramOf = Callable[..., Program]


PLAIN = (
    recorded.organization,
    recorded.membership,
    recorded.user,
    recorded.address,
    recorded.site,
    recorded.room,
    recorded.protocol,
    recorded.model,
    recorded.quantity,
)
INSTALLATION_COMPUTED: Shown = {"sample_count": 0}
NODE_COMPUTED: Shown = {"sample_count": 0}


def without_instant(shown: Shown) -> Shown:
    """Take the instant of the answer out of a resource, after a look at it."""
    assert isinstance(shown["attributes"].pop("query_timestamp_s"), int)
    return shown


@pytest.fixture
def furnished(town: Town) -> Town:
    """The town with something in every column."""
    add_quantities(town.node.model)
    town.terrace.size_sqm, town.terrace.height_m = Decimal("33"), Decimal("2.5")
    town.site.address.latitude = Decimal("52.541")
    town.site.address.longitude = Decimal("-13.4")
    db.session.commit()
    return town


def test_resources_are_shown_as_recorded(furnished: Town, program_of: ProgramOf) -> None:
    call = program_of(furnished.alice)
    for make in PLAIN:
        expected = make(furnished)
        path = expected["links"]["self"].removeprefix(HOST)
        answer = call("GET", path).json
        included = [recorded.address(furnished)] if make is recorded.site else []
        assert answer == {"data": expected} | ({"included": included} if included else {}), path


def test_installation_is_shown_as_recorded(furnished: Town, program_of: ProgramOf) -> None:
    expected = recorded.installation(furnished)
    path = expected["links"]["self"].removeprefix(HOST)
    expected["attributes"] |= INSTALLATION_COMPUTED
    for who in (furnished.alice, furnished.charlie, None):
        answer = program_of(who)("GET", path).json
        assert {"data": without_instant(answer["data"])} == {"data": expected}
        assert set(answer) == {"data"}
    listed = program_of(None)("GET", "installations/").json["data"]
    assert [without_instant(each) for each in listed] == [expected]


def test_node_is_shown_as_recorded(furnished: Town, program_of: ProgramOf) -> None:
    expected, call = recorded.node(furnished), program_of(furnished.alice)
    path = expected["links"]["self"].removeprefix(HOST)
    listed = call("GET", "nodes/").json["data"][0]
    assert listed == expected | {"attributes": expected["attributes"] | NODE_COMPUTED}
    shown = without_instant(call("GET", path).json["data"])
    assert shown["attributes"].pop("from_timestamp_s") == 0
    assert isinstance(shown["attributes"].pop("to_timestamp_s"), int)
    assert shown == listed


def test_fidelity_is_shown_as_recorded(furnished: Town, program_of: ProgramOf) -> None:
    uuid = furnished.node.uuid
    answer = program_of(furnished.alice)("GET", f"fidelity/{uuid}/").json
    assert isinstance(answer["data"]["attributes"].pop("last_check_s"), int)
    assert answer["data"] == {
        "type": "Fidelity",
        "id": str(uuid),
        "attributes": {"fidelity": "U", "last_contact_s": None},
        "relationships": {
            "node": {
                "data": identifier("Node", uuid),
                "links": {"related": f"{HOST}nodes/{uuid}/"},
            }
        },
        "links": {"self": f"{HOST}fidelity/{uuid}/"},
    }


def test_lists_show_what_the_details_show(furnished: Town, program_of: ProgramOf) -> None:
    call = program_of(furnished.alice)
    for make in PLAIN:
        expected = make(furnished)
        path = expected["links"]["self"].removeprefix(HOST).partition("/")[0]
        found = [
            each for each in call("GET", f"{path}/").json["data"] if each["id"] == expected["id"]
        ]
        if make is recorded.user:
            expected["attributes"] = {"username": "bob"}
            del expected["relationships"]
        assert found == [expected], path


def test_linkage_of_the_members_is_shown_as_recorded(
    furnished: Town, program_of: ProgramOf
) -> None:
    path = f"organizations/{furnished.cafe.id}/relationships/users/"
    assert program_of(furnished.alice)("GET", path).json == {
        "data": [identifier("User", each.id) for each in (furnished.alice, furnished.bob)],
        "links": {"self": HOST + path},
    }


def test_collection_is_shown_as_recorded(furnished: Town, program_of: ProgramOf) -> None:
    query = f"filter[organization]={furnished.cafe.id}&page[number]=1&page[size]=1"
    link = f"{HOST}sites/?filter%5Borganization%5D={furnished.cafe.id}"
    page = f"{link}&page%5Bnumber%5D=1&page%5Bsize%5D=1"
    assert program_of(furnished.alice)("GET", f"sites/?{query}").json == {
        "links": {"first": page, "last": page, "next": None, "prev": None},
        "data": [recorded.site(furnished)],
        "included": [recorded.address(furnished)],
        "meta": {"pagination": {"page": 1, "pages": 1, "count": 1}},
    }
