"""Which documents of the ledger are a month's: what was issued in it, the notes since, and nothing the DIAN refused."""

from contextlib import closing
from datetime import UTC, date, datetime

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.documents import DocumentType
from app.model.reconciliation import moment_of
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from tests.support.panel import HandClock, document
from tests.support.postgres import NewPlace


def test_a_month_has_what_was_issued_in_it_and_the_notes_since(new_place: NewPlace) -> None:
    clock = HandClock()
    rows = {
        # In Bogotá it is still October, and still November.
        1: (DocumentType.FACTURA, datetime(2026, 11, 1, 4, 59, tzinfo=UTC), None),
        2: (DocumentType.FACTURA, datetime(2026, 11, 1, 5, 0, tzinfo=UTC), None),
        3: (DocumentType.FACTURA, datetime(2026, 12, 1, 4, 59, tzinfo=UTC), None),
        4: (DocumentType.FACTURA, datetime(2026, 12, 1, 5, 0, tzinfo=UTC), None),
        5: (DocumentType.NOTA_CREDITO, datetime(2026, 12, 20, tzinfo=UTC), None),
        6: (DocumentType.FACTURA, datetime(2026, 11, 12, tzinfo=UTC), Cause.REJECTED_BY_DIAN),
        7: (DocumentType.FACTURA, datetime(2026, 11, 12, tzinfo=UTC), Cause.DIAN_SILENT),
    }
    place = new_place()
    with Ledger(place, clock) as ledger:
        ledger.record_seen(
            [
                ApprovedDocument(
                    position=number,
                    document=document(number).model_copy(update={"type": kind, "prefix": "X", "issued_at": at}),
                    cause=cause,
                )
                for number, (kind, at, cause) in rows.items()
            ]
            + [ApprovedDocument(position=8, document=None, fault="total", label="X8")],
            8,
        )
    with closing(LedgerReader(place, clock)) as reader:
        found = reader.issued_between(moment_of(date(2026, 11, 1)), moment_of(date(2026, 12, 1)))
        assert sorted(one.document.number for one in found) == [2, 3, 5, 7]
        assert [one.document.number for one in reader.numbered(["X4", "X99"])] == [4]
        assert reader.unreadable() == 1
