"""The table by which workers share the hotels out: the longest wait comes first, and what is taken is nobody else's."""

import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest

from app.model.errors import StorageError
from app.model.server import ServerAddress
from app.storage import server
from app.storage.place import ServerPlace
from app.storage.turns import Turn, Turns
from tests.support.postgres import PostgresServer

HOTELS = ["norte", "sur", "oriente"]


@pytest.fixture
def place(postgres: PostgresServer) -> Iterator[ServerPlace]:
    with psycopg.connect(postgres.address("postgres"), password=postgres.password, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS botones_turnos CASCADE")
    yield ServerPlace(ServerAddress.parse(postgres.address("postgres")), postgres.password)


def ask(postgres: PostgresServer, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(postgres.address("postgres"), password=postgres.password, autocommit=True) as connection:
        done = connection.execute(statement.encode())
        return done.fetchall() if done.description else []


def taken(turns: Turns) -> Turn:
    turn = turns.take(HOTELS)
    assert turn is not None
    return turn


def end_sessions(postgres: PostgresServer) -> None:
    """End the workers' sessions, as their death does."""
    ask(
        postgres,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE application_name LIKE 'Botones%' AND pid <> pg_backend_pid()",
    )


def test_the_hotel_that_waited_longest_comes_first_and_then_goes_to_the_end(place: ServerPlace) -> None:
    with Turns(place) as turns:
        for hotel in HOTELS:
            turns.enrol([hotel])
        order = []
        for _ in range(7):
            turn = taken(turns)
            order.append(turn.hotel)
            turns.end(turn, pause=0.0, said={})
    assert order == [*HOTELS, *HOTELS, HOTELS[0]]


def test_what_somebody_has_in_hand_is_passed_over(place: ServerPlace) -> None:
    with Turns(place) as one, Turns(place) as other, Turns(place) as third:
        one.enrol(HOTELS[:2])
        assert {taken(one).hotel, taken(other).hotel} == set(HOTELS[:2])
        assert third.take(HOTELS) is None


def test_a_hotel_that_rests_is_nobodys_until_its_time(place: ServerPlace) -> None:
    with Turns(place) as turns:
        turns.enrol(["norte"])
        turns.end(taken(turns), pause=600.0, said={})
        assert turns.take(HOTELS) is None
        assert (rest := turns.next_in(HOTELS)) is not None
        assert 590 < rest <= 600


def test_only_hotels_that_were_asked_for_are_taken(place: ServerPlace) -> None:
    with Turns(place) as turns:
        turns.enrol(HOTELS)
        assert turns.take(["poniente"]) is None
        assert (turn := turns.take(["sur", "poniente"])) is not None
        assert turn.hotel == "sur"


def test_what_a_turn_left_is_there_for_the_next_one_whoever_has_it(place: ServerPlace) -> None:
    with Turns(place) as one, Turns(place) as other:
        one.enrol(["norte"])
        one.end(taken(one), pause=0.0, failures=2, idle=3, said={"cause": "token"})
        turn = taken(other)
        assert (turn.failures, turn.idle, turn.said) == (2, 3, {"cause": "token"})
        assert turn.waited >= 0.0
        (standing,) = one.standings(HOTELS)
        assert (standing.hotel, standing.failures, standing.said) == ("norte", 2, {"cause": "token"})


def test_the_hotel_of_a_dead_worker_is_free_at_once_and_does_not_come_first_again(
    place: ServerPlace, postgres: PostgresServer
) -> None:
    dead = Turns(place)
    dead.enrol(HOTELS[:1])
    dead.enrol(HOTELS[1:])
    assert taken(dead).hotel == "norte"
    end_sessions(postgres)
    with Turns(place) as alive:
        order = []
        for _ in HOTELS:
            turn = taken(alive)
            order.append(turn.hotel)
            alive.end(turn, pause=60.0, said={})
    assert order[-1] == "norte"
    assert sorted(order) == sorted(HOTELS)
    with pytest.raises(StorageError):
        dead.take(HOTELS)
    dead.close()


def test_a_server_that_goes_while_a_writer_looks_at_its_settings_is_no_mistake_of_ours(
    place: ServerPlace, postgres: PostgresServer
) -> None:
    connection = server.connect_to(place)
    end_sessions(postgres)
    with pytest.raises(StorageError):
        server._setting(connection, "fsync")
    connection.close()


def eight_at_once(work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_workers_that_start_at_the_same_moment_make_one_table(place: ServerPlace) -> None:
    failed: list[BaseException] = []

    def begin() -> None:
        try:
            with Turns(place) as turns:
                turns.enrol(HOTELS)
        except BaseException as error:
            failed.append(error)

    eight_at_once(begin)
    assert failed == []
    with Turns(place) as turns:
        assert len(turns.standings(HOTELS)) == len(HOTELS)


def test_a_table_of_a_newer_botones_is_not_touched(place: ServerPlace, postgres: PostgresServer) -> None:
    Turns(place).close()
    ask(postgres, "UPDATE botones_turnos.version SET n = 99")
    with pytest.raises(StorageError):
        Turns(place)
    ask(postgres, "DROP SCHEMA botones_turnos CASCADE")


def test_eight_workers_never_have_the_same_hotel(place: ServerPlace) -> None:
    hotels = [f"hotel_{number}" for number in range(5)]
    in_hand: set[str] = set()
    lock = threading.Lock()
    doubled: list[str] = []
    turns_of: dict[str, int] = dict.fromkeys(hotels, 0)

    def work() -> None:
        with Turns(place) as turns:
            for _ in range(60):
                turn = turns.take(hotels)
                if turn is None:
                    continue
                with lock:
                    if turn.hotel in in_hand:
                        doubled.append(turn.hotel)
                    in_hand.add(turn.hotel)
                    turns_of[turn.hotel] += 1
                with lock:
                    in_hand.discard(turn.hotel)
                turns.end(turn, pause=0.0, said={})

    with Turns(place) as turns:
        turns.enrol(hotels)
    eight_at_once(work)
    assert doubled == []
    assert min(turns_of.values()) * 2 >= max(turns_of.values()) > 0
