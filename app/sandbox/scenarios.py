"""Which simulacros there are, and which of them are on.

A new one is a subclass of ``Scenario`` in ``SCENARIOS``; the console, the desk and the tests take their lists from
there. They decide only what the servers, the front desk or the clock do to Botones, never what the books count.
"""

from typing import Final

from starlette.responses import Response

from app.sandbox.house import House
from app.sandbox.scenario import Scenario
from app.sandbox.scenarios_answers import (
    AnswerLost,
    EmptyAnswer,
    FeDown,
    HalfAnswer,
    Hangs,
    NotJson,
    OperacionExitosa,
    OutOfService,
    RateLimited,
    ServerError,
    SuccessWithoutSubstance,
    TokenExpired,
    TokenOfAnother,
    TokenRevoked,
    WrongHotel,
)
from app.sandbox.scenarios_books import (
    ErrorsAsObject,
    MonthClosed,
    NoteOfRefused,
    NumberingEdited,
    PlanUsedUp,
    RangeUsedUp,
    RefusesOne,
    SecondWriter,
    VigenciaEnds,
    WriterAfter,
    WriterBefore,
    WriterBetween,
)
from app.sandbox.scenarios_hotel import (
    Asleep,
    ClockJumps,
    NoteBeforeInvoice,
    OlderInvoice,
    OlderInvoiceUnknown,
    PagesAstray,
    PmsChanges,
    TwoComputers,
)
from app.sandbox.ventas import Venta

SCENARIOS: Final[tuple[type[Scenario], ...]] = (
    AnswerLost,
    HalfAnswer,
    Hangs,
    SecondWriter,
    WriterBefore,
    WriterBetween,
    WriterAfter,
    TwoComputers,
    RateLimited,
    ServerError,
    OutOfService,
    NotJson,
    SuccessWithoutSubstance,
    OperacionExitosa,
    EmptyAnswer,
    RefusesOne,
    ErrorsAsObject,
    MonthClosed,
    PlanUsedUp,
    TokenRevoked,
    TokenExpired,
    TokenOfAnother,
    WrongHotel,
    NumberingEdited,
    RangeUsedUp,
    VigenciaEnds,
    FeDown,
    PagesAstray,
    PmsChanges,
    NoteBeforeInvoice,
    NoteOfRefused,
    OlderInvoice,
    OlderInvoiceUnknown,
    ClockJumps,
    Asleep,
)


class Stage:
    """The simulacros that are on. Which ones is kept in the books; how far each has come is not."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._on: dict[str, Scenario] = {}
        for row in house.books.rows("SELECT name FROM scenarios"):
            self._on[row["name"]] = scenario_named(row["name"])()

    def switch(self, name: str, on: bool) -> None:
        """Switch a simulacro; raises ``KeyError`` on a name that is none."""
        kind = scenario_named(name)
        if not on:
            self._on.pop(name, None)
            self._house.books.change("DELETE FROM scenarios WHERE name = ?", (name,))
        elif name not in self._on:
            self._on[name] = kind()
            with self._house.books.together():
                self._on[name].begin(self._house)
                self._house.books.change("INSERT OR REPLACE INTO scenarios VALUES (?)", (name,))

    def clear(self) -> None:
        """Switch all off, after the books were erased."""
        self._on.clear()

    def is_on(self, name: str) -> bool:
        return name in self._on

    def before_request(self, system: str, operation: str) -> Response | None:
        for scenario in self._on.values():
            if (said := scenario.before_request(self._house, system, operation)) is not None:
                return said
        return None

    def before_sale(self, venta: Venta) -> Response | None:
        for scenario in self._on.values():
            if (said := scenario.before_sale(self._house, venta)) is not None:
                return said
        return None

    def after_sale(self, venta: Venta, said: Response) -> Response:
        for scenario in self._on.values():
            said = scenario.after_sale(self._house, venta, said)
        return said

    def listed(self, wires: list[str]) -> list[str]:
        for scenario in self._on.values():
            scenario.before_listing(self._house, wires)
            wires = scenario.listed(self._house, wires)
        return wires


def scenario_named(name: str) -> type[Scenario]:
    """Return a simulacro; raises ``KeyError`` on a name that is none."""
    return {scenario.name: scenario for scenario in SCENARIOS}[name]
