"""Where the hotel's approved documents are read. Reading them is ``connectors``' affair."""

from enum import StrEnum


class SourceKind(StrEnum):
    """The three sources; a profile names one, and the person may choose another in the wizard."""

    PMS = "pms"
    """The PMS' own list: our contract, until Loggro opens one."""
    FOLDER = "carpeta"
    """A folder with the XML and ZIP files that the provider mails."""
    RANGE = "rango"
    """The FE service, asked for one number of the authorised range after the other."""
