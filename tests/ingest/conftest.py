"""Two registered sensors, each of another family."""

import pytest

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.models import Node

from conftest import World
from uplinks import ERS, OY


@pytest.fixture
def ers(world: World) -> Node:
    """A sensor of the family ers, of the café."""
    node, _ = inventory.register_node(SYSTEM, world.cafe, ERS, "ers", "Fenster")
    db.session.commit()
    return node


@pytest.fixture
def oy(world: World) -> Node:
    """A sensor of the family oy1012, of the café."""
    node, _ = inventory.register_node(SYSTEM, world.cafe, OY, "oy1012", "Tür")
    db.session.commit()
    return node
