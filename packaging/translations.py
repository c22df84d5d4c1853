"""Bring ``resources/i18n/en.po`` up to date with the texts in the code: ``python packaging/translations.py``.

New texts are added empty, changed ones lose their translation, dropped ones go. A test fails while one is missing.
With ``--check`` nothing is written.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "resources" / "i18n" / "en.po"
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2)}


def extracted() -> Catalog:
    """Return every text of the code and the practice hotel's pages, without line numbers: they would change often."""
    catalogue = Catalog(project="Botones", charset="utf-8")
    for package in ("app", "ui", "resources/pages"):
        for name, _line, message, _comments, context in extract_from_dir(
            ROOT / package, method_map=[("**.py", "python"), ("**.html", "jinja2")], keywords=KEYWORDS
        ):
            catalogue.add(message, locations=[(f"{package}/{name}", 0)], context=context)
    return catalogue


def updated() -> Catalog:
    """Return the English catalogue as it should be: the code's texts with the translations there are."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.header_comment = "# The English texts of Botones; the Spanish ones are in the code."
    return catalogue


def missing(catalogue: Catalog) -> list[str]:
    """Return the texts without a translation."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and not all(message.string if isinstance(message.string, tuple) else (message.string,))
    ]


def main() -> None:
    """Write the catalogue, unless it is only to be checked, and say what is missing."""
    if not CATALOGUE.exists():
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        with CATALOGUE.open("wb") as file:
            write_po(file, Catalog(locale="en", project="Botones", charset="utf-8"))
    catalogue = updated()
    if "--check" not in sys.argv[1:]:
        with CATALOGUE.open("wb") as file:
            write_po(
                file, catalogue, width=120, no_location=False, include_lineno=False, sort_output=True, omit_header=False
            )
    left = missing(catalogue)
    print(f"{len(catalogue)} texts, {len(left)} without a translation")
    sys.exit(1 if left else 0)


if __name__ == "__main__":
    main()
