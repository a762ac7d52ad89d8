"""Tokens of users, confirmed e-mail addresses, creators of addresses, counts of samples by day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "user",
        sa.Column("is_email_verified", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    with op.batch_alter_table("address", reflect_kwargs={"resolve_fks": False}) as address:
        address.add_column(sa.Column("creator_id", sa.Integer(), nullable=True))
        address.create_foreign_key(
            op.f("fk_address_creator_id_user"), "user", ["creator_id"], ["id"], ondelete="SET NULL"
        )
        address.create_index(op.f("ix_address_creator_id"), ["creator_id"])
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("scope", sa.String(length=5), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("scope IN ('read', 'write')", name=op.f("ck_api_token_scope")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_api_token_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"])
    op.create_table(
        "stadtpuls_sensor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("installation_id", sa.Integer(), nullable=False),
        sa.Column("sensor_id", sa.Integer(), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["installation.id"],
            name=op.f("fk_stadtpuls_sensor_installation_id_installation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stadtpuls_sensor")),
        sa.UniqueConstraint("installation_id", name=op.f("uq_stadtpuls_sensor_installation_id")),
        sa.UniqueConstraint("sensor_id", name=op.f("uq_stadtpuls_sensor_sensor_id")),
    )
    op.create_table(
        "daily_count",
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_daily_count_node_id_node"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("node_id", "day", name=op.f("pk_daily_count")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Each row changes with every sample of its day, and finds room for that in its page.
        op.execute("ALTER TABLE daily_count SET (fillfactor = 70)")
    op.execute(
        "INSERT INTO daily_count (node_id, day, samples) SELECT node_id, timestamp_s / 86400, "
        "count(*) FROM sample GROUP BY node_id, timestamp_s / 86400"
    )


def downgrade() -> None:
    op.drop_table("daily_count")
    op.drop_table("stadtpuls_sensor")
    op.drop_index(op.f("ix_api_token_user_id"), "api_token")
    op.drop_table("api_token")
    with op.batch_alter_table("address", reflect_kwargs={"resolve_fks": False}) as address:
        address.drop_index(op.f("ix_address_creator_id"))
        address.drop_constraint(op.f("fk_address_creator_id_user"), type_="foreignkey")
        address.drop_column("creator_id")
    op.drop_column("user", "is_email_verified")
