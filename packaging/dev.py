"""Sets the project up on a fresh machine, then runs or tests it; needs a bare Python and nothing else.

It is not part of the product: nothing here is installed or shipped.

    python3 packaging/dev.py run [args]     the app on the sandbox, or any other command of `botones`
    python3 packaging/dev.py test [args]    all tests; the arguments go to pytest
    python3 packaging/dev.py lint           ruff and mypy
    python3 packaging/dev.py setup          only set up, for run and for test
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "botones.json"
WINDOWS = os.name == "nt"
LINUX = sys.platform.startswith("linux")
OLDEST, NEWEST = (3, 11), (3, 13)

# What is looked for (a library's soname, or a program), and the Debian package that brings it.
RUN_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "gnome-keyring-daemon": "gnome-keyring",
    "dbus-run-session": "dbus",
    "dbus-daemon": "dbus-daemon",
    "chromium": "chromium",
    "pg_ctlcluster": "postgresql",
}
FONT_PACKAGE = "fonts-dejavu-core"

# What pip says when it fails, and the way out. The first that fits is shown.
PIP_FAILURES = (
    (
        r"DO NOT MATCH THE HASHES|HashMismatch|hashes are required|Hashes are required",
        "Un paquete descargado no es el que se fijó (su huella no coincide). No se instaló.\n"
        "Causas usuales: una descarga cortada, o un espejo o proxy que cambia archivos.\n"
        "Pruebe:  {python} -m pip cache purge   y repita la orden. Si persiste, use otra red.",
    ),
    (
        r"No space left on device|Errno 28|WinError 112",
        "No queda espacio en el disco: hacen falta unos 700 MB en {root} y en la carpeta temporal.\n"
        "Libere espacio y repita la orden: lo ya descargado se conserva.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "La conexión segura fue rechazada: la red inspecciona el tráfico con un certificado propio.\n"
        "Pida ese certificado (archivo .pem) a quien administra la red y escriba:\n"
        "  {python} -m pip config --user set global.cert RUTA_DEL_CERTIFICADO.pem",
    ),
    (
        r"ProxyError|407 Proxy|Tunnel connection failed",
        "El proxy de la red no dejó pasar la descarga. Indíquelo y repita la orden, por ejemplo:\n"
        "  {set_variable} HTTPS_PROXY=http://usuario@proxy:puerto",
    ),
    (
        r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|getaddrinfo failed"
        r"|Max retries exceeded|Network is unreachable|ConnectionError|ConnectTimeout|ReadTimeout|IncompleteRead",
        "No hay conexión con el depósito de paquetes de Python.\n"
        "Revise la red (o el proxy: variable HTTPS_PROXY) y repita la orden: lo ya descargado se conserva.",
    ),
    (
        r"No matching distribution found|Could not find a version",
        "No hay un paquete ya compilado para este sistema y este Python.\n"
        "Botones corre en Windows 10/11 y Linux de 64 bits (glibc 2.34 o posterior; Debian 12), y en macOS reciente.",
    ),
    (
        r"Permission denied|WinError 5\b|WinError 32\b",
        "El sistema no permitió escribir en {venv}.\n"
        "Cierre Botones si está abierto, revise que la carpeta sea suya, y repita la orden.",
    ),
)


class Stop(Exception):
    """Ends the script with a message that says what to do; `code` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def me(*words: str) -> str:
    """Spell the command as this machine's user would type it."""
    script = Path("packaging") / "dev.py"
    return " ".join([("py" if WINDOWS else "python3"), str(script), *words])


def check_python(version: tuple[int, ...] = tuple(sys.version_info[:2])) -> None:
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return
    found = ".".join(str(part) for part in version[:2])
    newest = ".".join(str(part) for part in NEWEST)
    way_out = (
        f"Instale Python {newest} y escriba:  py -{newest} packaging\\dev.py run"
        if WINDOWS
        else f"Instale uno de esos y escriba, por ejemplo:  python{newest} packaging/dev.py run"
    )
    raise Stop(f"Botones necesita Python 3.11, 3.12 o 3.13, y este es {found}.\n{way_out}")


# --- the machine ------------------------------------------------------------------------------------------------------


def known_libraries() -> set[str]:
    """Read the loader's list of shared libraries; empty when there is none to read."""
    ldconfig = shutil.which("ldconfig") or shutil.which("ldconfig", path="/sbin:/usr/sbin")
    if ldconfig is None:
        return set()
    listing = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=False).stdout
    return {line.split()[0] for line in listing.splitlines() if "=>" in line}


def has_font() -> bool:
    folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
    return any(True for folder in folders for _ in folder.glob("**/*.[to]tf"))


def missing_packages(for_tests: bool) -> list[str]:
    """Name the Debian packages that this machine lacks."""
    if not LINUX:
        return []
    libraries = known_libraries()
    missing = [package for soname, package in RUN_LIBRARIES.items() if soname not in libraries]
    if not has_font():
        missing.append(FONT_PACKAGE)
    if for_tests:
        missing += [package for program, package in TEST_PROGRAMS.items() if shutil.which(program) is None]
    return missing


def missing_for_venv() -> list[str]:
    """Debian takes ensurepip out of Python and puts it into a package of its own."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return ["python3-venv"]
    return []


def install_packages(packages: list[str]) -> list[str]:
    """Install with apt where apt and root are there; return what is still missing."""
    if not packages or shutil.which("apt-get") is None or os.geteuid() != 0:
        return packages
    say(f"Instalando {len(packages)} paquetes del sistema: {' '.join(packages)}")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", check=False,
        )  # fmt: skip
        if done.returncode != 0:
            say("\n".join(done.stdout.splitlines()[-8:]))
            # An update may fail for a source that has none of our packages: only the installation decides.
            if command[1] == "install":
                return packages
    return []


def line_to_type(packages: list[str]) -> str:
    """Say how a person installs the packages."""
    if shutil.which("apt-get") is None:
        return "Instale con el gestor de paquetes de su sistema lo equivalente a (Debian): " + " ".join(packages)
    return "Escriba:  sudo apt-get update && sudo apt-get install -y --no-install-recommends " + " ".join(packages)


# --- the virtual environment ------------------------------------------------------------------------------------------


def venv_python() -> Path:
    return VENV / "Scripts" / "python.exe" if WINDOWS else VENV / "bin" / "python"


def base_python() -> str:
    """The interpreter behind the one that runs this, which may be that of a virtual environment."""
    return getattr(sys, "_base_executable", None) or sys.executable


def requirements(for_tests: bool) -> Path:
    return ROOT / "packaging" / ("requirements-dev.txt" if for_tests else "requirements.txt")


def home_of_venv() -> dict[str, object]:
    """What a virtual environment cannot survive a change of: its place, and its Python's minor version."""
    return {"path": str(VENV), "python": list(sys.version_info[:2])}


def digest_of(for_tests: bool) -> str:
    digest = hashlib.sha256()
    for file in (requirements(for_tests), ROOT / "pyproject.toml"):
        digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def read_stamp() -> dict[str, object]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    # The interpreter behind the environment may have been removed since.
    usable = stamp.get("home") == home_of_venv() and venv_python().exists()
    return stamp if usable else {}


def make_venv() -> None:
    say(f"Creando el entorno virtual en {VENV}")
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)
    done = subprocess.run(
        [base_python(), "-m", "venv", str(VENV)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Stop("No se pudo crear el entorno virtual.\n" + explain(done.stdout))


def explain(output: str) -> str:
    """Turn what pip printed into the cause and its way out."""
    tail = "\n".join("  | " + line[:200] for line in output.splitlines()[-8:])
    variable = "set" if WINDOWS else "export"
    for pattern, words in PIP_FAILURES:
        if re.search(pattern, output):
            return tail + "\n\n" + words.format(python=venv_python(), root=ROOT, venv=VENV, set_variable=variable)
    return tail + "\n\nLa causa está en las líneas de arriba. Corríjala y repita la orden."


def pip(*arguments: str, expected: int = 0) -> None:
    """Run pip in the environment, showing how far it is of `expected` packages."""
    command = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "install", "--no-input", *arguments]
    lines: list[str] = []
    seen = 0
    terminal = sys.stderr.isatty()
    with subprocess.Popen(
        command, cwd=str(ROOT), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith("Collecting ") and expected:
                seen += 1
                name = line.split()[1].split("=")[0]
                if terminal:
                    print(f"\r  [{seen}/{expected}] {name:<40}", end="", file=sys.stderr, flush=True)
                elif seen % 20 == 1:
                    say(f"  [{seen}/{expected}] {name}")
            elif line.startswith("Installing collected") and expected:
                say(f"\r{'  Instalando lo descargado':<50}" if terminal else "  Instalando lo descargado")
    if process.returncode != 0:
        raise Stop("No se pudieron instalar las dependencias.\n" + explain("\n".join(lines)))


def pinned_in(file: Path) -> int:
    return len(re.findall(r"^[A-Za-z0-9].*==", file.read_text(encoding="utf-8"), re.MULTILINE))


def install(for_tests: bool, stamp: dict[str, object]) -> None:
    file = requirements(for_tests)
    if not stamp:
        make_venv()
    STAMP.unlink(missing_ok=True)  # half an installation must not look like a whole one
    say(f"Instalando las dependencias fijadas en {file.relative_to(ROOT)}")
    pip("--require-hashes", "--only-binary", ":all:", "-r", str(file), expected=pinned_in(file))
    say("Instalando Botones en el entorno")
    pip("--no-deps", "--no-build-isolation", "-e", str(ROOT))
    digests = {"run": digest_of(False), "test": digest_of(True)} if for_tests else {"run": digest_of(False)}
    STAMP.write_text(json.dumps({"home": home_of_venv(), "digests": digests}), encoding="utf-8")


def set_up(for_tests: bool) -> list[str]:
    """Bring machine and environment up to date; return the system packages that could not be installed."""
    stamp = read_stamp()
    digests = stamp.get("digests")
    kind = "test" if for_tests else "run"
    ready = isinstance(digests, dict) and digests.get(kind) == digest_of(for_tests)
    # What is installed for the tests stays so: the pins of both files agree.
    keep_tests = isinstance(digests, dict) and "test" in digests
    wanted = missing_packages(for_tests)
    if not ready:
        wanted = missing_for_venv() + wanted
    missing = install_packages(wanted)
    if not ready:
        if "python3-venv" in missing:
            raise Stop("A este Python le falta lo necesario para crear entornos virtuales.\n" + line_to_type(missing))
        install(for_tests or keep_tests, stamp)
        say("Listo.")
    return missing


# --- the commands -----------------------------------------------------------------------------------------------------


def hand_over(command: list[str], environment: dict[str, str]) -> int:
    """Become the command, so that signals and exit code are its own; Windows can only wait for it."""
    os.chdir(ROOT)
    sys.stdout.flush()
    sys.stderr.flush()
    if WINDOWS:
        return subprocess.call(command, env=environment)
    os.execvpe(command[0], command, environment)


def base_environment() -> dict[str, str]:
    environment = dict(os.environ)
    environment.pop("PYTHONHOME", None)
    environment.pop("PYTHONPATH", None)
    if LINUX and not (environment.get("LC_ALL") or environment.get("LANG")):
        environment["LANG"] = "C.UTF-8"  # Qt warns about the locale "C"
    return environment


def opens_a_window(arguments: list[str]) -> bool:
    if not arguments or arguments[0] == "gui":
        return "--help" not in arguments
    return arguments[0].startswith("-") and not {"--help", "--version"} & set(arguments)


def has_display() -> bool:
    return not LINUX or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run(arguments: list[str]) -> int:
    missing = set_up(for_tests=False)
    if opens_a_window(arguments):
        if not has_display():
            raise Stop(
                "Aquí no hay pantalla, así que no se puede abrir la ventana.\n"
                "Todo el trabajo principal, en esta consola y con barra de progreso:\n\n"
                f"  {shlex.quote(str(venv_python()))} -m app demo --headless\n",
                code=2,
            )
        if missing:
            raise Stop("Faltan bibliotecas del sistema para abrir la ventana.\n" + line_to_type(missing))
    return hand_over([str(venv_python()), "-m", "app", *arguments], base_environment())


def test(arguments: list[str]) -> int:
    missing = set_up(for_tests=True)
    if missing:
        raise Stop("Faltan paquetes del sistema para las pruebas.\n" + line_to_type(missing))
    command = [str(venv_python()), "-m", "pytest"]
    if not any(re.match(r"-n|--numprocesses|--pdb|--collect-only|--co$", argument) for argument in arguments):
        command += ["-n", "2"]
    command += arguments
    environment = base_environment()
    environment.pop("BOTONES_HOME", None)
    environment["QT_QPA_PLATFORM"] = "offscreen"
    if not LINUX:
        return hand_over(command, environment)
    environment["LANG"] = environment["LC_ALL"] = "C.UTF-8"
    environment["BOTONES_TEST_SECRET_SERVICE"] = "1"
    environment["BOTONES_TEST_BROWSER"] = environment["BOTONES_TEST_POSTGRES"] = "1"
    with tempfile.TemporaryDirectory(prefix="botones-", ignore_cleanup_errors=True) as home:
        return subprocess.call(
            ["dbus-run-session", "--", "sh", "-c", SESSION, "sh", keyring_daemon(Path(home)), *command],
            env=private_session(environment, home), cwd=str(ROOT),
        )  # fmt: skip


# A fresh keyring, opened with a password that nobody ever sees. The daemon goes when its session bus goes.
SESSION = """
daemon=$1; shift
head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \\n' | "$daemon" --unlock --components=secrets >/dev/null 2>&1 || {
    echo 'No se pudo abrir el llavero de prueba (gnome-keyring-daemon).' >&2; exit 3; }
exec "$@"
"""


def private_session(environment: dict[str, str], home: str) -> dict[str, str]:
    """Move everything that belongs to a person's session into `home`, so that tests cannot touch theirs."""
    private = {
        name: value
        for name, value in environment.items()
        if not name.startswith("XDG_") and name not in {"DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"}
    }
    Path(home).chmod(0o700)
    return dict(private, HOME=home, XDG_RUNTIME_DIR=home)


def keyring_daemon(home: Path) -> str:
    """Find a keyring daemon that starts here.

    WORKAROUND: Debian gives the file the capability to lock memory, and a container without that capability may not
    start it at all; a copy has no capabilities, and starts.
    """
    daemon = shutil.which("gnome-keyring-daemon") or "gnome-keyring-daemon"
    try:
        subprocess.run([daemon, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    except PermissionError:
        copy = home / "gnome-keyring-daemon"
        shutil.copyfile(daemon, copy)
        copy.chmod(0o700)
        return str(copy)
    return daemon


def lint(arguments: list[str]) -> int:
    set_up(for_tests=True)
    for step in (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]):
        say("· " + " ".join(step))
        code = subprocess.call([str(venv_python()), "-m", *step, *arguments], cwd=str(ROOT), env=base_environment())
        if code != 0:
            return code
    return 0


def setup(arguments: list[str]) -> int:
    missing = set_up(for_tests=True)
    if missing:
        raise Stop("El entorno está listo, pero faltan paquetes del sistema.\n" + line_to_type(missing))
    say(f"Todo está listo. Para abrir Botones:  {me('run')}")
    return 0


USAGE = {
    "run": "abre Botones en el entorno de prueba; con argumentos, cualquier orden de botones",
    "test": "corre todas las pruebas; los argumentos pasan a pytest",
    "lint": "revisa estilo y tipos",
    "setup": "solo prepara",
}
COMMANDS = {"run": run, "test": test, "lint": lint, "setup": setup}


def main(words: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if not words or words[0] not in COMMANDS:
        say("Uso (todo se prepara solo la primera vez):")
        for command, words_for_it in USAGE.items():
            say(f"  {me(command):<34}{words_for_it}")
        return 0 if words and words[0] in {"-h", "--help"} else 2
    try:
        check_python()
        return COMMANDS[words[0]](words[1:])
    except Stop as stop:
        say(f"\n{stop}")
        return stop.code
    except KeyboardInterrupt:
        say("\nInterrumpido. Repita la orden cuando quiera.")
        return 130
    except OSError as error:
        if error.errno == 28:
            say(f"\nNo queda espacio en el disco ({error.filename or VENV}). Libere espacio y repita la orden.")
            return 1
        say(f"\nEl sistema no lo permitió: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
