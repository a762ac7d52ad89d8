"""Reads samples as old forwarders and programs post them: JSON:API documents, alone or many.

Each problem names the place in the document and the rule, and never hides a good neighbour.
"""

import re
from dataclasses import dataclass
from math import isfinite
from typing import Any
from uuid import UUID

from clair.ingest.limits import CO2_LIMITS_PPM, HUMIDITY_LIMITS_PERCENT, TEMPERATURE_LIMITS_CELSIUS
from clair.ingest.store import DAY_S, NOT_BEFORE_S, NewSample

NUMBER = re.compile(r"[+-]?\d+(\.\d*)?", re.ASCII)
"""What counts as a number in a text; Python would take `1_0` and digits of any script."""


@dataclass(frozen=True)
class Problem:
    """A rule that a document breaks: where, which (the code on the wire), and in words."""

    pointer: str
    code: str
    detail: str
    status: int = 400


def read_sample(document: Any, now_s: int) -> NewSample | list[Problem]:
    """Read one JSON:API `Sample` resource, or say everything that is wrong with it."""
    if not isinstance(document, dict):
        return [Problem("", "parse_error", "A sample must be an object.")]
    if document.get("type") != "Sample":
        return [Problem("", "error", "The type of the resource must be Sample.", status=409)]
    given = document.get("attributes")
    numbers = Numbers(given if isinstance(given, dict) else {})
    timestamp_s = numbers.read("timestamp_s", (NOT_BEFORE_S, now_s + DAY_S))
    co2_ppm = numbers.read("co2_ppm", CO2_LIMITS_PPM)
    celsius = numbers.read("temperature_celsius", TEMPERATURE_LIMITS_CELSIUS, 1, optional=True)
    humidity = numbers.read("rel_humidity_percent", HUMIDITY_LIMITS_PERCENT, optional=True)
    node = read_node(document)
    if isinstance(node, Problem) or timestamp_s is None or co2_ppm is None or numbers.problems:
        problems = numbers.problems + ([node] if isinstance(node, Problem) else [])
        return sorted(problems, key=lambda problem: problem.pointer)
    return NewSample(
        node, int(timestamp_s), int(co2_ppm), celsius, None if humidity is None else int(humidity)
    )


def read_node(document: dict[str, Any]) -> UUID | Problem:
    """Read the relationship that names the node."""
    pointer = "/relationships/node"
    node: Any = document
    for step in ("relationships", "node", "data"):
        node = node.get(step) if isinstance(node, dict) else None
    if node is None:
        return Problem(pointer, "required", "A sample needs its node.")
    if not isinstance(node, dict):
        return Problem(pointer, "incorrect_type", "The node must be an object.")
    if node.get("type") != "Node":
        return Problem("", "error", "The type of the node must be Node.", status=409)
    if "id" not in node:
        return Problem(pointer, "missing_id", "The node needs its id.")
    try:
        return UUID(str(node["id"]))
    except ValueError:
        return Problem(pointer, "invalid", "The node's id must be a UUID.")


Fault = tuple[str, str]
"""What is wrong with a number: the code on the wire, and in words."""


class Numbers:
    """Reads numeric attributes and collects what is wrong with them."""

    def __init__(self, attributes: dict[str, Any]) -> None:
        self.attributes = attributes
        self.problems: list[Problem] = []

    def read(
        self, name: str, limits: tuple[float, float], places: int = 0, *, optional: bool = False
    ) -> float | None:
        """Read a number within limits and with so many decimal places; `"500"` is as good as 500."""
        value = self.attributes.get(name)
        if value is None and optional:
            return None
        number = as_number(value)
        if name not in self.attributes:
            fault: Fault | None = ("required", "This is needed.")
        elif value is None:
            fault = ("null", "This must not be null.")
        else:
            fault = fault_of(number, limits, places)
        if fault is None:
            return number
        self.problems.append(Problem(f"/attributes/{name}", *fault))
        return None


def fault_of(number: float | None, limits: tuple[float, float], places: int) -> Fault | None:
    """Say what is wrong with a number that was given."""
    if number is None or (places == 0 and not number.is_integer()):
        return "invalid", "This is no number of the kind expected."
    if places and abs(number) >= 100:
        return "max_whole_digits", "At most two digits are allowed before the point."
    if number < limits[0]:
        return "min_value", f"This must be at least {limits[0]}."
    if number > limits[1]:
        return "max_value", f"This must be at most {limits[1]}."
    if round(number, places) != number:
        code = "max_digits" if abs(number) >= 10 else "max_decimal_places"
        return code, f"At most {places} decimal place is allowed."
    return None


def as_number(value: Any) -> float | None:
    """Turn what JSON may hold into a finite number, but no boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not NUMBER.fullmatch(value.strip()):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None
