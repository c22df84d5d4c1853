"""Fills in the winget manifests for a finished installer: ``winget.py INSTALLER.exe ADDRESS OUT``.

ADDRESS is where that very file will be fetched. An unsigned installer is refused: winget's users never see its name.
It uploads nothing.
"""

import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path

from compare_builds import is_signed

HERE = Path(__file__).resolve().parent / "winget"


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    installer, address, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    if not is_signed(installer):
        sys.exit("Este instalador no está firmado: no se publica.")
    if not address.startswith("https://"):
        sys.exit("La dirección empieza por https://")
    filled = {
        "@VERSION@": installer.name.split("-")[1],
        "@ADDRESS@": address,
        "@DIGEST@": hashlib.sha256(installer.read_bytes()).hexdigest().upper(),
        "@DATE@": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    out.mkdir(parents=True, exist_ok=True)
    for manifest in sorted(HERE.glob("*.yaml")):
        text = manifest.read_text(encoding="utf-8")
        for hole, value in filled.items():
            text = text.replace(hole, value)
        (out / manifest.name).write_text(text, encoding="utf-8")
        print(out / manifest.name)


if __name__ == "__main__":
    main()
