"""What persons did at this computer for one hotel: a line for each act, written once and never changed.

It stands beside the ledger and not in it, so that it outlives a ledger that is put back, and can be written where there
is none, or where another computer writes it. What was decided about one document stands in that document's story too.
"""

import logging
import threading
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from app.model.clock import Clock
from app.model.role import Act, Deed, Role, reason_for, require
from app.system.person import person

log = logging.getLogger(__name__)

_turn: Final = threading.Lock()
"""Screen and engine write from threads of their own."""


class Deeds:
    """The one door to what persons do: it says whether they may, and writes down that they did."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    def check(self, role: Role, act: Act, reason: str = "") -> None:
        """Raise ``NotAllowed`` where the role does not do it, ``ReasonMissing`` where nobody says why and must."""
        require(role, act)
        reason_for(act, reason)

    def did(self, role: Role, act: Act, told: str, reason: str = "") -> None:
        """Write it down; raises what ``check`` raises. A disk that is full does not undo what was done."""
        self.check(role, act, reason)
        self.note(role, act, told, reason)

    def note(self, role: Role | None, act: Act, told: str, reason: str = "") -> None:
        """Write down what was done without having asked anybody, such as by the uninstaller."""
        deed = Deed(at=self._clock.now(), who=person(), role=role, act=act, told=told, reason=reason_for(act, reason))
        self._write(deed)

    def read(self) -> tuple[Deed, ...]:
        """Return every act, the newest first; a line that cannot be read is left out. Raises ``OSError``."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return ()
        found = []
        for line in reversed(lines):
            try:
                found.append(Deed.model_validate_json(line))
            except ValidationError:  # cut off by a power failure, or of a newer version
                continue
        return tuple(found)

    def _write(self, deed: Deed) -> None:
        line = deed.model_dump_json(exclude_defaults=True) + "\n"
        try:
            with _turn, self._path.open("ab") as file:
                if file.tell() and not self._ends_whole():
                    line = "\n" + line
                file.write(line.encode())
        except OSError as error:
            log.warning("what was done could not be written down: %s", error)

    def _ends_whole(self) -> bool:
        with self._path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) == b"\n"
