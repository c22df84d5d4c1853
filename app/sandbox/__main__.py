"""``python -m app.sandbox``: the practice hotel as a child of the app, the demo or a test. Not a command for people."""

import argparse
from pathlib import Path

from app.sandbox.house import DEFAULT_SEED
from app.sandbox.server import run_child


def main() -> None:
    parser = argparse.ArgumentParser(prog="app.sandbox")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--push-delay", type=float, default=1.5)
    chosen = parser.parse_args()
    run_child(chosen.folder, chosen.seed, chosen.push_delay)


if __name__ == "__main__":
    main()
