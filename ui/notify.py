"""Notices: once per problem until it changes or is solved, several in one. Where they appear is the tray's affair."""

from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.status import Status
from app.texts import _
from app.texts.causes import explain_failure
from app.texts.documents import families_name
from app.texts.numbering import proof_title
from app.texts.status import needs, rebuild_rule, rebuild_title, trouble_line

_COLLECT_MS = 3000


class Notices(QObject):
    """Watches Status values and says what is new in them."""

    raised = Signal(str, str)
    """Title and text of one notice."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told: frozenset[str] = frozenset()
        self._waiting: dict[str, tuple[str, str]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_COLLECT_MS)
        self._timer.timeout.connect(self.tell_now)

    def consider(self, status: Status, now: datetime) -> None:
        """Take in a Status; what it newly says is told after a short while, together."""
        if not status.set_up or status.paused:
            return
        problems = _problems(status)
        # Solved meanwhile: not told any more, and told again should it come back.
        self._told = self._told.intersection(problems)
        self._waiting = {key: words for key, words in self._waiting.items() if key in problems}
        for key, words in problems.items():
            if key not in self._told:
                self._waiting[key] = words
        if self._waiting and not self._timer.isActive():
            self._timer.start()

    def tell_now(self) -> None:
        """Say what has been collected."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        self._told = self._told.union(waiting)
        if len(waiting) == 1:
            title, text = next(iter(waiting.values()))
        else:
            title = _("{n} asuntos requieren su atención").format(n=len(waiting))
            text = "\n".join(line for line, _text in waiting.values())
        self.raised.emit(title, text)


def _problems(status: Status) -> dict[str, tuple[str, str]]:
    """Return each problem under a key that stays the same until the problem changes: never a count, never a time."""
    found: dict[str, tuple[str, str]] = {}
    if (trouble := status.trouble) is not None and trouble.needs_a_person:
        explanation = explain_failure(trouble.failure)
        found[f"trouble/{trouble.system}/{trouble.failure}"] = (trouble_line(trouble), explanation.place)
    if (rebuild := status.rebuild) is not None:
        found[f"rebuild/{rebuild.since}"] = (rebuild_title(), rebuild_rule())
    for proof in status.broken_proofs:
        cells = ",".join(f"{cell.field}={sorted(cell.values.items())}" for cell in proof.differences)
        key = f"proof/{proof.family}/{proof.range_name}/{cells}/{proof.conditions}"
        title = f"{families_name(proof.family)}: {proof_title(proof)}"
        found[key] = (title, _("Nada de ese rango se envía hasta que coincida. El panel muestra dónde corregir."))
    counts = status.counts
    kinds = [
        kind for kind, n in (("conflict", counts.conflict), ("held", counts.held), ("missing", counts.missing)) if n
    ]
    for kind, line in zip(kinds, needs(counts), strict=True):
        found[f"documents/{kind}"] = (line, _("El panel dice la causa de cada uno y quién la corrige."))
    return found
