"""``botones read``, ``form1876`` and ``verify``: files that a person has, told on the console.

It needs no hotel and no ledger.
"""

import json
from pathlib import Path

import click

from app.console.outcome import ALL_WELL, NOT_ALL_WELL, fail
from app.model.codes import is_technical_key
from app.model.reconciliation import Verdict
from app.reports.files import FormLine, document_lines
from app.reports.signature import LARGEST as LARGEST_SIGNED
from app.reports.signature import check as check_signature
from app.system.paths import Paths
from app.texts import _
from app.texts.reconciliation import verified


def read(files: tuple[Path, ...], as_json: bool, ask_key: bool) -> int:
    """Print one line per document."""
    key = None
    if ask_key:
        key = click.prompt(_("Clave técnica"), hide_input=True, err=True).strip()
        if not is_technical_key(key):
            fail(_("La clave técnica tiene 40 dígitos hexadecimales: cópiela completa."))
    well = True
    for line in document_lines(files, key):
        click.echo(json.dumps(line.as_dict()) if as_json else line.for_people())
        well &= line.is_well
    return ALL_WELL if well else NOT_ALL_WELL


def form1876(files: tuple[Path, ...], as_json: bool) -> int:
    """Print what each authorisation says."""
    well = True
    for path in files:
        line = FormLine(path)
        click.echo(json.dumps(line.as_dict()) if as_json else line.for_people())
        well &= line.is_well
    return ALL_WELL if well else NOT_ALL_WELL


def verify(file: Path) -> int:
    """Print whether a signed file is what was signed."""
    try:
        if file.stat().st_size > LARGEST_SIGNED:
            fail(verified(Verdict.NOT_OURS))
        found = check_signature(file.read_bytes(), Paths.of_user().known_keys)
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    words = verified(found.verdict, found.fingerprint)
    if found.verdict is Verdict.NOT_OURS:
        fail(words)
    click.echo(f"{'✓' if found.verdict is Verdict.VALID else '✗'} {words}")
    return ALL_WELL if found.verdict is Verdict.VALID else NOT_ALL_WELL
