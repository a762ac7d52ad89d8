"""`flask organizations`: organizations and their members."""

import click
from sqlalchemy import func, select

from clair import inventory
from clair.access import SYSTEM
from clair.cli import Commands, as_json_option, print_rows
from clair.cli.users import find
from clair.extensions import db
from clair.models import Membership, Organization, Role

organizations = Commands("organizations", help="Create organizations and add members.")
ROLES = {"owner": Role.OWNER, "inspector": Role.INSPECTOR}


@organizations.command()
@click.argument("name")
@click.option("--owner", required=True, help="The user who becomes its first owner.")
def create(name: str, owner: str) -> None:
    """Create an organization.

    Example: flask organizations create "Café Morgenrot" --owner alice
    """
    organization = inventory.create_organization(SYSTEM, name, find(owner))
    db.session.commit()
    click.echo(organization.id)


@organizations.command("list")
@as_json_option
def list_organizations(as_json: bool) -> None:
    """List all organizations.

    Example: flask organizations list --json
    """
    statement = (
        select(Organization.id, Organization.name, func.count(Membership.id))
        .outerjoin(Membership)
        .group_by(Organization.id, Organization.name)
        .order_by(Organization.name)
    )
    rows = [
        {"id": row_id, "name": name, "members": members}
        for row_id, name, members in db.session.execute(statement)
    ]
    print_rows(rows, as_json=as_json)


@organizations.command()
@click.argument("organization")
@click.argument("user")
@click.option("--role", type=click.Choice(list(ROLES)), required=True)
def add_member(organization: str, user: str, role: str) -> None:
    """Make a user a member, or give a member another role.

    Example: flask organizations add-member "Café Morgenrot" bob --role inspector
    """
    found = inventory.find_organization(organization)
    inventory.add_member(SYSTEM, found, find(user), ROLES[role])
    db.session.commit()
