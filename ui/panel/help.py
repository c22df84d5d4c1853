"""Ayuda: contents at the left, one page at the right, found as one types; all of it is in the program itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.model.status import Status
from app.texts import _, plural
from app.texts.help import Group, Topic, find, group_name, topics
from ui.panel.documents import Reader
from ui.parts import EmptyState, Scroll, Surface, Words, clear, fit, plain_tip
from ui.theme import Role, Space

_CONTENTS = 340
_READABLE = 720
_TOPIC = Qt.ItemDataRole.UserRole


class HelpPage(QWidget):
    """The help; ``show_topic`` opens it at a page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._topics = topics()
        self._by_id = {topic.id: topic for topic in self._topics}
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.WIDE, Space.WIDE, 0, 0)
        row.setSpacing(Space.LARGE)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, Space.WIDE)
        left.setSpacing(Space.SMALL)
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Buscar en la ayuda"))
        self.search.setAccessibleName(_("Buscar en la ayuda"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self.contents = QListWidget()
        self.contents.setAccessibleName(_("Contenido de la ayuda"))
        self.contents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.contents.currentItemChanged.connect(self._open)
        self.found = Words("", Role.CAPTION)
        self.found.hide()
        left.addWidget(self.search)
        left.addWidget(self.found)
        left.addWidget(self.contents, 1)
        frame = QWidget()
        frame.setMaximumWidth(_CONTENTS)
        frame.setLayout(left)
        row.addWidget(frame, 2)
        self.page = Scroll(margins=0)
        self.page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.page.setProperty("read", True)
        self.page.setAccessibleName(_("Página de la ayuda"))
        self._card = Surface("card", margins=(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE), spacing=Space.MEDIUM)
        self._card.setMaximumWidth(_READABLE)
        self.page.box.setContentsMargins(0, 0, Space.WIDE, Space.WIDE)
        self.page.box.addWidget(self._card, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.page, 3)
        self._nothing = EmptyState(
            "search", _("Nada con esas palabras"), _("Pruebe con una sola, o borre la búsqueda.")
        )
        self._nothing.hide()
        row.addWidget(self._nothing, 3)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.search.setFocus)
        self.topic: Topic | None = None
        self._list(self._topics, grouped=True)
        self.show_topic(self._topics[0].id)

    def open(self, reader: Reader) -> None:
        """Do nothing with the ledger."""

    def draw(self, status: Status) -> None:
        """Show nothing of a Status."""

    def refresh(self) -> None:
        """Do nothing: the help does not change."""

    def place(self) -> object:
        """Return what is open, for ``return_to`` of a page that takes this one's place."""
        return (self.topic.id if self.topic is not None else "", self.search.text())

    def return_to(self, place: object) -> None:
        """Open what was open; a search in another language's words would find nothing."""
        if isinstance(place, tuple):
            self.show_topic(place[0])

    def show_topic(self, topic: str) -> None:
        """Open a page by its id; an unknown one leaves what is open."""
        if topic not in self._by_id:
            return
        if self.search.text():
            self.search.clear()
        for number in range(self.contents.count()):
            if self.contents.item(number).data(_TOPIC) == topic:
                self.contents.setCurrentRow(number)
                self.contents.scrollToItem(self.contents.item(number))
                return

    def _search(self, text: str) -> None:
        found = find(self._topics, text)
        self._list(found, grouped=not text.strip())
        said = plural("{n} página", "{n} páginas", len(found)).format(n=len(found))
        self.found.setText(said)
        self.found.setVisible(bool(text.strip()))
        self.page.setVisible(bool(found))
        self._nothing.setVisible(not found)
        if text.strip():
            self.contents.setCurrentRow(0)
        elif self.topic is not None:
            self.show_topic(self.topic.id)

    def _list(self, shown: tuple[Topic, ...], *, grouped: bool) -> None:
        self.contents.blockSignals(True)
        self.contents.clear()
        group: Group | None = None
        for topic in shown:
            if grouped and topic.group is not group:
                group = topic.group
                heading = QListWidgetItem(group_name(group))
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                font = heading.font()
                font.setBold(True)
                heading.setFont(font)
                self.contents.addItem(heading)
            item = QListWidgetItem(topic.title)
            item.setData(_TOPIC, topic.id)
            item.setToolTip(plain_tip(topic.title))
            self.contents.addItem(item)
        self.contents.blockSignals(False)

    def _open(self, item: QListWidgetItem | None) -> None:
        topic = self._by_id.get(item.data(_TOPIC)) if item is not None else None
        if topic is None or topic is self.topic:
            return
        self.topic = topic
        clear(self._card.box)
        self._card.box.addWidget(Words(group_name(topic.group), Role.OVERLINE))
        self._card.box.addWidget(Words(topic.title, Role.TITLE, selectable=True))
        for heading, text in topic.parts:
            if heading:
                self._card.box.addSpacing(Space.SMALL)
                self._card.box.addWidget(Words(heading, Role.HEADING))
            for line in text.split("\n"):
                self._card.box.addWidget(Words(line, Role.BODY, selectable=True))
        self._card.setAccessibleName(topic.whole)
        self.page.verticalScrollBar().setValue(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # From the field straight into what was found, without the mouse.
        keys = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in keys:
                self.contents.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)


class HelpWindow(QDialog):
    """The help in a window of its own, beside the wizard: whoever types there must not lose the place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(_("Ayuda de Botones"))
        fit(self, 1000, 640)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.help = HelpPage()
        column.addWidget(self.help)

    def show_topic(self, topic: str) -> None:
        """Open at a page, above the others."""
        self.help.show_topic(topic)
        self.show()
        self.raise_()
        self.activateWindow()
