"""Where everything that Botones writes has its place; not what is written there."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from platformdirs import user_data_dir

HOME_VARIABLE = "BOTONES_HOME"


@dataclass(frozen=True, slots=True)
class Paths:
    """All places under one home; nothing is created before ``ensure``."""

    home: Path

    @classmethod
    def under(cls, home: Path) -> Self:
        """Return the places under ``home``, made absolute so that a later change of folder moves nothing."""
        return cls(home.expanduser().absolute())

    @classmethod
    def of_user(cls) -> Self:
        """Return the places of the present user: ``BOTONES_HOME``, else the local (never roaming) data folder."""
        moved = os.environ.get(HOME_VARIABLE)
        return cls.under(Path(moved or user_data_dir("Botones", appauthor=False, roaming=False)))

    def ledger(self, hotel: str) -> Path:
        """Return the ledger of one hotel (``Settings.key``): practice and hotel, or two hotels, never share a row."""
        return self._of(hotel) / "ledger.sqlite3"

    def setup(self, hotel: str) -> Path:
        """Return where the assistant keeps how far it came with one hotel."""
        return self._of(hotel) / "setup.json"

    def sales(self, hotel: str) -> Path:
        """Return where the numbers are kept that were seen in Pymes; losing them only means to look again."""
        return self._of(hotel) / "pymes-numbers.json"

    def deeds(self, hotel: str) -> Path:
        """Return where it is written what persons did for one hotel."""
        return self._of(hotel) / "deeds.jsonl"

    def practice(self, hotel: str) -> Path:
        """Return the folder of a practice hotel's own books: the first one's is where it always was."""
        return self.sandbox if hotel == "sandbox" else self._of(hotel) / "sandbox"

    def _of(self, hotel: str) -> Path:
        folder = self.home / "hotels" / hotel
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @property
    def settings(self) -> Path:
        return self.home / "settings.json"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def reports(self) -> Path:
        return self.home / "reports"

    @property
    def known_keys(self) -> Path:
        """Return where the fingerprints of the keys are noted that signed reports on this computer."""
        return self.home / "signing-keys.json"

    @property
    def sandbox(self) -> Path:
        return self.home / "sandbox"

    @property
    def demo(self) -> Path:
        return self.home / "demo"

    def ensure(self) -> Self:
        """Create what is missing, readable by this user only; a folder that was there keeps its permissions."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self.home, self.logs, self.reports, self.sandbox, self.demo):
            folder.mkdir(mode=0o700, exist_ok=True)
        return self
