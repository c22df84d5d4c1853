"""Any order under any filter from an index alone, and what was issued on each day kept by triggers.

The rows are large: an index that lacks what is filtered by makes a list read every one of them on its way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_FILTERED = ("issued_at", "state", "family", "cause")
_INDEXES = {
    "documents_by_state": ("state", "position", "family", "cause", "issued_at"),
    "documents_by_prefix": ("prefix", "number", *_FILTERED),
    "documents_by_name": ("sort_name", *_FILTERED),
    "documents_by_amount": ("sort_amount", *_FILTERED),
    "documents_by_proof": ("proven_at", "family", "currency", "payable"),
}

# A number that the DIAN refused is free, and what was withdrawn was never issued.
_COUNTS = (
    "{row}.family IS NOT NULL AND {row}.issued_at IS NOT NULL AND {row}.state <> 'withdrawn'"
    " AND COALESCE({row}.cause, '') <> 'rejected-by-dian'"
)
# Bogotá is five hours behind UTC all the year; the stored moment is UTC text of one width.
_DAY = "DATE(SUBSTR({row}.issued_at, 1, 19), '-5 hours')"
_SERVER_DAY = "TO_CHAR(CAST(SUBSTR({row}.issued_at, 1, 19) AS TIMESTAMP) - INTERVAL '5 hours', 'YYYY-MM-DD')"
_MORE = (
    "INSERT INTO issued_days (family, day, n) SELECT NEW.family, {day}, 1 WHERE {counts}"
    " ON CONFLICT (family, day) DO UPDATE SET n = issued_days.n + 1;"
)
_LESS = "UPDATE issued_days SET n = n - 1 WHERE family = OLD.family AND day = {day} AND {counts};"


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.drop_index(name, "documents")
        op.create_index(name, "documents", list(columns))
    op.create_table(
        "issued_days",
        sa.Column("family", sa.String(20), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )
    on_server = op.get_bind().dialect.name == "postgresql"
    day = _SERVER_DAY if on_server else _DAY
    op.execute(
        f"INSERT INTO issued_days (family, day, n) SELECT family, {day.format(row='documents')}, COUNT(*)"
        f" FROM documents WHERE {_COUNTS.format(row='documents')} GROUP BY 1, 2"
    )
    more = _MORE.format(day=day.format(row="NEW"), counts=_COUNTS.format(row="NEW"))
    less = _LESS.format(day=day.format(row="OLD"), counts=_COUNTS.format(row="OLD"))
    if on_server:
        _keep_on_server(more, less)
    else:
        _keep_in_file(more, less)


def _keep_in_file(more: str, less: str) -> None:
    op.execute(f"CREATE TRIGGER issued_new AFTER INSERT ON documents BEGIN {more} END")
    op.execute(f"CREATE TRIGGER issued_gone AFTER DELETE ON documents BEGIN {less} END")
    was, now = (f"({_COUNTS.format(row=row)})" for row in ("OLD", "NEW"))
    op.execute(
        "CREATE TRIGGER issued_moved AFTER UPDATE OF state, cause, family, issued_at ON documents"
        f" WHEN {was} IS NOT {now} OR OLD.family IS NOT NEW.family OR OLD.issued_at IS NOT NEW.issued_at"
        f" BEGIN {less} {more} END"
    )


def _keep_on_server(more: str, less: str) -> None:
    op.execute(
        f"""
        CREATE FUNCTION count_issued() RETURNS TRIGGER LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' THEN {less} END IF;
            IF TG_OP <> 'DELETE' THEN {more} END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER issued_new AFTER INSERT OR DELETE ON documents FOR EACH ROW EXECUTE FUNCTION count_issued()"
    )
    was, now = (f"({_COUNTS.format(row=row)})" for row in ("OLD", "NEW"))
    op.execute(
        "CREATE TRIGGER issued_moved AFTER UPDATE OF state, cause, family, issued_at ON documents FOR EACH ROW"
        f" WHEN ({was} IS DISTINCT FROM {now}"
        " OR (OLD.family, OLD.issued_at) IS DISTINCT FROM (NEW.family, NEW.issued_at))"
        " EXECUTE FUNCTION count_issued()"
    )
