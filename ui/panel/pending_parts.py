"""The pieces of the page Pendientes: a cause with its documents, a conflict side by side, a line of one document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.model.causes import Cause, Mender
from app.model.documents import Document
from app.model.role import Act
from app.model.sales import Aspect, as_pms_shows
from app.texts import _, day, money, plural, when, whole
from app.texts.backfill import totals_line
from app.texts.causes import aspect_name, aspect_value, explain, mender_name, particulars
from app.texts.documents import how_many
from ui.parts import Button, Card, DiffText, Elided, Icon, Kind, Pill, Words, permit, rule
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.storage.pending import Group, Waiting

_SHOWN: Final = 10
"""So many documents of a cause are shown one by one."""
_ASPECTS: Final = (
    *(Aspect.NUMBER, Aspect.DATE, Aspect.COUNTERPARTY, Aspect.CURRENCY, Aspect.PAYABLE),
    *(Aspect.IVA, Aspect.INC, Aspect.CUFE, Aspect.STANDING),
)


class CauseCard(Card):
    """Everything held for one cause: why, who mends it and where, and all of it released at once."""

    def __init__(
        self,
        group: Group,
        release: Callable[[Cause], object],
        ones: Sequence[Waiting] = (),
        settle: Callable[[Waiting], object] | None = None,
    ) -> None:
        super().__init__()
        self.cause = group.cause
        explanation = explain(group.cause)
        head = QHBoxLayout()
        head.setSpacing(Space.MEDIUM)
        head.addWidget(Icon("pause", "warn.ink", 20), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(Space.HAIR)
        words.addWidget(Words(explanation.title, Role.HEADING))
        words.addWidget(Words(_group_line(group), Role.SOFT, selectable=True))
        head.addLayout(words, 1)
        self.button = Button(_("Soltar todos…"), icon="send")
        self.button.setAccessibleName(_("Soltar todos: {cause}").format(cause=explanation.title))
        self.button.clicked.connect(lambda: release(group.cause))
        permit(self.button, Act.RELEASE)
        goes_alone = group.cause.mender is Mender.BOTONES
        # What was never approved is for the DIAN to mend: nobody can let it go.
        self.button.setVisible(not (group.cause.is_about_approval or goes_alone))
        head.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        if goes_alone:
            head.addWidget(Pill(Tone.BUSY, _("Salen solos"), "sync"), 0, Qt.AlignmentFlag.AlignTop)
        self.box.addLayout(head)
        self.box.addWidget(Words(explanation.meaning, Role.BODY))
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.HAIR)
        grid.setColumnStretch(1, 1)
        for row, (name, text) in enumerate(
            ((_("Quién lo corrige"), mender_name(group.cause.mender)), (_("Dónde"), explanation.place))
        ):
            grid.addWidget(Words(name, Role.SOFT, wraps=False), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Words(text, Role.BODY), row, 1)
        self.box.addLayout(grid)
        if goes_alone:
            # Nothing to press: what helps is to know which invoice it is that still has to arrive.
            for one in ones[:_SHOWN]:
                self.box.addWidget(rule())
                self.box.addWidget(Line(one, particulars(one.detail)))
        # What heals by itself, or was never approved, is nothing to settle by hand.
        if settle is not None and not (group.cause.heals_itself or group.cause.is_about_approval):
            for one in ones[:_SHOWN]:
                self.box.addWidget(rule())
                told = particulars(one.detail)
                self.box.addWidget(Line(one, told, action=_("Resuelto por fuera…"), do=partial(settle, one)))


def _group_line(group: Group) -> str:
    numbers = ", ".join(group.first)
    lines = [how_many(group.n)]
    if group.totals:
        lines.append(totals_line(group.totals))
    lines.append(_("{numbers} y otros").format(numbers=numbers) if group.n > len(group.first) else numbers)
    lines.append(_("desde el {day}").format(day=day(group.oldest)))
    return " · ".join(lines)


class ConflictCard(Card):
    """One document in conflict: what Alojamientos says beside each sale that Pymes has under its number."""

    def __init__(
        self,
        one: Waiting,
        document: Document | None,
        settle: Callable[[Waiting], object],
        again: Callable[[str], object],
    ) -> None:
        super().__init__()
        head = QHBoxLayout()
        head.setSpacing(Space.MEDIUM)
        head.addWidget(Icon("conflict", "bad.ink", 20), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(Space.HAIR)
        words.addWidget(Words(f"{one.full_number} · {one.counterparty}", Role.HEADING, selectable=True))
        if one.cause is not None:
            words.addWidget(Words(explain(one.cause).title, Role.SOFT))
        head.addLayout(words, 1)
        self.box.addLayout(head)
        self.cells: list[DiffText] = []
        columns = columns_of(one, document)
        if len(columns) > 1:
            self.box.addLayout(self._table(columns))
        else:
            for line in particulars(one.detail):
                self.box.addWidget(Words(line, Role.BODY, selectable=True))
        if one.cause is not None:
            self.box.addWidget(Words(explain(one.cause).place, Role.BODY))
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        self.settle = Button(_("Resuelto por fuera…"), icon="link")
        self.settle.setAccessibleName(_("Resuelto por fuera: {number}").format(number=one.full_number))
        self.settle.clicked.connect(lambda: settle(one))
        permit(self.settle, Act.SETTLE)
        row.addWidget(self.settle)
        look = Button(_("Ya está corregido: mirar ahora"), Kind.PLAIN, icon="sync")
        look.setAccessibleName(_("Ya está corregido: {number}").format(number=one.full_number))
        look.clicked.connect(lambda: again(one.key))
        permit(look, Act.RELEASE)
        row.addWidget(look)
        row.addStretch(1)
        self.box.addLayout(row)

    def _table(self, columns: Sequence[tuple[str, dict[str, str]]]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.HAIR)
        for place, (title, _said) in enumerate(columns, start=1):
            grid.addWidget(Words(title, Role.OVERLINE), 0, place)
            grid.setColumnStretch(place, 1)
        ours = columns[0][1]
        row = 1
        for aspect in _ASPECTS:
            values = [said.get(aspect, "") for _title, said in columns]
            if not any(values):
                continue
            name = aspect_name(aspect)
            grid.addWidget(Words(name, Role.SOFT, wraps=False), row, 0, Qt.AlignmentFlag.AlignTop)
            shown = [aspect_value(aspect, value) for value in values]
            for place, (value, text) in enumerate(zip(values, shown, strict=True)):
                differs = not _same(aspect, value, ours.get(aspect, ""))
                cell = DiffText()
                cell.show_value(text, shown[0] if differs else None, Tone.BAD if differs else None)
                cell.setAccessibleName(
                    _("{aspect}, {where}: {value}").format(aspect=name, where=columns[place][0], value=text)
                )
                cell.setAccessibleDescription(_("No coincide") if differs else "")
                self.cells.append(cell)
                grid.addWidget(cell, row, place + 1)
            row += 1
        return grid


def columns_of(one: Waiting, document: Document | None) -> list[tuple[str, dict[str, str]]]:
    """Return the sides of a conflict, ours first, each with its title and what it says by aspect."""
    if document is None:
        return []
    ours = (_("Alojamientos"), as_pms_shows(document))
    if one.cause is Cause.OTHER_CONTENT:
        later: dict[str, str] = ours[1] | {Aspect.PAYABLE.value: str(one.detail.get("payable", ""))}
        return [(_("Como llegó primero"), ours[1]), (_("Como llegó después"), later)]
    found: list[dict[str, str]] = one.detail.get("found", [])
    if not found and one.detail.get("differences"):
        said: dict[str, Any] = {row["aspect"]: row["pymes"] for row in one.detail["differences"]}
        found = [ours[1] | said]
    if len(found) == 1:
        return [ours, (_("Pymes"), found[0])]
    return [ours, *((_("Pymes, registro {n}").format(n=n), said) for n, said in enumerate(found, start=1))]


def _same(aspect: Aspect, one: str, other: str) -> bool:
    if aspect in (Aspect.PAYABLE, Aspect.IVA, Aspect.INC):
        return aspect_value(aspect, one) == aspect_value(aspect, other)
    return one.upper() == other.upper()


class Line(QWidget):
    """One document in one line, with what is told of it below and one thing to do."""

    def __init__(
        self,
        one: Waiting,
        told: Sequence[str],
        *,
        action: str = "",
        icon: str = "",
        do: Callable[[], object] | None = None,
        act: Act = Act.SETTLE,
    ) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, Space.HAIR, 0, Space.HAIR)
        row.setSpacing(Space.MEDIUM)
        words = QVBoxLayout()
        words.setSpacing(1)
        value = money(one.payable, one.currency) if one.payable is not None else ""
        words.addWidget(Elided(" · ".join(filter(None, (one.full_number, one.counterparty, value))), Role.STRONG))
        self._told = [Words(line, Role.CAPTION, selectable=True) for line in told]
        for line in self._told:
            words.addWidget(line)
        row.addLayout(words, 1)
        self.button = Button(action, Kind.SMALL, icon=icon)
        self.button.setVisible(bool(action))
        self.button.setAccessibleName(f"{action} {one.full_number}")
        if do is not None:
            self.button.clicked.connect(lambda: do())
            permit(self.button, act)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)

    def tell(self, told: Sequence[str]) -> None:
        """Say the same number of lines anew."""
        for line, text in zip(self._told, told, strict=True):
            line.setText(text)


def doubt_lines(one: Waiting, now: datetime) -> list[str]:
    """Say how often it was looked for, and when it is next."""
    looks = plural("Buscado {n} vez en Pymes.", "Buscado {n} veces en Pymes.", one.looks).format(n=whole(one.looks))
    if one.due_at is None or one.due_at <= now:
        return [looks, _("Se busca otra vez en el próximo ciclo.")]
    minutes = int((one.due_at - now).total_seconds()) // 60
    left = plural("en {n} minuto", "en {n} minutos", minutes).format(n=whole(minutes))
    left = left if minutes else _("en menos de un minuto")
    return [looks, _("Se busca otra vez {left}: {when}.").format(left=left, when=when(one.due_at, now))]


def list_card(title: str, lead: str, lines: Sequence[QWidget], left: int) -> Card:
    """Return a card with one line under the other, and how many are not shown."""
    card = Card(title)
    card.box.addWidget(Words(lead, Role.SOFT))
    for number, line in enumerate(lines):
        if number:
            card.box.addWidget(rule())
        card.box.addWidget(line)
    if left > 0:
        card.box.addWidget(
            Words(
                plural("y {n} más, en Documentos.", "y {n} más, en Documentos.", left).format(n=whole(left)),
                Role.CAPTION,
            )
        )
    return card
