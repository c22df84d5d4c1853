"""Two builds of one commit, file by file: what differs must be in the list of known reasons, or it is a finding.

python3 packaging/compare_builds.py FOLDER1 FOLDER2
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

REASONS = {
    "signature": "solo su firma, que lleva su hora; sin ella, los dos son iguales",
    "signed inside": "lleva dentro el programa y el desinstalador, cada uno con su firma",
}
"""Everything that may differ, and why. Nothing else does: hash seed, file times and the commit's moment are fixed."""


def digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def signature_entry(data: bytes) -> int | None:
    """Return where a Windows program says where its signature is, the fifth entry of its data directory."""
    if data[:2] != b"MZ":
        return None
    head = int.from_bytes(data[0x3C:0x40], "little")
    optional = head + 24
    wide = int.from_bytes(data[optional : optional + 2], "little") == 0x20B
    return optional + (112 if wide else 96) + 4 * 8


def is_signed(file: Path) -> bool:
    """Say whether a Windows program carries a signature."""
    data = file.read_bytes()
    entry = signature_entry(data)
    return entry is not None and int.from_bytes(data[entry + 4 : entry + 8], "little") > 0


def unsigned(file: Path) -> bytes:
    """Return a signed program as it was before, but for the checksum, which every change of it changes."""
    data = bytearray(file.read_bytes())
    entry = signature_entry(data)
    assert entry is not None
    end = int.from_bytes(data[entry : entry + 4], "little")
    checksum = int.from_bytes(data[0x3C:0x40], "little") + 24 + 64
    data[entry : entry + 8] = bytes(8)
    data[checksum : checksum + 4] = bytes(4)
    return bytes(data[:end])


def why(first: Path, second: Path, *, installer: bool = False) -> str | None:
    """Return why two files of one name differ, ``None`` where there is no reason for it."""
    if not (is_signed(first) and is_signed(second)):
        return None
    if installer:
        return REASONS["signed inside"]
    return REASONS["signature"] if unsigned(first) == unsigned(second) else None


def explained(first: Path, second: Path, *more: Path | None) -> bool:
    """Print how two folders (and the two installers after them) differ; say whether each difference has its reason."""
    one, two = digests(first), digests(second)
    strange = []
    for name in sorted(one.keys() | two.keys()):
        if one.get(name) == two.get(name):
            continue
        reason = why(first / name, second / name) if name in one and name in two else None
        if reason is None:
            strange.append(name)
        else:
            print(f"   distinto, {reason}: {name}")
    files = [file for file in more if file is not None]
    if len(files) == 2 and files[0].read_bytes() != files[1].read_bytes():
        reason = why(files[0], files[1], installer=True)
        if reason is None:
            strange.append(files[0].name)
        else:
            print(f"   distinto, {reason}: {files[0].name}")
    for name in strange:
        print(f"   DISTINTO SIN EXPLICACIÓN: {name}")
    print(f"   {len(one) + len(files) // 2} archivos comparados, {len(strange)} sin explicación")
    return not strange


if __name__ == "__main__":
    sys.exit(0 if explained(Path(sys.argv[1]), Path(sys.argv[2])) else 1)
