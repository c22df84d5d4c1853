"""What wizard and panel are given by ``main``: where things are, what was chosen, and the vault. It builds nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.connectors.profile import Profile
from app.model.clock import Clock
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import Vault

if TYPE_CHECKING:  # the practice hotel comes up beside the first window, not before it
    from app.sandbox.practice import Practice


@dataclass(slots=True)
class Context:
    """The surroundings of the windows. ``settings`` is always the newest; change it only with ``choose``."""

    paths: Paths
    settings: Settings
    profile: Profile
    vault: Vault
    """A ``SessionVault`` where the machine has none: ``vault.is_lasting`` is false and the screen says so."""
    clock: Clock
    practice: Practice | None = None
    """The running practice hotel, ``None`` where the profile is a real one."""

    def choose(self, **choices: object) -> Settings:
        """Change some settings and keep them on the disk; raises ``ValueError`` where one is not valid."""
        self.settings = self.settings.changed(**choices)
        self.settings.save(self.paths.settings)
        return self.settings
