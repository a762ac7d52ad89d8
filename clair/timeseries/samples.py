"""All samples of a stretch of time, or means of them, a page at a time.

The database hands over a page as five texts, one a column, with the values as they are written on
the wire: that takes PostgreSQL and Python together half of what thousands of rows of numbers take,
of which nothing would be calculated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import BigInteger, Double, String, bindparam, cast, func, select

from clair.extensions import db
from clair.models import Sample

PAGE = 10_000
"""How many samples are read at once: a month of one every five minutes is one page."""


class Columns(NamedTuple):
    """Samples column by column, in order of time, as text; what was not measured is empty."""

    timestamp_s: list[str]
    co2_ppm: list[str]
    temperature_decidegrees: list[str]
    rel_humidity_percent: list[str]
    measurement_status: list[str]

    @classmethod
    def empty(cls) -> "Columns":
        """Make columns without samples."""
        return cls([], [], [], [], [])

    def head(self, size: int) -> "Columns":
        """Take the first samples."""
        return Columns(*(column[:size] for column in self))


class Statistics(NamedTuple):
    """The mean, the lowest and the highest value of a quantity."""

    mean: float
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was measured in a stretch that begins at `timestamp_s`; temperatures are in tenths."""

    timestamp_s: int
    count: int
    co2_ppm: Statistics | None
    temperature_decidegrees: Statistics | None
    rel_humidity_percent: Statistics | None


WITHIN = (
    Sample.node_id == bindparam("node_id"),
    Sample.timestamp_s >= bindparam("from_s"),
    Sample.timestamp_s < bindparam("to_s"),
)
ORDERED = (
    select(
        Sample.timestamp_s,
        Sample.co2_ppm,
        Sample.temperature_decidegrees,
        Sample.rel_humidity_percent,
        Sample.measurement_status,
    )
    .where(*WITHIN)
    .order_by(Sample.timestamp_s)
    .limit(bindparam("size"))
    .subquery()
)
SAMPLES = select(
    *(
        func.aggregate_strings(func.coalesce(cast(column, String), ""), ",")
        for column in ORDERED.columns
    )
)
BOUNDARY = (
    select(Sample.timestamp_s)
    .where(*WITHIN)
    .order_by(Sample.timestamp_s)
    .offset(bindparam("size"))
    .limit(1)
)
RESOLUTION_S = bindparam("resolution_s", type_=BigInteger)
BUCKETS = (
    select(
        (Sample.timestamp_s // RESOLUTION_S * RESOLUTION_S).label("start_s"),
        func.count(),
        *(
            figure
            for column in (
                Sample.co2_ppm,
                Sample.temperature_decidegrees,
                Sample.rel_humidity_percent,
            )
            for figure in (cast(func.avg(column), Double), func.min(column), func.max(column))
        ),
    )
    .where(*WITHIN, Sample.measurement_status != "E")
    .group_by("start_s")
    .order_by("start_s")
)


def samples(node_id: int, from_s: int, to_s: int, size: int = PAGE) -> Columns:
    """Read the samples of a node in [from_s, to_s), the first `size` of them, in order of time."""
    bounds = {"node_id": node_id, "from_s": from_s, "to_s": to_s, "size": size}
    texts = db.session.execute(SAMPLES, bounds).one()
    return Columns.empty() if texts[0] is None else Columns(*(each.split(",") for each in texts))


def pages(node_id: int, from_s: int, to_s: int, size: int = PAGE) -> Iterator[Columns]:
    """Read the samples of a node in [from_s, to_s) page by page, each with a statement of its own.

    Between two of them the caller may end the transaction.
    """
    while True:
        page = samples(node_id, from_s, to_s, size)
        if page.timestamp_s:
            yield page
        if len(page.timestamp_s) < size:
            return
        from_s = int(page.timestamp_s[-1]) + 1


def buckets(
    node_id: int, from_s: int, to_s: int, resolution_s: int, size: int = PAGE
) -> Iterator[list[Bucket]]:
    """Read what a node measured in [from_s, to_s) in buckets of a width, some of them at a time.

    Buckets begin at multiples of their width since 1970; those without samples are left out, as are
    faulty samples. About `size` samples are read at a time, but never less than a bucket.
    """
    bounds = {"node_id": node_id, "resolution_s": resolution_s, "size": size}
    while from_s < to_s:
        until_s = to_s
        boundary_s = db.session.scalar(BOUNDARY, bounds | {"from_s": from_s, "to_s": to_s})
        if boundary_s is not None:
            next_s = from_s - from_s % resolution_s + resolution_s
            until_s = min(to_s, max(next_s, boundary_s - boundary_s % resolution_s))
        rows = db.session.execute(BUCKETS, bounds | {"from_s": from_s, "to_s": until_s})
        if page := [bucket(*row) for row in rows]:
            yield page
        from_s = until_s


def bucket(start_s: int, count: int, *figures: float | None) -> Bucket:
    """Put a bucket together: of each quantity its mean, its lowest and its highest value."""
    co2, temperature, humidity = (statistics(*figures[n : n + 3]) for n in (0, 3, 6))
    return Bucket(start_s, count, co2, temperature, humidity)


def statistics(mean: float | None, low: float | None, high: float | None) -> Statistics | None:
    """Put statistics together; None when nothing was measured."""
    if mean is None or low is None or high is None:
        return None
    return Statistics(mean, int(low), int(high))
