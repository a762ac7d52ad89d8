"""The second reading: streams samples into the database in batches, at a memory that stays flat."""

from collections.abc import Iterable, Iterator
from math import nan
from uuid import UUID

from clair import access
from clair.access import Actor
from clair.ingest.limits import CO2_LIMITS_PPM, HUMIDITY_LIMITS_PERCENT, TEMPERATURE_LIMITS_CELSIUS
from clair.ingest.store import NewSample, Verdict, store_samples
from clair.managair.collect import Progress, follow
from clair.managair.collected import SAMPLE
from clair.managair.dump import Dump, Fields
from clair.managair.guards import plain
from clair.managair.summary import Outcome, Summary
from clair.managair.values import Unfit, as_number

BATCH = 10_000
LAST_S = 2**31 - 1
STATUSES = ("M", "R", "E")
UNKNOWN_NODE = "its sensor is not kept, or not here"
CONFLICT = "another sample of the same sensor and second is here already"


def import_samples(
    actor: Actor,
    dumps: Iterable[Dump],
    nodes: dict[str, UUID],
    summary: Summary,
    progress: Progress,
) -> Iterator[int]:
    """Store samples batch by batch, and yield how many each had; the caller commits after each."""
    access.require_system(actor)
    reader = Reader(nodes, summary)
    batch: list[NewSample] = []
    for record in follow(dumps, progress):
        if record.model == SAMPLE:
            sample = reader.read(record.fields)
            if sample is not None:
                batch.append(sample)
                if len(batch) == BATCH:
                    store(batch, summary)
                    yield BATCH
                    batch = []
    store(batch, summary)
    yield len(batch)


def store(batch: list[NewSample], summary: Summary) -> None:
    """Store a batch and count what became of it."""
    verdicts = store_samples(batch)
    for verdict, outcome in (
        (Verdict.STORED, Outcome.CREATED),
        (Verdict.DUPLICATE, Outcome.UNCHANGED),
    ):
        if count := verdicts.count(verdict):
            summary.count(SAMPLE, outcome, count)
    for verdict, reason in ((Verdict.CONFLICT, CONFLICT), (Verdict.UNKNOWN_NODE, UNKNOWN_NODE)):
        if verdict in verdicts:
            for sample, each in zip(batch, verdicts, strict=True):
                if each is verdict:
                    summary.skip(SAMPLE, reason, f"{sample.node} at {sample.timestamp_s}")


class Reader:
    """Reads samples; this is done millions of times, and so without any detour."""

    def __init__(self, nodes: dict[str, UUID], summary: Summary) -> None:
        self.nodes = nodes
        self.summary = summary
        self.known: dict[object, UUID | None] = {}
        """What the dump has called a node until now: always looking closely would take its time."""

    def read(self, fields: Fields) -> NewSample | None:
        """Read a sample, or count why it cannot be kept."""
        try:
            return NewSample(
                self.read_node(fields.get("node")),
                whole(fields, "timestamp_s", 0, LAST_S),
                whole(fields, "co2_ppm", *CO2_LIMITS_PPM),
                self.read_temperature(fields),
                self.read_humidity(fields),
                read_status(fields),
            )
        except Unfit as unfit:
            self.summary.skip(SAMPLE, unfit.reason, name(fields))
            return None

    def read_node(self, reference: object) -> UUID:
        """Find the node that a sample belongs to."""
        try:
            node = self.known[reference]
        except KeyError:
            node = self.known[reference] = self.nodes.get(plain(reference))
        except TypeError:
            node = None
        if node is None:
            raise Unfit(UNKNOWN_NODE)
        return node

    def read_temperature(self, fields: Fields) -> float | None:
        """Read a temperature; an impossible one is no reason to lose the CO2."""
        value = fields.get("temperature_celsius")
        if value is None:
            return None
        lowest, highest = TEMPERATURE_LIMITS_CELSIUS
        try:
            celsius = float(value)
        except (TypeError, ValueError):
            celsius = nan
        if lowest <= celsius <= highest:
            return celsius
        self.leave_out("temperature", fields)
        return None

    def read_humidity(self, fields: Fields) -> int | None:
        """Read a humidity; an impossible one is no reason to lose the CO2."""
        value = fields.get("rel_humidity_percent")
        if value is None:
            return None
        try:
            return whole(fields, "rel_humidity_percent", *HUMIDITY_LIMITS_PERCENT)
        except Unfit:
            self.leave_out("humidity", fields)
            return None

    def leave_out(self, quantity: str, fields: Fields) -> None:
        """Note that a sample is kept without a quantity."""
        text = f"its {quantity} is impossible and left out, the rest is kept"
        self.summary.remark(SAMPLE, text, name(fields))


def whole(fields: Fields, field: str, lowest: float, highest: float) -> int:
    """Read a whole number within limits; some dumps write numbers as texts."""
    value = fields.get(field)
    if type(value) is not int:
        if value is None:
            raise Unfit(f"its {field} is missing")
        number = as_number(field, value)
        value = int(number)
        if value != number:
            raise Unfit(f"its {field} is no whole number")
    if not lowest <= value <= highest:
        raise Unfit(f"its {field} is outside {lowest} to {highest}")
    return value


def read_status(fields: Fields) -> str:
    """Read whether a sample was measured, replaced or wrong."""
    status = fields.get("measurement_status", "M")
    if status not in STATUSES:
        raise Unfit("its measurement_status is unknown")
    return str(status)


def name(fields: Fields) -> str:
    """Say which sample is meant."""
    return f"{fields.get('node')} at {fields.get('timestamp_s')}"
