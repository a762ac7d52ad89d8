"""Commands on sources: who may deliver measurements, and with which token."""

import secrets
import time
from collections.abc import Sequence

from sqlalchemy import select

from clair import access
from clair.access import Actor
from clair.errors import Conflict, Invalid, NotFound
from clair.extensions import db
from clair.identity import PROTOCOL_NAMES, hash_token
from clair.ingest.networks import NETWORKS
from clair.models import IngestSource

SAMPLES = "samples"


def add_source(actor: Actor, name: str, network: str, family: str | None = None) -> str:
    """Add a source and return its token, which is shown this once and kept as a hash only."""
    access.require_system(actor)
    if not name.strip() or len(name) > 50:
        raise Invalid("name", "must have 1 to 50 characters")
    if network not in (*NETWORKS, SAMPLES):
        raise Invalid("network", f"must be one of {', '.join((*NETWORKS, SAMPLES))}")
    if family is not None and family not in PROTOCOL_NAMES:
        raise Invalid("family", f"must be one of {', '.join(PROTOCOL_NAMES)}")
    if db.session.scalar(select(IngestSource.id).where(IngestSource.name == name)):
        raise Conflict(f"There is already a source {name}.")
    token = secrets.token_urlsafe(32)
    db.session.add(
        IngestSource(
            name=name,
            network=network,
            family=family,
            token_hash=hash_token(token),
            created_s=int(time.time()),
        )
    )
    db.session.flush()
    return token


def revoke_source(actor: Actor, name: str) -> None:
    """Refuse what a source delivers from now on; what it delivered stays."""
    access.require_system(actor)
    source = find_source(name)
    source.revoked_s = source.revoked_s or int(time.time())
    db.session.flush()


def find_source(name: str) -> IngestSource:
    """Find a source by its name."""
    source = db.session.scalar(select(IngestSource).where(IngestSource.name == name))
    if source is None:
        raise NotFound(f"There is no source {name}; see `flask ingest source list`.")
    return source


def list_sources(actor: Actor) -> Sequence[IngestSource]:
    """List all sources, revoked ones too."""
    access.require_system(actor)
    return db.session.scalars(select(IngestSource).order_by(IngestSource.name)).all()
