"""Counting without reading every row: a tally kept by triggers, and an index on the order of approval."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# Bogotá is five hours behind UTC all the year; the stored moment is UTC text of one width.
_DAY = "DATE(SUBSTR({row}.proven_at, 1, 19), '-5 hours')"
_ONE_MORE = f"""
    INSERT INTO tally (state, adopted, n) VALUES (NEW.state, NEW.adopted, 1)
    ON CONFLICT (state, adopted) DO UPDATE SET n = n + 1;
    INSERT INTO proven_days (day, n) SELECT {_DAY.format(row="NEW")}, 1 WHERE NEW.proven_at IS NOT NULL
    ON CONFLICT (day) DO UPDATE SET n = n + 1;
"""
_ONE_LESS = f"""
    UPDATE tally SET n = n - 1 WHERE state = OLD.state AND adopted = OLD.adopted;
    UPDATE proven_days SET n = n - 1 WHERE day = {_DAY.format(row="OLD")};
"""

_POSTGRES_DAY = "TO_CHAR(CAST(SUBSTR({row}.proven_at, 1, 19) AS TIMESTAMP) - INTERVAL '5 hours', 'YYYY-MM-DD')"
_POSTGRES = (
    f"""
    CREATE FUNCTION count_document() RETURNS TRIGGER LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            UPDATE tally SET n = n - 1 WHERE state = OLD.state AND adopted = OLD.adopted;
            UPDATE proven_days SET n = n - 1 WHERE day = {_POSTGRES_DAY.format(row="OLD")};
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO tally (state, adopted, n) VALUES (NEW.state, NEW.adopted, 1)
            ON CONFLICT (state, adopted) DO UPDATE SET n = tally.n + 1;
            INSERT INTO proven_days (day, n) SELECT {_POSTGRES_DAY.format(row="NEW")}, 1 WHERE NEW.proven_at IS NOT NULL
            ON CONFLICT (day) DO UPDATE SET n = proven_days.n + 1;
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER tally_new AFTER INSERT OR DELETE ON documents FOR EACH ROW EXECUTE FUNCTION count_document()",
    "CREATE TRIGGER tally_moved AFTER UPDATE OF state, adopted, proven_at ON documents FOR EACH ROW"
    " WHEN ((OLD.state, OLD.adopted, OLD.proven_at) IS DISTINCT FROM (NEW.state, NEW.adopted, NEW.proven_at))"
    " EXECUTE FUNCTION count_document()",
)


def upgrade() -> None:
    op.create_index("documents_by_position", "documents", ["position"])
    op.create_table(
        "tally",
        sa.Column("state", sa.String(12), primary_key=True),
        sa.Column("adopted", sa.Boolean, primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )
    op.create_table(
        "proven_days",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        # A ledger on a server is never older than this: there is nothing to count yet.
        for statement in _POSTGRES:
            op.execute(statement)
        return
    op.execute(
        "INSERT INTO tally (state, adopted, n) SELECT state, adopted, COUNT(*) FROM documents GROUP BY state, adopted"
    )
    op.execute(
        f"INSERT INTO proven_days (day, n) SELECT {_DAY.format(row='documents')}, COUNT(*)"
        " FROM documents WHERE proven_at IS NOT NULL GROUP BY 1"
    )
    op.execute(f"CREATE TRIGGER tally_new AFTER INSERT ON documents BEGIN {_ONE_MORE} END")
    op.execute(f"CREATE TRIGGER tally_gone AFTER DELETE ON documents BEGIN {_ONE_LESS} END")
    op.execute(
        "CREATE TRIGGER tally_moved AFTER UPDATE OF state, adopted, proven_at ON documents"
        " WHEN OLD.state IS NOT NEW.state OR OLD.adopted IS NOT NEW.adopted OR OLD.proven_at IS NOT NEW.proven_at"
        f" BEGIN {_ONE_LESS} {_ONE_MORE} END"
    )
