"""The networks that bring uplinks: one file each, from the bytes of a message to an `Uplink`."""

from collections.abc import Callable

from clair.ingest.networks import ttn
from clair.ingest.uplink import Uplink

NETWORKS: dict[str, Callable[[bytes, int], Uplink]] = {"ttn": ttn.parse}
