"""The gap radar with Pymes' own list: another channel and what was annulled are told apart, and days are kept."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.connectors.profile import load_profile
from app.connectors.pymes import Pymes
from app.connectors.transport import Transport
from app.model.causes import Cause
from app.model.clock import SystemClock, bogota_day
from app.model.documents import Family
from app.model.gaps import GapKind
from app.model.journey import EventKind
from app.model.numbering import System, prove
from app.sandbox.tokens import Kind
from app.sandbox.ventas import Venta, record
from app.sync import radar
from app.sync.radar import Seen, Stand, days_to_read
from app.sync.watch import watch_ranges
from tests.support.numbers import What, numbered
from tests.support.panel import NOW, numbering
from tests.support.practice import Running, running

OLD = date(2026, 11, 20)
TODAY = bogota_day(NOW)


def stand(number: int, *, day: date = OLD, from_pms: bool = False, annulled: bool = False) -> Stand:
    return Stand(Family.FACTURA, "FEHT", number, day, from_pms, annulled)


def gaps(folder: Path, numbers: Mapping[int, What], stands: list[Stand]) -> list[tuple[int, int, GapKind, bool]]:
    proof = prove(Family.FACTURA, [numbering(system) for system in System], NOW, NOW.date())
    with numbered(folder / "ledger.sqlite3", numbers) as reader:
        (found,) = watch_ranges(reader, [proof], NOW, stands).ranges
    return [(gap.first, gap.last, gap.kind, gap.in_pymes) for gap in found.gaps]


def test_each_number_of_a_labelled_sequence_gets_its_reason(tmp_path: Path) -> None:
    documents: dict[int, What] = dict.fromkeys((10, 11, 12, 13, 20), EventKind.PROVEN)
    documents |= {14: EventKind.MISSING, 15: Cause.REJECTED_BY_DIAN, 21: None}
    stands = [stand(n, from_pms=True) for n in (10, 11, 13, 20)] + [stand(16), stand(17, from_pms=True)]
    stands += [stand(12, annulled=True), stand(18, annulled=True), stand(5), stand(22, day=TODAY)]
    assert gaps(tmp_path, documents, stands) == [
        (12, 12, GapKind.ANNULLED, False),
        (14, 14, GapKind.NOT_IN_PYMES, False),
        (15, 15, GapKind.REJECTED, False),
        (16, 16, GapKind.OTHER_CHANNEL, False),
        (17, 17, GapKind.NOT_IN_PMS, True),
        (18, 18, GapKind.ANNULLED, False),
        (19, 19, GapKind.NOT_IN_PMS, False),
        (21, 21, GapKind.IN_FLIGHT, False),
        (22, 22, GapKind.IN_FLIGHT, True),
    ]


def test_what_was_annulled_in_pymes_is_found_also_amid_and_at_the_ends_of_what_was_proven(tmp_path: Path) -> None:
    documents = dict.fromkeys((*range(10, 20), *range(22, 30)), EventKind.PROVEN)
    struck = [stand(n, annulled=True) for n in (10, 14, 15, 29)]
    assert gaps(tmp_path, documents, [*struck, *(stand(n) for n in (11, 22, 28))]) == [
        (10, 10, GapKind.ANNULLED, False),
        (14, 15, GapKind.ANNULLED, False),
        (20, 21, GapKind.NOT_IN_PMS, False),
        (29, 29, GapKind.ANNULLED, False),
    ]


def test_what_waits_for_its_look_but_stands_in_pymes_is_no_gap(tmp_path: Path) -> None:
    documents = {10: EventKind.PROVEN, 11: EventKind.MISSING, 12: EventKind.PROVEN}
    assert gaps(tmp_path, documents, [stand(11), stand(12)]) == []


@pytest.mark.parametrize("from_pms", [True, False])
def test_a_number_of_today_in_pymes_alone_never_alarms(tmp_path: Path, from_pms: bool) -> None:
    stands = [stand(11, day=TODAY, from_pms=from_pms)]
    ((_first, _last, kind, _in),) = gaps(tmp_path, {10: EventKind.PROVEN}, stands)
    assert kind is GapKind.IN_FLIGHT and not kind.alarms


def test_a_day_is_read_again_as_long_as_it_may_move() -> None:
    seen = Seen({OLD + timedelta(days=offset): NOW for offset in range(5)})
    assert days_to_read(seen, OLD, NOW) == [TODAY]
    later = NOW + timedelta(days=2)
    assert days_to_read(seen, OLD, later) == [TODAY + timedelta(days=offset) for offset in (2, 1, 0, -1, -2)]
    assert OLD in days_to_read(Seen({OLD: NOW + timedelta(hours=1)}), OLD, NOW), "read by a clock that was set back"
    assert len(days_to_read(Seen(), date(1990, 1, 1), NOW)) == radar.LONGEST.days + 1


def test_what_was_read_is_kept_without_names_and_a_damaged_file_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "pymes-numbers.json"
    seen = Seen({OLD: NOW, TODAY: NOW}, (stand(1), stand(2, annulled=True)))
    radar.save(seen, path)
    assert radar.load(path) == seen
    assert json.loads(path.read_text())["2026-11-20"]["numbers"][0] == ["factura", "FEHT", 1, False, False]
    for damage in ("", "{", "[]", '{"hoy": 1}', '{"2026-11-20": {"read_at": "x", "numbers": []}}'):
        path.write_text(damage)
        assert radar.load(path) == Seen()
    assert radar.load(tmp_path / "none.json") == Seen()


def tried(folder: Path, trial: Callable[[Running, Pymes], Awaitable[None]]) -> None:
    async def run() -> None:
        async with running(folder) as hotel, Transport("pymes") as transport:
            addresses = {"pms": hotel.addresses.pms, "pymes": hotel.addresses.pymes, "fe": hotel.addresses.fe}
            token = hotel.house.tokens.mint(Kind.PYMES)
            await trial(hotel, Pymes(transport, load_profile("sandbox", addresses), token=token))

    asyncio.run(run())


def sold(hotel: Running, number: int, day: date) -> None:
    """Sell in Pymes itself, on another till."""
    record(
        hotel.house,
        Venta.model_validate(
            {
                "claveExterna": "",
                "consecutivoUuid": "c",
                "tipoDocumento": "01",
                "prefijo": "FEHT",
                "numero": number,
                "fechaHora": f"{day.isoformat()}T12:00:00-05:00",
                "cliente": {"tipoId": "13", "id": "222222222222", "nombre": "Consumidor final"},
                "moneda": "COP",
                "total": "1000",
            }
        ),
        "manual",
    )


def test_pymes_is_read_day_by_day_stopped_between_days_and_not_read_twice(tmp_path: Path) -> None:
    async def trial(hotel: Running, pymes: Pymes) -> None:
        clock = SystemClock()
        today = bogota_day(clock.now())
        for offset in range(5):
            sold(hotel, offset + 1, today - timedelta(days=offset))
        steps: list[tuple[int, int, int]] = []

        def tell(seen: Seen, done: int, total: int) -> None:
            steps.append((done, total, len(seen.stands)))

        first = today - timedelta(days=4)
        some = await radar.look_through(pymes, Seen(), first, clock, tell, lambda: len(steps) == 3)
        assert steps == [(0, 5, 0), (1, 5, 1), (2, 5, 2)] and some.since == today - timedelta(days=1)
        steps.clear()
        seen = await radar.look_through(pymes, some, first, clock, tell, lambda: False)
        assert steps[0][1] == 4, "yesterday was read, today always moves"
        assert {one.number for one in seen.stands} == {1, 2, 3, 4, 5} and len(seen.stands) == 5
        assert not any(one.from_pms or one.annulled for one in seen.stands)

    tried(tmp_path, trial)
