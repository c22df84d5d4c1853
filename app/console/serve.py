"""``botones serve``: the hotels of a chain carried without a screen, until the system says to end.

It decides nothing about hotels or documents; ``sync.chain`` shares the work out. Its accesses come from the keyring.
"""

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from app.console.outcome import ALL_WELL, NOT_ALL_WELL, fail
from app.model.clock import SystemClock
from app.setup.roster import Roster
from app.sync.chain import Chain
from app.sync.metrics import CONTENT_TYPE, Metrics
from app.sync.turn import Bounds
from app.system.logs import log_to_output
from app.system.loopback import HOST, Answer, Loopback
from app.system.paths import Paths
from app.system.vault import Vault, machine_vault
from app.texts import _

_SLICE: Final = 0.5
"""On Windows a wait without an end hears no signal."""

log = logging.getLogger(__name__)


def serve(
    workers: int,
    port: int | None,
    *,
    vault_of: Callable[[str], Vault] = machine_vault,
    bounds: Bounds | None = None,
) -> int:
    """Carry until told to end. Told once, each turn ends after its batch; told again, where it is."""
    paths, clock = Paths.of_user().ensure(), SystemClock()
    roster = Roster(paths, clock)
    hotels = roster.all()
    if not hotels:
        fail(
            _(
                "Ningún hotel de este usuario tiene su libro en un servidor. Pase uno con «botones ledger move», "
                "o agréguelo aquí con «botones serve add»."
            )
        )
    undo = log_to_output()
    try:
        metrics = Metrics()
        chain = Chain(
            paths=paths,
            roster=roster,
            vault_of=vault_of,
            clock=clock,
            watcher=metrics,
            workers=workers,
            bounds=bounds,
        )
        metrics.follow(
            standings=chain.standings,
            in_hand=lambda: chain.in_hand,
            paused=lambda: _resting(roster),
            trouble=lambda: chain.trouble,
        )
        with _answering(port, chain, metrics), _told(chain):
            log.info("%d hotels, %d workers", len(hotels), workers)
            chain.start()
            while not chain.wait(_SLICE):
                pass
        log.info("ended")
        return NOT_ALL_WELL if chain.is_broken_off else ALL_WELL
    finally:
        undo()


@contextmanager
def _answering(port: int | None, chain: Chain, metrics: Metrics) -> Iterator[None]:
    """Answer on the loopback while the block runs, where a port was asked for."""
    if port is None:
        yield
        return

    def health() -> Answer:
        trouble = chain.trouble
        return Answer(f"{trouble or 'ok'}\n".encode(), status=503 if trouble else 200)

    answers = {"/health": health, "/metrics": lambda: Answer(metrics.text(), CONTENT_TYPE)}
    try:
        opened = Loopback(port, answers)
    except OSError as error:
        fail(_("El puerto {port} de este computador no está libre ({error}).").format(port=port, error=error.strerror))
    with opened:
        log.info("http://%s:%d/health and /metrics", HOST, opened.port)
        yield


@contextmanager
def _told(chain: Chain) -> Iterator[None]:
    """Hear the system: the first time the turns end after their batch, the second where they are."""
    told = 0

    def hear(number: int, _frame: object) -> None:
        nonlocal told
        told += 1
        # Logged by the main thread elsewhere: a handler that logs may meet the lock that it interrupted.
        if told == 1:
            chain.stop()
        else:
            chain.give_up()

    # Windows has no SIGTERM to hear: its services and consoles send these two.
    names = [name for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), hear) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _resting(roster: Roster) -> list[str]:
    at_work = {one.key for one in roster()}
    return [one.ledger_server.hotel for one in roster.all() if one.ledger_server and one.key not in at_work]
