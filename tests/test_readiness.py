"""What machines are told about this process and its database."""

from pathlib import Path

import pytest
from flask import Flask

from conftest import make_app
from services import free_port


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_process_with_its_database_is_well(app: Flask, path: str) -> None:
    response = app.test_client().get(path)
    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_process_without_its_database_is_alive_but_not_ready(folder: Path) -> None:
    url = f"postgresql+psycopg2://clair@127.0.0.1:{free_port()}/clair"
    client = make_app(url, folder).test_client()
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("role", "has_pages", "has_ingest"),
    [("all", True, True), ("web", True, False), ("ingest", False, True)],
)
def test_each_role_opens_its_doors_and_tells_its_health(
    folder: Path, role: str, has_pages: bool, has_ingest: bool
) -> None:
    client = make_app(f"sqlite:///{folder}/roles.sqlite", folder, CLAIR_ROLE=role).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert (client.get("/accounts/login/").status_code == 200) is has_pages
    ingest = client.post("/ingest/v1/uplinks/ttn", data=b"{}")
    assert ingest.status_code == (401 if has_ingest else 404)


def test_role_without_pages_speaks_to_programs(folder: Path) -> None:
    app = make_app(f"sqlite:///{folder}/roles.sqlite", folder, CLAIR_ROLE="ingest")
    response = app.test_client().get("/nowhere/")
    assert response.status_code == 404
    assert response.json["errors"][0]["code"] == "not_found"
