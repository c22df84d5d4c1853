"""The chooser of hotels in the panel's rail, with a line where another hotel calls somebody. It switches nothing."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.model.hotels import Seen, worst
from app.texts import _
from app.texts.hotels import hotel_line
from app.texts.status import mood_name
from ui.parts import Button, Kind, plain_tip
from ui.theme.icons import mood_icon

_LONGEST = 20


class HotelChooser(QWidget):
    """Names the hotel that is shown and offers the others."""

    hotel_chosen = Signal(str)
    hotel_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.button = Button("", Kind.NORMAL)
        self.menu = QMenu(self)
        self.button.setMenu(self.menu)
        self.other = Button("", Kind.SMALL)
        self.other.hide()
        self.other.clicked.connect(lambda: self.hotel_chosen.emit(self._other))
        self._other = ""
        column.addWidget(self.button)
        column.addWidget(self.other)

    def draw(self, hotels: Sequence[Seen], shown: str, now: datetime) -> None:
        """Show these hotels; nothing is drawn while a person has the menu open."""
        own = next((one for one in hotels if one.key == shown), None)
        if own is None or self.menu.isVisible():
            return
        self.button.setText(_short(own.name))
        self.button.setIcon(mood_icon(own.mood(now)))
        self.button.setToolTip(plain_tip(hotel_line(own, now)))
        self.button.setAccessibleName(_("Hotel: {name}").format(name=own.name))
        self.menu.clear()
        for one in hotels:
            said = _("{hotel}: {said}").format(hotel=one.name, said=one.failure or mood_name(one.mood(now)))
            action = self.menu.addAction(mood_icon(one.mood(now)), said.replace("&", "&&"))
            action.setEnabled(one.key != shown)
            action.triggered.connect(lambda _checked=False, key=one.key: self.hotel_chosen.emit(key))
        self.menu.addSeparator()
        self.menu.addAction(_("Agregar otro hotel…")).triggered.connect(lambda: self.hotel_wanted.emit())
        calling = [one for one in hotels if one.key != shown and one.needs_somebody(now)]
        self.other.setVisible(bool(calling))
        if calling:
            gravest = worst(calling, now)
            self._other = gravest.key
            self.other.setText(_short(gravest.name))
            self.other.setIcon(mood_icon(gravest.mood(now)))
            self.other.setToolTip(plain_tip(hotel_line(gravest, now)))
            self.other.setAccessibleName(hotel_line(gravest, now))


def _short(name: str) -> str:
    return (name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…").replace("&", "&&")
