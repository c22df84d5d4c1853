"""The page Documentos over a ledger, for tests; it judges nothing."""

from pytestqt.qtbot import QtBot

from app.sync.ledger_reader import LedgerReader
from tests.support.panel import status
from ui.context import Context
from ui.panel.documents import DocumentsPage


def fail(error: BaseException) -> None:
    """Let a mistake in a task be the test's."""
    raise error


def opened(qtbot: QtBot, context: Context, reader: LedgerReader) -> DocumentsPage:
    """Return the page as soon as it has counted."""
    page = DocumentsPage(context, fail)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.draw(status(counts=reader.counts()))
    with qtbot.waitSignal(page.model.counted):
        page.open(reader)
    page.show()
    return page
