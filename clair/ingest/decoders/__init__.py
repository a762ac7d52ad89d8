"""The device families: one file each, from the payload of an `Uplink` to `Reading`s.

A family is configured with the source of an uplink and never guessed from bytes: what one family
sends may well look like another's. Each file also encodes, as its devices do, for the simulator.
"""

from collections.abc import Callable

from clair.ingest.decoders import clairchen, ers, oy1012
from clair.ingest.uplink import Reading, Uplink

DECODERS: dict[str, Callable[[Uplink], list[Reading]]] = {
    "clairchen": clairchen.decode,
    "ers": ers.decode,
    "oy1012": oy1012.decode,
}
"""By the name of the family."""
