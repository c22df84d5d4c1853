"""A long run in slices: a line of figures for each in a file, so that it can be watched, cut off and taken up again."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any


class Book:
    """The lines of one file; without a file nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._started = time.monotonic()

    def has(self, name: str) -> bool:
        """Say whether a slice of this name ended well in an earlier run."""
        return any(line["slice"] == name for line in self.lines())

    def add(self, name: str, figures: dict[str, Any]) -> dict[str, Any]:
        """Write a slice that ended well, and return what all slices come to so far."""
        line = {"slice": name, **figures, "seconds": round(time.monotonic() - self._started)}
        self._started = time.monotonic()
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        return self.total()

    def lines(self) -> list[dict[str, Any]]:
        if self._path is None or not self._path.exists():
            return []
        return [json.loads(line) for line in self._path.read_text("utf-8").splitlines()]

    def total(self) -> dict[str, Any]:
        """Add up all numbers of all slices."""
        sums: Counter[str] = Counter()
        for line in self.lines():
            sums.update({name: value for name, value in line.items() if isinstance(value, int)})
        return {"slices": len(self.lines()), **sums}
