"""The chooser of hotels in the panel's rail, with a line where another hotel calls somebody. It switches nothing."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.model.hotels import Seen, worst
from app.texts import _
from app.texts.hotels import hotel_line
from app.texts.status import mood_name
from ui.parts import Button, Kind, plain_tip
from ui.theme import Space, tokens
from ui.theme.icons import paint_icon, tinted

_ICON = {Kind.PICK: 18, Kind.SMALL: 14}
_ARROW = 14
_FROM_EDGE = 8
_BESIDE = {Kind.PICK: 66, Kind.SMALL: 48}
"""What frame, icon and arrow of a button leave nothing of for its words."""


class HotelChooser(QWidget):
    """Names the hotel that is shown and offers the others."""

    hotel_chosen = Signal(str)
    hotel_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, Space.SMALL)
        column.setSpacing(Space.HAIR)
        self.button = HotelButton(Kind.PICK)
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        # Not ``setMenu``: under a style sheet it moves the icon onto the frame.
        self.button.clicked.connect(self._open_menu)
        self.other = HotelButton(Kind.SMALL)
        self.other.hide()
        self.other.clicked.connect(lambda: self.hotel_chosen.emit(self._other))
        self._other = ""
        self._refused = ""
        column.addWidget(self.button)
        column.addWidget(self.other)

    def refuse(self, why: str) -> None:
        """Offer no further hotel and say why; an empty text offers it."""
        self._refused = why

    def _open_menu(self) -> None:
        self.menu.setMinimumWidth(self.button.width())
        self.menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))

    def draw(self, hotels: Sequence[Seen], shown: str, now: datetime) -> None:
        """Show these hotels; nothing is drawn while a person has the menu open."""
        own = next((one for one in hotels if one.key == shown), None)
        if own is None or self.menu.isVisible():
            return
        self.button.show_hotel(own, now, _("Hotel: {name}").format(name=own.name))
        self.menu.clear()
        for one in hotels:
            said = _("{hotel}: {said}").format(hotel=one.name, said=one.failure or mood_name(one.mood(now)))
            action = self.menu.addAction(_mark(one, now), said.replace("&", "&&"))
            font = action.font()
            font.setBold(one.key == shown)
            action.setFont(font)
            action.triggered.connect(lambda _checked=False, key=one.key: self.hotel_chosen.emit(key))
        self.menu.addSeparator()
        add = self.menu.addAction(_("Agregar otro hotel…"))
        add.triggered.connect(lambda: self.hotel_wanted.emit())
        add.setEnabled(not self._refused)
        add.setToolTip(self._refused)
        calling = [one for one in hotels if one.key != shown and one.needs_somebody(now)]
        self.other.setVisible(bool(calling))
        if calling:
            gravest = worst(calling, now)
            self._other = gravest.key
            self.other.show_hotel(gravest, now, hotel_line(gravest, now))


class HotelButton(Button):
    """A hotel's mark and name, as much of it as there is room for."""

    def __init__(self, kind: Kind) -> None:
        # The name comes later; without one the icon would leave no room for it.
        super().__init__("…", kind, size=_ICON[kind])
        self._name = ""
        # The rail is as wide as its other words need.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_hotel(self, hotel: Seen, now: datetime, spoken: str) -> None:
        """Show this hotel; ``spoken`` is what a screen reader says."""
        self._name = hotel.name
        self.set_icon(f"tray-{hotel.mood(now).value}")
        self.setToolTip(plain_tip(hotel_line(hotel, now)))
        self.setAccessibleName(spoken)
        self._shorten()

    def _shorten(self) -> None:
        room = self.width() - _BESIDE[self._kind]
        short = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        self.setText(short.replace("&", "&&"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._kind is Kind.PICK:
            painter = QPainter(self)
            left = self.width() - _ARROW - _FROM_EDGE
            paint_icon(painter, "down", tokens().soft, QRectF(left, (self.height() - _ARROW) / 2, _ARROW, _ARROW))
            painter.end()


def _mark(hotel: Seen, now: datetime) -> QIcon:
    return tinted(f"tray-{hotel.mood(now).value}", tokens().text, _ICON[Kind.PICK])
