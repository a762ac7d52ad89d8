"""An installation: a sensor in a room, its current value, and how the air was over time."""

import hashlib
import time
from datetime import date
from zoneinfo import ZoneInfo

import orjson
from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from clair import access, timeseries
from clair.analytics import thresholds
from clair.analytics.current import current_reading
from clair.analytics.series import break_at_gaps
from clair.analytics.windows import DAYS, MAX_FREE_DAYS, Window, local_day, window_up_to
from clair.errors import InvalidParameter

bp = Blueprint(
    "installations", __name__, url_prefix="/dashboard/<int:organization_id>/installation"
)
MAX_WIDTH_PX = 4000


@bp.get("/<int:installation_id>/")
def show(organization_id: int, installation_id: int) -> ResponseReturnValue:
    """Show the current value and the chart with its table."""
    return render_template("installations/show.html", **page(organization_id, installation_id))


@bp.get("/<int:installation_id>/current/")
def current(organization_id: int, installation_id: int) -> ResponseReturnValue:
    """Show the current value alone, for the page to refresh itself."""
    installation = access.get_own_installation(organization_id, installation_id, g.actor)
    now_s = int(time.time())
    recent = timeseries.recent(installation, now_s)
    return render_template(
        "installations/_current.html",
        installation=installation,
        reading=current_reading(recent, now_s),
        latest=recent[0] if recent else None,
        now_s=now_s,
    )


@bp.get("/<int:installation_id>/chart/")
def chart(organization_id: int, installation_id: int) -> ResponseReturnValue:
    """Show the chart with its table alone, when another range is chosen."""
    return render_template("installations/_chart.html", **page(organization_id, installation_id))


@bp.get("/<int:installation_id>/series")
def series(organization_id: int, installation_id: int) -> ResponseReturnValue:
    """Answer with a quantity over time in columns, thinned to the width of a chart.

    `from` and `to` are Unix seconds, `width` pixels, `quantity` one of QUANTITIES. A gap is a null.
    """
    installation = access.get_own_installation(organization_id, installation_id, g.actor)
    from_s, to_s = read_number("from", 0), read_number("to", 0)
    width_px = read_number("width", 1000)
    quantity = request.args.get("quantity", "co2_ppm")
    if quantity not in timeseries.QUANTITIES:
        raise InvalidParameter("quantity", f"must be one of {', '.join(timeseries.QUANTITIES)}")
    if not 0 <= from_s < to_s < 2**40:
        raise InvalidParameter("from", "must be earlier than `to`")
    if not 1 <= width_px <= MAX_WIDTH_PX:
        raise InvalidParameter("width", f"must be 1 to {MAX_WIDTH_PX}")
    bucket_s = max(1, (to_s - from_s) // width_px)
    times, values = timeseries.thinned(installation, quantity, from_s, to_s, bucket_s)
    times, with_gaps = break_at_gaps(times, values, bucket_s)
    return cacheable({"timestamp_s": times, quantity: with_gaps})


def cacheable(document: dict[str, object]) -> Response:
    """Answer with JSON that a browser need not load again while it stays the same."""
    body = orjson.dumps(document)
    response = Response(body, content_type="application/json")
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def page(organization_id: int, installation_id: int) -> dict[str, object]:
    """Fetch what the page shows; without a wish it opens at the newest sample."""
    installation = access.get_own_installation(organization_id, installation_id, g.actor)
    now_s = int(time.time())
    recent = timeseries.recent(installation, now_s)
    zone = ZoneInfo(installation.room.site.time_zone)
    newest_s = recent[0].timestamp_s if recent else now_s
    today = local_day(now_s, zone)
    window = read_window(local_day(newest_s, zone), today, zone)
    return {
        "installation": installation,
        "reading": current_reading(recent, now_s),
        "latest": recent[0] if recent else None,
        "now_s": now_s,
        "today": today,
        "window": window,
        "rows": timeseries.table(installation, window),
        "thresholds": thresholds,
    }


def read_window(newest: date, today: date, zone: ZoneInfo) -> Window:
    """Read which days are wanted: `range` day, week or month up to `day`, or free `from` and `to`."""
    range_ = request.args.get("range", "day")
    if range_ == "free":
        first, last = read_day("from", newest), read_day("to", today)
        if first > last or (last - first).days >= MAX_FREE_DAYS:
            raise InvalidParameter("from", "must not be later than `to`, nor ten years earlier")
        return Window(range_, first, last, zone)
    if range_ not in DAYS:
        raise InvalidParameter("range", "must be day, week, month or free")
    return window_up_to(range_, read_day("day", newest), zone)


def read_day(name: str, default: date) -> date:
    """Read a day such as 2026-11-20 from the query."""
    try:
        day = date.fromisoformat(request.args.get(name) or default.isoformat())
    except ValueError as error:
        raise InvalidParameter(name, "must be a day such as 2026-11-20") from error
    if not 1980 <= day.year <= 2200:
        raise InvalidParameter(name, "must be a year between 1980 and 2200")
    return day


def read_number(name: str, default: int) -> int:
    """Read a whole number from the query."""
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidParameter(name, "must be a whole number")
    return int(text)
