"""What a person wants to be told of, and when not to be disturbed. How it is told is the affair of the windows."""

from datetime import datetime, time
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from app.model.clock import BOGOTA


class NoticeKind(StrEnum):
    """The kinds of notices, each with a switch of its own."""

    HELD = "held"
    """Documents that wait for a person."""
    NUMBERING = "numbering"
    CONNECTION = "connection"
    """An access, a connection, or this computer itself."""
    RUN_OUT = "run_out"
    """A range that ends soon."""
    SUMMARY = "summary"
    """What happened yesterday, or while the computer was off."""


class NoticeChoices(BaseModel):
    """The switches and the quiet hours, in Bogotá's time."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    held: bool = True
    numbering: bool = True
    connection: bool = True
    run_out: bool = True
    summary: bool = True
    quiet_from: time | None = None
    quiet_to: time | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.quiet_from is None) is not (self.quiet_to is None):
            raise ValueError("quiet hours need a beginning and an end")
        return self

    def wants(self, kind: NoticeKind) -> bool:
        """Say whether notices of this kind are switched on."""
        return bool(getattr(self, kind.value))

    def is_quiet(self, now: datetime) -> bool:
        """Say whether nobody may be disturbed at ``now``; hours that pass midnight are meant as they are written."""
        if self.quiet_from is None or self.quiet_to is None:
            return False
        hour = now.astimezone(BOGOTA).time()
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= hour < self.quiet_to
        return hour >= self.quiet_from or hour < self.quiet_to
