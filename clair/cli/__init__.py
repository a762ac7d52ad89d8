"""The commands of `flask`, one noun a file: results on stdout, all else on stderr."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from clair.cli import db
from clair.errors import ClairError

__all__ = ["ID", "Commands", "as_json_option", "db", "print_rows"]  # db adds to a group not ours


class Commands(AppGroup):
    """A group whose commands fail with one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, and turn what can go wrong into a sentence for its caller."""
        try:
            return super().invoke(ctx)
        except ClairError as error:
            raise click.ClickException(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(
                "The database does not answer as it should; check DATABASE_URL, "
                "and run `flask db upgrade` if it is new."
            ) from error


def print_rows(rows: Sequence[Mapping[str, object]], *, as_json: bool) -> None:
    """Print a list as JSON, or under the names of its columns, each as wide as it needs."""
    if as_json:
        click.echo(json.dumps(rows, default=str, ensure_ascii=False, indent=2))
        return
    texts = [["" if value is None else str(value) for value in row.values()] for row in rows]
    texts[:0] = [list(row) for row in rows[:1]]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        line = "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


ID = click.IntRange(1, 2**31 - 1)
"""The number of a row."""

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
