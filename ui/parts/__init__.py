"""Small drawn parts that the windows share; none of them knows the engine or the network."""

from ui.parts.buttons import Button, IconButton, Kind
from ui.parts.confirm import Confirm
from ui.parts.difference import DiffText, differing
from ui.parts.droparea import DropArea
from ui.parts.facsimile import Facsimile
from ui.parts.fields import CopyField, FormField
from ui.parts.flowrow import FlowRow, flowing, holding
from ui.parts.frames import Banner, Card, EmptyState, Icon, Scroll, Surface, clear, fit, rule
from ui.parts.permit import give_role, give_turn, permit
from ui.parts.picker import Picker
from ui.parts.pill import MOOD_LOOK, STATE_LOOK, MoodPill, Pill, RouteTag, StatePill
from ui.parts.plate import Plate
from ui.parts.prooftable import ProofTable
from ui.parts.spinner import Spinner
from ui.parts.steprail import StepLook, StepRail, StepState
from ui.parts.table import table_of
from ui.parts.words import Elided, Words, plain_tip, polish

__all__ = [
    "MOOD_LOOK",
    "STATE_LOOK",
    "Banner",
    "Button",
    "Card",
    "Confirm",
    "CopyField",
    "DiffText",
    "DropArea",
    "Elided",
    "EmptyState",
    "Facsimile",
    "FlowRow",
    "FormField",
    "Icon",
    "IconButton",
    "Kind",
    "MoodPill",
    "Picker",
    "Pill",
    "Plate",
    "ProofTable",
    "RouteTag",
    "Scroll",
    "Spinner",
    "StatePill",
    "StepLook",
    "StepRail",
    "StepState",
    "Surface",
    "Words",
    "clear",
    "differing",
    "fit",
    "flowing",
    "give_role",
    "give_turn",
    "holding",
    "permit",
    "plain_tip",
    "polish",
    "rule",
    "table_of",
]
