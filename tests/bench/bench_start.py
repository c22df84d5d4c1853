"""How soon the program is there and what it holds of memory, beside two public programs of the same kind in one run.

By hand: ``python tests/bench/bench_start.py [rounds]``. Vorta and Maestral (PyPI: ``vorta``, ``maestral-qt``) also live
in the tray and are written in Python with Qt; they are installed into a temporary environment, each program gets a
display and a home of its own, and the rounds take turns, so that all see the same machine. It needs Xvfb.
"""

import contextlib
import os
import re
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.served import say

ROOT = Path(__file__).parents[2]
OTHERS = ("vorta", "maestral-qt", "python-xlib")
SETTLES = 12.0
LIMIT = 90.0
OWN = "Botones"

# Runs in the temporary environment, on the program's display: it is the tray there, and says what comes when.
WATCHER = """
import sys, time
from Xlib import X, display
from Xlib.protocol import event
d = display.Display(); screen = d.screen(); root = screen.root
tray = root.create_window(0, 0, 1, 1, 0, screen.root_depth)
d.intern_atom("_NET_SYSTEM_TRAY_S0")
tray.set_selection_owner(d.intern_atom("_NET_SYSTEM_TRAY_S0"), X.CurrentTime)
opcode = d.intern_atom("_NET_SYSTEM_TRAY_OPCODE")
root.change_attributes(event_mask=X.SubstructureNotifyMask)
d.sync()
print("ready", flush=True)
while True:
    one = d.next_event()
    if one.type == X.MapNotify and not one.override:
        try:
            place = one.window.get_geometry()
        except Exception:
            continue
        if place.width > 150 and place.height > 100:
            print(f"window {time.time()}", flush=True)
    elif one.type == X.ClientMessage and one.client_type == opcode and one.data[1][1] == 0:
        print(f"tray {time.time()}", flush=True)
"""


@dataclass
class Found:
    """What was seen of one program, round by round."""

    window: list[float] = field(default_factory=list)
    tray: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    """Seconds of processor time until both were there: what a busy machine does not falsify."""
    rss: list[float] = field(default_factory=list)
    pss: list[float] = field(default_factory=list)
    children: list[float] = field(default_factory=list)


def environment(folder: Path) -> Path:
    """Make the temporary environment and return its folder of programs."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    done = subprocess.run([programs / "pip", "install", "--quiet", *OTHERS], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"pip could not get {', '.join(OTHERS)}:\n{done.stderr[-1500:]}")
    return programs


@contextmanager
def screen() -> Iterator[str]:
    """Give a display that nobody else uses."""
    reading, writing = os.pipe()
    order = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    server = subprocess.Popen(order, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def memory(pid: int) -> tuple[float, float]:
    """Return resident and proportional memory of one process in MB."""
    said = Path(f"/proc/{pid}/smaps_rollup").read_text()
    rss, pss = (int(re.search(rf"^{name}:\s+(\d+)", said, re.M)[1]) / 1024 for name in ("Rss", "Pss"))  # type: ignore[index]
    return rss, pss


def processor(pid: int) -> float:
    """Return how much processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def others_in(home: Path, *known: int) -> list[int]:
    """Return the processes that live in a home beside those known: a program's own helpers, also detached ones."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            at_home = f"HOME={home}\0".encode() in (process / "environ").read_bytes()
        except OSError:
            continue
        if at_home and int(process.name) not in known:
            found.append(int(process.name))
    return found


def once(order: Sequence[str | Path], home: Path, programs: Path, found: Found) -> None:
    """Start a program, wait until window and tray are there and it has come to rest, and end it."""
    with screen() as display:
        home.mkdir(parents=True, exist_ok=True)
        wanted = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        inside = wanted | {
            "DISPLAY": display,
            "HOME": str(home),
            "BOTONES_HOME": str(home / "botones"),
            "XDG_RUNTIME_DIR": str(home),
            "QT_QPA_PLATFORM": "xcb",
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        }
        watcher = subprocess.Popen(
            [programs / "python", "-c", WATCHER], env=inside, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert watcher.stdout is not None and watcher.stdout.readline() == "ready\n"
        os.set_blocking(watcher.stdout.fileno(), False)
        begun = time.time()
        program = subprocess.Popen(order, env=inside, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seen: dict[str, float] = {}
        while len(seen) < 2 and time.time() - begun < LIMIT and program.poll() is None:
            select.select([watcher.stdout], [], [], 0.5)
            for line in watcher.stdout.readlines():
                what, at = line.split()
                seen.setdefault(what, float(at) - begun)
        if len(seen) == 2:
            found.processor.append(processor(program.pid))
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(SETTLES)
        if program.poll() is None:
            rss, pss = memory(program.pid)
            found.rss.append(rss)
            found.pss.append(pss)
            found.children.append(sum(memory(one)[1] for one in others_in(home, program.pid, watcher.pid)))
        for name, kept in (("window", found.window), ("tray", found.tray)):
            if name in seen:
                kept.append(seen[name])
        program.terminate()
        try:
            program.wait(15)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        for one in others_in(home, watcher.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGTERM)
        watcher.terminate()
        watcher.wait()


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    if shutil.which("Xvfb") is None:
        sys.exit("Xvfb is needed: without a display there is no window and no tray to wait for")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        programs = environment(folder / "venv")
        orders: dict[str, Sequence[str | Path]] = {
            OWN: (sys.executable, "-m", "app"),
            "Vorta": (programs / "vorta",),
            "Maestral": (programs / "maestral", "gui"),
        }
        all_found = {name: Found() for name in orders}
        for number in range(rounds + 1):
            for name, order in orders.items():
                # The first round fills the disk's cache and founds the homes; it does not count.
                once(order, folder / name, programs, Found() if number == 0 else all_found[name])
        tell(all_found, rounds)


def tell(all_found: dict[str, Found], rounds: int) -> None:
    load = os.getloadavg()[0]
    rest = f"memory {SETTLES:g} s after window and tray"
    say(f"{rounds} rounds, median; {os.cpu_count()} cores, load {load:.1f}; {rest}")
    own = all_found[OWN]
    for name, found in all_found.items():
        figures = [
            f"{what} {statistics.median(values):.2f} s" if values else f"{what}: never came"
            for what, values in (("window", found.window), ("tray", found.tray), ("processor", found.processor))
        ]
        if found.pss:
            figures += [
                f"RSS {statistics.median(found.rss):.0f} MB",
                f"PSS {statistics.median(found.pss):.0f} MB",
                f"its own processes {statistics.median(found.children):.0f} MB more",
            ]
        say(f"{name:9s} {', '.join(figures)}")
        if name != OWN:
            ratios = [
                f"{what} {statistics.median(ours) / statistics.median(theirs):.2f}"
                for what, ours, theirs in (
                    ("window", own.window, found.window),
                    ("tray", own.tray, found.tray),
                    ("processor", own.processor, found.processor),
                    ("PSS", own.pss, found.pss),
                )
                if ours and theirs
            ]
            say(f"{'':9s} {OWN} / {name}: {', '.join(ratios)}")


if __name__ == "__main__":
    main()
