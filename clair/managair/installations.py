"""Installs sensors at one place at a time, which the predecessor did not insist on."""

from collections import defaultdict
from collections.abc import Iterable
from typing import cast

from clair.extensions import db
from clair.managair.kinds import Kind
from clair.managair.values import Unfit
from clair.managair.writer import New, Writer, name_record, numbers_of
from clair.models import Installation, Node, Room

FOREVER_S = 2**62
OVERLAP = "shared time with a newer installation of its sensor, which counts there"

Interval = tuple[int, int]
"""[from, to) in Unix seconds."""


def settle(writer: Writer, kind: Kind) -> None:
    """Create installations; where two of a sensor share time, the newer one counts.

    The time of the older one may fall to pieces by that. The last piece keeps its number, because
    it is the one that goes on.
    """
    taken: dict[int, list[Interval]] = defaultdict(list)
    for row in writer.shelves[kind.source].by_number.values():
        installation = cast(Installation, row)
        begin_s, end_s = installation.from_timestamp_s, installation.to_timestamp_s
        taken[installation.node_id].append((begin_s, end_s or FOREVER_S))
    further: list[Installation] = []
    news = sorted(writer.judge_all(kind), key=lambda new: -int(new.values["from_timestamp_s"]))
    for new in news:
        try:
            check_owner(new)
            further += install(writer, kind, new, taken[new.values["node_id"]])
        except Unfit as unfit:
            writer.skip(new.record, unfit)
    db.session.flush()
    number(writer, kind, further)
    db.session.add_all(further)
    db.session.flush()


def number(writer: Writer, kind: Kind, further: list[Installation]) -> None:
    """Number pieces behind all that the dump has numbers for, kept or not.

    PostgreSQL's sequence is there already; SQLite would go on behind the largest number it holds.
    """
    if db.engine.dialect.name == "sqlite":
        taken = [*numbers_of(writer.collected, kind), *writer.shelves[kind.source].by_number]
        for row_id, piece in enumerate(further, max(taken, default=0) + 1):
            piece.id = row_id


def check_owner(new: New) -> None:
    """Refuse a sensor in a room of another organization: its members would see the samples."""
    node = db.session.get_one(Node, new.values["node_id"])
    room = db.session.get_one(Room, new.values["room_id"])
    if node.owner_id != room.site.operator_id:
        raise Unfit("its room and its sensor belong to different organizations")


def install(writer: Writer, kind: Kind, new: New, taken: list[Interval]) -> list[Installation]:
    """Create one installation in the time that is left, and return the pieces without a number."""
    begin_s, end_s = new.values["from_timestamp_s"], new.values["to_timestamp_s"] or FOREVER_S
    if begin_s >= end_s:
        raise Unfit("it ends before it has begun")
    pieces = subtract((begin_s, end_s), taken)
    if not pieces:
        raise Unfit("other installations of its sensor take up all of its time")
    if pieces != [(begin_s, end_s)]:
        times = " and ".join(write(piece) for piece in pieces)
        writer.summary.remark(new.record.model, OVERLAP, f"{name_record(new.record)}: now {times}")
    taken += pieces
    rest = [new.values | as_columns(piece) for piece in pieces]
    writer.create(kind, new._replace(values=rest.pop()))
    return [Installation(**{**values, "id": None}) for values in rest]


def subtract(interval: Interval, taken: Iterable[Interval]) -> list[Interval]:
    """Cut out of an interval what is taken, and return what is left in order of time."""
    begin_s, end_s = interval
    left = []
    for other_begin_s, other_end_s in sorted(taken):
        if other_begin_s > begin_s:
            left.append((begin_s, min(other_begin_s, end_s)))
        begin_s = max(begin_s, other_end_s)
        if begin_s >= end_s:
            break
    else:
        left.append((begin_s, end_s))
    return left


def as_columns(piece: Interval) -> dict[str, int | None]:
    """Write a piece as columns; an open end is NULL."""
    begin_s, end_s = piece
    return {"from_timestamp_s": begin_s, "to_timestamp_s": None if end_s == FOREVER_S else end_s}


def write(piece: Interval) -> str:
    """Write a piece for people who look it up in the dump."""
    begin_s, end_s = piece
    return f"from {begin_s}" + ("" if end_s == FOREVER_S else f" to {end_s}")
