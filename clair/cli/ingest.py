"""`flask ingest`: sources, the quarantine, and a look at messages without storing them."""

import sys
import time
from typing import BinaryIO

import click
import orjson
from flask import current_app
from flask.cli import ScriptInfo

from clair.access import SYSTEM
from clair.cli import ID, Commands, as_json_option, print_rows
from clair.extensions import db
from clair.identity import PROTOCOL_NAMES
from clair.ingest import quarantine, receive, sources
from clair.ingest.inspect import explain_message, explain_payload
from clair.ingest.networks import NETWORKS
from clair.ingest.uplink import DataRate

ingest = Commands("ingest", help="Sources of measurements, quarantine, decoding.")
family_option = click.option("--family", type=click.Choice(list(PROTOCOL_NAMES)))


@ingest.group(cls=Commands)
def source() -> None:
    """Say who may deliver measurements."""


@source.command()
@click.argument("name")
@click.option("--network", type=click.Choice([*NETWORKS, sources.SAMPLES]), required=True)
@family_option
def add(name: str, network: str, family: str | None) -> None:
    """Add a source and print its token, once.

    Without --family each device is decoded as the family it is registered with.

    Example: flask ingest source add ttn-ers --network ttn --family ers
    """
    token = sources.add_source(SYSTEM, name, network, family)
    db.session.commit()
    click.echo(token)


@source.command("list")
@as_json_option
def list_sources(as_json: bool) -> None:
    """List all sources.

    Example: flask ingest source list
    """
    rows = [
        {
            "name": each.name,
            "network": each.network,
            "family": each.family,
            "state": "revoked" if each.revoked_s else "active",
            "created_s": each.created_s,
        }
        for each in sources.list_sources(SYSTEM)
    ]
    print_rows(rows, as_json=as_json)


@source.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Refuse what a source delivers from now on, within seconds.

    Example: flask ingest source revoke ttn-ers
    """
    sources.revoke_source(SYSTEM, name)
    db.session.commit()


@ingest.command(with_appcontext=False)
@click.argument("file", type=click.File("rb"), default="-")
@family_option
@click.option("--network", type=click.Choice(list(NETWORKS)), default="ttn", show_default=True)
@click.option("--payload", metavar="HEX", help="Decode a bare payload instead of messages.")
@click.option("--port", type=click.IntRange(0, 255), default=1, show_default=True)
@click.option("--received-at", "received_at", metavar="T", help="Unix seconds or RFC 3339.")
@click.option("--spreading-factor", type=click.IntRange(5, 12))
@click.option("--bandwidth", type=int, default=125_000, show_default=True, metavar="HZ")
def decode(
    file: BinaryIO,
    family: str | None,
    network: str,
    payload: str | None,
    port: int,
    received_at: str | None,
    spreading_factor: int | None,
    bandwidth: int,
) -> None:
    """Decode uplink messages (NDJSON; - is standard input) without storing them.

    Without --family each device is decoded as the family it is registered with.

    Example: flask ingest decode --family oy1012 --payload 3e441d021b --port 2
    """
    if payload is not None:
        if family is None:
            raise click.UsageError("A bare payload needs --family.")
        data_rate = spreading_factor and DataRate.from_lora(spreading_factor, bandwidth)
        show(explain_payload(family, payload, port, received_at, data_rate or None))
        return
    for line in filter(None, map(bytes.strip, file)):
        show(explain_message(network, family or registered_family, line, int(time.time())))


def registered_family(eui: str) -> str | None:
    """Look up the family that a device is registered with; this alone needs the database."""
    with click.get_current_context().ensure_object(ScriptInfo).load_app().app_context():
        return receive.find_families(None, [eui]).get(eui)


def show(document: dict[str, object]) -> None:
    """Print one line of JSON."""
    click.echo(orjson.dumps(document).decode())


@ingest.group("quarantine", cls=Commands)
def quarantine_group() -> None:
    """Look at messages that could not become samples."""


@quarantine_group.command("list")
@as_json_option
def list_quarantine(as_json: bool) -> None:
    """List what waits in quarantine, with the reasons.

    Example: flask ingest quarantine list
    """
    rows = [
        {
            "id": row.id,
            "source": row.source.name,
            "eui64": row.eui64,
            "reason": row.reason,
            "times": row.times,
            "received_s": row.received_s,
            "detail": row.detail,
        }
        for row in quarantine.waiting(SYSTEM)
    ]
    print_rows(rows, as_json=as_json)


@ingest.command()
@click.option("--id", "row_id", type=ID, metavar="N", help="Replay one message.")
@click.option("--all", "every", is_flag=True, help="Replay all messages.")
def replay(row_id: int | None, every: bool) -> None:
    """Send messages from the quarantine through again, after their cause is mended.

    Example: flask ingest replay --all
    """
    if (row_id is None) == (not every):
        raise click.UsageError("Either --id N or --all is needed.")
    rows = quarantine.waiting(SYSTEM, row_id)
    take_simulated = current_app.config["INGEST_SIMULATED"]
    released = 0
    with click.progressbar(rows, label="Replaying", file=sys.stderr) as bar:
        for row in bar:
            released += receive.replay(row, int(time.time()), take_simulated=take_simulated)
            db.session.commit()
    click.echo(f"{released} released, {len(rows) - released} still in quarantine")
