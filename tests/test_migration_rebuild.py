"""A later migration may have to rebuild a table on SQLite, and must not take its rows' kin along."""

import shutil
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import func, select, text

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.i18n import ROOT
from clair.ingest.store import NewSample, store_samples
from clair.models import Sample

from conftest import NOW_S, add_user, make_app

REBUILD = """
from alembic import op

revision = "9999"
down_revision = "0002"


def upgrade():
    with op.batch_alter_table("node", recreate="always"):
        pass
"""


# Alembic says that it cannot see the index on an expression, which the migration must make again.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
def test_rebuilding_the_nodes_keeps_their_samples(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path}/clair.sqlite", tmp_path)
    folder = shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    with app.app_context():
        flask_migrate.upgrade(directory=str(folder))
        alice = add_user("alice")
        db.session.flush()
        cafe = inventory.create_organization(SYSTEM, "Café Morgenrot", alice)
        node, _ = inventory.register_node(SYSTEM, cafe, "02AA00000000C001", "ers", "Theke")
        store_samples([NewSample(node.uuid, NOW_S + each, 500) for each in range(10)])
        db.session.commit()
        (folder / "versions" / "9999_rebuild.py").write_text(REBUILD)
        flask_migrate.upgrade(directory=str(folder))
        assert db.session.scalar(select(func.count()).select_from(Sample)) == 10
        assert db.session.scalar(text("PRAGMA foreign_keys")) == 1
        db.session.rollback()
        db.engine.dispose()
