"""Two builds of one commit, file by file: what differs must be in the list of known reasons, or it is a finding.

python3 packaging/compare_builds.py FOLDER1 FOLDER2
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

REASONS = {
    "signature": "una firma lleva su hora y un número al azar",
}
"""Everything that may differ, and why. Nothing else does: hash seed, file times and the commit's moment are fixed."""


def digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def is_signed(file: Path) -> bool:
    """Say whether a Windows program carries a signature: the fifth entry of its data directory."""
    data = file.read_bytes()
    if data[:2] != b"MZ":
        return False
    head = int.from_bytes(data[0x3C:0x40], "little")
    optional = head + 24
    wide = int.from_bytes(data[optional : optional + 2], "little") == 0x20B
    entry = optional + (112 if wide else 96) + 4 * 8
    return int.from_bytes(data[entry + 4 : entry + 8], "little") > 0


def explained(first: Path, second: Path, *more: Path | None) -> bool:
    """Print how two folders (and the two files after them) differ, and say whether each difference has its reason."""
    one, two = digests(first), digests(second)
    strange = []
    for name in sorted(one.keys() | two.keys()):
        if one.get(name) == two.get(name):
            continue
        if name in one and name in two and is_signed(first / name):
            print(f"   distinto, {REASONS['signature']}: {name}")
        else:
            strange.append(name)
    files = [file for file in more if file is not None]
    if (
        len(files) == 2
        and hashlib.sha256(files[0].read_bytes()).digest() != hashlib.sha256(files[1].read_bytes()).digest()
    ):
        if is_signed(files[0]):
            print(f"   distinto, {REASONS['signature']}: {files[0].name}")
        else:
            strange.append(files[0].name)
    for name in strange:
        print(f"   DISTINTO SIN EXPLICACIÓN: {name}")
    print(f"   {len(one)} archivos comparados, {len(strange)} sin explicación")
    return not strange


if __name__ == "__main__":
    sys.exit(0 if explained(Path(sys.argv[1]), Path(sys.argv[2])) else 1)
