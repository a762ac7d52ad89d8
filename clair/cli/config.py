"""`flask config`: what is set, and what is wrong with it. Needs no application."""

import json
import os

import click

from clair.config import Config, ForwarderConfig, find_unknown
from clair.settings import Settings

PARTS: dict[str, type[Settings]] = {"application": Config, "forwarder": ForwarderConfig}


@click.group()
def config() -> None:
    """Check and list the settings."""


@config.command()
@click.option("--forwarder", is_flag=True, help="Check the settings of `flask forward` instead.")
def check(forwarder: bool) -> None:
    """Name every missing, unknown or contradictory setting.

    Example: flask config check
    """
    _, problems = (ForwarderConfig if forwarder else Config).read(os.environ)
    problems += [f"{name} is no setting of Clair." for name in find_unknown(os.environ)]
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise click.ClickException("Correct what is named above.")
    click.echo("All settings are right.")


@config.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_settings(as_json: bool) -> None:
    """List the settings of the application and of the forwarder, with values and meanings.

    Secrets are masked. What is missing has no value.

    Example: flask config list
    """
    rows = [
        {"for": part, "name": name, "value": value, "meaning": meaning}
        for part, settings in PARTS.items()
        for name, value, meaning in settings.listed()
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for part in PARTS:
        click.echo(f"# {part}")
        for row in rows:
            if row["for"] == part:
                click.echo(f"{row['name']}={row['value']}\n    {row['meaning']}")
