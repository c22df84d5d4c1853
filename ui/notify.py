"""Notices: once per problem until it changes or is solved, several in one, never in the quiet hours.

Where they appear is the tray's affair; which are wanted is the person's.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.notices import NoticeChoices, NoticeKind
from app.model.status import Status
from app.texts import _
from app.texts.causes import explain_failure
from app.texts.documents import families_name
from app.texts.forecast import ending_title, watch_line
from app.texts.numbering import proof_title
from app.texts.status import needs, rebuild_rule, rebuild_title, trouble_line

_COLLECT_MS = 3000


class Notice(NamedTuple):
    """What may be told, and which switch it hangs on."""

    kind: NoticeKind
    title: str
    text: str


class Notices(QObject):
    """Watches Status values and says what is new in them."""

    raised = Signal(str, str)
    """Title and text of one notice."""

    def __init__(self, choices: Callable[[], NoticeChoices] = NoticeChoices, parent: QObject | None = None) -> None:
        """``choices`` is asked each time: a switch counts from the moment it is moved."""
        super().__init__(parent)
        self._choices = choices
        self._told: frozenset[str] = frozenset()
        self._waiting: dict[str, Notice] = {}
        self._news: list[Notice] = []
        self._quiet = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_COLLECT_MS)
        self._timer.timeout.connect(self.tell_now)

    def consider(self, status: Status, now: datetime) -> None:
        """Take in a Status; what it newly says is told after a short while, together."""
        choices = self._choices()
        self._quiet = choices.is_quiet(now)
        if not status.set_up or status.paused:
            return
        problems = {key: notice for key, notice in _problems(status).items() if choices.wants(notice.kind)}
        # Solved meanwhile, or switched off: not told any more, and told again should it come back.
        self._told = self._told.intersection(problems)
        self._waiting = {key: notice for key, notice in self._waiting.items() if key in problems}
        for key, notice in problems.items():
            if key not in self._told:
                self._waiting[key] = notice
        self._start()

    def add(self, kind: NoticeKind, title: str, text: str, now: datetime) -> None:
        """Take in something that is told once and is no state; its sender sees to it that it is said once."""
        choices = self._choices()
        self._quiet = choices.is_quiet(now)
        if choices.wants(kind):
            self._news.append(Notice(kind, title, text))
            self._start()

    def tell_now(self) -> None:
        """Say what has been collected, unless the quiet hours have begun: then it waits for their end."""
        if self._quiet or not (self._waiting or self._news):
            return
        waiting, self._waiting = self._waiting, {}
        news, self._news = self._news, []
        self._told = self._told.union(waiting)
        notices = [*waiting.values(), *news]
        if len(notices) == 1:
            _kind, title, text = notices[0]
        else:
            title = _("{n} asuntos requieren su atención").format(n=len(waiting)) if waiting else _("Botones informa")
            text = "\n".join(notice.title for notice in notices)
        self.raised.emit(title, text)

    def _start(self) -> None:
        if (self._waiting or self._news) and not self._quiet and not self._timer.isActive():
            self._timer.start()


def _problems(status: Status) -> dict[str, Notice]:
    """Return each problem under a key that stays the same until the problem changes: never a count, never a time."""
    found: dict[str, Notice] = {}
    if (trouble := status.trouble) is not None and trouble.needs_a_person:
        explanation = explain_failure(trouble.failure)
        found[f"trouble/{trouble.system}/{trouble.failure}"] = Notice(
            NoticeKind.CONNECTION, trouble_line(trouble), explanation.place
        )
    if (rebuild := status.rebuild) is not None:
        found[f"rebuild/{rebuild.since}"] = Notice(NoticeKind.CONNECTION, rebuild_title(), rebuild_rule())
    for proof in status.broken_proofs:
        cells = ",".join(f"{cell.field}={sorted(cell.values.items())}" for cell in proof.differences)
        key = f"proof/{proof.family}/{proof.range_name}/{cells}/{proof.conditions}"
        title = f"{families_name(proof.family)}: {proof_title(proof)}"
        text = _("Nada de ese rango se envía hasta que coincida. El panel muestra dónde corregir.")
        found[key] = Notice(NoticeKind.NUMBERING, title, text)
    for forecast in status.ending_ranges:
        key = f"range/{forecast.family}/{forecast.prefix}/{forecast.first}/{forecast.watch}"
        found[key] = Notice(NoticeKind.RUN_OUT, ending_title(forecast), watch_line(forecast))
    counts = status.counts
    kinds = [
        kind for kind, n in (("conflict", counts.conflict), ("held", counts.held), ("missing", counts.missing)) if n
    ]
    for kind, line in zip(kinds, needs(counts), strict=True):
        text = _("El panel dice la causa de cada uno y quién la corrige.")
        found[f"documents/{kind}"] = Notice(NoticeKind.HELD, line, text)
    return found
