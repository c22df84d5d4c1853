"""The console: ``botones``.

It reads options and calls; what the commands do is in ``app.console``, loaded only by those that need it.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType

import click

from app import __version__
from app.system.paths import Paths
from app.system.settings import load_all
from app.system.windows import have_outputs
from app.texts import N_, _, speak
from app.texts.console import click_word, click_words


def main() -> None:
    """Run ``botones``."""
    have_outputs()
    # Not by ``load``: whoever works with them is to see that a damaged file was set aside.
    speak(next((one.language for one in load_all(Paths.of_user().settings)), ""))
    for command in _all_of(botones):
        command.help = _(command.help) if command.help else None
        command.options_metavar = _("[OPCIONES]")
        for option in command.params:
            if isinstance(option, click.Option):
                option.help = _(option.help) if option.help else None
    for module in (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types):
        # Click takes its words from gettext's global catalogue, of which we have none: ours is asked instead.
        for name, ours in (("_", click_word), ("ngettext", click_words)):
            if hasattr(module, name):
                setattr(module, name, ours)
    botones(prog_name="botones")


def _all_of(group: click.Group) -> Iterator[click.Command]:
    yield group
    for command in group.commands.values():
        yield from _all_of(command) if isinstance(command, click.Group) else (command,)


@click.group(
    invoke_without_command=True,
    subcommand_metavar=N_("[ORDEN]…"),
    context_settings={"help_option_names": ["-h", "--help"]},
    help=N_(
        "Lleva cada factura aprobada de Loggro Alojamientos a Loggro Pymes exactamente una vez, y lo prueba. "
        "Sin orden, abre la ventana."
    ),
)
@click.version_option(__version__, prog_name="Botones", help=N_("Muestra la versión y termina."))
@click.option(
    "--self-check",
    is_flag=True,
    help=N_("Prueba que esta copia del programa está completa y trabaja en este computador; no toca los datos."),
)
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help=N_("Archivo para ese resultado."))
@click.pass_context
def botones(context: click.Context, self_check: bool, log: Path | None) -> None:
    """Open the window unless a command is given."""
    if self_check:
        sys.exit(importlib.import_module("app.selfcheck").main(log))
    if context.invoked_subcommand is None:
        context.invoke(gui)


def _choose(context: click.Context, _option: click.Parameter, named: str | None) -> None:
    context.find_root().obj = named


_hotel = click.option(
    "--hotel",
    metavar="HOTEL",
    expose_value=False,
    callback=_choose,
    help=N_("Cuál de los hoteles de este computador; «botones hotels» los muestra. Sin esto, el que muestra el panel."),
)
"""Adds which hotel a command is about; ``app.console.hotels.hotel_of`` asks for it."""
_reason = click.option(
    "--reason",
    default="",
    metavar=N_("MOTIVO"),
    help=N_("Por qué se hace: queda escrito con su nombre. Lo que no se puede deshacer lo pide."),
)


@botones.command(help=N_("Abre la ventana (es lo que se hace sin orden)."))
@click.option("--minimized", is_flag=True, help=N_("Empieza en la bandeja, sin ventana (inicio con Windows)."))
@click.option(
    "--measure", is_flag=True, help=N_("Al salir, dice cuánto tardó la ventana, la mayor pausa y la memoria.")
)
@click.option("--quit", "end", is_flag=True, help=N_("Cierra en orden el Botones que esté abierto, y espera."))
def gui(minimized: bool = False, measure: bool = False, end: bool = False) -> None:
    """Open the window, or have the one that is open end."""
    # By name, because app knows no Qt: only this program start brings both together.
    if end:
        sys.exit(0 if importlib.import_module("ui.instance").end_first(Paths.of_user().home) else 1)
    window = importlib.import_module("ui.main")
    sys.exit(window.main(minimized=minimized, measure=measure))


@botones.command(help=N_("Muestra el trabajo completo con el hotel de práctica."))
@click.option("--headless", is_flag=True, help=N_("Todo en la consola, sin ventana."))
@click.option("--seed", default=1, show_default=True, help=N_("Semilla del hotel: la misma da el mismo hotel."))
@click.option("--count", default=60, show_default=True, type=click.IntRange(1, 1_000_000), help=N_("Documentos."))
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=N_("Carpeta con XML de la DIAN: pasan a ser los documentos aprobados del hotel."),
)
@click.option("--scenario", help=N_("Simulacro: algo sale mal a propósito. «list» los muestra."))
@click.option("--json", "as_json", is_flag=True, help=N_("Al final, una sola línea de JSON."))
def demo(headless: bool, seed: int, count: int, documents: Path | None, scenario: str | None, as_json: bool) -> None:
    """Show the main job against the practice hotel."""
    if scenario == "list":
        sys.exit(_console("demo").list_scenarios())
    if not headless:
        click.get_current_context().invoke(gui)
    sys.exit(_console("demo").demo(seed, count, documents, scenario, as_json))


@botones.command(help=N_("Arranca solo el hotel de práctica, hasta Ctrl-C."))
@click.option("--seed", default=1, show_default=True, help=N_("Semilla del hotel, si aún no hay uno."))
@click.option("--open", "open_pages", is_flag=True, help=N_("Abre sus páginas en el navegador, para practicar."))
@click.option("--child", is_flag=True, hidden=True)
@click.option("--folder", type=click.Path(path_type=Path), hidden=True)
@click.option("--push-delay", type=float, default=1.5, hidden=True)
def sandbox(seed: int, open_pages: bool, child: bool, folder: Path | None, push_delay: float) -> None:
    """Run the practice hotel alone; the hidden options are how an installed Botones starts its own."""
    from app.sandbox.server import run_child, run_for_people

    folder = folder or Paths.of_user().ensure().sandbox
    if child:
        run_child(folder, seed, push_delay)
    else:
        run_for_people(folder, seed, open_pages=open_pages)


@botones.command(help=N_("Prueba la numeración: PMS, Pymes y DIAN dicen lo mismo (0), o no (1)."))
@click.option("--json", "as_json", is_flag=True, help=N_("El resultado como JSON."))
@_hotel
def check(as_json: bool) -> None:
    """Prove the numbering."""
    sys.exit(_console("work").check(as_json))


@botones.command(help=N_("Lleva ahora lo que esté pendiente."))
@click.option(
    "--once", is_flag=True, required=True, help=N_("Un ciclo y termina. Para vigilar siempre, abra la ventana.")
)
@_hotel
def sync(once: bool) -> None:
    """Run one cycle."""
    sys.exit(_console("work").sync_once())


@botones.command(help=N_("Muestra qué pasaría al traer documentos anteriores a la instalación; con --go, los trae."))
@click.option("--from", "start", required=True, type=click.DateTime(["%Y-%m-%d"]), help=N_("Primer día, AAAA-MM-DD."))
@click.option("--go", is_flag=True, help=N_("Traerlos y llevarlos ahora, en un ciclo. Repetirlo no cambia nada."))
@click.option("--json", "as_json", is_flag=True, help=N_("El resultado como JSON."))
@_reason
@_hotel
def backfill(start: datetime, go: bool, as_json: bool, reason: str) -> None:
    """Preview or bring older documents."""
    sys.exit(_console("work").backfill(start.date(), go, as_json, reason))


@botones.command(help=N_("Hace ahora una copia del libro de documentos, la revisa y dice dónde quedó."))
@_hotel
def backup() -> None:
    """Copy the ledger."""
    sys.exit(_console("ledger").backup())


@botones.command(
    help=N_("Pone una copia en lugar del libro, que se aparta sin borrarlo. Sin archivo, muestra las copias.")
)
@click.argument(
    "copy", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="[ARCHIVO]"
)
@_reason
@_hotel
def restore(copy: Path | None, reason: str) -> None:
    """Put a copy in the ledger's place."""
    sys.exit(_console("ledger").restore(copy, reason))


@botones.command(help=N_("Dice quién usa este computador, qué puede hacer, y lo último que hicieron las personas."))
@_hotel
def who() -> None:
    """Say who sits here."""
    sys.exit(_console("permission").who())


@botones.command(help=N_("Pausa un hotel: nada se envía hasta «resume», o hasta el momento que se diga."))
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    help=N_("Hasta cuándo, hora de Colombia: AAAA-MM-DD o AAAA-MM-DDTHH:MM."),
)
@_hotel
def pause(until: datetime | None) -> None:
    """Pause a hotel."""
    sys.exit(_console("pausing").pause(until, _window("pause_first")))


@botones.command(help=N_("Reanuda un hotel en pausa."))
@_hotel
def resume() -> None:
    """Go on with a hotel."""
    sys.exit(_console("pausing").resume(_window("resume_first")))


@botones.group(
    subcommand_metavar=N_("ORDEN"),
    help=N_("Dónde está el libro de documentos: en este computador, o en un PostgreSQL que comparten varios."),
)
def ledger() -> None:
    """Say or change where the ledger stands."""


def _server(command: Callable[..., None]) -> Callable[..., None]:
    """Add what names a server to a command."""
    for add in (
        click.option(
            "--password-stdin", "from_input", is_flag=True, help=N_("Lee la contraseña de la entrada, sin preguntarla.")
        ),
        click.option(
            "--certificate",
            metavar="ARCHIVO",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help=N_("Certificado de la autoridad del servidor (.pem): además de cifrar, prueba que es él."),
        ),
        click.option(
            "--name", metavar="NOMBRE", help=N_("Nombre del libro allí; si no se dice, el del NIT del hotel.")
        ),
        click.argument("server", metavar="postgresql://USUARIO@SERVIDOR:PUERTO/BASE"),
    ):
        command = add(command)
    return command


@ledger.command(help=N_("Dice dónde está, quién envía y cuánto tiene."))
@_hotel
def where() -> None:
    """Say where the ledger stands."""
    sys.exit(_console("place").where())


@ledger.command(help=N_("Muestra lo que quien cuida el servidor escribe una vez en psql."))
@click.argument("server", required=False, metavar="[postgresql://USUARIO@SERVIDOR:PUERTO/BASE]")
@click.option("--reader", is_flag=True, help=N_("Las líneas para un contador que solo lee ese libro."))
@_hotel
def prepare(server: str | None, reader: bool) -> None:
    """Print the lines for the server's keeper."""
    sys.exit(_console("place").prepare(server, reader))


@ledger.command(help=N_("Lleva el libro de este computador a un servidor, y prueba que allí es igual."))
@_server
@_hotel
def move(server: str, name: str | None, certificate: Path | None, from_input: bool) -> None:
    """Move the ledger to a server."""
    sys.exit(_console("place").move(server, name, certificate, from_input))


@ledger.command(help=N_("Une este computador al libro que otro ya llevó a un servidor: uno solo envía."))
@_server
@_hotel
def join(server: str, name: str | None, certificate: Path | None, from_input: bool) -> None:
    """Join a ledger on a server."""
    sys.exit(_console("place").join(server, name, certificate, from_input))


@ledger.command(help=N_("Trae el libro del servidor a este computador, y prueba que aquí es igual."))
@click.option(
    "--though-away",
    is_flag=True,
    help=N_(
        "Aunque otro computador se lo haya llevado y ya no exista: puede ser viejo, y se mira todo antes de enviar."
    ),
)
@_hotel
def back(though_away: bool) -> None:
    """Bring the ledger back."""
    sys.exit(_console("place").back(though_away))


@botones.command(help=N_("Examina este computador: carpeta, libro, llavero, perfil, red."))
@_hotel
def doctor() -> None:
    """Examine this computer."""
    sys.exit(_console("computer").doctor())


@botones.command(help=N_("Lee archivos de la DIAN (XML, AttachedDocument o ZIP): una línea por documento."))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="ARCHIVO...")
@click.option("--json", "as_json", is_flag=True, help=N_("Cada línea como JSON."))
@click.option("--ask-key", is_flag=True, help=N_("Pregunta, sin mostrarla, la clave técnica para revisar el CUFE."))
def read(files: tuple[Path, ...], as_json: bool, ask_key: bool) -> None:
    """Read files of documents."""
    sys.exit(_console("files").read(files, as_json, ask_key))


@botones.command(help=N_("Lee el formulario 1876 (autorización de numeración), el PDF de la DIAN."))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="ARCHIVO...")
@click.option("--json", "as_json", is_flag=True, help=N_("Una línea de JSON por archivo."))
@click.option("--child", is_flag=True, hidden=True)
def form1876(files: tuple[Path, ...], as_json: bool, child: bool) -> None:
    """Read the PDF of a numbering authorisation; as a child, tell the words of the PDF on the standard input."""
    if child:
        importlib.import_module("app.connectors.pdf_words").main()
        return
    if not files:
        raise click.UsageError(click_word("Missing argument"))
    sys.exit(_console("files").form1876(files, as_json))


@botones.command(
    help=N_("Concilia un mes: Alojamientos, Pymes y, si se da, el Excel de la DIAN. Todo cuadra (0), o no (1).")
)
@click.option("--month", required=True, metavar="AAAA-MM", help=N_("El mes."))
@click.option(
    "--dian",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("Listado de documentos descargado de la DIAN (.xlsx o CSV)."),
)
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help=N_("Guarda una hoja de cálculo."))
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help=N_("Guarda un PDF."))
@click.option("--json", "signed", type=click.Path(dir_okay=False, path_type=Path), help=N_("Guarda un JSON firmado."))
@_hotel
def reconcile(month: str, dian: Path | None, xlsx: Path | None, pdf: Path | None, signed: Path | None) -> None:
    """Reconcile a month."""
    sys.exit(_console("reconcile").reconcile(month, dian, xlsx, pdf, signed))


@botones.command(
    help=N_("Dice si una conciliación firmada está intacta (0), o fue alterada o firmada con otra clave (1).")
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="ARCHIVO")
def verify(file: Path) -> None:
    """Check a signed file."""
    sys.exit(_console("files").verify(file))


@botones.command(help=N_("Borra de este computador los accesos de un hotel, o los de todos. Los documentos quedan."))
@click.option("--all", "everything", is_flag=True, help=N_("Los de todos los hoteles."))
@_hotel
def forget(everything: bool) -> None:
    """Remove the secrets of one hotel or of all."""
    if everything is (click.get_current_context().find_root().obj is not None):
        # So that nobody does it without meaning to.
        raise click.UsageError(_("Diga de cuál: --hotel HOTEL, o --all para todos."))
    sys.exit(_console("computer").forget())


@botones.command(help=N_("Muestra los hoteles de este computador; * es el que muestra el panel."))
@click.option("--json", "as_json", is_flag=True, help=N_("Una línea de JSON por hotel."))
def hotels(as_json: bool) -> None:
    """List the hotels of this computer."""
    sys.exit(_console("hotels").hotels(as_json))


@botones.group(
    invoke_without_command=True,
    subcommand_metavar=N_("[ORDEN]"),
    help=N_(
        "Sin pantalla: lleva los hoteles cuyo libro está en un servidor, hasta que el sistema lo termine. "
        "Varios «serve», en uno o varios computadores, se los reparten."
    ),
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help=N_("Hoteles atendidos al tiempo.")
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=N_("Puerto de este computador, solo para él, con /health y /metrics (OpenMetrics). Sin él, ninguno."),
)
@click.pass_context
def serve(context: click.Context, workers: int, port: int | None) -> None:
    """Carry the hotels of a chain."""
    if context.invoked_subcommand is None:
        sys.exit(_console("serve").serve(workers, port))


@serve.command(
    help=N_(
        "Agrega un hotel a los que lleva «serve» en este computador, sin pantalla. "
        "Prueba los accesos y los guarda en el llavero; nunca van en la orden."
    )
)
@click.option("--nit", required=True, help=N_("NIT del hotel."))
@click.option("--profile", default="loggro", show_default=True, help=N_("Perfil de conexión."))
@click.option(
    "--accesses-stdin",
    "from_input",
    is_flag=True,
    help=N_("Lee los accesos de la entrada, un objeto JSON, sin preguntarlos."),
)
@click.option(
    "--certificate",
    metavar="ARCHIVO",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("Certificado de la autoridad del servidor (.pem): además de cifrar, prueba que es él."),
)
@click.option("--name", metavar="NOMBRE", help=N_("Nombre del libro allí; si no se dice, el del NIT del hotel."))
@click.argument("hotel", metavar="HOTEL")
@click.argument("server", metavar="postgresql://USUARIO@SERVIDOR:PUERTO/BASE")
def add(
    hotel: str, server: str, nit: str, profile: str, name: str | None, certificate: Path | None, from_input: bool
) -> None:
    """Add a hotel to the chain."""
    sys.exit(_console("admit").add(hotel, nit, profile, server, name, certificate, from_input))


def _window(errand: str) -> Callable[..., bool]:
    """Return what tells an open window something; Qt is loaded only where one is open."""
    return lambda *said: getattr(importlib.import_module("ui.instance"), errand)(*said)


def _console(subject: str) -> ModuleType:
    """Load what the commands of ``subject`` do; the window's start must not wait for it."""
    return importlib.import_module(f"app.console.{subject}")
