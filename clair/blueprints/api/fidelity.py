"""How nodes are doing, judged when somebody asks: by when each was last heard."""

from collections.abc import Sequence

from clair import timeseries
from clair.analytics.fidelity import classify
from clair.blueprints.api.relations import Attributes
from clair.models import Node


def list_nodes(nodes: Sequence[Node], now_s: int) -> list[Attributes]:
    """Judge nodes from their newest samples."""
    contacts = timeseries.last_contacts([node.id for node in nodes])
    return [
        {
            "fidelity": classify(contacts.get(node.id), now_s),
            "last_contact_s": contacts.get(node.id),
            "last_check_s": now_s,
        }
        for node in nodes
    ]
