"""What is told once: yesterday in a line, and what happened while the computer was off; each only when it is proven."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from app.model.happened import Happened
from app.model.notices import NoticeChoices
from app.model.status import Status
from app.sync.ledger_reader import LedgerReader
from app.system.presence import give_sign, last_sign
from app.system.settings import load
from app.texts.happened import absence_line, daily_line
from tests.support.panel import NOW, HandClock, fill, status
from ui.context import Context
from ui.hotels import Desk
from ui.news import News
from ui.notify import Notices

Told = list[tuple[str, str]]


def fail(error: BaseException) -> None:
    raise error


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def notices(context: Context, told: Told, turning: object) -> Notices:
    notices = Notices(lambda: context.settings.notices)
    notices.raised.connect(lambda title, text: told.append((title, text)))
    return notices


@pytest.fixture
def reader(context: Context, clock: HandClock) -> Iterator[LedgerReader]:
    """A ledger of forty documents of this moment, which is put a little before the clock's."""
    path = context.paths.ledger("sandbox")
    fill(path, 40, HandClock(clock.now() - timedelta(hours=2)))
    reader = LedgerReader(path, clock)
    yield reader
    reader.close()


def proven(clock: HandClock) -> Status:
    return status(at=clock.now(), proven_at=clock.now())


def test_an_absence_is_told_once_everything_was_looked_at(
    qtbot: QtBot, context: Context, clock: HandClock, reader: LedgerReader, notices: Notices, told: Told
) -> None:
    context.choose(summary_day=clock.now().date())
    give_sign(context.paths, clock.now() - timedelta(hours=8))
    news = News(context, notices, fail)
    news.consider(status(proven_at=clock.now() - timedelta(hours=9)), reader)
    assert context.absence is None
    clock.moment += timedelta(minutes=1)
    with qtbot.waitSignal(news.absence_known) as known:
        news.consider(proven(clock), reader)
    happened = known.args[0]
    assert context.absence == happened
    assert (happened.seen, happened.length) == (40, timedelta(hours=8))
    notices.tell_now()
    news.consider(proven(clock), reader)
    assert [title for title, _text in told] == [absence_line(happened)]
    assert told[0][0].startswith("Apagado 8 h: 40 documentos, ")


def test_a_short_absence_is_nobodys_night(context: Context, clock: HandClock, notices: Notices) -> None:
    give_sign(context.paths, clock.now() - timedelta(minutes=20))
    news = News(context, notices, fail)
    assert news._away is None
    assert last_sign(context.paths) == clock.now()


def test_a_sleep_of_the_machine_is_an_absence_too(context: Context, clock: HandClock, notices: Notices) -> None:
    news = News(context, notices, fail)
    before = clock.now()
    clock.moment += timedelta(hours=10)
    news.breathe()
    assert news._away == (before, clock.now())


def test_yesterday_is_told_once_a_day_after_seven(
    qtbot: QtBot, context: Context, reader: LedgerReader, notices: Notices, told: Told, clock: HandClock
) -> None:
    context.choose(summary_day=clock.now().date())
    news = News(context, notices, fail)
    clock.moment = datetime(2026, 11, 25, 11, 59, tzinfo=UTC)  # six in the morning in Bogotá
    news._alive = clock.now()
    news.consider(proven(clock), reader)
    assert load(context.paths.settings).settings.summary_day.isoformat() == "2026-11-24"
    clock.moment += timedelta(minutes=2)
    news.consider(proven(clock), reader)
    qtbot.waitUntil(lambda: bool(notices._news))
    notices.tell_now()
    news.consider(proven(clock), reader)
    notices.tell_now()
    assert len(told) == 1
    assert told[0][0].startswith("Ayer: 40 documentos, ")
    assert load(context.paths.settings).settings.summary_day.isoformat() == "2026-11-25"


def test_a_summary_that_is_switched_off_is_not_told(
    qtbot: QtBot, context: Context, reader: LedgerReader, notices: Notices, told: Told, clock: HandClock
) -> None:
    context.choose(notices=NoticeChoices(summary=False), summary_day=clock.now().date() - timedelta(days=1))
    give_sign(context.paths, clock.now() - timedelta(hours=8))
    news = News(context, notices, fail)
    clock.moment += timedelta(minutes=1)
    with qtbot.waitSignal(news.absence_known):
        news.consider(proven(clock), reader)
    notices.tell_now()
    assert told == []


def test_the_counts_are_of_the_documents_of_that_time(reader: LedgerReader) -> None:
    begin = NOW - timedelta(hours=2)
    whole = reader.happened(begin, NOW)
    assert whole.seen == 40
    assert whole.proven + whole.held + whole.under_way == whole.seen
    assert whole.held > 0 and whole.under_way > 0
    half = reader.happened(begin, begin + timedelta(seconds=21))
    assert half.seen == 20
    assert reader.happened(NOW, NOW + timedelta(days=1)).seen == 0


def test_the_words_count_what_they_say() -> None:
    quiet = Happened(since=NOW, until=NOW + timedelta(hours=8), seen=14, proven=14)
    assert absence_line(quiet) == "Apagado 8 h: 14 documentos, 14 confirmados"
    busy = Happened(since=NOW, until=NOW + timedelta(days=3), seen=3, proven=1, held=1)
    assert absence_line(busy) == "Apagado 3 días: 3 documentos, 1 confirmado, 1 en camino, 1 necesita de usted"
    assert daily_line(quiet) == "Ayer: 14 documentos, 14 confirmados"


def test_the_panel_is_drawn_anew_once_the_absence_is_known(
    qtbot: QtBot, context: Context, clock: HandClock, reader: LedgerReader, turning: object
) -> None:
    context.choose(summary_day=clock.now().date())
    desk = Desk(context, fail, clock.now() - timedelta(hours=8))
    desk.reader = reader
    drawn: list[Happened | None] = []
    desk.changed.connect(lambda: drawn.append(context.absence))
    clock.moment += timedelta(minutes=1)
    desk.hear(proven(clock))
    assert drawn == [None]
    qtbot.waitUntil(lambda: len(drawn) == 2)
    assert drawn[1] is not None and drawn[1].seen == 40
