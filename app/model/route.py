"""How an operation is done: called, or done by a person. Which operation goes which way is the profile's affair."""

from enum import StrEnum


class Route(StrEnum):
    """The three routes; every screen names the one it uses."""

    DOCUMENTED = "documentada"
    """A published endpoint; we call it."""
    AGREED = "convenida"
    """Not published by Loggro: we call the contract of this project."""
    GUIDED = "guiada"
    """A person does it on Loggro's screen; we say where, and verify."""

    @property
    def is_called(self) -> bool:
        return self is not Route.GUIDED
