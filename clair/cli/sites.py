"""`flask sites`: the buildings of organizations."""

import click

from clair import inventory, overview
from clair.access import SYSTEM
from clair.cli import Commands, as_json_option, print_rows
from clair.extensions import db
from clair.models import Address

sites = Commands("sites", help="Add and list sites: the buildings of organizations.")


@sites.command()
@click.argument("name")
@click.option("--organization", required=True, help="Who operates it, by name or number.")
@click.option("--street", required=True, help="Street and house number.")
@click.option("--zip", "zip_code", required=True)
@click.option("--city", required=True)
@click.option("--time-zone", default="Europe/Berlin", show_default=True)
def add(
    name: str, organization: str, street: str, zip_code: str, city: str, time_zone: str
) -> None:
    """Add a site to an organization, and print its number.

    \b
    Example: flask sites add Kastanienallee --organization "Café Morgenrot" \\
        --street "Kastanienallee 85" --zip 10435 --city Berlin
    """
    operator = inventory.find_organization(organization)
    address = Address(street1=street, zip=zip_code, city=city)
    site = inventory.add_site(SYSTEM, operator, name, address, time_zone)
    db.session.commit()
    click.echo(site.id)


@sites.command("list")
@as_json_option
def list_sites(as_json: bool) -> None:
    """List all sites with organization, address, and number of rooms.

    Example: flask sites list --json
    """
    print_rows(overview.sites(), as_json=as_json)
