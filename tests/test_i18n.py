"""Instants, days and numbers, as people write them in German and in English."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale

from clair.i18n import age, local_datetime, number, period, row_time, select_language

BERLIN = "Europe/Berlin"
TUESDAY_S = 1_792_497_900
"""20 October 2026, 14:05 in Berlin."""


@pytest.fixture(params=["de", "en"])
def tongue(request: pytest.FixtureRequest, app: Flask) -> Iterator[str]:
    """Speak each language."""
    with app.test_request_context(), force_locale(request.param):
        yield str(request.param)


def test_command_line_is_english(app: Flask) -> None:
    assert select_language() == "en"
    with app.test_request_context():
        assert select_language() == "de"


def test_instants_are_local_and_have_their_weekday(tongue: str) -> None:
    wanted = {"de": "Di., 20. Okt., 14:05", "en": "Tue 20 Oct, 14:05"}
    assert local_datetime(TUESDAY_S, BERLIN) == wanted[tongue]


def test_numbers_have_narrow_spaces_and_the_decimal_sign_of_the_language(tongue: str) -> None:
    assert number(12_340) == "12\u202f340"
    assert number(21.5, 1) == {"de": "21,5", "en": "21.5"}[tongue]


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        (date(2026, 10, 20), date(2026, 10, 20), ("Di., 20. Oktober 2026", "Tue 20 October 2026")),
        (
            date(2026, 11, 14),
            date(2026, 11, 20),
            ("14. Nov. – 20. Nov. 2026", "14 Nov – 20 Nov 2026"),
        ),
        (
            date(2025, 12, 29),
            date(2026, 1, 4),
            ("29. Dez. 2025 – 4. Jan. 2026", "29 Dec 2025 – 4 Jan 2026"),
        ),
    ],
)
def test_days_are_written_with_as_much_as_is_needed(
    tongue: str, first: date, last: date, wanted: tuple[str, str]
) -> None:
    assert period(first, last) == wanted[tongue == "en"]


def test_rows_of_a_table_are_as_exact_as_they_are_long(tongue: str) -> None:
    assert row_time(TUESDAY_S, 1800, 1, BERLIN) == "14:05"
    assert "14:05" in row_time(TUESDAY_S, 1800, 2, BERLIN)
    assert ":" not in row_time(TUESDAY_S, 86_400, 30, BERLIN)
    assert row_time(TUESDAY_S, 7 * 86_400, 400, BERLIN).endswith("2026")


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [
        (30, ("weniger als einer Minute", "less than a minute")),
        (120, ("2 min", "2 min")),
        (7800, ("2 h 10 min", "2 h 10 min")),
        (3 * 86_400, ("3 Tagen", "3 days")),
        (-5, ("weniger als einer Minute", "less than a minute")),
    ],
)
def test_ages_are_told_roughly(tongue: str, seconds: int, wanted: tuple[str, str]) -> None:
    assert age(TUESDAY_S, TUESDAY_S + seconds) == wanted[tongue == "en"]
