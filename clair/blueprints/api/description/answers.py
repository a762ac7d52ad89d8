"""The answers: a document, or what went wrong."""

from collections.abc import Iterable, Mapping

from clair.blueprints.api.description.objects import INSTANT, URL, many, record
from clair.blueprints.api.description.values import Schema, ref
from clair.blueprints.errors import JSONAPI

FAILURES: Mapping[str, tuple[str, str]] = {
    "400": ("Invalid", "The query or the document cannot be accepted."),
    "401": ("Unauthorized", "Nobody knows who asks, or the token is not valid."),
    "403": (
        "Forbidden",
        "It can be seen, but it is not yours to change; or the CSRF token is wrong.",
    ),
    "404": ("NotFound", "There is no such thing, or it is hidden from you."),
    "406": ("NotAcceptable", "`Accept` names no media type that is spoken here."),
    "409": (
        "Conflict",
        "The document speaks of another type or id than the address, or clashes with what is there.",
    ),
    "413": ("TooLarge", "The document is too large, or names too many resources."),
    "415": ("UnsupportedMediaType", "The document is of a media type that is not read here."),
    "429": ("TooManyRequests", "Too many attempts; `Retry-After` says how many seconds to wait."),
    "5XX": ("Fault", "A fault of ours (500), or the database is away (503): try again later."),
}
"""By status: the name of the response among the components, and what has happened."""

SHARED: Mapping[str, Schema] = {
    "Sample": record(
        {
            "id": INSTANT | {"description": "The instant again."},
            "timestamp_s": INSTANT | {"description": "When it was measured."},
            "co2_ppm": {
                "type": "integer",
                "description": "Carbon dioxide in parts per million.",
                "examples": [740],
            },
            "temperature_celsius": {
                "type": ["string", "null"],
                "pattern": r"^-?\d+\.\d$",
                "description": "Temperature in degrees Celsius.",
                "examples": ["23.0"],
            },
            "rel_humidity_percent": {
                "type": ["integer", "null"],
                "description": "Relative humidity in percent.",
                "examples": [60],
            },
            "measurement_status": {
                "enum": ["M", "R", "E"],
                "description": "`M` was measured, `R` replaces a measurement, `E` is an error.",
            },
        }
    ),
    "PageLinks": record(
        {"first": URL, "last": URL}
        | {key: {"type": ["string", "null"], "format": "uri"} for key in ("next", "prev")}
    ),
    "PageMeta": record(
        {"pagination": record({key: {"type": "integer"} for key in ("page", "pages", "count")})}
    ),
    "Errors": record(
        {
            "errors": many(
                record(
                    {
                        "detail": {"type": "string", "description": "What people are told."},
                        "status": {"type": "string", "description": "The HTTP status."},
                        "code": {"type": "string", "description": "What programs are told."},
                        "source": record(
                            {
                                "pointer": {
                                    "type": "string",
                                    "description": "The place in the document, as JSON pointer.",
                                },
                                "parameter": {
                                    "type": "string",
                                    "description": "The part of the query.",
                                },
                            },
                            required=(),
                        ),
                    },
                    required=("detail", "status", "code"),
                )
            )
            | {"minItems": 1}
        }
    ),
    "Detail": record({"data": record({"detail": {"type": "string"}})}),
}
"""Schemas that belong to no resource."""

EXAMPLE = {
    "errors": [
        {
            "detail": "This is needed.",
            "status": "400",
            "source": {"pointer": "/data/attributes/name"},
            "code": "required",
        }
    ]
}


def document(schema: Schema, description: str) -> Schema:
    """Describe an answer with a JSON:API document."""
    return {"description": description, "content": {JSONAPI: {"schema": schema}}}


def body(schema: Schema) -> Schema:
    """Describe a request with a JSON:API document."""
    return {"required": True, "content": {JSONAPI: {"schema": schema}}}


def failures(statuses: Iterable[int]) -> dict[str, Schema]:
    """Refer to what can go wrong; a fault can happen everywhere."""
    names = [*map(str, sorted(statuses)), "5XX"]
    return {name: {"$ref": f"#/components/responses/{FAILURES[name][0]}"} for name in names}


def describe_failures() -> dict[str, Schema]:
    """Describe what can go wrong, by name."""
    found = {name: document(ref("Errors"), text) for name, text in FAILURES.values()}
    found["Invalid"]["content"][JSONAPI]["example"] = EXAMPLE
    return found
