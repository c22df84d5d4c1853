"""A sign of life on the disk, so that the next start knows how long the program was away; nothing is in the file."""

import os
from datetime import UTC, datetime

from app.system.paths import Paths


def give_sign(paths: Paths, now: datetime) -> None:
    """Leave a sign; a disk that does not take it costs nothing but the report after the next absence."""
    file = paths.home / "alive"
    try:
        file.touch(mode=0o600)
        os.utime(file, (now.timestamp(), now.timestamp()))
    except OSError:
        return


def last_sign(paths: Paths) -> datetime | None:
    """Return when the last sign was left, ``None`` where there was none."""
    try:
        return datetime.fromtimestamp((paths.home / "alive").stat().st_mtime, UTC)
    except OSError:
        return None
