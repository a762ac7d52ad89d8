"""`flask organizations`: organizations and their members at the command line."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from sqlalchemy import select

from clair.extensions import db
from clair.inventory import find_organization
from clair.models import Membership, Organization, User

from conftest import World

Run = Callable[..., Result]


def role_of(organization: Organization, user: User) -> str | None:
    return db.session.scalar(
        select(Membership.role).where(
            Membership.organization == organization, Membership.user == user
        )
    )


def test_organization_is_created_with_its_owner(run: Run, world: World) -> None:
    result = run("organizations", "create", "Schule am Park", "--owner", "bob")
    assert (result.exit_code, result.stderr) == (0, "")
    organization = find_organization("Schule am Park")
    assert result.stdout == f"{organization.id}\n"
    assert role_of(organization, world.bob) == "O"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("Café Morgenrot", "--owner", "alice"),
            "name: There is already an organization Café Morgenrot.",
        ),
        (("Neu", "--owner", "nobody"), "There is no user nobody"),
        (("", "--owner", "alice"), "name: must have 1 to 50 characters"),
        (("x" * 51, "--owner", "alice"), "name: must have 1 to 50 characters"),
    ],
    ids=["taken", "no user", "empty", "long"],
)
def test_what_is_wrong_is_one_sentence(
    run: Run, world: World, arguments: tuple[str, ...], sentence: str
) -> None:
    result = run("organizations", "create", *arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {sentence}")
    assert result.stdout == ""
    assert len(db.session.scalars(select(Organization)).all()) == 2


def test_organizations_are_listed(run: Run, world: World) -> None:
    rows = json.loads(run("organizations", "list", "--json").stdout)
    assert [(row["name"], row["members"]) for row in rows] == [
        ("Café Morgenrot", 2),
        ("Praxis nebenan", 1),
    ]
    assert rows[0]["id"] == world.cafe.id
    assert run("organizations", "list").stdout.splitlines()[0].split() == ["id", "name", "members"]
    assert "Praxis nebenan" in run("organizations", "list").stdout
    assert '"Café Morgenrot"' in run("organizations", "list", "--json").stdout


@pytest.mark.parametrize("by", ["name", "id"])
def test_member_is_added_by_name_or_number(run: Run, world: World, by: str) -> None:
    organization = str(getattr(world.cafe, by))
    args = ("organizations", "add-member", organization, "charlie")
    assert run(*args, "--role", "inspector").exit_code == 0
    assert role_of(world.cafe, world.charlie) == "I"
    assert run(*args, "--role", "owner").exit_code == 0
    assert role_of(world.cafe, world.charlie) == "O"


def test_last_owner_stays(run: Run, world: World) -> None:
    result = run("organizations", "add-member", "Café Morgenrot", "alice", "--role", "inspector")
    assert result.exit_code == 1
    assert result.stderr == "Error: alice is the last owner of Café Morgenrot.\n"
    assert role_of(world.cafe, world.alice) == "O"


@pytest.mark.parametrize("name", ["Nirgendwo", "999", "9" * 30])
def test_unknown_organization_is_one_sentence(run: Run, world: World, name: str) -> None:
    result = run("organizations", "add-member", name, "alice", "--role", "owner")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: There is no organization {name}; see")


def test_unknown_role_is_wrong_usage(run: Run, world: World) -> None:
    result = run("organizations", "add-member", "Café Morgenrot", "alice", "--role", "boss")
    assert result.exit_code == 2
