"""Counts and latest samples of any spans against counting one by one, on both databases."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event

from clair import timeseries
from clair.analytics.windows import DAY_S
from clair.extensions import db
from clair.models import DailyCount, Node, Sample
from clair.timeseries import Measurement, Span, Summary

from conftest import NOW_S, World
from measuring import install_another, measure

MIDNIGHT_S = NOW_S // DAY_S * DAY_S
END_S = 2**40
INSTANTS = st.integers(-3 * DAY_S, 3 * DAY_S) | st.integers(-3, 3).map(lambda days: days * DAY_S)
BOUNDS = INSTANTS | st.sampled_from([-MIDNIGHT_S, END_S - MIDNIGHT_S])


@pytest.fixture
def nodes(world: World) -> list[Node]:
    """Two nodes of the café."""
    return [world.node, install_another(world.site, world.cafe, "Flur", NOW_S).node]


def brute(samples: list[set[int]], nodes: list[Node], span: Span) -> tuple[int, int | None]:
    """Count the instants of a span and find the last one."""
    own = samples[[node.id for node in nodes].index(span.node_id)]
    inside = [each for each in own if span.from_s <= each < span.to_s]
    return len(inside), max(inside, default=None)


@given(
    st.tuples(st.sets(INSTANTS, max_size=12), st.sets(INSTANTS, max_size=12)),
    st.lists(st.tuples(st.integers(0, 1), BOUNDS, BOUNDS), max_size=6),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_summaries_are_those_of_counting(
    nodes: list[Node], offsets: tuple[set[int], set[int]], wanted: list[tuple[int, int, int]]
) -> None:
    db.session.execute(delete(Sample))
    db.session.execute(delete(DailyCount))
    samples = [{MIDNIGHT_S + each for each in own} for own in offsets]
    for node, own in zip(nodes, samples, strict=True):
        measure(node, ((timestamp_s, 400 + timestamp_s % 999) for timestamp_s in own))
    spans = [Span(nodes[n].id, MIDNIGHT_S + low, MIDNIGHT_S + high) for n, low, high in wanted]
    found = timeseries.summarize(spans)
    assert [
        (summary.count, summary.latest and summary.latest.timestamp_s) for summary in found
    ] == [brute(samples, nodes, span) for span in spans]
    for span in spans:
        own = samples[[node.id for node in nodes].index(span.node_id)]
        inside = [each for each in own if span.from_s <= each < span.to_s]
        assert timeseries.first_s(span) == min(inside, default=None)
        narrowed = timeseries.narrow(span)
        assert inside == [each for each in own if narrowed.from_s <= each < narrowed.to_s]


def test_latest_sample_comes_with_all_its_values(world: World) -> None:
    measure(world.node, [(NOW_S - 60, 400, 20.0, 40), (NOW_S, 655, -0.5, None, "R")])
    [summary] = timeseries.summarize([Span(world.node.id, 0, END_S)])
    assert summary == Summary(2, Measurement(NOW_S, 655, -5, None, "R"))


def test_no_spans_are_no_question(world: World, statements: list[str]) -> None:
    node_id = world.node.id
    statements.clear()
    assert timeseries.summarize([]) == []
    assert timeseries.summarize([Span(node_id, NOW_S, NOW_S)]) == [Summary(0, None)]
    assert statements == []


@pytest.mark.parametrize("count", [1, 2, 40])
def test_any_number_of_spans_costs_three_statements(
    nodes: list[Node], statements: list[str], count: int
) -> None:
    # One that fell silent five years ago, and one that reports: each is asked about its own time.
    measure(nodes[0], [(NOW_S - 5 * 365 * DAY_S + each, 400) for each in range(3)])
    measure(nodes[1], [(NOW_S - each * 300, 400) for each in range(300)])
    node_ids = [node.id for node in nodes]
    statements.clear()
    spans = [Span(node_ids[n % 2], 1 + n, NOW_S) for n in range(count)]
    found = timeseries.summarize(spans)
    assert [each.count for each in found] == [299 if n % 2 else 3 for n in range(count)]
    assert len(statements) <= 3


def test_contacts_are_the_newest_samples_even_of_a_wrong_clock(nodes: list[Node]) -> None:
    measure(nodes[0], [(NOW_S, 400), (NOW_S + 365 * DAY_S, 400)])
    ids = [node.id for node in nodes]
    assert timeseries.last_contacts(ids) == {ids[0]: NOW_S + 365 * DAY_S}
    assert timeseries.last_contacts([]) == {}


def test_months_without_an_answer_are_not_even_planned_for(world: World, database: str) -> None:
    if database != "postgresql":
        pytest.skip("SQLite keeps all months in one table")
    years = [(NOW_S - year * 365 * DAY_S, 400) for year in range(1, 6)]
    measure(world.node, [*years, (NOW_S - DAY_S, 400), (NOW_S - 60, 400)])
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, sql: str, values: object, *_: object) -> None:
        asked.append((sql, values))

    event.listen(db.engine, "before_cursor_execute", note)
    timeseries.summarize([Span(world.node.id, 0, NOW_S)])
    event.remove(db.engine, "before_cursor_execute", note)
    connection = db.session.connection()
    plans = "".join(
        line
        for sql, values in asked
        for (line,) in connection.exec_driver_sql(f"EXPLAIN {sql}", values)
    )
    assert set(re.findall(r"sample_\d{4}_\d\d", plans)) == {"sample_2026_09"}
