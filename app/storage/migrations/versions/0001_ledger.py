"""The ledger: documents, their events, proofs of the numbering, evidence, single facts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("family", sa.String(20)),
        sa.Column("prefix", sa.String(8), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("full_number", sa.String(40), nullable=False),
        sa.Column("issued_at", sa.String(32)),
        sa.Column("counterparty", sa.Text, nullable=False),
        sa.Column("counterparty_id", sa.String(40), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("payable", sa.String(40)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("seen_at", sa.String(32), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("cause", sa.String(32)),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("looks", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("adopted", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("sale", sa.String(80)),
        sa.Column("due_at", sa.String(32)),
        sa.Column("since", sa.String(32)),
        sa.Column("proven_at", sa.String(32)),
    )
    op.create_index("documents_by_state", "documents", ["state", "position"])
    op.create_index("documents_by_number", "documents", ["full_number"])
    op.create_index("documents_by_time", "documents", ["seen_at"])
    op.create_index("documents_by_proof", "documents", ["proven_at"])
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("cause", sa.String(32)),
        sa.Column("due_at", sa.String(32)),
        sa.Column("data", sa.JSON, nullable=False),
    )
    op.create_index("events_by_key", "events", ["key", "id"])
    op.create_table(
        "proofs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("family", sa.String(20), nullable=False),
        sa.Column("range", sa.String(40), nullable=False),
        sa.Column("holds", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("proofs_by_range", "proofs", ["family", "range", "id"])
    op.create_table(
        "evidence",
        sa.Column("system", sa.String(8), nullable=False),
        sa.Column("family", sa.String(20), nullable=False),
        sa.Column("resolution", sa.String(20), nullable=False),
        sa.Column("prefix", sa.String(8), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("system", "family", "resolution", "prefix"),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
