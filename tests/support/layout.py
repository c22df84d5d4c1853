"""What is wrong with how a window is laid out, found by measuring what is shown. Whether it is beautiful, eyes say."""

import re

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QWidget,
)

from ui.parts.words import Elided

_SLACK = 1
"""A pixel lost to a fraction of the scale is not seen."""


def faults(window: QWidget) -> list[str]:
    """Return a line for each part of a shown window that is cut off, covered by another, or does not fit its text."""
    found: list[str] = []
    for one in window.findChildren(QWidget):
        if not one.isVisible() or _is_inside_of_a_part(one):
            continue
        if isinstance(one, QLabel):
            found += _text_faults(one)
        elif isinstance(one, QComboBox):
            if _needed(one) > one.width() + _SLACK:
                found.append(f"«{one.currentText()}» needs {_needed(one)} of {one.width()}")
        elif isinstance(one, QAbstractButton):
            hint = one.sizeHint()
            if one.hasHeightForWidth():
                hint.setHeight(one.heightForWidth(one.width()))
            if hint.width() > one.width() + _SLACK or hint.height() > one.height() + _SLACK:
                found.append(f"{named(one)} needs {hint.width()}×{hint.height()}, has {one.width()}×{one.height()}")
        elif isinstance(one, QScrollArea) and one.horizontalScrollBar().isVisible():
            found.append(f"{named(one)} scrolls sideways")
        found += _place_faults(one)
    found += _overlaps(window)
    return found


def _text_faults(label: QLabel) -> list[str]:
    if isinstance(label, Elided) or not label.text() or not label.pixmap().isNull():
        return []
    inner = label.contentsRect().width()
    if not label.wordWrap():
        needed = label.sizeHint().width()
        return [f"{named(label)} needs {needed} of {label.width()}"] if needed > label.width() + _SLACK else []
    found = []
    needed = label.heightForWidth(label.width())
    if needed > label.height() + _SLACK:
        found.append(f"{named(label)} needs {needed} of {label.height()} in height")
    metrics = QFontMetrics(label.font())
    # Qt breaks a line behind a hyphen too.
    longest = max(re.split(r"[\s-]", label.text()), key=metrics.horizontalAdvance)
    if metrics.horizontalAdvance(longest) > inner + _SLACK:
        found.append(f"{named(label)}: «{longest}» is broken, it needs {metrics.horizontalAdvance(longest)} of {inner}")
    return found


def _place_faults(one: QWidget) -> list[str]:
    parent = one.parentWidget()
    if parent is None or one.isWindow():
        return []
    above = parent.parentWidget()
    if isinstance(above, QScrollArea) and above.viewport() is parent:
        return [f"{named(one)} is wider than what it scrolls in"] if one.width() > parent.width() + _SLACK else []
    room = parent.rect().adjusted(-_SLACK, -_SLACK, _SLACK, _SLACK)
    if room.contains(one.geometry()):
        return []
    return [f"{named(one)} at {_numbers(one.geometry())} leaves {named(parent)} {_numbers(parent.rect())}"]


def _overlaps(window: QWidget) -> list[str]:
    shown = [
        one
        for kind in (QLabel, QAbstractButton, QLineEdit, QComboBox)
        for one in window.findChildren(kind)
        if one.isVisible() and not _is_inside_of_a_part(one)
    ]
    places = [(one, _seen_in(one, window)) for one in shown]
    found = []
    for number, (one, place) in enumerate(places):
        for other, taken in places[number + 1 :]:
            common = place.intersected(taken)
            if min(common.width(), common.height()) > _SLACK and not (
                one.isAncestorOf(other) or other.isAncestorOf(one)
            ):
                found.append(f"{named(one)} and {named(other)} overlap by {common.width()}×{common.height()}")
    return found


def _seen_in(one: QWidget, window: QWidget) -> QRect:
    """Return the part of a widget that its ancestors let be seen, in the window's coordinates."""
    place = QRect(one.mapTo(window, QPoint(0, 0)), one.size())
    parent = one.parentWidget()
    while parent is not None and parent is not window:
        place = place.intersected(QRect(parent.mapTo(window, QPoint(0, 0)), parent.size()))
        parent = parent.parentWidget()
    return place


def _is_inside_of_a_part(one: QWidget) -> bool:
    """Whether Qt itself built it into something larger: a spin box's field, a table's corner, a clear button."""
    parent = one.parentWidget()
    if one.objectName().startswith("qt_") or isinstance(one, QHeaderView):
        return True
    while parent is not None and not parent.isWindow():
        if isinstance(parent, QComboBox | QLineEdit | QAbstractItemView):
            return True
        if isinstance(parent, QAbstractScrollArea) and not isinstance(parent, QScrollArea):
            return True
        if type(parent).__name__ in ("QSpinBox", "QDateEdit", "QTimeEdit"):
            return True
        parent = parent.parentWidget()
    return type(one).__name__ in ("QScrollBar", "QSplitterHandle") or isinstance(one, QStackedWidget | QSplitter)


def _needed(box: QComboBox) -> int:
    return box.fontMetrics().horizontalAdvance(box.currentText()) + 44


def named(one: QWidget) -> str:
    """Return how a part is told from others."""
    said = one.text() if isinstance(one, QLabel | QAbstractButton) else one.accessibleName()
    return f"{type(one).__name__} «{said[:60]}»" if said else type(one).__name__


def _numbers(place: QRect) -> str:
    return f"{place.x()},{place.y()} {place.width()}×{place.height()}"


def unnamed(window: QWidget) -> list[str]:
    """Return what can have the focus and has no name that a screen reader would say."""
    return [
        f"{type(one).__name__} in {type(one.parentWidget()).__name__}"
        for one in focusable(window)
        if not (one.accessibleName() or (isinstance(one, QAbstractButton | QLabel) and one.text()))
    ]


def focusable(window: QWidget) -> list[QWidget]:
    """Return what Tab has to reach in a window: shown, enabled, and asking for it."""
    return [
        one
        for one in window.findChildren(QWidget)
        if one.isVisible()
        and one.isEnabled()
        and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not _is_inside_of_a_part(one)
        and one.focusProxy() is None
        and not _is_reached_with_arrows(one)
    ]


def _is_reached_with_arrows(one: QWidget) -> bool:
    """Whether Tab goes to another one of its group, the one that is chosen."""
    group = one.group() if isinstance(one, QAbstractButton) else None
    return group is not None and group.exclusive() and group.checkedButton() not in (None, one)
