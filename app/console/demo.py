"""``botones demo``: the whole main job against the practice hotel.

The job itself is in ``app.sandbox.demo``.
"""

import asyncio
import json
import sys
from pathlib import Path

import click

from app.console.outcome import ALL_WELL, NOT_ALL_WELL, fail, fail_with, fail_with_ledger, print_rows
from app.console.running import told_to_end
from app.model.errors import ConnectorError, StorageError
from app.sandbox.demo import Halted as DemoHalted
from app.sandbox.demo import NoDocuments, Wish, demonstrate
from app.sandbox.practice import PracticeNotStarted
from app.sandbox.scenarios import SCENARIOS
from app.storage.errors import LedgerTooNew
from app.system.lock import AlreadyRunning
from app.system.logs import setup_logging
from app.system.paths import Paths
from app.texts import _
from app.texts.reading import reading_error


def list_scenarios() -> int:
    """Print the simulacros."""
    for one in (kind() for kind in SCENARIOS):
        click.echo(f"{one.name}\n    {one.title}. {one.expect}")
    return ALL_WELL


def demo(seed: int, count: int, documents: Path | None, scenario: str | None, as_json: bool) -> int:
    """Run the whole main job with a progress bar on the error output."""
    if scenario is not None and scenario not in {kind.name for kind in SCENARIOS}:
        fail(_("No existe el simulacro «{name}». Vea «botones demo --scenario list».").format(name=scenario))
    paths = Paths.of_user().ensure()
    setup_logging(paths)
    try:
        with (
            told_to_end() as halted,
            click.progressbar(length=count, label=_("Documentos probados"), file=sys.stderr) as bar,
        ):

            def progress(done: int, total: int) -> None:
                bar.length = max(total, 1)
                bar.update(done - bar.pos)

            wish = Wish(seed, count, documents, scenario)
            shown = asyncio.run(demonstrate(wish, paths, progress, halted=halted))
    except DemoHalted:
        fail(_("Interrumpida en orden. La misma orden sigue donde quedó."))
    except AlreadyRunning:
        fail(_("Ya hay una demostración igual en marcha en esta carpeta de datos."))
    except NoDocuments:
        fail(_("En esa carpeta no hay ningún XML o ZIP que se pueda leer como documento."))
    except PracticeNotStarted as error:
        fail(_("El hotel de práctica no arrancó.") + f"\n{error}")
    except ConnectorError as error:
        fail_with(error)
    except (StorageError, LedgerTooNew) as error:
        fail_with_ledger(error)
    for reading in shown.unread:
        if reading.error is not None:
            click.echo(f"{reading.file}: {reading_error(reading.error, reading.detail)}", err=True)
    print_rows(shown.waiting, err=True)
    outcome = shown.outcome
    if as_json:
        click.echo(json.dumps(outcome.as_dict()))
    else:
        click.echo(
            _(
                "Aprobados {approved}, probados {proven} (adoptados {adopted}), retenidos {held}, en duda {in_doubt}. "
                "Según los libros del hotel: perdidos {lost}, doblados {doubled}; "
                "PMS {pms_total}, Pymes {pymes_total}. {seconds} s."
            ).format(**outcome.as_dict())
        )
    return ALL_WELL if outcome.is_well else NOT_ALL_WELL
