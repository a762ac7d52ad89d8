"""What was measured in a room, in all installations that somebody may see."""

from sqlalchemy import String, cast, func

from clair import access
from clair.access import Actor
from clair.analytics.thresholds import MAX_GAP_S
from clair.extensions import db
from clair.models import Installation, Sample

Points = list[tuple[int, int]]
"""timestamp_s and co2_ppm."""


def room_samples(actor: Actor, room_id: int, from_s: int, to_s: int) -> list[Points]:
    """Read what each node measured in a room in [from_s, to_s), as far as the actor may see it.

    Samples are cut to the time of visible installations, and faulty ones are left out. There are
    also those of half an hour before and after, with which the ends can be interpolated. The list
    is empty when nothing was installed; a node without samples gives an empty list within it.
    """
    end_s = func.coalesce(Installation.to_timestamp_s, to_s + MAX_GAP_S)
    belongs = (
        (Sample.node_id == Installation.node_id)
        & (Sample.timestamp_s >= from_s - MAX_GAP_S)
        & (Sample.timestamp_s < to_s + MAX_GAP_S)
        & (Sample.timestamp_s >= Installation.from_timestamp_s)
        & (Sample.timestamp_s < end_s)
        & (Sample.measurement_status != "E")
    )
    statement = (
        access.visible(Installation, actor)
        .with_only_columns(
            # In two texts, which are read several times as fast as thousands of rows.
            func.aggregate_strings(cast(Sample.timestamp_s, String), ","),
            func.aggregate_strings(cast(Sample.co2_ppm, String), ","),
        )
        .select_from(Installation)
        .outerjoin(Sample, belongs)
        .where(
            Installation.room_id == room_id,
            Installation.from_timestamp_s < to_s,
            (Installation.to_timestamp_s > from_s) | Installation.to_timestamp_s.is_(None),
        )
        # One after the other, two installations of a node are one series.
        .group_by(Installation.node_id)
        .order_by(Installation.node_id)
    )
    return [points(times, values) for times, values in db.session.execute(statement)]


def points(times: str | None, values: str | None) -> Points:
    """Read the numbers of two texts side by side."""
    if times is None or values is None:
        return []
    return list(zip(map(int, times.split(",")), map(int, values.split(",")), strict=True))
