"""Small files written so that nobody ever finds half of one; what is in them is the caller's affair."""

import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

_PATIENCE_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 0.02


def write_whole(path: Path, text: str) -> None:
    """Write to ``path``: a crash at any moment leaves either the old file or the new one, whole."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(Path(temporary), path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    if sys.platform != "win32":  # Windows cannot open a folder, and makes the rename durable by itself
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _put_in_place(new: Path, path: Path) -> None:
    """Rename; on Windows whoever reads the old file meanwhile (antivirus, backup) is in the way, and soon gone."""
    limit = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            new.replace(path)
            return
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() > limit:
                raise
            time.sleep(_LOOK_SECONDS)
