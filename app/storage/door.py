"""The door of a ledger on a server: written by whoever moves it, and read by whoever would write it.

It says nothing of a document; the lock that lets one computer write is ``server``'s.
"""

from sqlalchemy import Connection, Engine

from app.model.server import Door, Use
from app.storage.errors import LedgerMoved
from app.storage.facts import fact, put_fact
from app.storage.tables import DOOR


def door_of(connection: Connection) -> Door | None:
    """Return what the ledger says of itself; ``None`` where nobody ever moved it."""
    body = fact(connection, DOOR)
    return None if body is None else Door.model_validate_json(body)


def set_door(connection: Connection, door: Door) -> None:
    """Write it, in the transaction of ``connection``."""
    put_fact(connection, DOOR, door.model_dump_json())


def pass_door(engine: Engine, computer: str) -> None:
    """Raise ``LedgerMoved`` where the ledger is not in use.

    One that is arriving is opened by the computer that brought it: its settings name the server only after the proof.
    """
    with engine.begin() as connection:
        door = door_of(connection)
        if door is None or door.use is Use.OPEN:
            return
        if door.use is Use.AWAY or door.computer != computer:
            raise LedgerMoved(door)
        set_door(connection, door.model_copy(update={"use": Use.OPEN}))
