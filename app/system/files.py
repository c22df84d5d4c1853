"""Small files written so that nobody ever finds half of one; what is in them is the caller's affair."""

import contextlib
import os
import sys
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write to ``path``: a crash at any moment leaves either the old file or the new one, whole."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
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
