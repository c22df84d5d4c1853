"""Notices: once per problem until it changes, several in one, and silence where there is nothing new."""

from datetime import timedelta

import pytest

from app.model.errors import Failure
from app.model.status import Counts, Rebuild, Trouble
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
