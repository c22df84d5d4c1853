"""What a source of documents remembers: files read, numbers walked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "marks",
        sa.Column("source", sa.String(12), primary_key=True),
        sa.Column("name", sa.String(600), primary_key=True),
        sa.Column("mark", sa.Text, nullable=False),
    )
