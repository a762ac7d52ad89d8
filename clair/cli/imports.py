"""`flask import`: takes over what other programs have collected."""

import time

import click

from clair.access import SYSTEM
from clair.cli import Commands, print_rows
from clair.cli.progress import Progress
from clair.extensions import db
from clair.managair.collect import collect, report_others
from clair.managair.dump import opened
from clair.managair.inventory import import_inventory
from clair.managair.samples import import_samples
from clair.managair.summary import Outcome, Summary

imports = Commands("import", help="Take over what other programs have collected.")


@imports.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def managair(files: tuple[str, ...]) -> None:
    """Take over dumps of Managair, made by its `manage.py dumpdata`.

    Give all files of a dump at once, in any order, plain or gzip; - is standard input. Numbers,
    roles, passwords and tokens are kept, so begin with an empty database: a number that is in use
    is not given again. What is here already is never changed, so that an import can be repeated,
    and goes on where it was interrupted. What was deleted here since comes back, but for
    memberships and tokens.

    Example: flask import managair users.json inventory.json samples.json.gz
    """
    summary = Summary()
    with opened(files) as dumps:
        size = sum(dump.size for dump in dumps)
        with Progress("Reading the inventory", size) as progress:
            collected = collect(dumps, int(time.time()), summary, progress)
        nodes = import_inventory(SYSTEM, collected, summary)
        db.session.commit()
        if collected.samples:
            with Progress("Storing samples", size, "samples") as progress:
                for count in import_samples(SYSTEM, dumps, nodes, summary, progress):
                    db.session.commit()
                    progress.count += count
    report_others(collected, summary)
    show(summary)


def show(summary: Summary) -> None:
    """Print what became of the records of each model, then what is worth knowing about them."""
    rows = [
        {"model": model} | {outcome.value: f"{counts[outcome]:,}" for outcome in Outcome}
        for model, counts in sorted(summary.counts.items())
    ]
    if rows:
        print_rows(rows, as_json=False)
    for (model, text), remark in sorted(summary.remarks.items()):
        click.echo(f"\n{remark.count:,} of {model}: {text}.")
        for example in remark.examples:
            click.echo(f"  {example}")
        if remark.examples and remark.count > len(remark.examples):
            click.echo("  …")
