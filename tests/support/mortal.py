"""Lets a process of the real program kill itself with SIGKILL at a named place, before or after it.

Named places are ``module:function`` and ``event:kind`` (a line of the ledger's story, the first of that kind), and
``sql:beginning`` (the first statement to the ledger that begins so). ``before`` is before the function is called or the
statement is given; ``after`` is once the function has returned or the transaction is on the disk.
"""

import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, Pool, event


def die_at(place: str, when: str) -> None:
    """Arm this process; to be called before the program's own code runs."""
    what, _, rest = place.partition(":")
    if what == "event":
        _at_statement(lambda said, given: said.startswith("INSERT INTO events") and f"'{rest}'" in repr(given), when)
    elif what == "sql":
        _at_statement(lambda said, given: said.startswith(rest), when)
    else:
        _at_function(what, rest, when)


def command(place: str, when: str, arguments: list[str]) -> list[str]:
    """Return the command line of the real program, armed."""
    lines = (
        "import sys",
        "from tests.support.mortal import die_at",
        f"die_at({place!r}, {when!r})",
        "sys.argv = ['botones', *sys.argv[1:]]",
        "from app.cli import main",
        "main()",
    )
    return [sys.executable, "-c", "\n".join(lines), *arguments]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _at_statement(is_it: Callable[[str, Any], bool], when: str) -> None:
    given = False

    def look(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        nonlocal given
        if is_it(statement, parameters):
            if when == "before":
                _die()
            given = True

    def returned(*_: Any) -> None:
        if given:
            _die()

    event.listen(Engine, "before_cursor_execute", look)
    event.listen(Pool, "checkin", returned)  # the connection comes back once its transaction has ended


def _at_function(module: str, name: str, when: str) -> None:
    owner: Any = importlib.import_module(module)
    *classes, last = name.split(".")
    for one in classes:
        owner = getattr(owner, one)
    true = getattr(owner, last)

    def mortal(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            _die()
        result = true(*args, **kwargs)
        _die()
        return result

    setattr(owner, last, mortal)
