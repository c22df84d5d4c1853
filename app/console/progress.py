"""How far a long work is, on one line of the error output. It measures nothing itself."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click

_CLEAN_LINE: Final = "\r\x1b[K"


@contextmanager
def told() -> Iterator[Callable[[str], None]]:
    """Give what says how far it is; silent where nobody watches a terminal."""
    if not sys.stderr.isatty():
        yield lambda words: None
        return
    try:
        yield lambda words: click.echo(f"{_CLEAN_LINE}{words}", nl=False, err=True)
    finally:
        click.echo(_CLEAN_LINE, nl=False, err=True)
