"""Who may do what: one table, asked by everybody; dangerous acts say why; the word leaves only a hash, in the vault."""

import asyncio
import contextlib
import json
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from app.model.causes import Cause
from app.model.errors import Failure, StorageError
from app.model.journey import EventKind
from app.model.mode import Mode
from app.model.reconciliation import Month, Reconciliation
from app.model.role import DANGEROUS, Act, NotAllowed, ReasonMissing, Role, may, reason_for, require
from app.reports.reconciliation import FileKind, save_as
from app.reports.signature import Signer
from app.setup.credentials import connecting, read_secrets
from app.storage.place import ServerPlace
from app.storage.server import open_for_writing
from app.sync.ledger_reader import LedgerReader
from app.sync.reconciliation import reconcile
from app.system.deeds import Deeds
from app.system.logs import setup_logging
from app.system.paths import Paths
from app.system.settings import Settings, load
from app.system.vault import MemoryRing, Secret, SecretMissing, SessionVault, Vault, VaultLocked
from app.system.word import TRIES, MustWait, Word, WrongWord, role_here
from app.texts.causes import particulars
from app.texts.ledger import reader_preparation
from app.texts.roles import act_name, refusal, role_meaning, role_name, who_did
from tests.app.test_secrets_on_disk import leaks
from tests.support.console import run
from tests.support.desk import Desk, played
from tests.support.live import QUICK, proven, put_into_use, serving
from tests.support.panel import HandClock
from tests.support.postgres import PostgresServer

RECEPTION = {Act.SEE, Act.COMFORT, Act.SUPPORT, Act.BECOME, Act.SYNC, Act.PAUSE, Act.SEND, Act.DRILL}
ACCOUNTANT = {Act.SEE, Act.COMFORT, Act.SUPPORT, Act.BECOME, Act.RECONCILE, Act.EXPORT}
WORD = "la-palabra-de-doña-Inés"
PAIR = QUICK | {"stand_by": 0.2}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.mark.parametrize("act", Act)
def test_every_act_has_its_place_in_the_table_and_its_name(act: Act) -> None:
    assert may(Role.ADMINISTRATOR, act)
    assert may(Role.RECEPTION, act) is (act in RECEPTION)
    assert may(Role.ACCOUNTANT, act) is (act in ACCOUNTANT)
    assert act_name(act)
    for role in Role:
        assert role_name(role) and role_meaning(role)
        if not may(role, act):
            assert act_name(act) in refusal(role, act) and "administrador" in refusal(role, act)
            with pytest.raises(NotAllowed):
                require(role, act)


def test_what_cannot_be_undone_asks_why(tmp_path: Path, clock: HandClock) -> None:
    assert {
        Act.SETTLE, Act.BACKFILL, Act.RESTORE, Act.DISCONNECT, Act.START_SENDING, Act.TAKE_OVER
    } == DANGEROUS  # fmt: skip
    deeds = Deeds(tmp_path / "deeds.jsonl", clock)
    for act in DANGEROUS:
        with pytest.raises(ReasonMissing):
            deeds.did(Role.ADMINISTRATOR, act, "algo", " \n ")
        assert reason_for(act, f"  a\n{'b' * 400}").startswith("a b") and len(reason_for(act, "b" * 400)) == 300
    with pytest.raises(NotAllowed):
        deeds.did(Role.RECEPTION, Act.RESTORE, "algo", "porque sí")
    assert deeds.read() == ()


def test_deeds_are_told_the_newest_first_and_one_that_was_cut_off_hides_no_other(
    tmp_path: Path, clock: HandClock
) -> None:
    path = tmp_path / "deeds.jsonl"
    deeds = Deeds(path, clock)
    deeds.did(Role.RECEPTION, Act.PAUSE, "Pausó")
    with path.open("ab") as file:
        file.write(b'{"at":"2026-11-24T10:')  # the power failed
    deeds.did(Role.ADMINISTRATOR, Act.RESTORE, "Puso la copia", "Se borró una fila")
    deeds.note(None, Act.BECOME, "Ya no hay palabra")
    said = [(one.role, one.act, one.told, one.reason) for one in deeds.read()]
    assert said == [
        (None, Act.BECOME, "Ya no hay palabra", ""),
        (Role.ADMINISTRATOR, Act.RESTORE, "Puso la copia", "Se borró una fila"),
        (Role.RECEPTION, Act.PAUSE, "Pausó", ""),
    ]
    assert {one.at for one in deeds.read()} == {clock.now()}


def test_a_person_whom_the_system_does_not_name_is_said_to_be_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: HandClock
) -> None:
    def nobody() -> str:
        raise OSError

    monkeypatch.setattr("getpass.getuser", nobody)
    deeds = Deeds(tmp_path / "deeds.jsonl", clock)
    deeds.did(Role.RECEPTION, Act.PAUSE, "Pausó")
    (deed,) = deeds.read()
    assert deed.who == "" and "no nombra" in who_did(deed.who, deed.role)


# --- the service ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.ACCOUNTANT])
def test_the_service_itself_refuses_what_the_role_does_not_do(tmp_path: Path, role: Role) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, QUICK, role=role) as live:
            await live.until_idle()
            service = live.service
            for asked in (
                service.release(["k"]),
                service.release_cause(Cause.NOT_STORED),
                service.settle_outside("k", "FE1", "u", "porque sí"),
                service.unsettle("k"),
                service.backfill(desk.hotel.clock.now().date(), "porque sí"),
            ):
                with pytest.raises(NotAllowed):
                    await asyncio.wrap_future(asked)
            with pytest.raises(NotAllowed):
                service.take_over()
            if role is Role.ACCOUNTANT:
                for act in (service.wake, service.resume, lambda: service.pause(None)):
                    with pytest.raises(NotAllowed):
                        act()
            else:
                service.pause(None)
                await live.until(lambda status: status.paused)
        assert Deeds(desk.paths.deeds("sandbox"), desk.bridge.clock).read() == ()

    played(tmp_path, trial)


def test_who_decided_stands_in_the_documents_story_and_among_the_deeds(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        uuid = desk.write_foreign(document, total="1.00")
        key, number = str(document.key), document.full_number
        async with serving(desk, QUICK) as live:
            await live.until(lambda status: status.counts.conflict == 1)
            service = live.service
            with pytest.raises(ReasonMissing):
                await asyncio.wrap_future(service.settle_outside(key, number, uuid, ""))
            await asyncio.wrap_future(service.settle_outside(key, number, uuid, "La registró el contador"))
            assert await asyncio.wrap_future(service.unsettle(key))
            assert await asyncio.wrap_future(service.release([key])) == 1
            assert await asyncio.wrap_future(service.release(["nadie"])) == 0
        reader = LedgerReader(desk.paths.ledger("sandbox"), desk.bridge.clock)
        story = {event.kind: event.data for event in reader.timeline(key)}
        reader.close()
        for kind in (EventKind.SETTLED_OUTSIDE, EventKind.UNSETTLED, EventKind.RELEASED):
            assert story[kind]["role"] == "administrador" and story[kind]["who"]
            assert any("(administrador)" in line for line in particulars(story[kind]))
        deeds = Deeds(desk.paths.deeds("sandbox"), desk.bridge.clock).read()
        assert [(one.act, one.reason) for one in reversed(deeds)] == [
            (Act.SETTLE, "La registró el contador"), (Act.UNSETTLE, ""), (Act.RELEASE, "")
        ]  # fmt: skip
        assert all(number in one.told for one in deeds if one.act is not Act.RELEASE)

    played(tmp_path, trial)


def test_an_accountants_computer_never_sends_also_where_the_ledger_is_its_own(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, QUICK, role=Role.ACCOUNTANT) as live:
            await desk.issue_many(3)
            seen = await live.until(lambda status: status.counts.missing == 3)
            assert seen.mode is Mode.WATCH and seen.spare_of is None
            await live.until_idle()
            assert desk.sent == []
            live.service.renew(live.desk.bridge.settings.changed(role=Role.RECEPTION))
            await live.until(proven(3))
        desk.assert_whole()

    played(tmp_path, trial)


async def shared_place(desk: Desk, postgres: PostgresServer) -> ServerPlace:
    """Give the hotel a ledger on a server that has been in use, and its password."""
    await desk.bridge.vault.aput(Secret.LEDGER_PASSWORD, postgres.password)
    return put_into_use(postgres.new_ledger())


def test_the_computer_that_sends_leaves_the_turn_to_others_as_soon_as_an_accountant_sits_there(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    async def trial(desk: Desk) -> None:
        place = await shared_place(desk, postgres)
        async with serving(desk, PAIR, ledger_server=place.address) as front:
            await desk.issue_many(1)
            await front.until(proven(1))
            async with serving(desk, PAIR, ledger_server=place.address) as other:
                await other.until(lambda status: status.spare_of is not None)
                settings = desk.bridge.settings.changed(ledger_server=place.address, role=Role.ACCOUNTANT)
                front.service.renew(settings)
                await front.until(lambda status: status.spare_of is not None)
                await desk.issue_many(2)
                await other.until(proven(3))
        desk.assert_whole()

    played(tmp_path, trial)


# --- the word ---------------------------------------------------------------------------------------------------------


def test_a_wrong_word_is_heard_only_so_often_and_a_right_one_forgets_it(clock: HandClock) -> None:
    vault = SessionVault("word")

    async def trial() -> None:
        word = Word(vault, clock)
        await word.try_it("lo que sea")  # none was chosen: everybody is administrator
        with pytest.raises(ValueError, match="length"):
            await word.choose("corta")
        await word.choose(WORD)
        for left in range(TRIES - 1, 0, -1):
            with pytest.raises(WrongWord) as wrong:
                await word.try_it("otra-palabra")
            assert wrong.value.left == left
        with pytest.raises(MustWait) as first:
            await word.try_it("otra-palabra")
        with pytest.raises(MustWait):  # another start of the program changes nothing
            await Word(vault, clock).try_it(WORD)
        clock.moment = first.value.until + timedelta(seconds=1)
        await word.try_it(WORD)
        with pytest.raises(WrongWord) as wrong:
            await word.try_it("otra-palabra")
        assert wrong.value.left == TRIES - 1

    asyncio.run(trial())


def test_waits_grow_and_a_clock_set_back_does_not_lock_the_administrator_out(clock: HandClock) -> None:
    async def trial() -> None:
        word, waits = Word(SessionVault("word"), clock), []
        await word.choose(WORD)
        for _number in range(3):
            for _try in range(TRIES - 1):
                with pytest.raises(WrongWord):
                    await word.try_it("otra-palabra")
            with pytest.raises(MustWait) as waiting:
                await word.try_it("otra-palabra")
            waits.append(waiting.value.until - clock.now())
            clock.moment = waiting.value.until
        assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
        for _try in range(TRIES):
            with pytest.raises((WrongWord, MustWait)):
                await word.try_it("otra-palabra")
        clock.moment -= timedelta(days=30)
        await word.try_it(WORD)

    asyncio.run(trial())


def test_only_a_salted_hash_of_the_word_is_kept_and_only_in_the_vault(tmp_path: Path, clock: HandClock) -> None:
    paths = Paths.under(tmp_path / "home").ensure()
    undo = setup_logging(paths)
    vaults = [SessionVault("one"), SessionVault("other")]

    async def trial() -> None:
        for vault in vaults:
            await Word(vault, clock).choose(WORD)
            with pytest.raises(WrongWord):
                await Word(vault, clock).try_it("otra-palabra")

    asyncio.run(trial())
    Settings(role=Role.RECEPTION).save(paths.settings)
    Deeds(paths.deeds("sandbox"), clock).did(Role.ADMINISTRATOR, Act.BECOME, "Puso la palabra")
    records = [json.loads(vault.get(Secret.ADMINISTRATOR_WORD)) for vault in vaults]
    undo()
    assert records[0]["hash"] != records[1]["hash"] and records[0]["salt"] != records[1]["salt"]
    assert all(WORD not in json.dumps(record, ensure_ascii=False) for record in records)
    assert leaks(paths.home, [WORD, *(record["hash"] for record in records)]) == []


def test_without_a_word_everybody_is_administrator_and_a_silent_vault_raises_nobody(clock: HandClock) -> None:
    class Locked(Vault):
        def _get(self, name: Secret) -> str:
            raise VaultLocked("locked")

    async def trial() -> None:
        reception = Settings(role=Role.RECEPTION)
        vault = Vault(MemoryRing(), "word")
        assert await role_here(reception, vault, clock, ()) is Role.ADMINISTRATOR
        await Word(vault, clock).choose(WORD)
        assert await role_here(reception, vault, clock, ()) is Role.RECEPTION
        assert await role_here(reception, Locked(MemoryRing(), "word"), clock, ()) is Role.RECEPTION
        await Word(vault, clock).drop()
        assert await role_here(reception, vault, clock, ()) is Role.ADMINISTRATOR
        with pytest.raises(SecretMissing):
            vault.get(Secret.ADMINISTRATOR_WORD)
        # One of this session only knows nothing of what was chosen before: a practice hotel resets nobody.
        assert await role_here(reception, SessionVault("word"), clock, ()) is Role.RECEPTION

    asyncio.run(trial())


def test_role_and_word_are_the_computers_also_where_an_older_version_kept_the_word_with_one_hotel(
    clock: HandClock,
) -> None:
    async def trial() -> None:
        ring, reception = MemoryRing(), Settings(role=Role.RECEPTION)
        former = SessionVault("loggro")
        await Word(former, clock).choose(WORD)
        ring.set_password("Botones/loggro", Secret.ADMINISTRATOR_WORD, former.get(Secret.ADMINISTRATOR_WORD))
        other = Vault(ring, "sandbox")
        assert await role_here(reception, other, clock, ["loggro", "sandbox"]) is Role.RECEPTION
        await Word(Vault(ring, "loggro-2"), clock).try_it(WORD)
        with pytest.raises(WrongWord):
            await Word(other, clock).try_it("otra-palabra")

    asyncio.run(trial())


# --- the console ------------------------------------------------------------------------------------------------------


def home_of(folder: Path, role: Role) -> Path:
    Settings(role=role).save(Paths.under(folder).ensure().settings)
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="Windows' vault always answers, and holds no word of this home")
def test_the_console_refuses_with_a_code_of_its_own_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A vault that does not answer raises nobody: the role is the one that was chosen.
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    home = home_of(tmp_path, Role.ACCOUNTANT)
    copy = home / "copy.sqlite3"
    copy.touch()
    for arguments in (
        ("sync", "--once"),
        ("restore", str(copy), "--reason", "porque sí"),
        ("backfill", "--from", "2026-01-01", "--go", "--reason", "porque sí"),
        ("backup",),
    ):
        _, err = run(home, *arguments, code=3)
        assert "no lo hace contador" in err, arguments
    home_of(home, Role.RECEPTION)
    _, err = run(home, "reconcile", "--month", "2026-11", code=3)
    assert "no lo hace recepción" in err
    out, _ = run(home, "who")
    assert "(recepción)" in out and "Todavía nadie hizo nada" in out
    assert load(Paths.under(home).settings).settings.role is Role.RECEPTION


# --- a reader on a server ---------------------------------------------------------------------------------------------


def test_an_accountant_with_a_user_that_only_reads_sees_reconciles_and_never_becomes_the_sender(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    async def trial(desk: Desk) -> None:
        place = await shared_place(desk, postgres)
        async with serving(desk, PAIR, ledger_server=place.address) as front:
            await desk.issue_many(3)
            await front.until(proven(3))
            reader_password = let_read(postgres, place)
            address = place.address.model_copy(update={"user": "contador"})
            vault = SessionVault("contador")
            for name in (Secret.PYMES_TOKEN, Secret.PMS_API_KEY, Secret.PMS_SESSION, Secret.CONNECTION_TOKEN):
                with contextlib.suppress(SecretMissing):
                    vault.put(name, desk.bridge.vault.get(name))
            vault.put(Secret.LEDGER_PASSWORD, reader_password)
            away = replace(desk, bridge=replace(desk.bridge, vault=vault))
            async with serving(away, PAIR, ledger_server=address, role=Role.ACCOUNTANT) as office:
                seen = await office.until(lambda status: status.counts.proven == 3)
                assert seen.spare_of is not None
                front.service.stop()
                # Nobody sends any more, and it still does not begin to.
                await desk.issue_many(2)
                office.said.clear()
                for _look in range(3):
                    office.news.clear()
                    await asyncio.wait_for(office.news.wait(), 20)
                assert all(status.counts.proven == 3 and not status.working for status in office.said)
                assert {status.trouble for status in office.said} == {None}
            result = await reconciled(away, ServerPlace(address, reader_password, "OFICINA"))
            assert sum(one.documents for one in result.summaries) >= 3
            saved = tmp_path / "mes.xlsx"
            save_as(result, FileKind.SPREADSHEET, saved, lambda: Signer(vault, desk.paths.known_keys), replace=False)
            assert saved.stat().st_size > 2_000
            with pytest.raises(StorageError) as refused:
                await asyncio.to_thread(open_for_writing, ServerPlace(address, reader_password, "OFICINA"))
            assert refused.value.failure is Failure.LEDGER_ACCESS

    played(tmp_path, trial)


def let_read(postgres: PostgresServer, place: ServerPlace) -> str:
    """Type what ``botones ledger prepare --reader`` tells the server's keeper, and return the reader's password."""
    password = "solo-leo-" + place.address.hotel
    with psycopg.connect(
        postgres.address(place.address.database), password=postgres.password, autocommit=True
    ) as connection:
        for line in reader_preparation(place.address):
            if line.startswith("\\password"):
                line = f"ALTER ROLE contador PASSWORD '{password}'"
            connection.execute(line.encode())
    return password


async def reconciled(desk: Desk, place: ServerPlace) -> Reconciliation:
    """Reconcile the month of the hotel's documents through what this place lets read."""
    bridge = desk.bridge
    issued = desk.hotel.documents()[0].issued_at
    with contextlib.closing(LedgerReader(place, bridge.clock)) as reader:
        async with connecting(
            bridge.settings, bridge.profile, await read_secrets(bridge.vault), bridge.clock
        ) as connectors:
            return await reconcile(
                reader,
                connectors.pymes,
                Month(year=issued.year, month=issued.month),
                hotel_nit=bridge.settings.hotel_document or "",
                practice=True,
                dian=None,
                clock=bridge.clock,
                at_once=2,
                progress=lambda so_far: None,
                halted=lambda: False,
            )
