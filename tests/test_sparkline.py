"""Sparklines: what is drawn of a day's values, and what is not."""

import re

from clair.analytics.sparkline import sparkline


def strokes(path: str) -> list[list[tuple[float, float]]]:
    """Take a path apart into strokes of points."""
    found = []
    for stroke in path.split("M")[1:]:
        points = re.findall(r"(-?[\d.]+) (-?[\d.]+)", stroke)
        found.append([(float(x), float(y)) for x, y in points])
    return found


def test_a_gap_parts_the_line() -> None:
    first, second = strokes(sparkline([500, 600, None, None, 700, 800]).path)
    assert len(first) == len(second) == 2
    assert second[0][0] > first[-1][0]


def test_a_value_between_two_gaps_is_a_dot() -> None:
    assert strokes(sparkline([None, 900, None]).path)[0] != []


def test_higher_values_are_drawn_higher() -> None:
    (line,) = strokes(sparkline([500, 1500, 1000]).path)
    assert line[1][1] < line[2][1] < line[0][1]


def test_the_limit_lies_between_good_and_elevated_values() -> None:
    spark = sparkline([990, 1010])
    (line,) = strokes(spark.path)
    assert line[1][1] < spark.limit_y < line[0][1]


def test_extreme_values_stay_inside() -> None:
    spark = sparkline([0, 380, 10_000])
    assert all(0 <= y <= spark.height for stroke in strokes(spark.path) for _, y in stroke)
    assert (spark.low, spark.high) == (0, 10_000)


def test_without_values_nothing_is_drawn() -> None:
    spark = sparkline([None] * 48)
    assert (spark.path, spark.low, spark.high) == ("", None, None)
