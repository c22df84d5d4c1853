"""The rules of the house, read from the source itself; it tests nothing of what the program does."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 600

AGREED = {"pyproject.toml", "README.md", "LICENSE", "app", "ui", "resources", "tests", "packaging"}

# What each part of app may import of app, beside itself. Whatever is not named is upward.
FOUNDATION = {"model", "texts"}
EDGE = {"connectors", "storage", "system"}
WORK = {"setup", "sync", "reports", "sandbox"}
CONSOLE = {"cli", "console", "selfcheck"}
MAY_IMPORT = (
    {"model": set[str](), "texts": {"model"}}
    | {part: FOUNDATION for part in EDGE}
    | {part: FOUNDATION | EDGE | WORK for part in WORK}
    | {part: FOUNDATION | EDGE | WORK | CONSOLE for part in (*CONSOLE, "__main__")}
)

# Each outside library has one door: the modules that may import it.
DOORS = {
    "keyring": ("app.system.vault",),
    "httpx": ("app.connectors.transport",),
    "sqlalchemy": ("app.storage", "app.sync.ledger", "app.sync.ledger_reader"),
    "alembic": ("app.storage",),
    "prometheus_client": ("app.sync.metrics",),
    "qasync": ("ui.loop",),
    "PySide6": ("ui",),
    "shiboken6": ("ui",),
}

NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "manager", "common", "base", "misc"}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that belongs to the project; the ones not committed yet too, for they soon will be."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listing = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        names = [name for name in listing.split("\0") if name]
    else:
        names = [str(file.relative_to(ROOT)) for top in AGREED for file in files_under(ROOT / top)]
    return tuple(sorted(path for name in names if (path := ROOT / name).is_file()))


def files_under(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for file in path.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file


def sources(*tops: str) -> list[Path]:
    return [file for file in tracked() if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in tops]


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imports_of(file: Path) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, with its line; ``from a import b`` counts as ``a.b``, wherever it stands."""
    module = module_of(file)
    package = module.split(".") if file.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            for name in node.names:
                yield node.lineno, f"{origin}.{name.name}"


def is_inside(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def place(file: Path, line: int) -> str:
    return f"{file.relative_to(ROOT)}:{line}"


def calls_of(file: Path) -> Iterator[tuple[int, ast.Call, str]]:
    """Every call, with the dotted name of what is called as far as it can be read."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Call):
            yield node.lineno, node, ast.unparse(node.func)


# --- the tree ---------------------------------------------------------------------------------------------------------


def test_the_top_level_holds_only_what_was_agreed() -> None:
    tops = {file.relative_to(ROOT).parts[0] for file in tracked()}
    assert {top for top in tops if not top.startswith(".")} <= AGREED


def test_packaging_is_a_folder_of_scripts_and_never_a_package() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists(), "it would shadow the library of the same name"


def test_no_file_is_too_long_to_hold_in_the_head() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for file in sources("app", "ui", "tests", "packaging")
    }
    assert {name: length for name, length in lengths.items() if length >= LONGEST_FILE} == {}


def test_modules_have_names_that_say_something() -> None:
    named = [file for file in sources("app", "ui", "tests", "packaging") if file.stem in NAMES_THAT_SAY_NOTHING]
    assert named == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        module_of(file) for file in sources("app", "ui") if tree_of(file).body and not ast.get_docstring(tree_of(file))
    ]
    assert silent == []


def test_no_file_names_a_package_registry() -> None:
    address = re.compile(
        r"pypi\.org|pythonhosted\.org|registry\.npmjs|devpi|artifactory|/simple/|--(?:extra-)?index-url[ =]"
        r"|--find-links|file:///",
        re.IGNORECASE,
    )
    found = []
    for file in tracked():
        if file == Path(__file__).resolve():
            continue
        for number, line in enumerate(file.read_bytes().decode("utf-8", "replace").splitlines(), start=1):
            if address.search(line):
                found.append(f"{place(file, number)}: {line.strip()[:100]}")
    assert found == []


# --- who imports whom -------------------------------------------------------------------------------------------------

IMPORT_ALL = """
import importlib, json, sys, traceback, warnings
sys.modules.update(dict.fromkeys(["PySide6", "shiboken6", "qasync", "ui"]))
failed = {}
for name in json.load(sys.stdin):
    try:
        importlib.import_module(name)
    except BaseException:
        failed[name] = traceback.format_exc(limit=-3)
print(json.dumps(failed))
"""


def starts_when_imported(file: Path) -> bool:
    """A main module runs the program, and Alembic's scripts run only under Alembic."""
    return file.name == "__main__.py" or "migrations" in file.parts


def test_app_imports_without_qt() -> None:
    modules = [module_of(file) for file in sources("app") if not starts_when_imported(file)]
    assert modules
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=json.dumps(modules),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    failed = json.loads(done.stdout.splitlines()[-1])
    assert not failed, "\n\n".join(f"{name}\n{trace}" for name, trace in failed.items())


def test_every_part_of_app_has_its_place() -> None:
    parts = {file.relative_to(ROOT).parts[1].removesuffix(".py") for file in sources("app")}
    assert parts - {"__init__"} <= set(MAY_IMPORT)


def test_imports_inside_app_never_go_upward() -> None:
    upward = []
    for file in sources("app"):
        part = file.relative_to(ROOT).parts[1].removesuffix(".py")
        allowed = {part} | MAY_IMPORT.get(part, set())
        for line, module in imports_of(file):
            if not is_inside(module, "app"):
                continue
            target = module.split(".")[1] if "." in module else ""
            if target and target not in allowed and not target.startswith("__version"):
                upward.append(f"{place(file, line)} imports {module}")
    assert upward == []


def test_setup_and_sync_know_nothing_of_the_sandbox() -> None:
    """The product must not be able to tell the sandbox from Loggro."""
    found = [
        f"{place(file, line)} imports {module}"
        for file in sources("app")
        if not is_inside(module_of(file), "app.sandbox", "app.console", "app.cli", "app.selfcheck", "app.__main__")
        for line, module in imports_of(file)
        if is_inside(module, "app.sandbox")
    ]
    assert found == []


def test_app_and_resources_know_nothing_of_ui() -> None:
    found = [
        f"{place(file, line)} imports {module}"
        for file in sources("app", "resources")
        # The console's default command opens the window; it may name ui, but only when it is called.
        if not is_inside(module_of(file), "app.cli", "app.__main__")
        for line, module in imports_of(file)
        if is_inside(module, "ui", "PySide6", "qasync", "tests")
    ]
    assert found == []


@pytest.mark.parametrize("library", sorted(DOORS))
def test_each_library_has_one_door(library: str) -> None:
    through_the_wall = [
        f"{place(file, line)} imports {module}"
        for file in sources("app", "ui")
        if not is_inside(module_of(file), *DOORS[library])
        for line, module in imports_of(file)
        if is_inside(module, library)
    ]
    assert through_the_wall == []


# --- manners ----------------------------------------------------------------------------------------------------------


def sleeps(call: ast.Call, name: str) -> bool:
    if name in {"time.sleep", "sleep"} or name.endswith((".qWait", "qtbot.wait")):
        return True
    yields_once = len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0
    return name in {"asyncio.sleep", "anyio.sleep"} and not yields_once


def test_no_test_sleeps() -> None:
    found = [
        f"{place(file, line)} {name}" for file in sources("tests") for line, call, name in calls_of(file)
        if sleeps(call, name)
    ]  # fmt: skip
    assert found == [], "wait for a condition, with a limit"


NOT_IN_WINDOWS = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}


def test_every_file_can_be_loaded_in_windows() -> None:
    """One such import at the head of one file ends the whole run of the tests there."""
    found = [
        place(file, node.lineno)
        for file in sources("app", "ui", "tests")
        if "bench" not in file.parts
        for node in tree_of(file).body
        if (isinstance(node, ast.Import) and any(is_inside(name.name, *NOT_IN_WINDOWS) for name in node.names))
        or (isinstance(node, ast.ImportFrom) and is_inside(node.module or "", *NOT_IN_WINDOWS))
    ]
    assert found == [], 'below «if sys.platform != "win32":»'


def test_ui_never_nests_an_event_loop() -> None:
    nested = {"exec", "exec_", "processEvents"}
    found = [
        f"{place(file, line)} {name}"
        for file in sources("ui")
        for line, _, name in calls_of(file)
        if name.rpartition(".")[2] in nested
    ]
    assert found == []


def test_a_text_is_translated_before_it_is_filled() -> None:
    """An f-string inside ``_()`` is filled first, and then no catalogue knows it."""
    found = [
        place(file, line)
        for file in sources("app", "ui")
        for line, call, name in calls_of(file)
        if name in {"_", "plural"} and any(isinstance(argument, ast.JoinedStr) for argument in call.args)
    ]
    assert found == []


# --- what is installed ------------------------------------------------------------------------------------------------


def pins_in(file: Path) -> list[str]:
    """The requirements of a file, one string each, comments gone and continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]


PINS = ("requirements.txt", "requirements-dev.txt")


def pinned(name: str) -> dict[str, str]:
    """Every pinned distribution by its normal name, with its version."""
    found = {}
    for pin in pins_in(ROOT / "packaging" / name):
        match = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", pin)
        if match:
            found[normal(match[1])] = match[2]
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", PINS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    pins = pins_in(ROOT / "packaging" / name)
    assert pins
    loose = [pin for pin in pins if not re.fullmatch(r"[\w.-]+==\S+( ;.*?)?(\s+--hash=sha256:[0-9a-f]{64})+", pin)]
    assert loose == []


def test_every_dependency_of_the_project_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, asked in (
        ("requirements.txt", project["dependencies"]),
        ("requirements-dev.txt", project["dependencies"] + project["optional-dependencies"]["dev"]),
    ):
        wanted = {normal(re.split(r"[^\w.-]", requirement, maxsplit=1)[0]) for requirement in asked}
        assert wanted - set(pinned(name)) == set(), f"make {name} again: the command stands on top of it"


def test_the_tests_run_on_the_versions_that_are_shipped() -> None:
    shipped = pinned("requirements.txt")
    tested = pinned("requirements-dev.txt")
    assert {name: tested.get(name) for name in shipped} == shipped


def test_qt_is_a_version_that_survives_its_own_timers() -> None:
    assert (6, 10) <= tuple(map(int, pinned("requirements.txt")["pyside6-essentials"].split(".")[:2])) < (6, 12)
