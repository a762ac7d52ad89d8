"""The device families: one file each, from the payload of an `Uplink` to `Reading`s.

A family is configured with the source of an uplink and never guessed from bytes: what one family
sends may well look like another's. Each file also encodes, as its devices do, for the simulator.
"""

from collections.abc import Callable
from dataclasses import dataclass

from clair.ingest.decoders import clairchen, ers, oy1012
from clair.ingest.uplink import Reading, Uplink


@dataclass(frozen=True)
class Family:
    """Devices that speak the same payload format."""

    name: str
    label: str
    decode: Callable[[Uplink], list[Reading]]


FAMILIES = {
    family.name: family
    for family in (
        Family("clairchen", "Clairchen", clairchen.decode),
        Family("ers", "ELSYS ERS CO2", ers.decode),
        Family("oy1012", "Talkpool OY1012 / OY1210", oy1012.decode),
    )
}
