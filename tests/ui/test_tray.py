"""The tray: drawn from one Status, honest about its age, and it passes on what the person wants."""

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from app.model.clock import BOGOTA
from app.model.errors import Failure
from app.model.status import Counts, Mood, Sender, Status, Trouble
from app.texts.status import mood_name
from tests.support.panel import NOW, HandClock, proof, status
from ui.theme import Theme
from ui.theme.icons import mood_icon
from ui.tray import Tray, tomorrow


def trouble(failure: Failure, needs_a_person: bool) -> Trouble:
    return Trouble(failure=failure, system="pymes", since=NOW, needs_a_person=needs_a_person)


MOODS: dict[Mood, tuple[Status, str]] = {
    Mood.IN_ORDER: (status(), "Todo lo aprobado está en Pymes."),
    Mood.SYNCING: (status(working=True, progress=(3, 40)), "Llevando documentos a Pymes: 3 de 40."),
    Mood.ATTENTION: (status(counts=Counts(held=2)), "2 documentos retenidos con su causa."),
    Mood.PAUSED: (status(paused=True), "En pausa hasta que usted diga. Nada se envía."),
    Mood.OFFLINE: (status(trouble=trouble(Failure.NETWORK, False)), "Loggro Pymes: Sin conexión."),
    Mood.NOT_SET_UP: (status(set_up=False), "Falta configurar la conexión. El asistente muestra cómo, paso a paso."),
    Mood.UNKNOWN: (status(proven_at=None), "Todavía no hay una comprobación completa."),
    Mood.SPARE: (
        status(spare_of=Sender(computer="RECEPCION", since=NOW), proven_at=None, counts=Counts(held=1)),
        "Reserva de RECEPCION: ese computador envía, este solo mira.",
    ),
}


@pytest.fixture
def tray(theme: Theme, clock: HandClock) -> Tray:
    return Tray(status(), clock, theme)


@pytest.mark.parametrize("mood", Mood)
def test_icon_tooltip_and_menu_say_the_same(tray: Tray, mood: Mood) -> None:
    drawn, sentence = MOODS[mood]
    assert drawn.mood(NOW) is mood
    tray.draw(drawn)
    assert tray.icon.icon().cacheKey() == mood_icon(mood).cacheKey()
    assert mood_name(mood) in tray.icon.toolTip()
    assert tray.line.text() == sentence


@pytest.mark.parametrize(
    ("drawn", "line"),
    [
        (status(proofs=(proof(prefix="FETH"),)), "La numeración FEHT 1-5000 no coincide: nada de ese rango se envía."),
        (status(trouble=trouble(Failure.TOKEN, True)), "Loggro Pymes: El acceso ya no es válido."),
        (status(counts=Counts(waiting=1)), "Todo en orden; 1 documento espera su turno."),
        (status(paused=True, paused_until=NOW + timedelta(hours=1)), "En pausa hasta 10:05. Nada se envía."),
    ],
)
def test_the_line_names_what_it_is_about(tray: Tray, drawn: Status, line: str) -> None:
    tray.draw(drawn)
    assert tray.line.text() == line


def test_green_grows_old_without_any_news(tray: Tray, clock: HandClock) -> None:
    tray.draw(status())
    assert "En orden" in tray.icon.toolTip()
    clock.moment += timedelta(minutes=16)
    tray.look_again()
    assert "Aún sin comprobar" in tray.icon.toolTip()
    assert "09:05" in tray.proof.text()


def test_the_tooltip_fits_into_what_windows_shows(tray: Tray) -> None:
    tray.draw(status(counts=Counts(waiting=1_234_567), proven_at=NOW - timedelta(days=400)))
    assert len(tray.icon.toolTip()) <= 127
    assert "Sin" not in tray.icon.toolTip()


def test_a_pause_can_be_ended_and_not_begun_twice(tray: Tray) -> None:
    tray.draw(status(paused=True))
    assert tray.resume.isVisible()
    assert not tray.pause.menuAction().isVisible()
    assert not tray.sync.isEnabled()
    tray.draw(status())
    assert not tray.resume.isVisible()
    assert tray.pause.menuAction().isVisible()
    assert tray.sync.isEnabled()


def test_nothing_can_be_sent_before_the_setup(tray: Tray) -> None:
    tray.draw(status(set_up=False))
    assert not tray.sync.isEnabled()
    assert not tray.pause.menuAction().isVisible()
    assert tray.wizard.isEnabled()


@pytest.mark.parametrize(
    ("action", "signal"),
    [
        ("sync", "sync_requested"),
        ("resume", "resume_requested"),
        ("panel", "panel_requested"),
        ("wizard", "wizard_requested"),
        ("quit", "quit_requested"),
    ],
)
def test_the_menu_passes_on_what_is_wanted(qtbot: QtBot, tray: Tray, action: str, signal: str) -> None:
    wanted: SignalInstance = getattr(tray, signal)
    with qtbot.waitSignal(wanted, timeout=1000):
        getattr(tray, action).trigger()


@pytest.mark.parametrize(
    ("action", "until"),
    [("pause_hour", NOW + timedelta(hours=1)), ("pause_day", tomorrow(NOW)), ("pause_open", None)],
)
def test_the_three_pauses(qtbot: QtBot, tray: Tray, action: str, until: Any) -> None:
    with qtbot.waitSignal(tray.pause_requested, timeout=1000) as asked:
        getattr(tray, action).trigger()
    assert asked.args == [until]


def test_until_tomorrow_means_the_morning_in_bogota() -> None:
    late = NOW.replace(hour=3)  # 22:00 of the day before, in Bogotá
    end = tomorrow(late).astimezone(BOGOTA)
    assert (end.day, end.hour) == (NOW.day, 6)
    assert end - late == timedelta(hours=7, minutes=55)


def test_a_name_with_an_ampersand_is_no_shortcut(tray: Tray) -> None:
    tray.draw(status(trouble=Trouble(failure=Failure.SERVER, system="Casa & Cía", since=NOW)))
    assert tray.line.text().startswith("Casa && Cía")


def test_it_shows_where_there_is_a_tray_and_says_that_it_cannot_be_reached_where_there_is_none(tray: Tray) -> None:
    there = QSystemTrayIcon.isSystemTrayAvailable()  # on the desktop of Windows, and not offscreen
    assert (tray.is_reachable, tray.icon.isVisible()) == (there, there)
    tray.say("Aviso", "sin bandeja no lo ve nadie")
