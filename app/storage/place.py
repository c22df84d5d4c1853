"""Where a ledger stands: a file of this computer, or a PostgreSQL that several computers share. It opens nothing."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.model.server import ServerAddress


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """A server's address with what opens it, in memory only."""

    address: ServerAddress
    password: str = field(repr=False)
    computer: str = ""
    """Who asks, as the other computers' screens name it."""


Place = Path | ServerPlace

ALIVE_SECONDS: Final = 8.0
"""How often the writer of a shared ledger shows the server that it lives."""
