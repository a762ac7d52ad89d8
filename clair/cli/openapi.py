"""`flask openapi`: the description of the JSON:API, for those who make programs from it."""

import json

import click
from flask import current_app
from flask.cli import with_appcontext


@click.command()
@with_appcontext
def openapi() -> None:
    """Print the description of the JSON:API in OpenAPI 3.1.

    Example: flask openapi > clair.openapi.json
    """
    from clair.blueprints.api.description import build

    click.echo(json.dumps(build(current_app), ensure_ascii=False, indent=2))
