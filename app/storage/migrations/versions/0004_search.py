"""Finding and sorting without reading every row, and what was said to Pymes about a document and answered.

The search is the database's own full text. SQLite's table keeps no words, only where they occur, so that to take a row
out one has to say again which words it had; triggers do both in the transaction that moves the document. PostgreSQL
reckons the words of a row as a column of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# Parts of a number from three digits on: people know the last ones. A value without its cents.
_WORDS = (
    "{row}.full_number || ' ' || {row}.number"
    " || ' ' || SUBSTR({row}.number, 2, 20 * (LENGTH({row}.number) > 3))"
    " || ' ' || SUBSTR({row}.number, 3, 20 * (LENGTH({row}.number) > 4))"
    " || ' ' || SUBSTR({row}.number, 4, 20 * (LENGTH({row}.number) > 5))"
    " || ' ' || SUBSTR({row}.number, 5, 20 * (LENGTH({row}.number) > 6))"
    " || ' ' || {row}.counterparty || ' ' || {row}.counterparty_id"
    " || ' ' || COALESCE(CAST({row}.payable AS INTEGER), '')"
)
_WRITTEN = "full_number, number, counterparty, counterparty_id, payable"
_IN = f"INSERT INTO search (rowid, words) VALUES (NEW.rowid, {_WORDS.format(row='NEW')});"
_OUT = f"INSERT INTO search (search, rowid, words) VALUES ('delete', OLD.rowid, {_WORDS.format(row='OLD')});"

_SORT_NAME = "SUBSTR(counterparty, 1, 60)"
for _letter, _plain in zip("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunAEIOUUN", strict=True):
    _SORT_NAME = f"REPLACE({_SORT_NAME}, '{_letter}', '{_plain}')"

_SERVER_WORDS = (
    "full_number || ' ' || number::text || ' ' || "
    + " || ' ' || ".join(
        f"CASE WHEN number >= 1{'0' * n} THEN SUBSTR(number::text, {n}) ELSE '' END" for n in (2, 3, 4, 5)
    )
    + " || ' ' || counterparty || ' ' || counterparty_id || ' ' || COALESCE(TRUNC(payable::numeric)::text, '')"
)
_PLAIN = "TRANSLATE({words}, 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunAEIOUUN')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _search_on_server()
    else:
        _search_in_file()
    # Those that most lists are read from hold what is filtered by: the rows themselves are large.
    filtered = ["state", "family", "cause"]
    op.drop_index("documents_by_time", "documents")
    op.create_index("documents_by_time", "documents", ["seen_at", "position", *filtered, "issued_at"])
    op.create_index("documents_by_issue", "documents", ["issued_at", *filtered])
    op.create_index("documents_by_name", "documents", ["sort_name"])
    op.create_index("documents_by_amount", "documents", ["sort_amount"])
    op.create_index("documents_by_prefix", "documents", ["prefix", "number"])
    op.create_table(
        "exchanges",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("event", sa.Integer, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("exchanges_by_event", "exchanges", ["event"])


def _search_on_server() -> None:
    # A row has a place here as it has in a file, by the same name: the newest is the one that was written last.
    op.execute("ALTER TABLE documents ADD COLUMN rowid BIGINT GENERATED ALWAYS AS IDENTITY")
    op.execute("CREATE UNIQUE INDEX documents_by_place ON documents (rowid)")
    # Without any accent, as what a person writes is looked for: a guest may be called Gonçalves or Söhne.
    plain = f"REGEXP_REPLACE(NORMALIZE({_SERVER_WORDS}, NFD), '[\\u0300-\\u036F]', '', 'g')"
    words = f"REGEXP_REPLACE({plain}, '[^[:alnum:]]+', ' ', 'g')"
    op.execute(
        f"ALTER TABLE documents ADD COLUMN words TSVECTOR GENERATED ALWAYS AS (TO_TSVECTOR('simple', {words})) STORED"
    )
    op.execute("CREATE INDEX documents_by_word ON documents USING gin (words)")
    name = _PLAIN.format(words="SUBSTR(counterparty, 1, 60)")
    op.execute(f"ALTER TABLE documents ADD COLUMN sort_name TEXT GENERATED ALWAYS AS (UPPER({name})) STORED")
    op.execute(
        "ALTER TABLE documents ADD COLUMN sort_amount DOUBLE PRECISION"
        " GENERATED ALWAYS AS (payable::double precision) STORED"
    )


def _search_in_file() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE search USING fts5("
        "words, content='', detail=none, columnsize=0, prefix='2 3', tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute(f"INSERT INTO search (rowid, words) SELECT rowid, {_WORDS.format(row='documents')} FROM documents")
    op.execute(f"CREATE TRIGGER search_new AFTER INSERT ON documents BEGIN {_IN} END")
    op.execute(f"CREATE TRIGGER search_gone AFTER DELETE ON documents BEGIN {_OUT} END")
    op.execute(f"CREATE TRIGGER search_moved AFTER UPDATE OF {_WRITTEN} ON documents BEGIN {_OUT} {_IN} END")
    op.execute(f"ALTER TABLE documents ADD COLUMN sort_name TEXT AS (UPPER({_SORT_NAME})) VIRTUAL")
    op.execute("ALTER TABLE documents ADD COLUMN sort_amount FLOAT AS (CAST(payable AS REAL)) VIRTUAL")
