"""Several hotels in one program: real windows over real practice hotels, each with its own engine, ledger and accesses.

One that hangs or fails holds up no other, and everything that is told names its hotel.
"""

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.model.hotels import Seen
from app.model.status import Mood, Status
from app.system import vault as vaults
from app.system.paths import Paths
from app.system.settings import load, load_all
from app.system.vault import MemoryRing, Secret
from app.texts.hotels import hotels_tooltip
from tests.support.hotels import entries, found_hotels
from tests.support.panel import NOW, status
from ui.hotels import Desk
from ui.main import Program
from ui.panel.page import Page
from ui.parts import Confirm
from ui.preparation import NotPrepared
from ui.theme import Theme
from ui.theme.icons import mood_icon

LIMIT = 60_000
CENTRO, PLAYA = "sandbox", "sandbox-2"


@dataclass
class House:
    """A computer with several practice hotels, and the program on it."""

    paths: Paths
    ring: MemoryRing
    qtbot: QtBot
    loop: asyncio.AbstractEventLoop
    build: Callable[[], Program]
    program: Program
    living: "asyncio.Task[int] | None" = None

    def desk(self, key: str) -> Desk:
        return next(one for one in self.program.desks if one.context.settings.key == key)

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=LIMIT)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        task = self.loop.create_task(work)
        self.wait(task.done)
        return task.result()

    def open(self) -> None:
        """Start the program as at login, and wait until every hotel is at work."""
        self.living = self.loop.create_task(self.program.live())
        self.wait(lambda: all(desk.is_ready for desk in self.program.desks))
        at_work = [desk for desk in self.program.desks if desk.set_up and not desk.status.paused]
        self.wait(lambda: all(desk.status.proven_at for desk in at_work))

    def close(self) -> None:
        if self.living is None:
            self.do(self.program._end())
        else:
            self.program.quit()
            self.wait(self.living.done)
            self.living.result()
        panels = (self.program.panel, *self.program._put_by.values())
        for panel in panels:
            if panel is not None:
                panel.may_close = True
                panel.close()

    def again(self) -> None:
        """End the program and start it anew on the same computer."""
        self.close()
        self.program, self.living = self.build(), None
        self.open()

    def approve(self, key: str, count: int) -> None:
        self.do(self.desk(key).approve(count))

    def proven(self, key: str) -> int:
        return self.desk(key).status.counts.proven

    def moods(self) -> dict[str, Mood]:
        return {one.key: one.mood(self.program._clock.now()) for one in (desk.seen for desk in self.program.desks)}

    def secrets(self) -> dict[str, set[str]]:
        return {key: set(entries(self.ring, key)) for key in (CENTRO, PLAYA)}


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[tuple[str, str], str]]:
    """Two hotels that are set up, to be copied: founding them takes longer than most tests."""
    home, ring = tmp_path_factory.mktemp("founded") / "home", MemoryRing()
    found_hotels(Paths.under(home).ensure(), ring, sandbox="Hotel Centro", sandbox_2="Hotel Playa & Mar")
    return home, dict(ring._entries)


@pytest.fixture
def still(
    founded: tuple[Path, dict[tuple[str, str], str]],
    tmp_path: Path,
    qapp: QApplication,
    theme: Theme,
    qtbot: QtBot,
    turning: asyncio.AbstractEventLoop,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """The computer and the program before any hotel was opened, which most of what windows do does not need."""
    home, secrets = founded
    shutil.copytree(home, tmp_path / "home")
    ring = MemoryRing()
    ring._entries.update(secrets)
    monkeypatch.setattr(vaults, "os_ring", lambda: ring)
    paths = Paths.under(tmp_path / "home").ensure()

    def build() -> Program:
        return Program(qapp, theme, paths, load(paths.settings).settings, minimized=True, measure=False)

    house = House(paths, ring, qtbot, turning, build, build())
    yield house
    house.close()


@pytest.fixture
def house(still: House) -> House:
    """The same, with every hotel at work."""
    still.open()
    return still


def test_a_hotel_that_hangs_holds_up_no_other_and_nothing_of_it_is_lost(house: House) -> None:
    hung = house.desk(PLAYA)
    house.do(hung.context.practice.scenario("hang"))
    house.approve(PLAYA, 12)
    house.wait(lambda: hung.status.working)
    house.approve(CENTRO, 24)
    house.wait(lambda: house.proven(CENTRO) == 24)
    # Measured by what the hung one had done by then, not by time.
    assert house.proven(PLAYA) < 12
    house.do(hung.context.practice.scenario("hang", on=False))
    house.wait(lambda: house.proven(PLAYA) == 12)
    for key in (CENTRO, PLAYA):
        books = house.do(house.desk(key).context.practice.books())
        assert (books["lost"], books["doubled"], books["wrong"], books["foreign"]) == ([], [], [], [])


def test_the_tray_shows_the_worst_and_the_panel_says_it_of_the_other_hotel(house: House, qtbot: QtBot) -> None:
    program = house.program
    program.show_panel()
    panel = program.panel
    assert panel is not None
    assert house.moods() == {CENTRO: Mood.IN_ORDER, PLAYA: Mood.IN_ORDER}
    assert not panel.chooser.other.isVisible() and not panel.overview.other.isVisible()
    with qtbot.waitSignal(program.tray.said, timeout=LIMIT) as said:
        house.do(house.desk(PLAYA).context.practice.scenario("token-revoked"))
        house.approve(PLAYA, 1)
    assert said.args[0].startswith("Hotel Playa & Mar: ")
    assert house.moods() == {CENTRO: Mood.IN_ORDER, PLAYA: Mood.ATTENTION}
    assert program.tray.icon.icon().cacheKey() == mood_icon(Mood.ATTENTION).cacheKey()
    lines = program.tray.icon.toolTip().splitlines()
    assert lines[1].startswith("Hotel Playa & Mar") and lines[2].startswith("Hotel Centro")
    assert program.tray.line.text().startswith("Hotel Centro")  # what the menu does is for the one that is shown
    assert panel.chooser.other.isVisible() and panel.overview.other.isVisible()
    assert "Hotel Playa & Mar" in panel.overview.other.accessibleName()
    panel.overview.other.button.click()
    assert program.shown is house.desk(PLAYA) and program.panel is not panel
    assert not program.panel.overview.other.isVisible()


def test_a_click_on_a_notice_leads_to_its_hotel(still: House) -> None:
    still.program.show_panel()
    still.program._say(still.desk(PLAYA), "Algo pasó", "y se dice")
    still.program.tray.icon.messageClicked.emit()
    assert still.program.shown is still.desk(PLAYA)


def test_each_hotel_has_its_own_accesses_ledger_and_pause_also_after_a_restart(house: House) -> None:
    centro, playa = house.desk(CENTRO), house.desk(PLAYA)
    tokens = [entries(house.ring, key)[Secret.PYMES_TOKEN] for key in (CENTRO, PLAYA)]
    assert tokens[0] != tokens[1]
    assert centro.context.settings.hotel_document != playa.context.settings.hotel_document
    centro.pause(None)
    assert house.moods()[CENTRO] is Mood.PAUSED
    house.approve(CENTRO, 3)
    house.approve(PLAYA, 6)
    house.wait(lambda: house.proven(PLAYA) == 6)
    assert house.proven(CENTRO) == 0
    assert centro.reader is not None and not centro.reader.page(0, 10)
    house.program.show_panel()
    house.program.show_hotel(PLAYA)
    house.again()
    assert house.desk(CENTRO).status.paused and not house.desk(PLAYA).status.paused
    assert house.proven(PLAYA) == 6
    assert house.program.shown is house.desk(PLAYA)
    assert [desk.context.settings.key for desk in house.program.desks] == [CENTRO, PLAYA]


def test_a_hotel_that_turns_out_to_be_another_locks_itself_alone(house: House) -> None:
    house.do(house.desk(PLAYA).context.practice.scenario("wrong-hotel"))
    house.wait(lambda: house.moods()[PLAYA] is Mood.ATTENTION)
    house.approve(PLAYA, 2)
    house.approve(CENTRO, 5)
    house.wait(lambda: house.proven(CENTRO) == 5)
    assert house.proven(PLAYA) == 0 and house.moods()[CENTRO] is not Mood.ATTENTION


def test_what_is_under_way_in_a_panel_goes_on_while_another_hotel_is_looked_at(house: House) -> None:
    program = house.program
    program.show_panel()
    former = program.panel
    assert former is not None
    former.go_to(Page.RECONCILIATION)
    former.reconciliation.reconcile()
    program.show_hotel(PLAYA)
    assert program.panel is not former and not former.isVisible() and program.panel.isVisible()
    assert program.panel._current is Page.RECONCILIATION
    assert former.reconciliation.is_running
    house.wait(lambda: former.reconciliation.result is not None)
    program.show_hotel(CENTRO)
    assert program.panel is former and former.isVisible()


def test_a_choice_for_the_whole_computer_reaches_the_engines_and_pages_of_all_hotels(still: House) -> None:
    program = still.program
    program.show_panel()
    program.show_hotel(PLAYA)
    kept = program._put_by[still.desk(CENTRO)]
    given = still.desk(CENTRO)._given
    program.context.choose(updates="https://example.com/botones")
    program.panel.settings_changed.emit()
    assert still.desk(CENTRO)._given is not given
    assert still.desk(CENTRO)._given.updates == "https://example.com/botones"
    assert kept not in program._put_by.values()


def test_removing_a_hotel_leaves_none_of_its_secrets_and_keeps_its_ledger(house: House) -> None:
    program = house.program
    house.ring.set_password("Botones/_red", Secret.PROXY_PASSWORD, "of the computer")
    program.show_panel()
    program.show_hotel(PLAYA)
    section = program.panel.settings.hotels
    ledger = house.paths.ledger(PLAYA)
    before = house.secrets()
    assert before[PLAYA]
    program.panel.go_to(Page.SETTINGS)
    section.remove.click()
    house.wait(lambda: program.panel.findChildren(Confirm))
    question = program.panel.findChildren(Confirm)[0]
    question.word.setText("QUITAR")
    question.reason.setText("Se vendió")
    gone = house.desk(PLAYA)
    question.do.click()
    house.wait(lambda: gone not in program.desks)
    assert house.secrets() == {CENTRO: before[CENTRO], PLAYA: set()}
    assert house.ring.get_password("Botones/_red", Secret.PROXY_PASSWORD) == "of the computer"
    assert ledger.exists()
    assert [one.key for one in load_all(house.paths.settings)] == [CENTRO]
    assert program.shown is house.desk(CENTRO)
    said = program.panel.settings.hotels.result
    assert said.isVisible() and "Hotel Playa & Mar" in said.accessibleName()
    assert str(ledger.parent) in said.accessibleName()
    house.wait(lambda: not gone.host.is_running and not gone.context.practice.is_running)


def test_adding_a_hotel_and_leaving_at_once_leaves_the_list_as_it_was(still: House) -> None:
    program = still.program
    program.add_hotel()
    still.wait(lambda: program.wizard is not None)
    assert len(program.desks) == 3
    program.wizard.close()
    still.wait(lambda: program.wizard is None)
    assert [desk.context.settings.key for desk in program.desks] == [CENTRO, PLAYA]
    assert [one.key for one in load_all(still.paths.settings)] == [CENTRO, PLAYA]


def test_asked_twice_in_a_row_one_hotel_is_added(still: House) -> None:
    program = still.program
    program.add_hotel()
    program.add_hotel()
    still.wait(lambda: program.wizard is not None)
    assert len(program.desks) == 3 and len(load_all(still.paths.settings)) == 3
    program.wizard.close()
    still.wait(lambda: program.wizard is None)


@pytest.mark.parametrize(("real", "added"), [(True, "loggro"), (False, "sandbox-3")], ids=["hotel", "practice"])
def test_a_hotel_that_was_begun_and_left_stays_unfinished_and_is_there_after_a_restart(
    still: House, real: bool, added: str
) -> None:
    program = still.program
    program.add_hotel()
    still.wait(lambda: program.wizard is not None and program.wizard.flow.is_open)
    wizard = program.wizard
    wizard.page.choose_place(real=real)
    wizard.next.click()
    still.wait(lambda: wizard.flow.activation.chosen and wizard.flow.busy is None)
    wizard.close()
    still.wait(lambda: program.wizard is None)
    assert still.moods()[added] is Mood.NOT_SET_UP
    still.close()
    still.program = still.build()
    assert [desk.context.settings.key for desk in still.program.desks] == [CENTRO, PLAYA, added]
    assert still.moods()[added] is Mood.NOT_SET_UP and not still.desk(added).is_new


def test_closing_the_wizard_of_a_hotel_that_is_set_up_never_takes_it_out_of_the_list(still: House) -> None:
    program = still.program
    program.show_panel()
    program.shown.is_ready = True
    program.show_wizard()
    still.wait(lambda: program.wizard is not None and program.wizard.flow.is_open)
    program.show_hotel(PLAYA)
    program.wizard.close()
    still.wait(lambda: program.wizard is None)
    assert [desk.context.settings.key for desk in program.desks] == [CENTRO, PLAYA]
    assert [one.key for one in load_all(still.paths.settings)] == [CENTRO, PLAYA]


def test_from_a_hotel_that_does_not_open_another_one_can_be_reached(still: House) -> None:
    program, desk = still.program, still.desk(CENTRO)
    program.show_panel()
    desk.failure = NotPrepared("El libro es más nuevo", "Instale la versión más nueva.", "")
    program._tell_failure(desk)
    assert program.opening is not None and program.opening.isVisible() and not program.panel.isVisible()
    assert still.moods()[CENTRO] is Mood.ATTENTION
    others = program.opening.others.menu().actions()
    assert [one.text() for one in others] == ["Hotel Playa && Mar"]
    others[0].trigger()
    assert program.shown is still.desk(PLAYA) and program.panel.isVisible() and program.opening is None


def test_the_window_of_a_hotel_that_does_not_open_closes_alone_while_others_are_at_work(house: House) -> None:
    program, desk = house.program, house.desk(CENTRO)
    program.show_panel()
    desk.failure = NotPrepared("El libro es más nuevo", "Instale la versión más nueva.", "")
    program._tell_failure(desk)
    assert program.opening is not None
    program.opening.close()
    assert house.living is not None and not house.living.done() and program.opening is None
    assert house.desk(PLAYA).host.is_running
    # Without a tray the person would be left with nothing.
    assert program.tray.is_reachable or (program.shown is house.desk(PLAYA) and program.panel.isVisible())
    program.show_hotel(CENTRO)
    assert program.opening is not None and program.opening.isVisible()
    for other in program.desks:
        other.host.stop()
    house.wait(lambda: not any(other.host.is_running for other in program.desks))
    program.opening.close()
    house.wait(house.living.done)


def test_a_wizard_that_is_left_without_accesses_starts_no_engine(house: House) -> None:
    program, desk = house.program, house.desk(CENTRO)
    program.show_panel()
    program.show_wizard()
    house.wait(lambda: program.wizard is not None and program.wizard.flow.is_open)
    for name in entries(house.ring, CENTRO):
        house.ring.delete_password(f"Botones/{CENTRO}", name)
    program.wizard.close()
    house.wait(lambda: not desk.status.set_up)
    assert house.moods()[CENTRO] is Mood.NOT_SET_UP and not desk.host.is_running


# Words and order, without a program


def seen(name: str, drawn: Status, key: str = "") -> Seen:
    return Seen(key=key or name, name=name, status=drawn)


def test_a_tooltip_names_the_worst_first_never_half_a_hotel_and_how_many_are_left_out() -> None:
    hotels = [seen(f"Hotel de la Sierra Nevada número {number}", status()) for number in range(6)]
    hotels[4] = seen("Hotel Boutique Los Almendros de San Felipe", status(proven_at=None))
    said = hotels_tooltip(hotels, NOW)
    assert len(said) <= 127
    lines = said.splitlines()
    assert lines[0] == "Botones: 6 hoteles"
    assert lines[1].startswith("Hotel Boutique Los Almendro") and lines[1].endswith("Aún sin comprobar")
    assert all(": " in line for line in lines[:-1])
    assert lines[-1] == f"y {6 - (len(lines) - 2)} hoteles más"


def test_few_hotels_are_all_named() -> None:
    said = hotels_tooltip([seen("Centro", status()), seen("Playa", status(paused=True))], NOW)
    assert said.splitlines() == ["Botones: 2 hoteles", "Playa: En pausa", "Centro: En orden"]
