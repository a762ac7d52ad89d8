"""flask demo: invented places with plausible air, to try Clair without a device."""

import logging
import os
import sys
import time

import click
from flask import current_app

from clair.cli import Commands


@click.group(cls=Commands)
def demo() -> None:
    """Try Clair with invented places and sensors."""


@demo.command()
@click.option(
    "--days", type=click.IntRange(1, 3650), default=60, show_default=True, help="Days of history."
)
@click.option("--once", is_flag=True, help="Do nothing if all this has been done before.")
@click.option("--upgrade", is_flag=True, help="Bring the tables up to date first.")
def load(days: int, once: bool, upgrade: bool) -> None:
    """Load three invented organizations with their history.

    Doing it again creates nothing twice, and adds what is missing of the history. The token of the
    forwarder goes into the file demo-token in CLAIR_DATA.

    \b
    Example:
      flask demo load --days 14
    """
    import flask_migrate

    from clair.demo import load as loading
    from clair.demo.places import PASSWORD, USERS
    from clair.extensions import db

    if upgrade:
        flask_migrate.upgrade()
    folder = current_app.config["CLAIR_DATA"]
    if once and loading.is_loaded(folder):
        return
    now_s = int(time.time())
    loading.load_places(now_s)
    db.session.commit()
    with click.progressbar(
        length=loading.count_history(days), label="Inventing the past", file=sys.stderr
    ) as progress:
        for count in loading.load_history(days, now_s):
            progress.update(count)
    loading.write_token(folder)
    db.session.commit()
    click.echo(f"Log in as {', '.join(USERS)} with the password {PASSWORD}.")


@demo.command(with_appcontext=False)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 1000),
    default=1,
    show_default=True,
    help="How many times as often sensors send; the air stays that of the present.",
)
def simulate(speed: float) -> None:
    """Publish live uplinks of the demo's sensors to the broker, until SIGTERM or SIGINT.

    MQTT_URL says where the broker is.

    \b
    Example:
      MQTT_URL=mqtt://localhost:1883 flask demo simulate --speed 10
    """
    # Imported here: the MQTT client would slow down every other flask command.
    from clair.config import Config
    from clair.demo.places import all_nodes
    from clair.forwarders import simulator

    config = Config.from_environment(os.environ)
    logging.basicConfig(
        level=config.LOG_LEVEL,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    simulator.simulate(config.MQTT_URL, all_nodes(), speed)
