"""flask forward: bring uplinks from a LoRaWAN network to the ingest endpoint."""

import logging
import sys
import time

import click

from clair.config import ForwarderConfig, HealthConfig


@click.group()
def forward() -> None:
    """Bring uplinks from a LoRaWAN network to the ingest endpoint."""


@forward.command()
def ttn() -> None:
    """Forward the uplinks of an application in The Things Stack.

    Runs until SIGTERM or SIGINT. What the ingest endpoint cannot take now waits on disk, in
    CLAIR_DATA. Settings come from the environment; any X may also stand in the file X_FILE.

    \b
    Example:
      CLAIR_TTN_APP_ID=my-sensors \\
      CLAIR_TTN_ACCESS_KEY_FILE=/run/secrets/ttn_access_key \\
      CLAIR_API_ROOT=https://clair.example.org/ingest/v1/ \\
      CLAIR_INGEST_TOKEN_FILE=/run/secrets/ingest_token \\
      flask forward ttn
    """
    # Imported here: the MQTT and HTTP clients would slow down every other flask command.
    from clair.forwarders.network import the_things_stack
    from clair.forwarders.run import run

    config = ForwarderConfig.from_environment()
    logging.basicConfig(
        level=config.LOG_LEVEL,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    run(config, the_things_stack(config))


@forward.command()
def health() -> None:
    """Tell whether the forwarder is well: exit code 0, or 1 and what is wrong.

    \b
    Example:
      flask forward health || echo "look at the forwarder"
    """
    from clair.forwarders.health import Status, find_silence, judge
    from clair.forwarders.run import status_path

    path = status_path(HealthConfig.from_environment().CLAIR_DATA, "ttn")
    try:
        status = Status.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.ClickException(f"There is no status of the forwarder: {error}.") from error
    now_s = int(time.time())
    problems = judge(status, now_s)
    if problems:
        raise click.ClickException(f"The forwarder is not well: {'; '.join(problems)}.")
    silence = find_silence(status, now_s)
    if silence:
        click.echo(f"Warning: {silence}.", err=True)
    click.echo(f"The forwarder is well; {status.spooled} messages are waiting.")
