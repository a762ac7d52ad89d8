"""An uplink's way inside: read, decode, store; what cannot become samples goes into quarantine.

A bad message never harms its neighbours: each is read on its own, and all samples of a batch are
stored in one statement.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import func, select

from clair.access import Source
from clair.extensions import db
from clair.identity import node_uuid
from clair.ingest import quarantine
from clair.ingest.decoders import DECODERS
from clair.ingest.limits import apply_limits
from clair.ingest.networks import NETWORKS
from clair.ingest.quarantine import Rejected
from clair.ingest.store import DAY_S, NOT_BEFORE_S, NewSample, Verdict, store_samples
from clair.ingest.uplink import DecodeError, Ignored, Reading, Uplink
from clair.models import Node, Protocol, QuarantinedUplink

log = logging.getLogger(__name__)
REASONS = {Verdict.UNKNOWN_NODE: "unknown_node", Verdict.CONFLICT: "conflict"}
DETAILS = {
    Verdict.UNKNOWN_NODE: "No sensor is registered with this EUI and family.",
    Verdict.CONFLICT: "The sensor has another sample of the same second already.",
}


@dataclass
class Receipt:
    """What became of a batch: messages came, samples were stored or known, the rest was kept aside.

    `dropped` counts samples with an impossible CO2 value, `trimmed` samples that lost an impossible
    temperature or humidity.
    """

    uplinks: int = 0
    stored: int = 0
    duplicate: int = 0
    ignored: int = 0
    quarantined: int = 0
    dropped: int = 0
    trimmed: int = 0


@dataclass
class Batch:
    """The messages of one request on their way."""

    source: Source
    now_s: int
    take_simulated: bool
    receipt: Receipt = field(default_factory=Receipt)
    rejected: list[Rejected] = field(default_factory=list)
    samples: list[NewSample] = field(default_factory=list)
    origins: list[tuple[bytes, Uplink]] = field(default_factory=list)

    def reject(self, message: bytes, reason: str, detail: str, eui: str | None) -> None:
        """Set a message aside."""
        self.rejected.append(Rejected(message, reason, detail, eui))


def receive(
    source: Source, messages: Iterable[bytes], now_s: int, *, take_simulated: bool = False
) -> Receipt:
    """Take in the messages of a source. The caller commits."""
    batch = Batch(source, now_s, take_simulated)
    uplinks = list(read_all(batch, messages))
    families = find_families(source.family, [uplink.dev_eui for _, uplink in uplinks])
    for message, uplink in uplinks:
        decode(batch, message, uplink, families.get(uplink.dev_eui))
    store(batch)
    quarantine.keep(source, batch.rejected, now_s)
    batch.receipt.quarantined = len(batch.rejected)
    if batch.rejected or batch.receipt.dropped:
        log.info("From %s: %s", source.name, asdict(batch.receipt))
    return batch.receipt


def read_all(batch: Batch, messages: Iterable[bytes]) -> Iterable[tuple[bytes, Uplink]]:
    """Read messages of the source's network into uplinks."""
    parse = NETWORKS[batch.source.network]
    for message in messages:
        batch.receipt.uplinks += 1
        try:
            uplink = parse(message, batch.now_s)
        except Ignored:
            batch.receipt.ignored += 1
        except DecodeError as error:
            batch.reject(message, error.kind, error.detail, None)
        else:
            if uplink.is_simulated and not batch.take_simulated:
                batch.receipt.ignored += 1
            else:
                yield message, uplink


def find_families(family: str | None, euis: Sequence[str]) -> dict[str, str]:
    """Say which family each device is of: that of its source, else the one it is registered as."""
    if family is not None or not euis:
        return dict.fromkeys(euis, family or "")
    statement = (
        select(func.upper(Node.eui64), Protocol.family)
        .join(Protocol, Node.protocol_id == Protocol.id)
        .where(func.upper(Node.eui64).in_(set(euis)), Protocol.family.is_not(None))
    )
    return {eui: name for eui, name in db.session.execute(statement) if name}


def decode(batch: Batch, message: bytes, uplink: Uplink, family: str | None) -> None:
    """Decode an uplink's payload into samples of its batch."""
    if family is None:
        batch.reject(message, "unknown_node", DETAILS[Verdict.UNKNOWN_NODE], uplink.dev_eui)
        return
    try:
        readings = DECODERS[family](uplink)
    except Ignored:
        batch.receipt.ignored += 1
        return
    except DecodeError as error:
        batch.reject(message, error.kind, error.detail, uplink.dev_eui)
        return
    if not all(is_plausible_time(reading.timestamp_s, batch.now_s) for reading in readings):
        batch.reject(message, "content", "A sample is from before 2020.", uplink.dev_eui)
        return
    for sample in filter(None, (limit(batch, family, uplink, each) for each in readings)):
        batch.samples.append(sample)
        batch.origins.append((message, uplink))


def is_plausible_time(timestamp_s: int, now_s: int) -> bool:
    """Say whether something can have been measured then: since 2020, and not over a day ahead."""
    return NOT_BEFORE_S <= timestamp_s <= now_s + DAY_S


def limit(batch: Batch, family: str, uplink: Uplink, reading: Reading) -> NewSample | None:
    """Turn a reading into a sample without impossible values; count what is left out."""
    limited = apply_limits(reading)
    if limited is None:
        batch.receipt.dropped += 1
        return None
    quantities = (
        (reading.temperature_celsius, limited.temperature_celsius),
        (reading.rel_humidity_percent, limited.rel_humidity_percent),
    )
    batch.receipt.trimmed += any(had is not None and has is None for had, has in quantities)
    humidity = limited.rel_humidity_percent
    return NewSample(
        node_uuid(family, uplink.dev_eui),
        limited.timestamp_s,
        limited.co2_ppm,
        limited.temperature_celsius,
        None if humidity is None else int(humidity),
    )


def store(batch: Batch) -> None:
    """Store the samples of a batch, and set the messages aside whose samples could not be."""
    refused: dict[int, tuple[bytes, Uplink, Verdict]] = {}
    for verdict, (message, uplink) in zip(store_samples(batch.samples), batch.origins, strict=True):
        if verdict is Verdict.STORED:
            batch.receipt.stored += 1
        elif verdict is Verdict.DUPLICATE:
            batch.receipt.duplicate += 1
        else:
            refused[id(uplink)] = (message, uplink, verdict)
    for message, uplink, verdict in refused.values():
        batch.reject(message, REASONS[verdict], DETAILS[verdict], uplink.dev_eui)


def replay(row: QuarantinedUplink, now_s: int, *, take_simulated: bool = False) -> bool:
    """Send a message from the quarantine through again, and say whether it came out."""
    origin = Source(row.source.id, row.source.name, row.source.network, row.source.family)
    receipt = receive(origin, [row.message], now_s, take_simulated=take_simulated)
    if receipt.quarantined:
        # It stays as it was: nothing new has been sent.
        db.session.rollback()
        return False
    db.session.delete(row)
    db.session.flush()
    return True
