"""The whole inventory, samples by month, sources and quarantine."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        # Lets the exclusion constraint compare plain numbers beside ranges.
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("street1", sa.String(length=50), nullable=False),
        sa.Column("street2", sa.String(length=50), nullable=True),
        sa.Column("zip", sa.String(length=5), nullable=False),
        sa.Column("city", sa.String(length=50), nullable=False),
        sa.Column("latitude", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("longitude", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_address_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_address_longitude")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
    )
    op.create_table(
        "ingest_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("network", sa.String(length=20), nullable=False),
        sa.Column("family", sa.String(length=20), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("revoked_s", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingest_source")),
        sa.UniqueConstraint("name", name=op.f("uq_ingest_source_name")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_ingest_source_token_hash")),
    )
    op.create_table(
        "model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("trade_name", sa.String(length=30), nullable=False),
        sa.Column("manufacturer", sa.String(length=30), nullable=False),
        sa.Column("sensor_type", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("name", name=op.f("uq_model_name")),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("name", name=op.f("uq_organization_name")),
    )
    op.create_table(
        "protocol",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.String(length=30), nullable=False),
        sa.Column("num_uplink_msgs", sa.Integer(), nullable=False),
        sa.Column("num_downlink_msgs", sa.Integer(), nullable=False),
        sa.Column("family", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "num_uplink_msgs >= 0 AND num_downlink_msgs >= 0", name=op.f("ck_protocol_num_msgs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol")),
        sa.UniqueConstraint("identifier", name=op.f("uq_protocol_identifier")),
    )
    op.create_table(
        "quantity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.String(length=30), nullable=False),
        sa.Column("base_unit", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quantity")),
        sa.UniqueConstraint("quantity", name=op.f("uq_quantity_quantity")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=150), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=150), nullable=False),
        sa.Column("last_name", sa.String(length=150), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("username", name=op.f("uq_user_username")),
    )
    op.create_index("uq_user_email_lower", "user", [sa.literal_column("lower(email)")], unique=True)

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=1), nullable=False),
        sa.CheckConstraint("role IN ('O', 'I')", name=op.f("ck_membership_role")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_membership_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_membership_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "organization_id", "user_id", name=op.f("uq_membership_organization_id_user_id")
        ),
    )
    op.create_index(op.f("ix_membership_user_id"), "membership", ["user_id"])

    op.create_table(
        "model_quantity",
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("quantity_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model.id"],
            name=op.f("fk_model_quantity_model_id_model"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["quantity_id"],
            ["quantity.id"],
            name=op.f("fk_model_quantity_quantity_id_quantity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("model_id", "quantity_id", name=op.f("pk_model_quantity")),
    )
    op.create_table(
        "node",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("eui64", sa.String(length=32), nullable=False),
        sa.Column("alias", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("protocol_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_node_model_id_model")),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["organization.id"],
            name=op.f("fk_node_owner_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["protocol_id"], ["protocol.id"], name=op.f("fk_node_protocol_id_protocol")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node")),
        sa.UniqueConstraint("uuid", name=op.f("uq_node_uuid")),
    )
    op.create_index(op.f("ix_node_model_id"), "node", ["model_id"])
    op.create_index(op.f("ix_node_owner_id"), "node", ["owner_id"])
    op.create_index(op.f("ix_node_protocol_id"), "node", ["protocol_id"])
    op.create_index("uq_node_eui64_upper", "node", [sa.literal_column("upper(eui64)")], unique=True)

    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "time_zone", sa.String(length=50), server_default="Europe/Berlin", nullable=False
        ),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_site_address_id_address")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"],
            ["organization.id"],
            name=op.f("fk_site_operator_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("operator_id", "name", name=op.f("uq_site_operator_id_name")),
    )
    op.create_index(op.f("ix_site_address_id"), "site", ["address_id"])

    op.create_table(
        "quarantined_uplink",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("eui64", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("received_s", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"],
            ["node.id"],
            name=op.f("fk_quarantined_uplink_node_id_node"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["ingest_source.id"],
            name=op.f("fk_quarantined_uplink_source_id_ingest_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_uplink")),
        sa.UniqueConstraint(
            "source_id", "digest", name=op.f("uq_quarantined_uplink_source_id_digest")
        ),
    )
    op.create_index(op.f("ix_quarantined_uplink_node_id"), "quarantined_uplink", ["node_id"])

    op.create_table(
        "room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("size_sqm", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("height_m", sa.Numeric(precision=3, scale=1), nullable=True),
        sa.Column("max_occupancy", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_room_site_id_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_room_site_id_name")),
    )
    op.create_table(
        "sample",
        sa.Column("node_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("timestamp_s", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("co2_ppm", sa.SmallInteger(), nullable=False),
        sa.Column("temperature_decidegrees", sa.SmallInteger(), nullable=True),
        sa.Column("rel_humidity_percent", sa.SmallInteger(), nullable=True),
        sa.Column("measurement_status", sa.String(length=1), server_default="M", nullable=False),
        sa.CheckConstraint(
            "measurement_status IN ('M', 'R', 'E')", name=op.f("ck_sample_measurement_status")
        ),
        sa.CheckConstraint("co2_ppm BETWEEN 0 AND 10000", name=op.f("ck_sample_co2_ppm")),
        sa.CheckConstraint(
            "rel_humidity_percent BETWEEN 0 AND 100", name=op.f("ck_sample_rel_humidity")
        ),
        sa.CheckConstraint(
            "temperature_decidegrees BETWEEN -200 AND 400", name=op.f("ck_sample_temperature")
        ),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_sample_node_id_node"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("node_id", "timestamp_s", name=op.f("pk_sample")),
        postgresql_partition_by="RANGE (timestamp_s)",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("from_timestamp_s", sa.BigInteger(), nullable=False),
        sa.Column("to_timestamp_s", sa.BigInteger(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("image", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "from_timestamp_s < to_timestamp_s", name=op.f("ck_installation_from_before_to")
        ),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_installation_node_id_node"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_installation_room_id_room"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
        sa.UniqueConstraint(
            "node_id", "from_timestamp_s", name=op.f("uq_installation_node_id_from_timestamp_s")
        ),
    )
    op.create_index(op.f("ix_installation_room_id"), "installation", ["room_id"])
    if is_postgresql:
        op.execute(
            "ALTER TABLE installation ADD CONSTRAINT ex_installation_overlap EXCLUDE USING gist "
            "(node_id WITH =, int8range(from_timestamp_s, to_timestamp_s) WITH &&)"
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_installation_room_id"), "installation")

    op.drop_table("installation")
    op.drop_table("sample")
    op.drop_table("room")
    op.drop_index(op.f("ix_quarantined_uplink_node_id"), "quarantined_uplink")

    op.drop_table("quarantined_uplink")
    op.drop_index(op.f("ix_site_address_id"), "site")

    op.drop_table("site")
    op.drop_index("uq_node_eui64_upper", "node")
    op.drop_index(op.f("ix_node_protocol_id"), "node")
    op.drop_index(op.f("ix_node_owner_id"), "node")
    op.drop_index(op.f("ix_node_model_id"), "node")

    op.drop_table("node")
    op.drop_table("model_quantity")
    op.drop_index(op.f("ix_membership_user_id"), "membership")

    op.drop_table("membership")
    op.drop_index("uq_user_email_lower", "user")

    op.drop_table("user")
    op.drop_table("quantity")
    op.drop_table("protocol")
    op.drop_table("organization")
    op.drop_table("model")
    op.drop_table("ingest_source")
    op.drop_table("address")
