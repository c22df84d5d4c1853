"""How every spreadsheet of ours writes what comes from outside: as text and nothing else. It knows no report."""

from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

# Colombia's pesos and days, whatever the language of the computer that opens it.
MONEY: Final = "[$$-240A] #,##0.00;[Red]-[$$-240A] #,##0.00"
FOREIGN: Final = "#,##0.00;[Red]-#,##0.00"
DAY: Final = "[$-240A]dd/mm/yyyy"
OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Rows go to the disk as they come, and no text becomes a formula, a link or a number."""
_LONGEST: Final = 2_000


def write_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write a text as such, without what no font shows."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text[:_LONGEST])
    if kept:
        sheet.write_string(row, column, kept, style)
