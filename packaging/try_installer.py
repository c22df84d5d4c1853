"""Installs, uses, upgrades and removes Botones under Wine, as a hotel's IT person would, and looks closely.

    python3 packaging/try_installer.py [INSTALLER.exe]     default: the one in dist/

A folder of its own serves as the Windows; the bench's is not touched. Every line says what was tried; the first that is
not as it should be ends it. What only a real Windows shows is in WINDOWS-CHECKLIST.md.
"""

from __future__ import annotations

import ast
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from wine_bench import LAST_OF_SELF_CHECK, WINE, Bench, NoBench, screen

ROOT = Path(__file__).resolve().parent.parent
RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
UNINSTALL = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Botones"
PATIENCE = 180.0
LOOPBACK = "0100007F"  # as the kernel writes 127.0.0.1
OLD_LEDGER = ROOT / "packaging" / "wine" / "old_ledger.sql"
"""The ledger of an earlier version, with documents in it."""


class Wrong(Exception):
    """Something is not as it should be."""


def check(holds: bool, words: str) -> None:
    print(f"{'✓' if holds else '✗'} {words}", flush=True)
    if not holds:
        raise Wrong(words)


def wait_for(condition: Callable[[], bool], words: str, seconds: float = PATIENCE) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            check(False, words)
        time.sleep(0.2)
    check(True, words)


class Hotel:
    """One Windows user with accents and blanks in every path, who has just received the installer."""

    def __init__(self, bench: Bench, display: dict[str, str]) -> None:
        self.bench = bench
        self.display = display
        self.local = bench.profile / "AppData" / "Local"
        self.program = self.local / "Programs" / "Botones"
        self.data = self.local / "Botones"
        self.link = bench.profile / "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Botones.lnk"
        self.exe = self.program / "Botones.exe"
        self.console = self.program / "botones-consola.cmd"

    def run(self, *words: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return self.bench.wine(*map(str, words), env={**self.display, **(env or {})}, cwd=self.bench.drive, timeout=600)

    def value(self, key: str, name: str) -> object:
        """Return a value of the registry, ``None`` where there is none. Not with reg.exe, which loses the accents."""
        code = (
            "import json, sys, winreg\n"
            "try: key = winreg.OpenKey(winreg.HKEY_CURRENT_USER, sys.argv[1])\n"
            "except OSError: print('null')\n"
            "else:\n"
            "    try: print(json.dumps(repr(winreg.QueryValueEx(key, sys.argv[2])[0])))\n"
            "    except OSError: print('null')\n"
        )
        told = self.run(self.bench.python("run"), "-c", code, key.removeprefix("HKCU\\"), name).stdout
        found = json.loads(told.strip().splitlines()[-1])
        return None if found is None else ast.literal_eval(found)

    def sign_in(self) -> None:
        """Begin a session: Windows starts what its Run key names. Those programs keep the pipe, so it is not read."""
        with subprocess.Popen(
            [str(WINE), "wineboot"], env=self.bench.environment(self.display), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            process.wait(PATIENCE)

    def open(self) -> subprocess.Popen[bytes]:
        """Start the program in the tray, as Windows does, and wait until it works on its folder."""
        process = subprocess.Popen(
            [str(WINE), str(self.exe), "gui", "--minimized"],
            env=self.bench.environment(self.display), cwd=self.bench.drive,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        wait_for(lambda: (self.data / "botones.pid").exists(), "el programa abre en la bandeja")
        return process

    def files(self) -> list[Path]:
        return [*self.program.rglob("*")] if self.program.exists() else []

    def secrets(self) -> str:
        """Return everything that Windows' vault holds: Wine keeps it in the registry."""
        return self.run("reg", "query", r"HKCU\Software\Wine\Credential Manager", "/s").stdout


def install(hotel: Hotel, installer: Path, *words: str) -> None:
    started = time.monotonic()
    done = hotel.run(installer, "/S", *words)
    check(done.returncode == 0, f"instalación silenciosa {' '.join(words)} (código {done.returncode})")
    check(hotel.exe.exists() and hotel.console.exists(), f"los archivos están, {time.monotonic() - started:.0f} s")
    check(hotel.link.exists(), "está en el menú Inicio")
    check(hotel.value(UNINSTALL, "DisplayName") == "Botones", "Windows la muestra entre sus programas")


def use(hotel: Hotel) -> None:
    log = hotel.bench.drive / "self-check.log"
    done = hotel.run(hotel.exe, "--self-check", "--log", r"C:\self-check.log")
    told = log.read_text(encoding="utf-8") if log.exists() else done.stdout
    print("\n".join("    " + line for line in told.splitlines()))
    check(
        done.returncode == 0 and "NO " not in told and LAST_OF_SELF_CHECK in told,
        "el programa instalado pasa su propia prueba",
    )
    done = hotel.run(hotel.console, "demo", "--headless", "--count", "20", "--json")
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    outcome = json.loads(lines[-1]) if lines else {}
    print(f"    código {done.returncode}: {outcome or done.stdout[-2000:]}")
    well = outcome.get("approved") == outcome.get("proven") == 20 and not outcome["lost"] and not outcome["doubled"]
    check(bool(outcome) and well and done.returncode == 0, "el trabajo principal: 20 aprobados, 20 probados")

    far = "C:\\" + "\\".join(["una carpeta de nombre tan largo como la hace una persona que ordena"] * 5)
    done = hotel.run(hotel.console, "demo", "--headless", "--count", "5", "--json", env={"BOTONES_HOME": far})
    check(done.returncode == 0, f"también con los datos en una ruta de {len(far)} letras")
    # What a person put in another place is that person's to remove, as IT.md says: the uninstaller knows of none.
    shutil.rmtree(hotel.bench.drive / far.split("\\")[1])


def listens_at(hotel: Hotel) -> set[str]:
    """Return the addresses at which any program of this Windows listens: Wine's server holds their sockets."""
    mine = set()
    for process in Path("/proc").iterdir():
        with suppress(OSError):  # it has just ended, or is none of ours
            if f"WINEPREFIX={hotel.bench.prefix}\0".encode() not in (process / "environ").read_bytes() + b"\0":
                continue
            for one in (process / "fd").iterdir():
                with suppress(OSError):  # Wine's server closes one every moment
                    mine.add(str(one.readlink()))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in mine:
                found.add(words[1].partition(":")[0])
    return found


def stay_on_this_computer(hotel: Hotel) -> None:
    """A firewall asks the person about a program that listens on more than the loopback."""
    with subprocess.Popen(
        [str(WINE), str(hotel.exe), "sandbox", "--child", "--folder", r"C:\práctica"],
        env=hotel.bench.environment(hotel.display), cwd=hotel.bench.drive, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        addresses = json.loads(process.stdout.readline())
        check("127.0.0.1" in addresses["pymes"], "el hotel de práctica arranca como hijo del programa")
        found = listens_at(hotel)
        check(found == {LOOPBACK}, f"y nadie escucha fuera de este computador ({', '.join(sorted(found))})")
        process.stdin.close()
        check(process.wait(PATIENCE) == 0, "y termina con su padre")


def start_with_windows(hotel: Hotel) -> None:
    wanted = f'"{hotel.bench.windows_name(hotel.exe)}" gui --minimized'
    check(hotel.value(RUN, "Botones") == wanted, "la clave Run nombra el programa, entre comillas")
    hotel.sign_in()
    wait_for(lambda: (hotel.data / "botones.pid").exists(), "al iniciar sesión, Windows lo abre")


def upgrade(hotel: Hotel, installer: Path) -> None:
    """Put a ledger of an earlier version in the hotel's place, install over it while the program runs, and look."""
    (hotel.program / "_internal" / "de-una-version-anterior.txt").write_text("x")
    process = hotel.open() if not (hotel.data / "botones.pid").exists() else None
    install(hotel, installer)
    check(not (hotel.data / "botones.pid").exists(), "el programa abierto se cerró en orden")
    if process is not None:
        check(process.wait(PATIENCE) == 0, "y terminó con código 0")
    check(not (hotel.program / "_internal" / "de-una-version-anterior.txt").exists(), "nada queda de la anterior")
    check(not (hotel.program / "_internal.old").exists(), "tampoco la carpeta apartada")
    check(hotel.value(RUN, "Botones") is not None, "sigue iniciando con Windows")
    ledger = hotel.data / "hotels" / "loggro" / "ledger.sqlite3"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(ledger)) as database:
        database.executescript(OLD_LEDGER.read_text(encoding="utf-8"))
        before = database.execute("SELECT key, state FROM documents ORDER BY key").fetchall()
        old = database.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    (hotel.data / "settings.json").write_text('{"profile": "loggro", "language": "es"}', encoding="utf-8")
    process = hotel.open()

    def version() -> str:
        with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as database:
            return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])

    wait_for(lambda: version() > old, f"el libro de una versión anterior ({old}) queda al día")
    hotel.run(hotel.exe, "gui", "--quit")
    check(process.wait(PATIENCE) == 0, "se cierra cuando se le pide")
    with closing(sqlite3.connect(ledger)) as database:
        after = database.execute("SELECT key, state FROM documents ORDER BY key").fetchall()
    check(before == after and len(after) > 0, f"sus {len(after)} documentos siguen, cada uno en su estado")
    check(any((ledger.parent / "backups").glob("*")), "y antes de tocarlo se hizo una copia")


def stop_halfway(hotel: Hotel, installer: Path) -> None:
    """Have a file that cannot be written, as a virus scanner or a full disk does."""
    before = {file: file.read_bytes() for file in (hotel.exe, hotel.program / "_internal" / "python313.dll")}
    blocked = hotel.program / "THIRD_PARTY_LICENSES.txt"
    blocked.unlink()
    blocked.mkdir()
    done = hotel.run(installer, "/S")
    blocked.rmdir()
    check(done.returncode == 2, f"si un archivo no se puede escribir, lo dice (código {done.returncode})")
    check(not [file for file in hotel.files() if file.name.endswith(".old")], "y no queda nada a medias")
    check(all(file.read_bytes() == data for file, data in before.items()), "la versión anterior está como estaba")
    check(hotel.run(hotel.console, "--version").returncode == 0, "y sirve")


def refuse_older(hotel: Hotel, installer: Path) -> None:
    hotel.run("reg", "add", UNINSTALL, "/v", "DisplayVersion", "/d", "99.0.0", "/f")
    done = hotel.run(installer, "/S")
    check(done.returncode == 2, f"sobre una versión más nueva no instala nada (código {done.returncode})")


def remove(hotel: Hotel, *words: str) -> None:
    hotel.run("reg", "add", APPROVED, "/v", "Botones", "/t", "REG_BINARY", "/d", "030000000000000000000000", "/f")
    python = hotel.bench.python("run")
    for scope, name in (("Botones/loggro", "pymes-token"), ("Botones/_red", "proxy-password")):
        hotel.run(python, "-c", "import keyring, sys; keyring.set_password(*sys.argv[1:])", scope, name, "de-prueba")
        check(scope in hotel.secrets(), f"hay un secreto de {scope} en el llavero de Windows")
    process = hotel.open()
    hotel.run(hotel.program / "desinstalar.exe", "/S", *words)
    # It works on in the background, from a copy of itself.
    wait_for(lambda: not hotel.program.exists(), "desinstala con el programa abierto y no queda ningún archivo")
    check(process.wait(PATIENCE) == 0, "el programa abierto se cerró en orden")
    check(not hotel.link.exists(), "no queda en el menú Inicio")
    check(hotel.value(RUN, "Botones") is None, "no queda en la clave Run")
    check(hotel.value(APPROVED, "Botones") is None, "ni en el interruptor de Windows")
    check(hotel.value(UNINSTALL, "DisplayName") is None, "ni entre los programas")
    check("Botones" not in hotel.secrets(), "ni un secreto en el llavero")


def nothing_left(bench: Bench) -> None:
    """Look where nobody thought of looking; Wine writes its registry when its last program ends."""
    bench.end()
    registry = "".join((bench.prefix / name).read_text(errors="replace") for name in ("user.reg", "system.reg"))
    check("botones" not in registry.lower(), "en todo el registro de Windows no queda su nombre")
    named = [file for file in bench.drive.rglob("*") if "botones" in file.name.lower()]
    check(not named, f"ni en todo el disco un archivo con él {[str(file) for file in named[:3]] or ''}")


def whole(bench: Bench, installer: Path) -> None:
    with screen() as display:
        hotel = Hotel(bench, display)
        install(hotel, installer)
        check(hotel.value(RUN, "Botones") is None, "sin pedirlo, no inicia con Windows")
        use(hotel)
        stay_on_this_computer(hotel)
        install(hotel, installer, "/INICIO=1")
        start_with_windows(hotel)
        upgrade(hotel, installer)
        stop_halfway(hotel, installer)
        refuse_older(hotel, installer)
        remove(hotel)
        check((hotel.data / "hotels" / "loggro" / "ledger.sqlite3").exists(), "el libro de documentos se conserva")
        install(hotel, installer)
        check(hotel.value(RUN, "Botones") is None, "reinstalado sobre sus datos")
        remove(hotel, "/BORRARDATOS=1")
        wait_for(lambda: not hotel.data.exists(), "si se pide, tampoco queda ningún dato")


def main() -> int:
    found = sorted((ROOT / "dist").glob("Botones-*-instalador*.exe"), key=lambda file: file.stat().st_mtime)
    if len(sys.argv) < 2 and not found:
        print("No hay instalador: python3 packaging/build.py", file=sys.stderr)
        return 2
    installer = Path(sys.argv[1]) if len(sys.argv) > 1 else found[-1]
    started = time.monotonic()
    bench = Bench(user="María José Núñez")
    try:
        bench.ready("run")
        whole(bench, installer)
        nothing_left(bench)
    except (Wrong, NoBench) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    finally:
        bench.end()
    print(f"Todo bien, {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
