"""Stretches of local days that a chart or a table shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = {"day": 1, "week": 7, "month": 30}
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
WEEK_S, MONTH_S = 7 * DAY_S, 30 * DAY_S
MAX_FREE_DAYS = 10 * 366
TABLE_STEPS_S = (
    (2, 30 * MINUTE_S),
    (10, 4 * HOUR_S),
    (92, DAY_S),
    (3 * 366, WEEK_S),
    (MAX_FREE_DAYS, MONTH_S),
)
"""How long a row of the table twin is, by the number of days that it covers at most."""


@dataclass(frozen=True)
class Window:
    """The local days from `first` to `last`, both included, in a time zone."""

    range: str
    first: date
    last: date
    zone: ZoneInfo

    @property
    def from_s(self) -> int:
        """Give the instant of the first midnight."""
        return midnight_s(self.first, self.zone)

    @property
    def to_s(self) -> int:
        """Give the instant of the midnight after the last day."""
        return midnight_s(self.last + timedelta(days=1), self.zone)

    @property
    def days(self) -> int:
        """Count the local days; on two days a year one has 23 or 25 hours."""
        return (self.last - self.first).days + 1

    @property
    def step_s(self) -> int:
        """Choose the length of a row, so that the table stays one that people read."""
        return next(step_s for days, step_s in TABLE_STEPS_S if self.days <= days)

    def shifted(self, times: int) -> "Window":
        """Move the window by its own length, back or forth."""
        days = timedelta(days=times * self.days)
        return Window(self.range, self.first + days, self.last + days, self.zone)


@dataclass(frozen=True)
class Stretch:
    """Statistics of the samples from an instant on; None where there are none."""

    from_s: int
    count: int
    mean: float | None
    low: int | None
    high: int | None


def window_up_to(range_: str, last: date, zone: ZoneInfo) -> Window:
    """Make the day, the seven days or the thirty days that end with a day."""
    return Window(range_, last - timedelta(days=DAYS[range_] - 1), last, zone)


def midnight_s(day: date, zone: ZoneInfo) -> int:
    """Give the instant at which a local day begins."""
    return int(datetime.combine(day, time.min, zone).timestamp())


def local_day(timestamp_s: int, zone: ZoneInfo) -> date:
    """Give the local day of an instant."""
    return datetime.fromtimestamp(timestamp_s, zone).date()


def row_start_s(timestamp_s: int, step_s: int, zone: ZoneInfo) -> int:
    """Give the beginning of the row of the table that an instant falls into, by the local clock."""
    local = datetime.fromtimestamp(timestamp_s, zone)
    day = local.date()
    if step_s >= MONTH_S:
        day = day.replace(day=1)
    elif step_s >= WEEK_S:
        day -= timedelta(days=day.weekday())
    if step_s >= DAY_S:
        return midnight_s(day, zone)
    if step_s > HOUR_S:
        # Clocks change within such a row: it is an hour shorter or longer, and its name stays.
        hour = local.hour - local.hour % (step_s // HOUR_S)
        return int(datetime.combine(day, time(hour), zone).timestamp())
    since_hour_s = local.minute * MINUTE_S + local.second
    # Counting back from the instant, not forth from midnight, keeps the two hours apart that one
    # autumn night has under the same name.
    return timestamp_s - since_hour_s % step_s


def merge(
    buckets: Iterable[tuple[int, int, int, int, int]], step_s: int, zone: ZoneInfo
) -> list[Stretch]:
    """Merge buckets of (from_s, count, sum, low, high) into the rows of a table."""
    rows: dict[int, tuple[int, int, int, int]] = {}
    for from_s, count, total, low, high in buckets:
        start_s = row_start_s(from_s, step_s, zone)
        before = rows.get(start_s, (0, 0, low, high))
        rows[start_s] = (
            before[0] + count,
            before[1] + total,
            min(before[2], low),
            max(before[3], high),
        )
    return [
        Stretch(start_s, count, total / count, low, high)
        for start_s, (count, total, low, high) in sorted(rows.items())
    ]
