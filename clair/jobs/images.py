"""Clears away pictures that no installation shows any more."""

import time

from flask import current_app

from clair import inventory
from clair.access import SYSTEM


def remove_unused_images() -> None:
    """Remove files that deleted installations and broken uploads left; harmless when repeated."""
    folder = current_app.config["CLAIR_DATA"] / "media"
    inventory.remove_unused_images(SYSTEM, folder, int(time.time()))
