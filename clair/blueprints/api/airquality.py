"""The air of a room: whether it has earned the clean-air medal, and how it usually is."""

import re
import time
from contextlib import suppress
from zoneinfo import ZoneInfo

from flask import Blueprint, g
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from clair import access, timeseries
from clair.analytics.airquality import assess
from clair.analytics.histogram import wire_histogram
from clair.analytics.slices import last_days, month_slice
from clair.auth import public
from clair.blueprints.api import finding, links
from clair.blueprints.api.links import root
from clair.blueprints.api.negotiation import negotiate
from clair.blueprints.api.streaming import answer
from clair.errors import NotFound
from clair.extensions import db
from clair.models import Room, Site

MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@public
def air_quality(key: str, month: str | None = None) -> ResponseReturnValue:
    """Assess the last 30 days of a room, or one month, from what the caller may see of it."""
    negotiate()
    now_s, room_id = int(time.time()), finding.number(key)
    zone = zone_of(room_id)
    from_s, to_s = last_days(now_s, zone) if month is None else read_month(month, zone)
    samples = timeseries.room_samples(g.actor, room_id, from_s, to_s)
    if not samples:
        raise NotFound(_("Nothing was installed there at that time."))
    air = assess(samples, from_s, to_s, zone)
    attributes: dict[str, object] = {
        "query_timestamp_s": now_s,
        "from_timestamp_s": from_s,
        "to_timestamp_s": to_s,
        "clean_air_medal": air.clean_air_medal,
    }
    if (links.last("include_histogram") or "").lower() == "true":
        attributes["airq_hist"] = wire_histogram(air.histogram)
    resource = {"type": "room-airquality", "id": str(room_id), "attributes": attributes}
    return answer({"data": resource | {"links": {"self": f"{root()}rooms/{room_id}/"}}})


def zone_of(room_id: int) -> ZoneInfo:
    """Find the time zone of a room that the caller may see, or raise NotFound."""
    rooms = access.visible(Room, g.actor).where(Room.id == room_id)
    name = db.session.scalar(rooms.join(Room.site).with_only_columns(Site.time_zone))
    if name is None:
        raise NotFound(_("There is no such resource."))
    return ZoneInfo(name)


def read_month(month: str, zone: ZoneInfo) -> tuple[int, int]:
    """Read a month in an address, such as 2026-11, or raise NotFound."""
    if found := MONTH.fullmatch(month):
        with suppress(ValueError, OverflowError):
            return month_slice(int(found[1]), int(found[2]), zone)
    raise NotFound(_("There is no such month."))


def register(bp: Blueprint) -> None:
    """Open the addresses of the air of rooms, with or without their last slash."""
    for rule in ("/rooms/<key>/airquality/", "/rooms/<key>/airquality/<month>/"):
        bp.add_url_rule(rule, "air_quality", air_quality, strict_slashes=False)
