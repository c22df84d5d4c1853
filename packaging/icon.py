"""Draws the program's icon file from its SVG: ``python packaging/icon.py OUT.ico``, with a Python that has PySide6.

Part of build.py. Every size is drawn, none is scaled, so that 16 pixels are as sharp as 256.
"""

import os
import struct
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QBuffer, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SOURCE = Path(__file__).resolve().parent.parent / "resources" / "icons" / "app.svg"
SIDES = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def drawn(renderer: QSvgRenderer, side: int) -> bytes:
    """Return the icon at one size as PNG."""
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):
        sys.exit("PNG could not be written")
    return bytes(buffer.data().data())


def main() -> None:
    """Write the file: a directory of the sizes, then their PNGs."""
    application = QGuiApplication([])
    renderer = QSvgRenderer(str(SOURCE))
    pictures = [drawn(renderer, side) for side in SIDES]
    offset = 6 + 16 * len(SIDES)
    head = struct.pack("<HHH", 0, 1, len(SIDES))
    for side, picture in zip(SIDES, pictures, strict=True):
        head += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(picture), offset)
        offset += len(picture)
    Path(sys.argv[1]).write_bytes(head + b"".join(pictures))
    del application


if __name__ == "__main__":
    main()
