"""The list of what needs a person, a line and one button each: built from a Status and what waits by cause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.journey import State
from app.model.numbering import NumberingProof
from app.model.role import Act
from app.model.status import Status
from app.texts import _, when
from app.texts.causes import explain_failure
from app.texts.documents import families_name
from app.texts.forecast import ending_title, watch_line
from app.texts.numbering import proof_title
from app.texts.overview import cause_line, older_title, spare_title
from app.texts.status import needs, rebuild_story, rebuild_title, trouble_line
from ui.parts import Banner, Icon, Words, clear, permit
from ui.theme import Role, Space, Tone

_CAUSES = 4
"""So many causes have a line of their own; more stand together."""
_OFFERED_DAYS = 30
"""So long after the first day older documents are offered; who has not brought them by then does not want them."""


class Needs(QWidget):
    """Draws the list anew only where it says something else."""

    numbering_requested = Signal()
    pending_requested = Signal(object)
    """The ``Cause`` to look at, ``None`` for all that waits."""
    wizard_requested = Signal()
    older_requested = Signal()
    take_over_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(Space.SMALL)
        self._shown: object = None

    def draw(self, status: Status, now: datetime, causes: dict[Cause, int]) -> None:
        """Show what needs a person; ``causes`` is what was last read, and counts only where it fits the Status."""
        held = causes if sum(causes.values()) == status.counts.held else {}
        older = self._older(status, bogota_day(now))
        shown = (
            *(status.set_up, status.paused, status.trouble, status.rebuild, status.spare_of, older),
            *(status.counts.conflict, status.counts.held, status.counts.missing, tuple(held.items())),
            tuple(_content(proof) for proof in status.broken_proofs),
            status.ending_ranges,
        )
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._box)
        self._add_state(status, now)
        self._add_ranges(status)
        self._add_documents(status, held)
        if self._box.count() == 0:
            going = _("Botones está en pausa.") if status.paused else _("Botones sigue vigilando.")
            row = QHBoxLayout()
            row.setSpacing(Space.SMALL)
            row.addWidget(Icon("shield", "faint", 20))
            row.addWidget(Words(_("Nada pendiente de usted"), Role.STRONG, wraps=False))
            row.addWidget(Words(going, Role.SOFT), 1)
            self._box.addLayout(row)
        if older is not None:
            text = _("Los anteriores no se envían si nadie los trae. Antes de traerlos se muestra qué pasaría.")
            self._add(
                Tone.IDLE, older_title(older), text, _("Traer…"), self.older_requested.emit, "calendar", Act.BACKFILL
            )

    def _add(
        self,
        tone: Tone,
        title: str,
        text: str = "",
        action: str = "",
        do: Callable[[], object] | None = None,
        icon: str = "",
        act: Act = Act.SEE,
    ) -> None:
        banner = Banner(tone, title, text, action=action, do=do, icon=icon)
        # «Ver» alone says nothing to somebody who hears one button after the other.
        banner.button.setAccessibleName(f"{action}: {title}")
        permit(banner.button, act)
        self._box.addWidget(banner)
        banner.show()  # at once: a turn later the list would have been empty for a moment

    def _older(self, status: Status, today: date) -> date | None:
        start = status.start
        return start if status.set_up and start is not None and (today - start).days <= _OFFERED_DAYS else None

    def _add_state(self, status: Status, now: datetime) -> None:
        wizard = self.wizard_requested.emit
        if not status.set_up:
            text = _("El asistente muestra cómo, paso a paso; se puede dejar y retomar.")
            self._add(
                Tone.PRACTICE, _("Falta configurar la conexión"), text, _("Asistente"), wizard, "wizard", Act.SET_UP
            )
        if status.spare_of is not None:
            text = _("El otro computador termina lo que está enviando y deja el turno a este.")
            action = _("Enviar desde este computador")
            title, take = spare_title(status.spare_of, now), self.take_over_requested.emit
            self._add(Tone.IDLE, title, text, action, take, act=Act.TAKE_OVER)
        if (trouble := status.trouble) is not None:
            explanation = explain_failure(trouble.failure)
            said = "\n".join((explanation.meaning, *trouble.messages, explanation.place))
            since = _("Desde {when}.").format(when=when(trouble.since, now))
            helps = trouble.needs_a_person and not trouble.failure.is_about_ledger
            action = _("Asistente") if helps else ""
            self._add(Tone.BAD, trouble_line(trouble), f"{said}\n{since}", action, wizard, act=Act.SET_UP)
        if status.rebuild is not None:
            self._add(Tone.WARN, rebuild_title(), rebuild_story(status.rebuild, now))

    def _add_ranges(self, status: Status) -> None:
        there = self.numbering_requested.emit
        for proof in status.broken_proofs:
            title = f"{families_name(proof.family)} · {proof.range_name}"
            text = _("{what}. Nada de este rango se envía.").format(what=proof_title(proof))
            self._add(Tone.BAD, title, text, _("Ver"), there)
        for one in status.ending_ranges:
            self._add(Tone.WARN, ending_title(one), watch_line(one), _("Ver"), there, "clock")

    def _add_documents(self, status: Status, held: dict[Cause, int]) -> None:
        counts = status.counts
        kinds = [
            (state, tone)
            for state, tone, n in (
                (State.CONFLICT, Tone.BAD, counts.conflict),
                (State.HELD, Tone.WARN, counts.held),
                (State.MISSING, Tone.WARN, counts.missing),
            )
            if n
        ]
        for (state, tone), line in zip(kinds, needs(counts), strict=True):
            if state is State.HELD and held and len(held) <= _CAUSES:
                for cause, n in held.items():
                    self._add(tone, cause_line(cause, n), "", _("Ver"), partial(self.pending_requested.emit, cause))
            else:
                self._add(tone, line, "", _("Ver"), partial(self.pending_requested.emit, None))


def _content(proof: NumberingProof) -> object:
    return (proof.family, proof.range_name, proof.cells, proof.conditions)
