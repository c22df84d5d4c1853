"""Who sits at this computer, for the story of a document; it decides nothing about what they may do."""

import getpass
from typing import Final

_LONGEST: Final = 60


def person() -> str:
    """Return the name under which the person signed in to the operating system, empty where nobody says it."""
    try:
        return getpass.getuser()[:_LONGEST]
    except (OSError, KeyError, ImportError):
        return ""
