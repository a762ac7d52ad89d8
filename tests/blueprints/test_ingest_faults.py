"""The door for measurements: no bytes are a fault of ours, and in an outage senders come back."""

import json
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprints.door import JSONAPI, NDJSON, PATHS, Post, errors, sample_of
from conftest import make_app
from services import free_port
from uplinks import uplink

KEYS = [
    "data",
    "type",
    "attributes",
    "relationships",
    "node",
    "id",
    "timestamp_s",
    "co2_ppm",
    "end_device_ids",
    "dev_eui",
    "uplink_message",
    "frm_payload",
    "received_at",
]
near_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("Sample"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS) | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300) | near_json.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_are_a_fault_of_ours(post: Post, path: str, body: bytes) -> None:
    for media_type in (JSONAPI, NDJSON):
        assert post(path, body, media_type).status_code < 500


@pytest.mark.parametrize("path", PATHS)
def test_null_characters_are_no_fault_of_ours(post: Post, path: str) -> None:
    for body in (
        uplink(eui="\x00" * 16),
        uplink() | {"end_device_ids": {"device_id": "\x00", "dev_eui": "02AA0000000E0003"}},
        {"data": [sample_of("\x00")]},
        {"data": sample_of("\x00", "\x00")},
    ):
        assert post(path, body).status_code < 500


@pytest.mark.parametrize("path", PATHS)
def test_outage_of_the_database_asks_to_come_back(tmp_path: Path, path: str) -> None:
    url = f"postgresql+psycopg2://clair@127.0.0.1:{free_port()}/clair"
    client = make_app(url, tmp_path).test_client()
    response = client.post(
        f"/ingest/v1/{path}", data=b"{}", headers={"Authorization": "Bearer token"}
    )
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert errors(response) == [("/data", "unavailable", "503")]


def test_unknown_address_is_told_as_a_document(app: Flask) -> None:
    response = app.test_client().post("/ingest/v1/nothing")
    assert response.status_code == 404
    assert errors(response) == [("/data", "not_found", "404")]
