"""`flask rooms`: the rooms that sensors are installed in."""

import time

import click

from clair import access, inventory, overview
from clair.access import SYSTEM
from clair.cli import ID, Commands, as_json_option, print_rows
from clair.extensions import db
from clair.models import Site

rooms = Commands("rooms", help="Add and list the rooms of sites.")


@rooms.command()
@click.argument("name")
@click.option("--site", "site_id", type=ID, required=True, metavar="ID", help="See `sites list`.")
def add(name: str, site_id: int) -> None:
    """Add a room to a site, and print its number.

    Example: flask rooms add Gastraum --site 3
    """
    room = inventory.add_room(SYSTEM, access.get(Site, site_id, SYSTEM), name)
    db.session.commit()
    click.echo(room.id)


@rooms.command("list")
@as_json_option
def list_rooms(as_json: bool) -> None:
    """List all rooms with site, organization, and number of sensors installed now.

    Example: flask rooms list --json
    """
    print_rows(overview.rooms(int(time.time())), as_json=as_json)
