"""Language and time: which language an answer has, and filters for instants, numbers and units."""

import time
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, get_group_symbol
from flask import Flask, g, has_request_context, request
from flask_babel import get_locale, gettext, ngettext

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"de": "Deutsch", "en": "English"}
LANGUAGE_COOKIE = "language"
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
NARROW_SPACE = "\u202f"
# German writes "Di., 20. Okt.", international English "Tue 20 Oct".
DAY = {"de": "d. MMM", "en": "d MMM"}
WEEKDAY = {"de": "EEE, ", "en": "EEE "}


def select_language() -> str:
    """Choose the language: chosen on a page, else of the account, else of the browser.

    The command line and the logs are English; whoever writes to people from there names a language.
    """
    if not has_request_context():
        return "en"
    chosen = request.cookies.get(LANGUAGE_COOKIE) or g.get("preferred_language")
    if chosen in LANGUAGES:
        return str(chosen)
    # "de-AT" asks for German as much as "de" does.
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((each for each in wanted if each in LANGUAGES), "de")


def language() -> str:
    """Name the language of the current answer, for the `lang` attribute."""
    return str(get_locale())


def local_datetime(timestamp_s: int, zone: str | ZoneInfo) -> str:
    """Write an instant as people do, in a time zone: "Di., 20. Okt., 14:05"."""
    moment = datetime.fromtimestamp(timestamp_s, ZoneInfo(str(zone)))
    pattern = WEEKDAY[language()] + DAY[language()] + ", HH:mm"
    return format_datetime(moment, pattern, locale=get_locale())


def local_time(timestamp_s: int, zone: str | ZoneInfo) -> str:
    """Write the local clock time of an instant."""
    moment = datetime.fromtimestamp(timestamp_s, ZoneInfo(str(zone)))
    return format_time(moment, "HH:mm", locale=get_locale())


def local_date(timestamp_s: int, zone: str | ZoneInfo, *, year: bool = False) -> str:
    """Write the local day of an instant, with its year where the reader cannot know it."""
    moment = datetime.fromtimestamp(timestamp_s, ZoneInfo(str(zone)))
    pattern = WEEKDAY[language()] + DAY[language()] + (" y" if year else "")
    return format_date(moment, pattern, locale=get_locale())


def period(first: date, last: date) -> str:
    """Write the days from the first to the last: "14. Nov. – 20. Nov. 2026"."""
    day = DAY[language()]
    if first == last:
        return format_date(first, f"{WEEKDAY[language()]}{day}M y", locale=get_locale())
    begin = format_date(first, day if first.year == last.year else f"{day} y", locale=get_locale())
    return f"{begin} – {format_date(last, f'{day} y', locale=get_locale())}"


def row_time(timestamp_s: int, step_s: int, days: int, zone: str | ZoneInfo) -> str:
    """Write where a row of a table of some days begins, as exactly as its length asks for."""
    if days == 1:
        return local_time(timestamp_s, zone)
    if step_s < DAY_S:
        return local_datetime(timestamp_s, zone)
    return local_date(timestamp_s, zone, year=step_s > DAY_S)


def iso(timestamp_s: int) -> str:
    """Write an instant for machines, as in the `datetime` attribute of `<time>`."""
    return datetime.fromtimestamp(timestamp_s, UTC).isoformat().replace("+00:00", "Z")


def number(value: float, places: int = 0) -> str:
    """Write a number with the language's decimal sign, and narrow spaces between thousands."""
    pattern = "#,##0" + ("." + "0" * places if places else "")
    written = format_decimal(value, pattern, locale=get_locale())
    return written.replace(get_group_symbol(get_locale()), NARROW_SPACE)


def age(timestamp_s: int, now_s: int | None = None) -> str:
    """Say how long ago an instant was, in the two largest units."""
    seconds = max(0, (int(time.time()) if now_s is None else now_s) - timestamp_s)
    if seconds < MINUTE_S:
        return str(gettext("less than a minute"))
    if seconds < HOUR_S:
        return str(ngettext("%(num)d min", "%(num)d min", seconds // MINUTE_S))
    if seconds < DAY_S:
        hours, minutes = seconds // HOUR_S, seconds % HOUR_S // MINUTE_S
        return str(gettext("%(hours)d h %(minutes)d min", hours=hours, minutes=minutes))
    # Follows "for" or "… ago": German needs the dative.
    return str(ngettext("%(num)d day", "%(num)d days", seconds // DAY_S))


def init_app(app: Flask) -> None:
    """Give templates the language and the filters."""
    app.jinja_env.globals.update(language=language, LANGUAGES=LANGUAGES)
    for each in (local_datetime, local_date, local_time, row_time, period, iso, number, age):
        app.add_template_filter(each)
