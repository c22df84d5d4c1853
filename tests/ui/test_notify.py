"""Notices: once per problem until it changes, several in one, and silence where there is nothing new."""

from datetime import date, datetime, time, timedelta

import pytest

from app.model.clock import BOGOTA
from app.model.documents import Family
from app.model.errors import Failure
from app.model.forecast import Forecast, Watch
from app.model.notices import NoticeChoices, NoticeKind
from app.model.numbering import Condition
from app.model.status import Counts, Rebuild, Status, Trouble
from tests.support.panel import NOW, proof, status
from ui.notify import Notices


@pytest.fixture
def told() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def notices(qapp: object, told: list[tuple[str, str]]) -> Notices:
    notices = Notices()
    notices.raised.connect(lambda title, text: told.append((title, text)))
    return notices


def token_dead(minutes: int = 0) -> Trouble:
    since = NOW + timedelta(minutes=minutes)
    return Trouble(failure=Failure.TOKEN, system="pymes", since=since, needs_a_person=True)


def test_a_hundred_equal_failures_are_one_notice(notices: Notices, told: list[tuple[str, str]]) -> None:
    for minute in range(100):
        notices.consider(status(trouble=token_dead(minute)), NOW)
        notices.tell_now()
    assert [title for title, _text in told] == ["Loggro Pymes: El acceso ya no es válido."]


def test_more_documents_of_the_same_kind_are_no_news(notices: Notices, told: list[tuple[str, str]]) -> None:
    for count in range(1, 50):
        notices.consider(status(counts=Counts(held=count)), NOW)
        notices.tell_now()
    assert len(told) == 1


def test_a_problem_that_comes_back_is_told_again(notices: Notices, told: list[tuple[str, str]]) -> None:
    for drawn in (status(counts=Counts(held=1)), status(), status(counts=Counts(held=1))):
        notices.consider(drawn, NOW)
        notices.tell_now()
    assert len(told) == 2


def test_another_difference_of_the_same_range_is_news(notices: Notices, told: list[tuple[str, str]]) -> None:
    for changed in ({"prefix": "FETH"}, {"prefix": "FETH"}, {"prefix": "FEHX"}):
        notices.consider(status(proofs=(proof(**changed),)), NOW)
        notices.tell_now()
    assert len(told) == 2


def test_several_problems_at_once_are_one_notice(notices: Notices, told: list[tuple[str, str]]) -> None:
    notices.consider(status(trouble=token_dead(), counts=Counts(held=1, conflict=2)), NOW)
    notices.tell_now()
    assert len(told) == 1
    title, text = told[0]
    assert title == "3 asuntos requieren su atención"
    assert len(text.splitlines()) == 3


def test_a_problem_solved_before_it_was_told_is_not_told(notices: Notices, told: list[tuple[str, str]]) -> None:
    notices.consider(status(counts=Counts(held=1)), NOW)
    notices.consider(status(), NOW)
    notices.tell_now()
    assert told == []


@pytest.mark.parametrize("quiet", [{"paused": True}, {"set_up": False}])
def test_nobody_is_disturbed_in_a_pause_or_before_the_setup(
    notices: Notices, told: list[tuple[str, str]], quiet: dict[str, bool]
) -> None:
    notices.consider(status(counts=Counts(held=1), **quiet), NOW)
    notices.tell_now()
    assert told == []


def test_a_lost_connection_heals_itself_and_disturbs_nobody(notices: Notices, told: list[tuple[str, str]]) -> None:
    notices.consider(status(trouble=Trouble(failure=Failure.NETWORK, system="pms", since=NOW)), NOW)
    notices.tell_now()
    assert told == []


def test_a_ledger_that_is_being_rebuilt_is_told_once(notices: Notices, told: list[tuple[str, str]]) -> None:
    for _ in range(3):
        notices.consider(status(rebuild=Rebuild(since=NOW)), NOW)
        notices.tell_now()
    assert [title for title, _text in told] == ["El libro de documentos se está rehaciendo"]
    assert "Nada se envía" in told[0][1]


def ending(watch: Watch, left: int = 40) -> Forecast:
    return Forecast(
        family=Family.FACTURA,
        prefix="FEHT",
        resolution="18764012345678",
        first=1,
        last=5000,
        left=left,
        valid_to=date(2028, 1, 15),
        ends_on=date(2026, 12, 28),
        ask_from=date(2026, 12, 3),
        watch=watch,
    )


def test_a_range_that_ends_is_told_once_and_again_when_it_has_to_be_asked_for(
    notices: Notices, told: list[tuple[str, str]]
) -> None:
    for left in range(80, 40, -1):
        notices.consider(status(ending=(ending(Watch.SOON, left),)), NOW)
        notices.tell_now()
    assert len(told) == 1
    assert told[0][0] == "Facturas electrónicas: el rango FEHT 1-5000 se acaba pronto"
    assert "03/12/2026" in told[0][1]
    notices.consider(status(ending=(ending(Watch.ASK),)), NOW)
    notices.tell_now()
    assert told[1][0] == "Facturas electrónicas: pida ya la nueva autorización, el rango FEHT 1-5000 se acaba"


def test_a_range_that_is_over_is_told_by_its_proof_alone(notices: Notices, told: list[tuple[str, str]]) -> None:
    over = proof().model_copy(update={"conditions": (Condition.EXHAUSTED,)})
    notices.consider(status(proofs=(over,), ending=(ending(Watch.OVER, 0),)), NOW)
    notices.tell_now()
    assert len(told) == 1 and "se acabó" not in told[0][0]


def night(hour: int) -> datetime:
    return datetime(2026, 11, 24, hour, 30, tzinfo=BOGOTA)


@pytest.mark.parametrize(
    ("kind", "drawn"),
    [
        (NoticeKind.HELD, status(counts=Counts(held=1))),
        (NoticeKind.CONNECTION, status(trouble=token_dead())),
        (NoticeKind.NUMBERING, status(proofs=(proof(prefix="FETH"),))),
        (NoticeKind.RUN_OUT, status(ending=(ending(Watch.ASK),))),
    ],
)
def test_each_kind_is_silent_when_it_is_switched_off(
    qapp: object, told: list[tuple[str, str]], kind: NoticeKind, drawn: Status
) -> None:
    chosen = [NoticeChoices(**{kind.value: False})]
    notices = Notices(lambda: chosen[0])
    notices.raised.connect(lambda title, text: told.append((title, text)))
    for _ in range(3):
        notices.consider(drawn, NOW)
        notices.tell_now()
    assert told == []
    chosen[0] = NoticeChoices()
    notices.consider(drawn, NOW)
    notices.tell_now()
    assert len(told) == 1


def test_what_happens_in_the_quiet_hours_is_told_at_their_end(qapp: object, told: list[tuple[str, str]]) -> None:
    choices = NoticeChoices(quiet_from=time(22), quiet_to=time(6))
    notices = Notices(lambda: choices)
    notices.raised.connect(lambda title, text: told.append((title, text)))
    for hour in (23, 0, 5):
        notices.consider(status(counts=Counts(held=1)), night(hour))
        notices.tell_now()
    notices.add(NoticeKind.SUMMARY, "Ayer: 14 documentos", "", night(5))
    notices.tell_now()
    assert told == []
    notices.consider(status(counts=Counts(held=2)), night(6))
    notices.tell_now()
    assert len(told) == 1
    assert "Ayer: 14 documentos" in told[0][1]


@pytest.mark.parametrize(("start", "end", "quiet"), [(22, 6, {22, 23, 0, 5}), (13, 15, {13, 14}), (8, 8, set())])
def test_the_quiet_hours_are_meant_as_they_are_written(start: int, end: int, quiet: set[int]) -> None:
    choices = NoticeChoices(quiet_from=time(start), quiet_to=time(end))
    asked = (22, 23, 0, 5, 6, 8, 12, 13, 14, 15, 21)
    assert {hour for hour in asked if choices.is_quiet(night(hour))} == quiet
