"""How much Botones may do on its own."""

from enum import StrEnum


class Mode(StrEnum):
    """The three modes of the design; every one of them looks before it would send."""

    WATCH = "solo-vigilar"
    """Reads only; says what is missing in Pymes."""
    COMPLETE = "vigilar-y-completar"
    """Adopts what Loggro's own sync already put there and, after giving it a little time, sends what is proven
    missing.
    """
    SEND_ALL = "enviar-todo"
    """Sends at once what is proven missing."""

    @property
    def sends(self) -> bool:
        return self is not Mode.WATCH
