"""Series thinned to what a chart can show, and tables.

All functions take an installation that was fetched through the policy, and never look beyond its
time: samples of the same node from before or after belong to somebody else.
"""

from sqlalchemy import BigInteger, Select, cast, func, select

from clair.analytics.current import Measured
from clair.analytics.windows import HOUR_S, MINUTE_S, Stretch, Window, merge
from clair.extensions import db
from clair.models import Installation, Sample

QUANTITIES = {
    "co2_ppm": (Sample.co2_ppm, 1),
    "temperature_celsius": (Sample.temperature_decidegrees, 10),
    "rel_humidity_percent": (Sample.rel_humidity_percent, 1),
}
"""Name on the wire, column, and by how much the stored number is larger."""

TIME_BITS = 40
OFFSET = 2**15
FINE_S = 15 * MINUTE_S
"""Local days begin at quarters of an hour of UTC in every time zone of the world."""


def within(installation: Installation, from_s: int, to_s: int) -> Select[()]:
    """Select samples of an installation in [from_s, to_s), cut to its own time."""
    to_s = min(to_s, installation.to_timestamp_s or to_s)
    from_s = max(from_s, installation.from_timestamp_s)
    return select().where(
        Sample.node_id == installation.node_id,
        Sample.timestamp_s >= from_s,
        Sample.timestamp_s < to_s,
    )


def recent(installation: Installation, now_s: int, count: int = 12) -> list[Measured]:
    """Read the newest samples of an installation, newest first."""
    statement = (
        within(installation, 0, now_s + 1)
        .add_columns(
            Sample.timestamp_s,
            Sample.co2_ppm,
            Sample.temperature_decidegrees,
            Sample.rel_humidity_percent,
        )
        .order_by(Sample.timestamp_s.desc())
        .limit(count)
    )
    return [
        Measured(timestamp_s, co2_ppm, None if tenths is None else tenths / 10, humidity)
        for timestamp_s, co2_ppm, tenths, humidity in db.session.execute(statement)
    ]


def thinned(
    installation: Installation, quantity: str, from_s: int, to_s: int, bucket_s: int
) -> tuple[list[int], list[float]]:
    """Read the lowest and the highest value of each bucket with their true times, in order of time.

    A bucket as wide as a pixel keeps every peak that a chart of all samples would show, and a bucket
    with one sample gives that sample: short stretches come out complete.
    """
    column, scale = QUANTITIES[quantity]
    # Value and time packed into one number: the smallest one carries the time of the smallest value.
    packed = (cast(column, BigInteger) + OFFSET) * 2**TIME_BITS + Sample.timestamp_s
    bucket = (Sample.timestamp_s - from_s) // bucket_s
    statement = (
        within(installation, from_s, to_s)
        .where(column.is_not(None))
        .add_columns(func.min(packed), func.max(packed))
        .group_by(bucket)
    )
    points: set[int] = set()
    for low, high in db.session.execute(statement):
        points |= {low, high}
    return unpack(points, scale)


def unpack(points: set[int], scale: int) -> tuple[list[int], list[float]]:
    """Take packed points apart into times and values, in order of time."""
    mask = 2**TIME_BITS - 1
    pairs = sorted((point & mask, (point >> TIME_BITS) - OFFSET) for point in points)
    times = [time_s for time_s, _ in pairs]
    return times, [value if scale == 1 else value / scale for _, value in pairs]


def table(installation: Installation, window: Window) -> list[Stretch]:
    """Read CO2 statistics for the rows of a window's table."""
    # Years are summed up by the hour: finer would cost more than it shows.
    base_s = FINE_S if window.days <= 92 else HOUR_S
    # Counted from local midnight: in India, hours of UTC would straddle two days.
    offset_s = window.from_s % base_s
    bucket = ((Sample.timestamp_s - offset_s) // base_s).label("bucket")
    statement = (
        within(installation, window.from_s, window.to_s)
        .add_columns(
            bucket * base_s + offset_s,
            func.count(),
            func.sum(Sample.co2_ppm),
            func.min(Sample.co2_ppm),
            func.max(Sample.co2_ppm),
        )
        .group_by(bucket)
    )
    return merge(db.session.execute(statement).all(), window.step_s, window.zone)
