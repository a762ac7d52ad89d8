"""`flask config`: what is set, and what is wrong with it. Needs no application."""

import json
import os

import click

from clair.config import Config, ForwarderConfig, find_unknown


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
    """List all settings with their values (secrets masked) and meanings.

    Example: flask config list
    """
    rows = Config.from_environment().listed()
    if as_json:
        keys = ("name", "value", "meaning")
        click.echo(json.dumps([dict(zip(keys, row, strict=True)) for row in rows]))
        return
    for name, value, meaning in rows:
        click.echo(f"{name}={value}\n    {meaning}")
