"""What the pages of the wizard have in common. A page draws the flow and asks it for things; it decides nothing."""

from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.model.setup import Step
from ui.parts import Scroll
from ui.theme import Space
from ui.wizard.flow import WizardFlow

READING_WIDTH = 860
"""Lines longer than this are read badly, so a page is not wider, however wide the window is."""


class Page(Scroll):
    """One step; add to ``box``."""

    step: ClassVar[Step]

    def __init__(self, flow: WizardFlow, parent: QWidget | None = None) -> None:
        super().__init__(spacing=Space.LARGE, parent=parent)
        self.flow = flow
        self.routes = flow.activation.routes
        """Those that the page was built for."""
        inner = self.widget()
        assert inner is not None
        inner.setMaximumWidth(READING_WIDTH + 2 * Space.WIDE)

    def draw(self) -> None:
        """Show the flow as it is now."""

    def entered(self) -> None:
        """Begin what this step does by itself; called each time the person comes here."""

    def left(self) -> None:
        """End it."""

    def commit(self) -> None:
        """Take what was typed and not taken yet."""

    def proceed(self) -> None:
        """Go on; called where nothing hinders it."""
        self.commit()
        self.flow.advance()


def across(*widgets: QWidget, spacing: int = Space.SMALL, stretch: bool = True) -> QHBoxLayout:
    """Return the widgets side by side, at the left."""
    row = QHBoxLayout()
    row.setSpacing(spacing)
    for widget in widgets:
        row.addWidget(widget)
    if stretch:
        row.addStretch(1)
    return row
