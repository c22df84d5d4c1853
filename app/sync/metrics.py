"""The figures of a chain in OpenMetrics: the only door to its library. It serves nothing, and decides nothing.

A hotel is named as its ledger on the server is; nothing of a document, a buyer or an access is in here.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from app.model.errors import StorageError
from app.storage.turns import Standing
from app.sync.turn import STATES

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_KEPT: Final = 2.0
"""For so many seconds the figures of all hotels are not asked for again, however often somebody looks."""
_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160)
_WAITS: Final = (0.1, 1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600)


class Metrics:
    """Counts what this process does, and asks the table of turns how all hotels stand."""

    def __init__(self) -> None:
        mine = self._registry = CollectorRegistry()
        self._turns = Counter("botones_turns", "Turns ended.", ["hotel"], registry=mine)
        self._proven = Counter("botones_documents_proven", "Documents proven in Pymes.", ["hotel"], registry=mine)
        self._errors = Counter("botones_errors", "Turns that failed, by cause.", ["hotel", "cause"], registry=mine)
        self._seconds = Histogram("botones_turn_seconds", "How long a turn took.", buckets=_SECONDS, registry=mine)
        self._waits = Histogram("botones_turn_wait_seconds", "How long a hotel waited.", buckets=_WAITS, registry=mine)

    def follow(
        self,
        *,
        standings: Callable[[], Iterable[Standing]],
        in_hand: Callable[[], Iterable[str]],
        paused: Callable[[], Iterable[str]],
        trouble: Callable[[], str | None],
    ) -> None:
        """Tell also how the hotels stand, which of them rest (``paused``), and what keeps the process (``trouble``)."""
        up = Gauge("botones_up", "Whether the process can do its work.", registry=self._registry)
        up.set_function(lambda: 0.0 if trouble() else 1.0)
        self._registry.register(_Hotels(standings, in_hand, paused))

    def begun(self, hotel: str, waited: float) -> None:
        self._waits.observe(waited)

    def ended(self, hotel: str, seconds: float, proven: int, cause: str | None) -> None:
        self._turns.labels(hotel).inc()
        self._seconds.observe(seconds)
        self._proven.labels(hotel).inc(proven)
        if cause is not None:
            self._errors.labels(hotel, cause).inc()

    def text(self) -> bytes:
        """Return all figures as they are now."""
        text: bytes = generate_latest(self._registry)  # type: ignore[no-untyped-call]
        return text


class _Hotels(Collector):
    def __init__(
        self,
        standings: Callable[[], Iterable[Standing]],
        in_hand: Callable[[], Iterable[str]],
        paused: Callable[[], Iterable[str]],
    ) -> None:
        self._standings = standings
        self._in_hand = in_hand
        self._paused = paused
        self._lock = threading.Lock()
        self._asked_at: float | None = None
        self._known: tuple[Standing, ...] = ()

    def describe(self) -> Iterable[Metric]:
        return []  # else the registry would ask the server while it is being put together

    def collect(self) -> Iterator[Metric]:
        reached = self._ask()
        documents = GaugeMetricFamily("botones_documents", "Documents by state.", labels=["hotel", "state"])
        oldest = GaugeMetricFamily("botones_oldest_waiting_seconds", "Age of the oldest on its way.", labels=["hotel"])
        proven = GaugeMetricFamily("botones_last_proof_timestamp_seconds", "Last whole turn.", labels=["hotel"])
        waits = GaugeMetricFamily("botones_hotel_waits_seconds", "Since when it could have a turn.", labels=["hotel"])
        failures = GaugeMetricFamily("botones_hotel_failures", "Failed turns in a row.", labels=["hotel"])
        paused = GaugeMetricFamily("botones_hotel_paused", "Whether a person paused it.", labels=["hotel"])
        sender = GaugeMetricFamily("botones_sender", "Whether this process sends for it now.", labels=["hotel"])
        at, in_hand, resting = time.time(), set(self._in_hand()), set(self._paused())
        for one in self._known:
            for state, count in one.said.get("counts", {}).items():
                if state in STATES:
                    documents.add_metric([one.hotel, state], count)
            since, proven_at = one.said.get("oldest"), one.said.get("proven_at")
            if one.said:
                oldest.add_metric([one.hotel], 0.0 if since is None else max(at - since, 0.0))
            if proven_at is not None:
                proven.add_metric([one.hotel], proven_at)
            waits.add_metric([one.hotel], 0.0 if one.hotel in in_hand else one.waits)
            failures.add_metric([one.hotel], one.failures)
        for hotel in {one.hotel for one in self._known} | resting:
            paused.add_metric([hotel], float(hotel in resting))
            sender.add_metric([hotel], float(hotel in in_hand))
        server = GaugeMetricFamily("botones_server_reached", "Whether the server told how the hotels stand.")
        server.add_metric([], float(reached))
        yield from (documents, oldest, proven, waits, failures, paused, sender, server)

    def _ask(self) -> bool:
        """Have the newest figures; where the server does not answer, the last ones stay."""
        with self._lock:
            now = time.monotonic()
            if self._asked_at is not None and now - self._asked_at < _KEPT:
                return True
            try:
                self._known = tuple(self._standings())
            except StorageError:
                self._asked_at = None
                return False
            self._asked_at = now
            return True
