"""Makes room for the samples of the months to come."""

import time

from clair.extensions import db
from clair.ingest import store


def make_partitions() -> None:
    """Make the partitions that samples will soon need; harmless when they are there."""
    store.make_partitions_ahead(int(time.time()))
    db.session.commit()
