"""How many samples a stretch of time has, and which is the latest, without reading them all.

`daily_count` knows the days. What it cannot know is asked of `sample`: how many samples of the
first and of the last day lie outside, and which is the latest. PostgreSQL plans a question to
`sample` for every month that it cannot rule out beforehand, at a tenth of a millisecond each, and
years of them would cost more than all answers: so each question names its time in constants, and
questions about the same time go together.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import text

from clair.analytics.windows import DAY_S
from clair.extensions import db


class Span(NamedTuple):
    """The time of a node from `from_s` until before `to_s`."""

    node_id: int
    from_s: int
    to_s: int


class Measurement(NamedTuple):
    """What a node measured at an instant, as it is stored."""

    timestamp_s: int
    co2_ppm: int
    temperature_decidegrees: int | None
    rel_humidity_percent: int | None
    measurement_status: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How many samples there are, and the latest of them."""

    count: int
    latest: Measurement | None


class Days(NamedTuple):
    """What is known of the days that a span touches: how many samples, and on which days.

    `until_day` is the first day with samples after the day that the span begins in, `since_day` the
    last one before the day that it ends in: the first and the latest sample lie between.
    """

    number: int
    samples: int
    first_day: int
    until_day: int
    since_day: int
    last_day: int


Question = tuple[int, int, int, int]
"""number, node_id, low, high"""

TOGETHER_S = 31 * DAY_S
POSTGRESQL_BATCH = """
    unnest(
        CAST(:numbers{n} AS integer[]), CAST(:nodes{n} AS integer[]),
        CAST(:lows{n} AS bigint[]), CAST(:highs{n} AS bigint[])
    ) AS span(number, node_id, low, high)
"""
SQLITE_BATCH = """(
    SELECT json_extract(value, '$[0]') AS number, json_extract(value, '$[1]') AS node_id,
        json_extract(value, '$[2]') AS low, json_extract(value, '$[3]') AS high
    FROM json_each(:rows{n})
) AS span"""
DAYS = """
    SELECT span.number, CAST(sum(samples) AS bigint), min(day),
        coalesce(min(day) FILTER (WHERE day > span.low), min(day)),
        coalesce(max(day) FILTER (WHERE day < span.high), max(day)), max(day)
    FROM {batch} JOIN daily_count ON daily_count.node_id = span.node_id
        AND day >= span.low AND day <= span.high
    GROUP BY span.number
"""
COUNT = """
    SELECT span.number, count(*)
    FROM {batch} JOIN sample ON sample.node_id = span.node_id
        AND sample.timestamp_s >= span.low AND sample.timestamp_s < span.high
        AND sample.timestamp_s >= :least{n} AND sample.timestamp_s < :most{n}
    GROUP BY span.number
"""
FIRST = """
    SELECT span.number, (
        SELECT min(timestamp_s) FROM sample
        WHERE node_id = span.node_id AND timestamp_s >= span.low AND timestamp_s < span.high
            AND timestamp_s >= :least{n} AND timestamp_s < :most{n}
    ) FROM {batch}
"""
LATEST = """
    SELECT span.number, sample.timestamp_s, sample.co2_ppm, sample.temperature_decidegrees,
        sample.rel_humidity_percent, sample.measurement_status
    FROM {batch} JOIN sample ON sample.node_id = span.node_id
        AND sample.timestamp_s >= :least{n} AND sample.timestamp_s < :most{n}
        AND sample.timestamp_s = (
            SELECT max(timestamp_s) FROM sample
            WHERE node_id = span.node_id AND timestamp_s >= span.low AND timestamp_s < span.high
                AND timestamp_s >= :least{n} AND timestamp_s < :most{n}
        )
"""


def summarize(spans: Sequence[Span]) -> list[Summary]:
    """Count the samples of each span, and find its latest, in three statements for any number.

    Samples that come in between the statements may be counted or not.
    """
    days = list(find_days(spans))
    counts = {each.number: each.samples for each in days}
    for number, samples in ask(COUNT, outside(spans, days)):
        counts[number] -= samples
    questions = [
        (
            each.number,
            spans[each.number].node_id,
            max(spans[each.number].from_s, each.since_day * DAY_S),
            min(spans[each.number].to_s, (each.last_day + 1) * DAY_S),
        )
        for each in days
    ]
    latest = {number: Measurement(*values) for number, *values in ask(LATEST, questions)}
    return [
        Summary(max(0, counts.get(number, 0)), latest.get(number)) for number in range(len(spans))
    ]


def outside(spans: Sequence[Span], days: Iterable[Days]) -> Iterator[Question]:
    """Tell which parts of days that a span begins or ends in lie outside of it."""
    for each in days:
        node_id, from_s, to_s = spans[each.number]
        if each.first_day == from_s // DAY_S and from_s % DAY_S:
            yield each.number, node_id, each.first_day * DAY_S, from_s
        if each.last_day == to_s // DAY_S and to_s % DAY_S:
            yield each.number, node_id, to_s, (each.last_day + 1) * DAY_S


def first_s(span: Span) -> int | None:
    """Find the instant of the first sample of a span."""
    for each in find_days([span]):
        low = max(span.from_s, each.first_day * DAY_S)
        high = min(span.to_s, (each.until_day + 1) * DAY_S)
        for _, timestamp_s in ask(FIRST, [(0, span.node_id, low, high)]):
            return int(timestamp_s) if timestamp_s is not None else None
    return None


def last_contacts(node_ids: Sequence[int]) -> dict[int, int]:
    """Find when each node was last heard, be it in the future; silent ones are left out."""
    summaries = summarize([Span(node_id, 0, 2**40) for node_id in node_ids])
    return {
        node_id: summary.latest.timestamp_s
        for node_id, summary in zip(node_ids, summaries, strict=True)
        if summary.latest
    }


def narrow(span: Span) -> Span:
    """Cut a long span to the days that have samples, so that few months have to be planned for."""
    if span.to_s - span.from_s <= TOGETHER_S:
        return span
    for each in find_days([span]):
        low = max(span.from_s, each.first_day * DAY_S)
        return Span(span.node_id, low, min(span.to_s, (each.last_day + 1) * DAY_S))
    return span._replace(to_s=span.from_s)


def find_days(spans: Sequence[Span]) -> Iterator[Days]:
    """Find out about the days that each span touches; spans without samples there are left out."""
    questions = [
        (number, span.node_id, span.from_s // DAY_S, (span.to_s - 1) // DAY_S)
        for number, span in enumerate(spans)
        if span.from_s < span.to_s
    ]
    return (Days(*row) for row in run(DAYS, [questions] if questions else []))


def ask(sql: str, questions: Iterable[Question]) -> list[tuple[Any, ...]]:
    """Ask a question about samples for many nodes and times, in one statement."""
    together: dict[int, list[Question]] = defaultdict(list)
    for question in questions:
        together[question[2] // TOGETHER_S].append(question)
    return run(sql, list(together.values()))


def run(sql: str, groups: Sequence[Sequence[Question]]) -> list[tuple[Any, ...]]:
    """Run a statement over groups of questions in the way of the database at hand."""
    if not groups:
        return []
    is_sqlite = db.engine.dialect.name == "sqlite"
    batch = SQLITE_BATCH if is_sqlite else POSTGRESQL_BATCH
    template = sql.replace("{batch}", batch)
    parameters: dict[str, object] = {}
    for n, questions in enumerate(groups):
        columns = list(zip(*questions, strict=True))
        parameters |= {f"least{n}": min(columns[2]), f"most{n}": max(columns[3])}
        if is_sqlite:
            parameters[f"rows{n}"] = json.dumps(questions)
        else:
            names = zip(("numbers", "nodes", "lows", "highs"), columns, strict=True)
            parameters |= {f"{name}{n}": array(column) for name, column in names}
    statement = text(" UNION ALL ".join(template.format(n=n) for n in range(len(groups))))
    return [tuple(row) for row in db.session.execute(statement, parameters)]


def array(numbers: Iterable[int]) -> str:
    """Write an array for PostgreSQL: one of thousands is parsed faster than an ARRAY[...]."""
    return f"{{{','.join(map(str, numbers))}}}"
