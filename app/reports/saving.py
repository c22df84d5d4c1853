"""Puts a finished report in its place: whole or not at all, and never over another file unless that was asked for."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def save(path: Path, make: Callable[[Path], None], *, replace: bool) -> None:
    """Have ``make`` write a file, and move it to ``path``.

    Raises ``FileExistsError`` where there is one and it may not be replaced, and ``OSError`` where it cannot be
    written; then whatever was there is as before.
    """
    if not replace and path.exists():
        raise FileExistsError(str(path))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    os.close(handle)
    try:
        make(Path(name))
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def free_name(path: Path) -> Path:
    """Return ``path``, or the first like it that no file has: «name (2).xlsx»."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_stem(f"{path.stem} ({number})")
    return found
