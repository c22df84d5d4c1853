"""What persons did, as a spreadsheet. What they typed is written as text and nothing else: no formula, no link."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from xlsxwriter import Workbook

from app.model.role import Deed
from app.reports.cells import OPTIONS, write_text
from app.texts import _, day, hour
from app.texts.roles import act_name, role_name, who_did

_WIDTHS: Final = (12, 8, 24, 16, 28, 60, 60)


def write_deeds(deeds: Sequence[Deed], path: Path) -> None:
    """Write the file, the newest first; raises ``OSError`` where the disk does not take it."""
    book = Workbook(str(path), OPTIONS)
    sheet = book.add_worksheet(_("Personas"))
    head = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    names = (_("Día"), _("Hora"), _("Persona"), _("Papel"), _("Qué"), _("Detalle"), _("Motivo"))
    for column, (name, width) in enumerate(zip(names, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width, wrapped)
        sheet.write_string(0, column, name, head)
    sheet.freeze_panes(1, 0)
    for row, deed in enumerate(deeds, start=1):
        said = (
            day(deed.at),
            hour(deed.at),
            who_did(deed.who, None),
            role_name(deed.role) if deed.role is not None else "",
            act_name(deed.act),
            deed.told,
            deed.reason,
        )
        for column, text in enumerate(said):
            write_text(sheet, row, column, text, wrapped)
    book.close()
