"""What a ledger says of itself, by name: one value each. What a name means is its writer's affair."""

from sqlalchemy import Connection, delete, select

from app.storage.tables import facts
from app.storage.upsert import upsert


def fact(connection: Connection, name: str) -> str | None:
    """Return the value, ``None`` where none was put."""
    value: str | None = connection.scalar(select(facts.c.value).where(facts.c.name == name))
    return value


def put_fact(connection: Connection, name: str, value: str) -> None:
    """Write it in place of an older one, in the transaction of ``connection``."""
    upsert(connection, facts, {"name": name, "value": value}, ("name",))


def drop_fact(connection: Connection, name: str) -> None:
    """Take it away; harmless if there is none."""
    connection.execute(delete(facts).where(facts.c.name == name))
