"""The colours, sizes and spaces of the whole program, light and dark. How they are applied is ``sheet``'s affair."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Tone(StrEnum):
    """What a colour says. The same word selects ink, fill and line of a part."""

    GOOD = "good"
    BUSY = "busy"
    WARN = "warn"
    BAD = "bad"
    IDLE = "idle"
    PRACTICE = "practice"


@dataclass(frozen=True, slots=True)
class Shade:
    """One tone: ``ink`` on ``fill`` and on ``surface`` is readable (WCAG AA), ``strong`` carries ``on_strong``."""

    ink: str
    fill: str
    line: str
    strong: str
    on_strong: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """One colour scheme."""

    dark: bool
    window: str
    """Behind everything."""
    rail: str
    """Behind the navigation."""
    surface: str
    """Cards, tables, fields."""
    raised: str
    """Hovered rows, quiet buttons, table heads."""
    selected: str
    line: str
    line_strong: str
    """Edges of fields: 3:1 against the surface, so that a field is seen as one."""
    text: str
    soft: str
    faint: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    accent_ink: str
    """Accent as text and icon on a surface."""
    focus: str
    good: Shade
    busy: Shade
    warn: Shade
    bad: Shade
    idle: Shade
    practice: Shade

    def shade(self, tone: Tone) -> Shade:
        shade: Shade = getattr(self, tone.value)
        return shade


LIGHT: Final = Tokens(
    dark=False,
    window="#F5F6F9",
    rail="#ECEEF4",
    surface="#FFFFFF",
    raised="#F0F2F7",
    selected="#E4E8FB",
    line="#DFE3EB",
    line_strong="#7F889A",
    text="#151A23",
    soft="#475063",
    faint="#5D6679",
    accent="#3D4FC9",
    accent_hover="#3343B4",
    accent_pressed="#2A389A",
    on_accent="#FFFFFF",
    accent_ink="#3545B8",
    focus="#3D4FC9",
    good=Shade(ink="#0E6B3B", fill="#E2F4E9", line="#B4DFC5", strong="#137A45", on_strong="#FFFFFF"),
    busy=Shade(ink="#2B52B8", fill="#E5EDFC", line="#BFD1F5", strong="#2F5FD0", on_strong="#FFFFFF"),
    warn=Shade(ink="#7A4A00", fill="#FDF0D5", line="#EBCF94", strong="#F2B134", on_strong="#2A1B00"),
    bad=Shade(ink="#A3211B", fill="#FCE6E4", line="#F0BDB8", strong="#C22B24", on_strong="#FFFFFF"),
    idle=Shade(ink="#475063", fill="#E9ECF2", line="#D0D6E0", strong="#5C667A", on_strong="#FFFFFF"),
    practice=Shade(ink="#6233A8", fill="#F0E8FC", line="#D8C4F5", strong="#7440C2", on_strong="#FFFFFF"),
)

DARK: Final = Tokens(
    dark=True,
    window="#12141A",
    rail="#171A22",
    surface="#1C2029",
    raised="#262B36",
    selected="#2C3356",
    line="#303644",
    line_strong="#727C91",
    text="#EEF0F5",
    soft="#BAC2D0",
    faint="#98A2B5",
    accent="#8C9BFF",
    accent_hover="#A2AEFF",
    accent_pressed="#7686F2",
    on_accent="#10132B",
    accent_ink="#A6B2FF",
    focus="#A6B2FF",
    good=Shade(ink="#7ED9A3", fill="#16301F", line="#2A5539", strong="#4CC47F", on_strong="#06210F"),
    busy=Shade(ink="#9DBDFF", fill="#18284A", line="#2D4679", strong="#6E9BFF", on_strong="#08152F"),
    warn=Shade(ink="#F5C868", fill="#352709", line="#5F4817", strong="#F2B134", on_strong="#2A1B00"),
    bad=Shade(ink="#FFA49C", fill="#3C1A18", line="#6B2F2B", strong="#FF7A70", on_strong="#330704"),
    idle=Shade(ink="#BAC2D0", fill="#272C37", line="#3C4453", strong="#98A2B5", on_strong="#12141A"),
    practice=Shade(ink="#CDB4FF", fill="#2A1F45", line="#4A3778", strong="#B08CFF", on_strong="#1B0E36"),
)


class Space:
    """Steps between things, in device-independent pixels; nothing else is used."""

    HAIR: Final = 4
    SMALL: Final = 8
    MEDIUM: Final = 12
    LARGE: Final = 16
    WIDE: Final = 24
    HUGE: Final = 32


RADIUS: Final = 8
RADIUS_LARGE: Final = 12

FAMILIES: Final = ("Segoe UI Variable Text", "Segoe UI", "Noto Sans", "DejaVu Sans")
FIXED_FAMILIES: Final = ("Cascadia Mono", "Consolas", "Noto Sans Mono", "DejaVu Sans Mono")


@dataclass(frozen=True, slots=True)
class Face:
    """One step of the type scale."""

    pixels: int
    weight: int
    colour: str
    """Name of the token that draws it."""


class Role(StrEnum):
    """What a text is for; its face follows from it."""

    DISPLAY = "display"
    TITLE = "title"
    HEADING = "heading"
    STRONG = "strong"
    BODY = "body"
    SOFT = "soft"
    CAPTION = "caption"
    OVERLINE = "overline"


FACES: Final = {
    Role.DISPLAY: Face(28, 600, "text"),
    Role.TITLE: Face(22, 600, "text"),
    Role.HEADING: Face(16, 600, "text"),
    Role.STRONG: Face(14, 600, "text"),
    Role.BODY: Face(14, 400, "text"),
    Role.SOFT: Face(14, 400, "soft"),
    Role.CAPTION: Face(12, 400, "faint"),
    Role.OVERLINE: Face(12, 600, "faint"),
}

READABLE: Final = (
    *(
        (ink, ground)
        for ink in ("text", "soft", "faint")
        for ground in ("window", "rail", "surface", "raised", "selected")
    ),
    ("accent_ink", "surface"),
    ("accent_ink", "window"),
    ("accent_ink", "rail"),
    ("accent_ink", "raised"),
    ("accent_ink", "selected"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_accent", "accent_pressed"),
    *((f"{tone}.ink", f"{tone}.fill") for tone in Tone),
    *((f"{tone}.ink", ground) for tone in Tone for ground in ("window", "surface", "raised", "selected")),
    *((ink, f"{tone}.fill") for ink in ("text", "soft") for tone in Tone),
    *((f"{tone}.on_strong", f"{tone}.strong") for tone in Tone),
)
"""Every pair of ink and ground that parts draw text with: each must reach 4.5:1."""

SEEN: Final = (
    *((edge, ground) for edge in ("line_strong", "focus") for ground in ("window", "rail", "surface", "raised")),
    ("focus", "selected"),
    *(("focus", f"{tone}.fill") for tone in Tone),
    *(("accent", ground) for ground in ("window", "surface", "raised", "selected")),
    ("accent_hover", "selected"),
    *((f"{tone}.ink", ground) for tone in Tone for ground in ("surface", "raised")),
    *((strong, "surface") for strong in ("good.strong", "bad.strong")),
)
"""Pairs that carry a shape, not a text (edges, focus ring, bars, gauges, dots): each must reach 3:1."""


def value_of(tokens: Tokens, name: str) -> str:
    """Return the colour of a token named as in ``READABLE``."""
    found: object = tokens
    for part in name.split("."):
        found = getattr(found, part)
    return str(found)
