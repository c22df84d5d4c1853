"""Builds the Windows program and its installer, on Windows or on Debian (under Wine, see wine_bench.py).

    python3 packaging/build.py [--target windows]   everything, into dist/
    python3 packaging/build.py --no-installer        only the program's folder
    python3 packaging/build.py --twice               builds a second time and says what differs, and why
    python3 packaging/build.py --target linux        only freezes and examines: what a freezer forgets is forgotten on
                                                     both systems, and here it shows in a minute

Steps: translations, icon, program (PyInstaller, one folder), licences, size, signature, self-check of the frozen
program, installer (NSIS), signature. A build without a certificate says so in its name (sign.py says how to have one).
It publishes nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import compare_builds
import dev
import sign
from wine_bench import LAST_OF_SELF_CHECK, Bench, NoBench, screen

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = os.name == "nt"
LARGEST_MB = 118
"""Of the installed folder, 114.9 now: Qt's libraries and their bindings are 45 of them, Python with TLS 20, our and the
others' compiled modules 16, cryptography 10, PostgreSQL's client 8, pydantic 6, lxml 4, pictures in PDFs 3. Eighty was
the wish: Qt, Python and the modules alone are that. It holds for what is downloaded, 44."""
LARGEST_DOWNLOAD_MB = 80
LONGEST_PATH = 150
"""Within the folder: what comes before it on a hotel's computer, with the longest name of a user, has 80 letters."""
SELF_CHECK_SECONDS = 300
SOURCES = ("app", "ui", "resources")
SCRIPTS = ("botones.spec", "icon.py", "licenses.py", "translations.py")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


class Failed(Exception):
    """A step did not come out right; the text says what to do."""


def version() -> str:
    found = re.search(r'__version__ = "([^"]+)"', (ROOT / "app" / "__init__.py").read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def moment() -> int:
    """Return the moment of the commit, which every build of it carries in its files."""
    try:
        told = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "log", "-1", "--format=%ct"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return int(told.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return 1_700_000_000


def step(words: str) -> None:
    print(f"== {words}", flush=True)


def on_windows(work: Path) -> tuple[Path, Run]:
    """Return an interpreter with the pinned dependencies, and how programs are run here."""

    def run(
        *words: object,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
        echo: bool = False,
        timeout: float | None = None,
    ) -> object:
        return subprocess.run(
            [str(word) for word in words], env={**os.environ, **(env or {})}, cwd=cwd, stdin=subprocess.DEVNULL,
            stdout=None if echo else subprocess.PIPE, stderr=None if echo else subprocess.STDOUT,
            text=True, encoding="utf-8", errors="replace", timeout=timeout, check=False,
        )  # fmt: skip

    venv = work / "venv"
    python = venv / "Scripts" / "python.exe"
    run(sys.executable, "-m", "venv", venv)
    for name in ("requirements.txt", "requirements-build.txt"):
        done = run(
            python, "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r",
            ROOT / "packaging" / name, echo=True,
        )  # fmt: skip
        if done.returncode:  # type: ignore[attr-defined]
            raise Failed("pip no pudo instalar las dependencias fijadas.")
    return python, run  # type: ignore[return-value]


def on_linux(work: Path) -> tuple[Path, Run]:
    """Return the interpreter of the tests, with PyInstaller beside it: nothing of this build is handed to anybody."""
    python, tools, pins = dev.venv_python(), work / "tools", ROOT / "packaging" / "requirements-build.txt"
    if not python.exists():
        raise Failed("Falta el entorno: python3 packaging/dev.py setup")

    def run(
        *words: object, env: dict[str, str] | None = None, cwd: Path | None = None, timeout: float | None = None
    ) -> object:
        return subprocess.run(
            [str(word) for word in words], env={**dev.base_environment(), **(env or {}), "PYTHONPATH": str(tools)},
            cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=timeout, check=False,
        )  # fmt: skip

    stamp = tools / "botones.stamp"
    if not stamp.exists() or stamp.read_text() != pins.read_text():
        shutil.rmtree(tools, ignore_errors=True)
        done = run(
            python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes",
            "--only-binary", ":all:", "--target", tools, "-r", pins,
        )  # fmt: skip
        if done.returncode:  # type: ignore[attr-defined]
            raise Failed(f"pip no pudo:\n{done.stdout}")  # type: ignore[attr-defined]
        stamp.write_text(pins.read_text())
    return python, run  # type: ignore[return-value]


def copied_sources(work: Path) -> Path:
    """Copy what is built: what an earlier run left in the tree must not get in."""
    place = work / "source"
    shutil.rmtree(place, ignore_errors=True)
    leave = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    for name in SOURCES:
        shutil.copytree(ROOT / name, place / name, ignore=leave, copy_function=shutil.copyfile)
    (place / "packaging").mkdir()
    for name in SCRIPTS:
        shutil.copyfile(ROOT / "packaging" / name, place / "packaging" / name)
    return place


def freeze(work: Path, python: Path, run: Run, name: str = "Botones") -> Path:
    """Return the program's folder, on Windows with its licences in it."""
    source = copied_sources(work)
    out = work / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    environment = {
        "BOTONES_BUILD": str(work),
        "PYTHONHASHSEED": "1",
        "SOURCE_DATE_EPOCH": str(moment()),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
    }

    def must(*words: object, why: str) -> str:
        done = run(*words, env=environment, cwd=source)
        if done.returncode:
            raise Failed(f"{why}:\n{(done.stdout or '')[-4000:]}")
        return done.stdout or ""

    step("icono")
    must(python, "packaging/icon.py", work / "botones.ico", why="El icono no se pudo dibujar")
    step("programa (PyInstaller)")
    told = must(
        python, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN", "--distpath", out,
        "--workpath", work / "pyinstaller", source / "packaging" / "botones.spec", why="PyInstaller no pudo",
    )  # fmt: skip
    (work / "pyinstaller.log").write_text(told, encoding="utf-8")
    folder = out / name
    if not folder.is_dir():
        raise Failed(f"PyInstaller no dejó {folder}.")
    if python.suffix != ".exe":
        return folder
    step("licencias")
    print(must(
        python, "packaging/licenses.py", work / "bundled.txt", folder / "THIRD_PARTY_LICENSES.txt",
        why="Falta una licencia",
    ).strip())  # fmt: skip
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE.txt")
    shutil.copyfile(ROOT / "packaging" / "botones-consola.cmd", folder / "botones-consola.cmd")
    return folder


def check_size(folder: Path) -> None:
    sizes = {file: file.stat().st_size for file in folder.rglob("*") if file.is_file()}
    whole = sum(sizes.values()) / 1_000_000
    step(f"tamaño: {whole:.1f} MB en {len(sizes)} archivos (límite {LARGEST_MB} MB)")
    for file, size in sorted(sizes.items(), key=lambda one: -one[1])[:8]:
        print(f"   {size / 1_000_000:6.1f} MB  {file.relative_to(folder)}")
    longest = max(len(str(file.relative_to(folder))) for file in sizes)
    if longest > LONGEST_PATH:
        raise Failed(
            f"Una ruta del programa tiene {longest} letras; con la de la persona pasaría de las 260 de Windows."
        )
    if whole > LARGEST_MB:
        raise Failed(f"El programa pesa {whole:.1f} MB, más de {LARGEST_MB} MB.")


def same_moment(folder: Path) -> None:
    """Give every file the commit's moment: the installer stores it."""
    for file in [folder, *folder.rglob("*")]:
        os.utime(file, (moment(), moment()))


def check_frozen(folder: Path, work: Path, run: Run) -> None:
    """Have the frozen program examine itself; a windowed program has no output, so it writes a file."""
    log = work / "self-check.log"
    log.unlink(missing_ok=True)
    with screen() as display:
        try:
            done = run(folder / "Botones.exe", "--self-check", "--log", log, env=display, timeout=SELF_CHECK_SECONDS)
        except subprocess.TimeoutExpired as error:
            # What ends a windowed program before its first line is shown in a window, and nobody closes that here.
            raise Failed("El programa congelado no terminó: casi siempre le falta una pieza al arrancar.") from error
    judge(log, done)


def judge(log: Path, done: subprocess.CompletedProcess[str]) -> None:
    told = log.read_text(encoding="utf-8") if log.exists() else "(nada)"
    print("\n".join("   " + line for line in told.splitlines()))
    if done.returncode or LAST_OF_SELF_CHECK not in told:
        raise Failed(f"El programa congelado no pasó su propia prueba (código {done.returncode}).\n{done.stdout or ''}")


def freeze_here(work: Path) -> None:
    """Freeze for this Linux, and have the program examine itself in a session of its own."""
    work.mkdir(parents=True, exist_ok=True)
    python, run = on_linux(work)
    program = freeze(work, python, run, "botones") / "botones"
    step("prueba del programa congelado")
    log = work / "self-check.log"
    log.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="botones-", ignore_cleanup_errors=True) as home:
        session = dev.private_session({**dev.base_environment(), "LANG": "C.UTF-8"}, home)
        done = subprocess.run(
            [
                "dbus-run-session", "--", "sh", "-c", dev.SESSION, "sh", dev.keyring_daemon(Path(home)), program,
                "--self-check", "--log", log,
            ],
            env=session, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SELF_CHECK_SECONDS,
            check=False,
        )  # fmt: skip
    judge(log, done)


def build_installer(folder: Path, out: Path, signed: bool) -> Path:
    """Return the installer."""
    makensis = shutil.which("makensis") or shutil.which("makensis", path=r"C:\Program Files (x86)\NSIS")
    if makensis is None:
        raise Failed("Falta makensis (Debian: paquete nsis; Windows: el instalador de NSIS 3).")
    target = out / f"Botones-{version()}-instalador{'' if signed else '-sin-firma'}.exe"
    numbers = ".".join((*version().split("."), "0", "0", "0", "0")[:4])
    kilobytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // 1024
    define = "/D" if WINDOWS else "-D"
    words = [
        makensis, "/V2" if WINDOWS else "-V2", f"{define}VERSION={version()}", f"{define}NUMBERS={numbers}",
        f"{define}SOURCE={folder}", f"{define}OUT={target}", f"{define}KILOBYTES={kilobytes}",
        f"{define}ICON={folder.parent.parent / 'botones.ico'}",
    ]  # fmt: skip
    if signed:
        words.append(f"{define}SIGN={sys.executable} {ROOT / 'packaging' / 'sign.py'}")
    target.unlink(missing_ok=True)
    done = subprocess.run(
        [*words, str(ROOT / "packaging" / "installer.nsi")], capture_output=True, text=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(moment())}, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Failed(f"makensis no pudo:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    return target


def build(work: Path, *, installer: bool) -> tuple[Path, Path | None]:
    """Build everything under ``work`` and return the folder and the installer."""
    work.mkdir(parents=True, exist_ok=True)
    if WINDOWS:
        python, run = on_windows(work)
    else:
        bench = Bench().ready("run")
        python, run = bench.python("run"), bench.wine
    step("traducciones")
    said = run(python, ROOT / "packaging" / "translations.py", "--check", cwd=ROOT)
    print(f"   {(said.stdout or '').strip()}")
    folder = freeze(work, python, run)
    check_size(folder)
    signed = sign.has_certificate()
    if signed:
        step("firma del programa")
        sign.sign(folder / "Botones.exe")
    same_moment(folder)
    step("prueba del programa congelado")
    check_frozen(folder, work, run)
    if not installer:
        return folder, None
    step("instalador (NSIS)")
    made = build_installer(folder, work, signed)
    megabytes = made.stat().st_size / 1_000_000
    print(f"   {megabytes:.1f} MB (límite {LARGEST_DOWNLOAD_MB} MB)")
    if megabytes > LARGEST_DOWNLOAD_MB:
        raise Failed(f"El instalador pesa {megabytes:.1f} MB.")
    if signed:
        sign.sign(made)
    return folder, made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", choices=["windows", "linux"], default="windows", help="the product is for Windows")
    parser.add_argument("--no-installer", action="store_true", help="only the program's folder")
    parser.add_argument("--twice", action="store_true", help="build twice from this tree and compare")
    chosen = parser.parse_args()
    started = time.monotonic()
    work, dist = ROOT / "build" / "windows", ROOT / "dist"
    try:
        if chosen.target == "linux":
            freeze_here(ROOT / "build" / "linux")
            step(f"listo en {time.monotonic() - started:.0f} s")
            return 0
        folder, installer = build(work, installer=not chosen.no_installer)
        if chosen.twice:
            again, second = build(ROOT / "build" / "windows-again", installer=not chosen.no_installer)
            step("dos compilaciones del mismo código")
            if not compare_builds.explained(folder, again, installer, second):
                raise Failed("Las dos compilaciones difieren en algo que ninguna lista explica.")
    except (Failed, NoBench, sign.NotSigned) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    dist.mkdir(exist_ok=True)
    shutil.rmtree(dist / "Botones", ignore_errors=True)
    shutil.copytree(folder, dist / "Botones")
    step(f"listo en {time.monotonic() - started:.0f} s: {dist / 'Botones'}")
    if installer is not None:
        shutil.copy2(installer, dist / installer.name)
        print(f"   {dist / installer.name}  {installer.stat().st_size / 1_000_000:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
