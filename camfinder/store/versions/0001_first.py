"""The first schema."""

# Column types are spelled out: a migration must not change when the tables of today do.

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_run", sa.Integer(), nullable=False),
        sa.Column("last_run", sa.Integer(), nullable=False),
        sa.Column("successor", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["successor"], ["devices.id"], name=op.f("fk_devices_successor"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("site", "name", name=op.f("uq_devices_site_name")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("beat_at", sa.BigInteger(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_site_started_at"), "runs", ["site", "started_at"], unique=False)
    op.create_table(
        "aliases",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"], ["devices.id"], name=op.f("fk_aliases_device"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_aliases")),
    )
    op.create_table(
        "claims",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"], ["devices.id"], name=op.f("fk_claims_device"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run"], ["runs.id"], name=op.f("fk_claims_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run", "device", "slot", "rank", name=op.f("pk_claims")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "findings",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"], ["devices.id"], name=op.f("fk_findings_device"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run"], ["runs.id"], name=op.f("fk_findings_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run", "device", "number", name=op.f("pk_findings")),
    )
    op.create_index(
        op.f("ix_findings_finding_verdict"), "findings", ["finding", "verdict"], unique=False
    )
    op.create_table(
        "identities",
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"], ["devices.id"], name=op.f("fk_identities_device"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device", "sort", "value", name=op.f("pk_identities")),
    )
    op.create_table(
        "journal",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("spent", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run"], ["runs.id"], name=op.f("fk_journal_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run", "number", name=op.f("pk_journal")),
    )
    op.create_table(
        "observations",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("probe", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run"], ["runs.id"], name=op.f("fk_observations_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run", "number", name=op.f("pk_observations")),
    )
    op.create_table(
        "parts",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run"], ["runs.id"], name=op.f("fk_parts_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run", "part", name=op.f("pk_parts")),
    )
    op.create_table(
        "sightings",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("surveillance", sa.Boolean(), nullable=True),
        sa.Column("possible", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"], ["devices.id"], name=op.f("fk_sightings_device"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run"], ["runs.id"], name=op.f("fk_sightings_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run", "device", name=op.f("pk_sightings")),
    )
    op.create_index(op.f("ix_sightings_device"), "sightings", ["device"], unique=False)
    op.create_table(
        "triage",
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device"], ["devices.id"], name=op.f("fk_triage_device"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_triage")),
    )


def downgrade() -> None:
    """Nothing is older than this."""
    raise NotImplementedError("the first schema has no predecessor")
