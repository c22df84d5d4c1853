"""What a starting practice hotel says on its first line; light, because the app imports it and not the servers."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers answer, and the token of the desk for this run."""

    pms: str
    pymes: str
    fe: str
    desk: str
    desk_token: str = field(repr=False)
