"""Writes THIRD_PARTY_LICENSES.txt from what is really in the program: ``licenses.py BUNDLED.txt OUT.txt``.

Run by build.py with the interpreter that built it. Each module and file of the list belongs to a distribution or to
Python itself; one that belongs to nobody ends the build, and so does a distribution that says no licence at all.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

OURS = {"app", "ui", "resources"}
RULE = "=" * 100
LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|authors|lgpl|gpl)", re.IGNORECASE)
# Files that lie in the program's folder and come from no distribution's own folder.
OF_PYTHON = re.compile(r"(python3\d*|vcruntime\d+(_1)?|libcrypto|libssl|libffi|sqlite3)[\w.-]*\.dll|base_library\.zip")
QT = """\
Qt (Qt6*.dll, the platform plugins, the translations) is by The Qt Company Ltd. and its contributors, and is used under
the GNU Lesser General Public License, version 3. Botones links to it dynamically: the DLLs lie, unchanged, in the
folder _internal\\PySide6 and may be replaced by your own build of the same version. PySide6 and shiboken6 (the
bindings) are under the same licence. The Qt Company publishes the source of each version as "qt-everywhere-src" and
"pyside-setup"; whoever distributes Botones has to offer the source of the version named above for as long as he offers
the program. Nothing in Botones' own licence (MIT) forbids changing Qt, or reverse engineering for that purpose.
The text of the LGPL, version 3, and of the GPL, version 3, which it refers to, is at the end of this file.
"""
INSIDE = """\
psycopg and psycopg-binary (LGPL 3) and python-stdnum (LGPL 2.1 or later, here under version 3) are Python modules that
lie, unchanged, inside Botones.exe. Whoever wants other versions of them puts those into the interpreter that
packaging/build.py uses, and builds again: that script and the whole source of Botones are under the MIT licence. Their
own source is on PyPI, under the versions named above. psycopg-binary brings libpq (PostgreSQL licence) and OpenSSL
(Apache License 2.0) as DLLs, in _internal\\psycopg_binary.libs; cryptography carries OpenSSL within.
"""
PYTHON = """\
Python, its standard library and the DLLs beside it (OpenSSL under the Apache License 2.0, libffi under the MIT licence,
SQLite in the public domain, zlib under the zlib licence, Microsoft's C runtime as redistributable) are under the
licence of the Python Software Foundation, which follows.
"""
BOOTLOADER = """\
The program is started by PyInstaller's bootloader (GPL 2.0 or later with an exception that allows any use of it in
programs under any licence). Nothing else of PyInstaller is in it.
"""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


class Owners:
    """Which distribution brings which module, file and folder of metadata."""

    def __init__(self) -> None:
        self._by_module: dict[str, Distribution] = {}
        self._by_file: dict[str, Distribution] = {}
        self._by_name: dict[str, Distribution] = {}
        for one in distributions():
            self._by_name[normal(one.name)] = one
            for file in one.files or ():
                place = str(file).replace("\\", "/")
                self._by_file[place] = one
                first = place.partition("/")[0]
                if not first.endswith((".dist-info", ".data")) and first not in {"..", "bin"}:
                    self._by_module.setdefault(first.partition(".")[0], one)

    def of(self, entry: str) -> Distribution | None:
        first = first_of(entry)
        if first.endswith(".dist-info"):
            return self._by_name.get(normal(first.split("-")[0]))
        return self._by_file.get(entry) or self._by_module.get(first) or self._by_module.get(first.partition(".")[0])


def first_of(entry: str) -> str:
    """Return the outermost name: of a file its first folder, of a module its package."""
    return entry.partition("/")[0] if "/" in entry else entry.partition(".")[0]


def used(bundled: Path) -> tuple[list[Distribution], list[str]]:
    """Return the distributions that something of the list belongs to, and what belongs to none."""
    owners = Owners()
    ours = OURS | set(sys.stdlib_module_names) | {"__main__"}
    found: dict[str, Distribution] = {}
    strange: list[str] = []
    for entry in bundled.read_text(encoding="utf-8").splitlines():
        first = first_of(entry)
        owner = owners.of(entry)
        if owner is not None:
            found[normal(owner.name)] = owner
        elif not (first in ours or first.startswith(("pyi", "_pyi")) or OF_PYTHON.fullmatch(entry.lower())):
            strange.append(entry)
    return [found[name] for name in sorted(found)], strange


def licence_name(one: Distribution) -> str:
    data = one.metadata
    named = [line.rpartition(" :: ")[2] for line in data.get_all("Classifier") or () if line.startswith("License ::")]
    short = data.get("License-Expression") or "; ".join(named) or (data.get("License") or "").strip().partition("\n")[0]
    return short[:120]


def licence_texts(one: Distribution) -> list[tuple[str, str]]:
    found = []
    for file in one.files or ():
        place = str(file).replace("\\", "/")
        if ".dist-info/" in place and LICENCE_FILE.search(place.rpartition("/")[2]):
            path = Path(str(one.locate_file(file)))
            if path.is_file():
                found.append((place, path.read_text(encoding="utf-8", errors="replace").strip()))
    return found


def python_licence() -> str:
    for place in (Path(sys.base_prefix) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE"):
        if place.is_file():
            return place.read_text(encoding="utf-8", errors="replace").strip()
    from _sitebuiltins import _Printer  # the same text that `license()` prints

    printer = _Printer("license", "See the Python Software Foundation License 2.0.", [], [])
    return str(printer)


def main() -> int:
    bundled, out = Path(sys.argv[1]), Path(sys.argv[2])
    found, strange = used(bundled)
    parts = [
        "Botones contains the following works of others. Written by a program from what is in this copy.\n"
        "Botones contiene estas obras de terceros. Lo escribe un programa a partir de lo que hay en esta copia.",
        "\n".join(f"{one.name} {one.version}: {licence_name(one)}" for one in found),
        QT,
        INSIDE,
        BOOTLOADER,
        f"{PYTHON}\n{python_licence()}",
    ]
    without = [one.name for one in found if not licence_name(one)]
    owed = [one.name for one in found if "GPL" in licence_name(one) or "Lesser" in licence_name(one)]
    owed = [name for name in owed if name.partition("_")[0] not in QT + INSIDE]
    for one in found:
        texts = licence_texts(one)
        body = "\n\n".join(f"[{name}]\n{text}" for name, text in texts) or licence_name(one)
        parts.append(f"{one.name} {one.version}\n{licence_name(one)}\n\n{body}")
    texts = Path(__file__).resolve().parent / "licences"
    parts += [file.read_text(encoding="utf-8").strip() for file in sorted(texts.glob("*.txt"))]
    out.write_text(f"\n\n{RULE}\n\n".join(parts) + "\n", encoding="utf-8")
    print(f"   {len(found)} obras de terceros; {out.stat().st_size // 1024} kB")
    for entry in strange:
        print(f"   sin dueño: {entry}")
    for name in without:
        print(f"   sin licencia: {name}")
    for name in owed:
        print(f"   obliga a algo que aquí nadie dice cómo se cumple: {name}")
    return 1 if strange or without or owed else 0


if __name__ == "__main__":
    sys.exit(main())
