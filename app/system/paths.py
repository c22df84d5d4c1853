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

    def ledger(self, profile: str) -> Path:
        """Return the ledger of one profile: practice and hotel never share a row."""
        return self._of(profile) / "ledger.sqlite3"

    def setup(self, profile: str) -> Path:
        """Return where the assistant keeps how far it came with one profile."""
        return self._of(profile) / "setup.json"

    def _of(self, profile: str) -> Path:
        folder = self.home / "hotels" / profile
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
