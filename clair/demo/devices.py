"""The sensors of the demo: what each would send at an instant, as its family encodes it."""

from clair.demo.air import readings
from clair.demo.dice import roll
from clair.demo.places import Node
from clair.ingest.decoders import DECODERS, clairchen, ers, oy1012
from clair.ingest.uplink import DataRate, Reading, Uplink

OY1012_PERIOD_S = 600


def spacing_s(node: Node) -> tuple[int, int]:
    """Say how many readings a message of the sensor holds, and how far they lie apart."""
    if node.family == "clairchen":
        return clairchen.SAMPLES_PER_MESSAGE[node.data_rate], clairchen.INTERVALS_S[node.data_rate]
    if node.family == "ers":
        count = 3 if node.data_rate is DataRate.SF10BW125 else 2
        return count, ers.INTERVALS_S[count]
    return 1, OY1012_PERIOD_S


def period_s(node: Node) -> int:
    """Say how far the messages of the sensor lie apart."""
    count, interval_s = spacing_s(node)
    return count * interval_s


def next_uplink_s(node: Node, after_s: float, period: float) -> float:
    """Give the first instant after another at which the sensor sends by its own rhythm."""
    phase = roll(node.eui, "phase") * period
    return after_s + period - (after_s - phase) % period


def uplink(node: Node, received_at_s: int) -> Uplink:
    """Make the uplink that the sensor sends when it has just measured."""
    count, interval_s = spacing_s(node)
    first_s = received_at_s - (count - 1) * interval_s
    f_port, payload = _encode(node, readings(node.air, first_s, received_at_s + 1, interval_s))
    return Uplink(
        dev_eui=node.eui,
        device_id=f"demo-{node.eui.lower()}",
        f_port=f_port,
        payload=payload,
        received_at_s=received_at_s,
        data_rate=node.data_rate,
    )


def _encode(node: Node, measured: list[Reading]) -> tuple[int, bytes]:
    if node.family == "clairchen":
        return clairchen.F_PORT, clairchen.encode(measured)
    if node.family == "oy1012":
        return oy1012.F_PORT, oy1012.encode(measured[0])
    if len(measured) > 2:  # the slower the data rate, the less it can say: CO2 alone
        measured = [Reading(reading.timestamp_s, reading.co2_ppm) for reading in measured]
    return ers.F_PORT, ers.encode(measured)


def sent(node: Node, received_at_s: int) -> list[Reading]:
    """Give the readings of an uplink as the receiver will understand them."""
    return DECODERS[node.family](uplink(node, received_at_s))
