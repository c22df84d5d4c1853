"""The parts of the practice hotel put together, for the servers to share. It founds and resets, and serves nothing."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app.model.clock import Clock
from app.sandbox.books import Books
from app.sandbox.hotel import Hotel
from app.sandbox.ranges import Ranges
from app.sandbox.tickets import Tickets
from app.sandbox.tokens import Kind, Tokens

DEFAULT_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What the hotel bought of Pymes."""

    name: str = "Software Administrativo y Contable Premium"
    is_active: bool = True
    documents: int = 200
    """How many the plan still allows; whether the PMS' invoices use it up is not public, and here they do not."""


@dataclass(frozen=True, slots=True)
class Invoicing:
    """Whether the PMS issues electronic invoices, and through whom."""

    is_on: bool = True
    provider: str = "Loggro FE"


class House:
    """Books, numbering, credentials and hotel of one folder."""

    def __init__(self, folder: Path, clock: Clock, seed: int = DEFAULT_SEED, push_delay: float = 1.5) -> None:
        """Open the hotel of ``folder``, which keeps its own seed, or found one with ``seed``.

        ``push_delay`` is how many seconds Pymes' notification with the connection token needs to reach the PMS.
        """
        self.clock = clock
        self.books = Books(folder)
        self.ranges = Ranges(self.books)
        self.tokens = Tokens(self.books, clock)
        self.tickets = Tickets(clock)
        self._push_delay = push_delay
        if self.books.fact("seed") is None:
            self.hotel = Hotel.found(self.books, self.ranges, clock, seed)
        else:
            self.hotel = Hotel(self.books, self.ranges, clock)

    def reset(self, seed: int | None = None) -> None:
        """Start over with the same or another seed; every credential is void."""
        seed = self.hotel.seed if seed is None else seed
        self.books.erase()
        self.tokens.forget()
        self.hotel = Hotel.found(self.books, self.ranges, self.clock, seed)

    @property
    def plan(self) -> Plan:
        return Plan(**(self.books.fact("plan") or {}))

    def set_plan(self, plan: Plan) -> None:
        self.books.remember("plan", asdict(plan))

    @property
    def invoicing(self) -> Invoicing:
        return Invoicing(**(self.books.fact("invoicing") or {}))

    def set_invoicing(self, invoicing: Invoicing) -> None:
        self.books.remember("invoicing", asdict(invoicing))

    # the parameter «La organización está utilizando la aplicación de Alojamientos»

    @property
    def uses_alojamientos(self) -> bool:
        return self.books.fact("pushed_at") is not None

    def set_alojamientos(self, on: bool) -> None:
        """Set the parameter; to Sí sends the notification, again if it was already so."""
        if on:
            due = self.clock.now() + timedelta(seconds=self._push_delay)
            self.books.remember("pushed_at", due.isoformat())
        else:
            self.books.remember("pushed_at", None)
            self.tokens.revoke(Kind.CONNECTION)

    @property
    def connection_arrived(self) -> bool:
        due = self.books.fact("pushed_at")
        return due is not None and self.clock.now() >= datetime.fromisoformat(due)
