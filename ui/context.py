"""What wizard and panel are given by ``main``: where things are, what was chosen, and the vault. It builds nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.connectors.profile import Profile
from app.model.clock import Clock
from app.model.happened import Happened
from app.model.role import Act, may
from app.system.deeds import Deeds
from app.system.paths import Paths
from app.system.settings import SHARED, Settings
from app.system.vault import Vault

if TYPE_CHECKING:  # the practice hotel comes up beside the first window, not before it
    from app.sandbox.practice import Practice


@dataclass(slots=True, eq=False)
class Context:
    """The surroundings of one hotel's windows. ``settings`` is always the newest; change it only with ``choose``."""

    paths: Paths
    settings: Settings
    profile: Profile
    vault: Vault
    """A ``SessionVault`` where the machine has none: ``vault.is_lasting`` is false and the screen says so."""
    clock: Clock
    practice: Practice | None = None
    """The running practice hotel, ``None`` where the profile is a real one."""
    absence: Happened | None = None
    """What became of the documents while the computer was off the last time; ``None``: nothing to tell."""
    hotels: list[Context] = field(default_factory=list)
    """The contexts of all hotels of this computer, this one's too; all of them hold the same list."""

    def __post_init__(self) -> None:
        self.hotels.append(self)

    def choose(self, **choices: object) -> Settings:
        """Change some settings and keep them on the disk; raises ``ValueError`` where one is not valid.

        What is shared holds for the other hotels from now on too.
        """
        self._keep(self.settings.changed(**choices))
        if SHARED & choices.keys():
            for other in self.hotels:
                if other is not self:
                    other.settings = other.settings.changed(**self.settings.shared)
        return self.settings

    @property
    def deeds(self) -> Deeds:
        """Return where it is written what persons did for this hotel."""
        return Deeds(self.paths.deeds(self.settings.key), self.clock)

    def may(self, act: Act) -> bool:
        """Say whether the role of whoever sits here does that."""
        return may(self.settings.role, act)

    def did(self, act: Act, told: str, reason: str = "") -> None:
        """Write down what the person does; raises ``NotAllowed`` and ``ReasonMissing``."""
        self.deeds.did(self.settings.role, act, told, reason)

    def turn_to(self, settings: Settings) -> None:
        """Go on with the choices of another hotel in this one's place."""
        self._keep(settings)

    def _keep(self, settings: Settings) -> None:
        former, self.settings = self.settings, settings
        # A ledger that other computers share is not forgotten by turning to another hotel: it stays a hotel of its own.
        takes_its_place = former.key == settings.key or former.ledger_server is None
        settings.save(self.paths.settings, instead_of=former.key if takes_its_place else None)
