"""Takes dumps over as the command line does it."""

from pathlib import Path

import pytest
from flask import Flask
from managair.dumps import Record, Take, write

from clair.access import SYSTEM
from clair.extensions import db
from clair.managair.collect import collect, report_others
from clair.managair.dump import opened
from clair.managair.inventory import import_inventory
from clair.managair.samples import import_samples
from clair.managair.summary import Summary

from conftest import NOW_S


@pytest.fixture
def take(app: Flask, tmp_path: Path) -> Take:
    """Take over files that hold these records, each list in a file of its own."""

    def take_over(*files: list[Record], now_s: int = NOW_S) -> Summary:
        paths = [write(tmp_path / f"{n}.json", records) for n, records in enumerate(files)]
        summary = Summary()
        with opened(map(str, paths)) as dumps:
            collected = collect(dumps, now_s, summary, ignore)
            nodes = import_inventory(SYSTEM, collected, summary)
            db.session.commit()
            for _ in import_samples(SYSTEM, dumps, nodes, summary, ignore):
                db.session.commit()
        report_others(collected, summary)
        return summary

    return take_over


def ignore(_size: int) -> None:
    """Care for no progress."""
