"""What can be asked of the air: time series of nodes and installations, and the air of rooms."""

from collections.abc import Mapping

from clair.analytics.histogram import WEEKDAYS
from clair.blueprints.api.description import parameters
from clair.blueprints.api.description.answers import document
from clair.blueprints.api.description.objects import (
    COUNT,
    INSTANT,
    ROW,
    URL,
    UUID,
    kind,
    many,
    record,
)
from clair.blueprints.api.description.operations import ANYBODY, READER, READING, Operation
from clair.blueprints.api.description.texts import explanation
from clair.blueprints.api.description.values import Schema, ref
from clair.blueprints.api.negotiation import CSV, NDJSON
from clair.blueprints.api.samples import SAMPLE_HEADER
from clair.timeseries import PAGE

SERIES = "Time series"
AIR = "Air of rooms"
TAGS: Mapping[str, str] = {
    SERIES: "What nodes measured, and what was measured in installations, by time.",
    AIR: "Whether a room has earned the clean-air medal, and how its air usually is.",
}
BOUNDS: Mapping[str, Schema] = {
    "query_timestamp_s": INSTANT | {"description": "When this was asked."},
    "from_timestamp_s": INSTANT | {"description": "The first second that counts."},
    "to_timestamp_s": INSTANT | {"description": "The last second that counts, or the end."},
}
ALIAS: Schema = {"type": "string"} | explanation("Node", "alias")
SAMPLE_COUNT: Schema = COUNT | {"description": "How many samples there are."}


def describe_series(type_: str, row_id: Schema, head: Mapping[str, Schema]) -> Schema:
    """Describe a series: alone it has samples or, with a resolution, buckets."""
    always = {**head, "node_alias": ALIAS, **BOUNDS, "sample_count": SAMPLE_COUNT}
    content = {"samples": many(ref("Sample")), "buckets": many(ref("Bucket"))}
    return record(
        {
            "type": kind(type_),
            "id": row_id,
            "attributes": record(always | content, required=always),
            "links": record({"self": URL}),
        }
    )


def describe_figures(value: Schema, mean: Schema) -> Schema:
    """Describe what is said of a quantity in a bucket; null when nobody measured it."""
    return record({"mean": mean, "min": value, "max": value}) | {"type": ["object", "null"]}


NUMBERS = describe_figures(
    {"type": "integer", "examples": [740]}, {"type": "number", "examples": [738.6]}
)
CELSIUS: Schema = {"type": "string", "pattern": r"^-?\d+\.\d$", "examples": ["21.3"]}
SCHEMAS: Mapping[str, Schema] = {
    "Bucket": record(
        {
            "timestamp_s": INSTANT | {"description": "When it begins."},
            "count": COUNT | {"description": "How many samples it sums up."},
            "co2_ppm": NUMBERS,
            "temperature_celsius": describe_figures(CELSIUS, CELSIUS),
            "rel_humidity_percent": NUMBERS,
        }
    ),
    "Node-Timeseries": describe_series("Node-Timeseries", UUID, {}),
    "Installation-Timeseries": describe_series("Installation-Timeseries", ROW, {"node_id": UUID}),
    "SeriesLinks": record(
        {"next": {"type": ["string", "null"], "description": "Where the next page is."}}
    ),
    "RoomAirQuality": record(
        {
            "type": kind("room-airquality"),
            "id": ROW,
            "attributes": record(
                {
                    **BOUNDS,
                    "clean_air_medal": {
                        "type": ["boolean", "null"],
                        "description": "Whether it is earned; null when there is not enough data.",
                    },
                    "airq_hist": record(dict.fromkeys(WEEKDAYS, ref("HoursOfDay")))
                    | {"description": "Mean CO2 in ppm by weekday and local hour."},
                },
                required=(*BOUNDS, "clean_air_medal"),
            ),
            "links": record({"self": URL}),
        }
    ),
    "HoursOfDay": {
        "type": "array",
        "items": {"type": "number"},
        "maxItems": 24,
        "description": "24 numbers, or none when one of the hours is unknown.",
    },
}


def list_series(type_: str, kinds: str, security: list[Schema]) -> Operation:
    """Describe how series are listed."""
    return Operation(
        summary=f"List the time series of all {kinds}",
        success={"200": document(record({"data": many(ref(type_))}), "Without their samples.")},
        statuses=(401, 406),
        security=security,
    )


def show_series(type_: str, owner: str, security: list[Schema]) -> Operation:
    """Describe how a series is shown, and how it is downloaded."""
    shown = record({"data": ref(type_), "links": ref("SeriesLinks")}, required=("data",))
    answer = document(shown, "The samples, or buckets of them.")
    answer["content"] |= {
        CSV: {
            "schema": {"type": "string"},
            "example": f"{SAMPLE_HEADER}1790000000,740,23.0,60,M\n",
        },
        NDJSON: {"schema": {"type": "string"}},
    }
    return Operation(
        summary=f"Show the time series of {owner}",
        description=(
            f"`Accept: {CSV}` downloads it as a table, `Accept: {NDJSON}` as a JSON object a line; "
            "files have no pages."
        ),
        success={"200": answer},
        statuses=READING,
        security=security,
        parameters=[*parameters.span(), *pages()],
    )


def pages() -> list[Schema]:
    """Describe how a long series is read in parts."""
    size: Schema = {"type": "integer", "minimum": 1, "maximum": PAGE}
    return [
        parameters.query(
            "page[size]", size, "How many samples or buckets a page has; without it, all come."
        ),
        parameters.query(
            "page[after]", parameters.INSTANT, "The instant after which the page begins."
        ),
    ]


AIR_QUALITY = Operation(
    summary="Assess the air of a room",
    description=(
        "Of the last 30 days, or of a month such as 2026-11, by the clock of the room's site. "
        "404 when nothing was installed there at that time."
    ),
    success={"200": document(record({"data": ref("RoomAirQuality")}), "The assessment.")},
    statuses=(401, 404, 406),
    security=ANYBODY + READER,
    parameters=[
        parameters.query(
            "include_histogram", {"type": "boolean"}, "Whether to show `airq_hist`, too."
        )
    ],
)

OPERATIONS: Mapping[str, tuple[str, Operation]] = {
    "list_node_series": (SERIES, list_series("Node-Timeseries", "nodes", READER)),
    "show_node_series": (SERIES, show_series("Node-Timeseries", "a node", READER)),
    "list_installation_series": (
        SERIES,
        list_series("Installation-Timeseries", "installations", ANYBODY + READER),
    ),
    "show_installation_series": (
        SERIES,
        show_series("Installation-Timeseries", "an installation", ANYBODY + READER),
    ),
    "air_quality": (AIR, AIR_QUALITY),
}
"""By endpoint: the chapter, and what happens."""
