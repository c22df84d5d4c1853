"""What a widget does, so that it can be used only where role and computer do that, and says why where it cannot be.

It shows the rule and is not the rule: whoever is asked in the end, engine or settings, decides again.
"""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from app.model.role import Act, Role, may
from app.texts.roles import refusal

_ROLE = "role"
_SPARE = "spare"
_WRITTEN = frozenset({Act.RELEASE, Act.SETTLE, Act.UNSETTLE, Act.BACKFILL})
"""What is written into the ledger, which only the computer that sends may do."""
_LOOKS = (QEvent.Type.Show, QEvent.Type.EnabledChange, QEvent.Type.ToolTipChange)


def permit(widget: QWidget, act: Act) -> None:
    """Have ``widget`` usable only where the role of its window does ``act``, whatever else enables it."""
    _Permit(widget, act)


def give_role(window: QWidget, role: Role) -> None:
    """Say for what the person sits at this window; what it may not do is disabled, what it may is as it was."""
    window.setProperty(_ROLE, role.value)
    for one in window.findChildren(_Permit):
        one.judge()


def give_turn(window: QWidget, reason: str) -> None:
    """Say at this window why its computer may write nothing into the ledger; empty where it may."""
    if window.property(_SPARE) != reason:
        window.setProperty(_SPARE, reason)
        for one in window.findChildren(_Permit):
            one.judge()


class _Permit(QObject):
    def __init__(self, widget: QWidget, act: Act) -> None:
        super().__init__(widget)
        self._widget = widget
        self._act = act
        self._refuses = False
        self._wanted = True
        """Whether everything else would have it enabled."""
        self._tip = self._description = ""
        self._said = ""
        """Why it cannot be used, as it was said last."""
        self._judging = False
        widget.installEventFilter(self)

    def judge(self) -> None:
        """Look again at what the role does."""
        if self._judging:
            return
        self._judging = True
        try:
            self._judge()
        finally:
            self._judging = False

    def _judge(self) -> None:
        widget, why = self._widget, self._why()
        refuses = bool(why)
        if refuses and not self._refuses:
            # What its parents disable is not what it wants.
            self._wanted = widget.isEnabledTo(widget.parentWidget())
            self._tip, self._description = widget.toolTip(), widget.accessibleDescription()
        elif refuses:
            self._wanted = self._wanted or widget.isEnabledTo(widget.parentWidget())
            self._tip = widget.toolTip() if widget.toolTip() not in (why, self._said) else self._tip
        if refuses:
            widget.setEnabled(False)
            widget.setToolTip(why)
            widget.setAccessibleDescription(why)
        elif self._refuses:
            widget.setToolTip(self._tip)
            widget.setAccessibleDescription(self._description)
            widget.setEnabled(self._wanted)
        self._refuses, self._said = refuses, why

    def _why(self) -> str:
        """Return what keeps it from being used, the role first; empty where nothing does."""
        said = self._told(_ROLE)
        role = None if said is None else Role(said)
        if role is not None and not may(role, self._act):
            return refusal(role, self._act)
        return self._told(_SPARE) or "" if self._act in _WRITTEN else ""

    def _told(self, name: str) -> str | None:
        """Return what the nearest window around it says."""
        widget: QWidget | None = self._widget
        while widget is not None:
            if (said := widget.property(name)) is not None:
                return str(said)
            widget = widget.parentWidget()
        return None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _LOOKS:
            self.judge()
        return False
