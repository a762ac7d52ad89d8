"""`flask nodes`: register, list and install sensors."""

import time

import click
from sqlalchemy import func, select

from clair import access, inventory, overview
from clair.access import SYSTEM
from clair.cli import ID, Commands, as_json_option, print_rows
from clair.errors import Invalid, NotFound
from clair.extensions import db
from clair.identity import PROTOCOL_NAMES, node_uuid, parse_eui
from clair.models import Node, Room

nodes = Commands("nodes", help="Register, list and install sensors.")
family_option = click.option("--family", type=click.Choice(list(PROTOCOL_NAMES)), required=True)


@nodes.command()
@click.argument("euis", nargs=-1, required=True, metavar="EUI…")
@family_option
@click.option("--organization", required=True, help="The owner, by name or number.")
@click.option("--alias-prefix", default="", help="Put before the EUI, it becomes the name.")
def register(euis: tuple[str, ...], family: str, organization: str, alias_prefix: str) -> None:
    """Register sensors by their EUIs; one that is registered already is reported, not an error.

    Example: flask nodes register A81758FFFE052B0F --family ers --organization "Café Morgenrot"
    """
    owner = inventory.find_organization(organization)
    done = [inventory.register_node(SYSTEM, owner, eui, family, alias_prefix + eui) for eui in euis]
    db.session.commit()
    for node, is_new in done:
        click.echo(node.uuid)
        click.echo(f"{node.eui64} {'registered' if is_new else 'was there already'}", err=True)


@nodes.command("list")
@as_json_option
def list_nodes(as_json: bool) -> None:
    """List all sensors with owner, room and last contact.

    Example: flask nodes list --json
    """
    print_rows(overview.nodes(int(time.time())), as_json=as_json)


@nodes.command()
@click.argument("eui")
@click.option("--room", "room_id", type=ID, required=True, metavar="ID")
@click.option("--public", is_flag=True, help="Show its measurements to everybody.")
def install(eui: str, room_id: int, public: bool) -> None:
    """Install a sensor in a room from now on.

    Example: flask nodes install A81758FFFE052B0F --room 7 --public
    """
    node = db.session.scalar(select(Node).where(func.upper(Node.eui64) == read_eui(eui)))
    if node is None:
        raise NotFound(f"There is no sensor {eui}; register it first.")
    room = access.get(Room, room_id, SYSTEM)
    now_s = int(time.time())
    installation = inventory.install_node(SYSTEM, node, room, now_s, is_public=public)
    db.session.commit()
    click.echo(installation.id)


@nodes.command("id")
@click.argument("eui")
@family_option
def node_id(eui: str, family: str) -> None:
    """Print the identity that a sensor has in Clair.

    Example: flask nodes id A81758FFFE052B0F --family ers
    """
    click.echo(node_uuid(family, read_eui(eui)))


def read_eui(text: str) -> str:
    """Read an EUI from the command line."""
    try:
        return parse_eui(text)
    except ValueError as error:
        raise Invalid("EUI", str(error)) from error
