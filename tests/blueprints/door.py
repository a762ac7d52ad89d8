"""The documents of the door for measurements: samples that go in, and errors that come out."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from clair.extensions import db
from clair.models import QuarantinedUplink, Sample

from conftest import NOW_S

JSONAPI = "application/vnd.api+json"
NDJSON = "application/x-ndjson"
PATHS = ("uplinks/ttn", "samples/", "ingest/")
MISSING = ...

Post = Callable[..., TestResponse]


def sample_of(node: object, timestamp_s: object = NOW_S, **attributes: Any) -> dict[str, Any]:
    """Make the resource of a sample; what is MISSING is left out."""
    given = {"timestamp_s": timestamp_s, "co2_ppm": 863} | attributes
    return {
        "type": "Sample",
        "attributes": {name: value for name, value in given.items() if value is not MISSING},
        "relationships": {"node": {"data": {"type": "Node", "id": str(node)}}},
    }


def errors(response: TestResponse) -> list[tuple[str, str, str]]:
    """Check the form of an error document, and give pointer, code and status of each error."""
    assert response.content_type == JSONAPI
    found = json.loads(response.data)["errors"]
    assert all(set(each) == {"detail", "status", "source", "code"} for each in found)
    assert all(each["detail"] for each in found)
    return [(each["source"]["pointer"], each["code"], each["status"]) for each in found]


def count_samples() -> int:
    """Count the samples that are stored."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Sample)) or 0


def count_quarantined() -> int:
    """Count the messages that were set aside."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(QuarantinedUplink)) or 0
