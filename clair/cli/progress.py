"""Shows on stderr how far the reading of files is."""

import sys
import time
from types import TracebackType
from typing import Any

import click


class Progress:
    """A bar at a terminal; in a log, a line for each tenth.

    Call it with the number of bytes that were read; `count` is how many things were found in them.
    """

    def __init__(self, label: str, size: int, things: str = "") -> None:
        self.label = label
        self.size = size
        self.things = things
        self.count = 0
        self.position = 0
        self.tenths = 0
        self.begun_s = self.shown_s = time.monotonic()
        self.bar: Any = None
        if sys.stderr.isatty():
            self.bar = click.progressbar(
                length=size,
                label=label,
                file=sys.stderr,
                item_show_func=lambda _: self.describe(),
            )

    def __enter__(self) -> "Progress":
        """Show the beginning."""
        if self.bar:
            self.bar.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Show the end; what failed stays where it was."""
        if self.bar:
            self.bar.__exit__(kind, error, traceback)
        elif kind is None:
            click.echo(f"{self.label}: 100 %{self.describe_more()}", err=True)

    def __call__(self, size: int) -> None:
        """Go on by some bytes."""
        self.position += size
        if self.bar:
            # With something to show, or else the bar would forget the words behind it.
            self.bar.update(size, True)
            return
        tenths = 10 * self.position // self.size
        now_s = time.monotonic()
        if self.tenths < tenths < 10 and now_s - self.shown_s >= 1:
            self.tenths, self.shown_s = tenths, now_s
            click.echo(f"{self.label}: {tenths * 10} %{self.describe_more()}", err=True)

    def describe(self) -> str:
        """Say how many things were found."""
        return f"{self.count:,} {self.things}" if self.things else ""

    def describe_more(self) -> str:
        """Say also how long it will take, if it takes long."""
        elapsed_s = time.monotonic() - self.begun_s
        left_s = int(elapsed_s * (self.size / self.position - 1)) if self.position else 0
        left = f"{left_s} s left" if left_s >= 10 else ""
        return "".join(f", {part}" for part in (self.describe(), left) if part)
