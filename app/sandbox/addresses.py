"""What a starting practice hotel says on its first line; light, because the app imports it and not the servers."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers answer, and the token of the desk for this run."""

    pms: str
    pymes: str
    fe: str
    desk: str
    pages: str
    """The web pages; opened only through ``entry``."""
    desk_token: str = field(repr=False)

    def entry(self, ticket: str) -> str:
        """Return the address that opens the page of a ticket, once."""
        return f"{self.pages}/entrada?ticket={ticket}"
