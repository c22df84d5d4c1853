"""What a simulacro is: one small class that says when and how something goes wrong. The list is in ``scenarios``.

It decides only what the servers, the front desk or the clock do to Botones, never what the books count.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final

from starlette.responses import Response

from app.sandbox.house import House
from app.sandbox.ventas import Venta
from app.sandbox.web import answer

PYMES: Final = "pymes"
FE: Final = "fe"


class Scenario:
    """One simulacro while it is on; counts start anew when it is switched on or the hotel restarts."""

    name: ClassVar[str]
    every: ClassVar[int] = 1
    """How many occasions it lets pass, plus the one at which it strikes."""

    # What the demo, which plays the hotel's computer and the person at it, does while it is on.
    timing: ClassVar[Mapping[str, float]] = {}
    """What it shortens of the practice profile's timing, so that nobody waits for minutes."""
    clock_jumps: ClassVar[tuple[timedelta, ...]] = ()
    """By how much the clock of Botones' computer is set forward or back, one after each of the first cycles."""
    sleeps: ClassVar[timedelta | None] = None
    """How long that computer sleeps after its first cycle, while the hotel goes on."""
    has_second_pc: ClassVar[bool] = False
    """Whether another computer, with a ledger of its own, carries the same hotel's documents."""

    def __init__(self) -> None:
        self._occasions = 0

    @classmethod
    def is_of_the_computer(cls) -> bool:
        """Say whether it happens to the hotel's computer, which only the demo plays: the hotel alone cannot do it."""
        return bool(cls.clock_jumps or cls.sleeps or cls.has_second_pc)

    @property
    def title(self) -> str:
        """Return its name for people."""
        raise NotImplementedError

    @property
    def expect(self) -> str:
        """Return what a trainee should see happen, and why that is right."""
        raise NotImplementedError

    def begin(self, house: House) -> None:
        """Change the hotel as it is switched on; a hotel that restarts has it behind it."""

    def before_request(self, house: House, system: str, operation: str) -> Response | None:
        """Answer in the server's place; the credential was already found good."""
        return None

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        """Answer in place of Pymes to a readable sale of which nothing is recorded yet."""
        return None

    def after_sale(self, house: House, venta: Venta, said: Response) -> Response:
        """Return what the client gets for a sale that is recorded."""
        return said

    def before_listing(self, house: House, wires: list[str]) -> None:
        """Act when the PMS is about to show these approved documents."""

    def listed(self, house: House, wires: list[str]) -> list[str]:
        """Return what the PMS shows in place of these approved documents; it still counts the true ones."""
        return wires

    def _strikes(self) -> bool:
        self._occasions += 1
        return self._occasions % self.every == 0


def refusal(code: str, message: str, status: int = 400) -> Response:
    """Return a refusal in the form that Pymes documents."""
    return answer({"errores": [{"codigo": code, "mensaje": message}]}, status)
