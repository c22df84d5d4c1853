"""Where approved documents are read, chosen in the wizard: what there is, what it lacks, what the choice asks for."""

from datetime import timedelta
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLabel

from app.connectors.profile import Operation
from app.model.documents import Family
from app.model.mode import Mode
from app.model.numbering import System
from app.model.parties import Party
from app.model.route import Route
from app.model.setup import BlockerKind, Connection, Draft, Entry, Step
from app.model.source import SourceKind
from app.sandbox.tokens import Kind
from app.sandbox.ubl_writer import mailed_xml
from app.setup.verification import evidence_of
from tests.support import ubl
from tests.support.wizard import Person, Seat
from ui.context import Context
from ui.loop import spawn
from ui.wizard.connections import ConnectionsPage
from ui.wizard.numbering import NumberingPage
from ui.wizard.welcome import WelcomePage


def connections(person: Person) -> ConnectionsPage:
    page = person.page(ConnectionsPage)
    assert isinstance(page, ConnectionsPage)
    return page


def mail(folder: Path, nit: str, *numbers: int) -> None:
    """Put documents as providers mail them into a folder."""
    folder.mkdir(exist_ok=True)
    for number in numbers:
        one = ubl.document(number=number)
        later = {
            "issuer": Party(id_type="31", id=nit, name="Hotel"),
            "issued_at": one.issued_at + timedelta(hours=number),
        }
        (folder / f"FEH{number}.xml").write_bytes(mailed_xml(one.model_copy(update=later)))


def test_each_source_says_what_it_is_by_which_route_and_what_it_lacks(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    card = connections(person).source
    assert card.choices[SourceKind.PMS].isChecked() and "recomendado" in card.choices[SourceKind.PMS].text()
    assert all(choice.isEnabled() and choice.accessibleDescription() for choice in card.choices.values())
    said = [label.text() for label in card.findChildren(QLabel) if label.isVisible()]
    assert {"convenida", "guiada", "documentada"} <= set(said)
    assert "Faltan el usuario y la contraseña del proyecto de Loggro FE." in said


def test_a_folder_is_asked_for_looked_into_and_kept(home: Context, seat: Seat, tmp_path: Path) -> None:
    person = seat(home)
    person.welcome()
    page = connections(person)
    person.click(page.source.choices[SourceKind.FOLDER])
    flow = person.window.flow
    assert BlockerKind.FOLDER_NOT_CHOSEN in {one.kind for one in flow.blockers}
    assert not page.pms.isVisible(), "it is not called any more"
    folder = tmp_path / "correo"
    mail(folder, "900508908", 101, 102)
    assert not person.drop(page.source.folder.area, folder / "FEH101.xml"), "a file is no folder"
    assert person.drop(page.source.folder.area, folder)
    assert flow.activation.folder == folder
    person.type(page.hotel.nit, "900508908")
    page.hotel.commit()
    person.wait(lambda: "2 archivos. El documento más reciente es FEH102" in page.source.folder.found.accessibleName())
    person.type(page.hotel.nit, "860002964")
    page.hotel.commit()
    person.wait(lambda: "2 documentos son de otro NIT" in page.source.folder.found.accessibleName())
    mail(folder, "860002964", 103)
    person.click(page.source.folder.again)
    person.wait(lambda: "3 archivos" in page.source.folder.found.accessibleName())
    person.close()
    again = seat(home)
    assert again.window.flow.activation.folder == folder and again.window.flow.activation.source is SourceKind.FOLDER


def test_a_folder_that_is_gone_is_told(home: Context, seat: Seat, tmp_path: Path) -> None:
    person = seat(home)
    person.welcome()
    page = connections(person)
    person.type(page.hotel.nit, "900508908")
    page.hotel.commit()
    person.click(page.source.choices[SourceKind.FOLDER])
    folder = tmp_path / "correo"
    folder.mkdir()
    person.drop(page.source.folder.area, folder)
    person.wait(lambda: "no tiene ningún XML" in page.source.folder.found.accessibleName())
    folder.rmdir()
    person.click(page.source.folder.again)
    person.wait(page.source.folder.trouble.isVisible)
    assert not page.source.folder.found.isVisible()


def test_the_folder_is_picked_in_a_dialog_that_blocks_nothing(home: Context, seat: Seat, tmp_path: Path) -> None:
    person = seat(home)
    person.welcome()
    page = connections(person)
    person.click(page.source.choices[SourceKind.FOLDER])
    person.click(page.source.folder.area.button)
    dialog = page.source.folder.findChild(QFileDialog)
    assert dialog is not None and dialog.isVisible()
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile(str(tmp_path))
    dialog.accept()
    person.wait(lambda: person.window.flow.activation.folder is not None)


def test_the_range_needs_loggro_fe_and_asks_for_the_next_number(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    page = connections(person)
    person.click(page.source.choices[SourceKind.RANGE])
    assert not page.fe.wanted.isVisible() and page.fe.user.isVisible(), "it is no longer optional"
    assert page.source.number.isVisible() and not page.pms.isVisible()
    person.type(page.source.number.editors[Family.FACTURA], "FEH41")
    assert page.source.number.editors[Family.FACTURA].property("slip") == "block"
    person.type(page.source.number.editors[Family.FACTURA], "1.041")
    person.type(page.source.number.editors[Family.NOTA_CREDITO], "7")
    person.connect()
    person.proceed()
    flow = person.window.flow
    assert flow.activation.connections == (Connection.PYMES, Connection.FE)
    assert flow.activation.next_numbers == {Family.FACTURA: 1041, Family.NOTA_CREDITO: 7}


def test_the_next_number_is_what_alojamientos_says_of_the_range_that_it_lies_in(home: Context, seat: Seat) -> None:
    person = seat(home)
    flow = person.window.flow
    profile = home.profile
    activation = flow.activation.with_source(profile, SourceKind.RANGE).with_families([Family.FACTURA])
    draft = Draft(
        family=Family.FACTURA,
        resolution="18764012345678",
        prefix="FEH",
        first="1",
        last="5000",
        valid_from="15/01/2026",
        valid_to="15/01/2028",
    )
    activation = activation.with_entries([Entry(draft=draft, typed_at=home.clock.now())])
    for number, stated in ((1041, 1041), (5001, 5001), (5002, None), (None, None)):
        typed = [one for one in evidence_of(activation.with_next_number(number)) if one.system is System.PMS]
        assert [one.next_number for one in typed] == [stated]


def test_where_pymes_takes_no_documents_the_sending_modes_are_shut_and_the_wish_is_kept(
    home: Context, seat: Seat
) -> None:
    person = seat(home)
    page = person.page(WelcomePage)
    assert isinstance(page, WelcomePage)
    assert all(choice.isEnabled() for choice in page.modes.values()) and not page.watching.isVisible()
    person.click(page.hotel)
    assert [mode for mode, choice in page.modes.items() if choice.isEnabled()] == [Mode.WATCH]
    assert page.modes[Mode.WATCH].isChecked() and page.watching.isVisible()
    person.click(page.practice)
    assert page.modes[Mode.COMPLETE].isChecked()
    person.click(page.hotel)
    person.proceed()
    activation = person.window.flow.activation
    assert (activation.mode, activation.chosen_mode) == (Mode.WATCH, Mode.COMPLETE)
    assert connections(person).source.watching.isVisible()


def test_a_page_built_for_one_source_is_built_anew_for_another(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.walk_to(Step.NUMBERING)
    first = person.page(NumberingPage)
    assert isinstance(first, NumberingPage) and first._reads
    person.window.flow.change(person.window.flow.activation.go_to(Step.CONNECTIONS, person.window.flow.kept))
    person.idle()
    person.click(connections(person).source.choices[SourceKind.FOLDER])
    assert person.window.flow.activation.route(Operation.PMS_RESOLUTIONS) is Route.GUIDED
    page = person.window._page_of(Step.NUMBERING)
    assert isinstance(page, NumberingPage) and not page._reads


def test_the_address_of_the_fe_service_is_typed_tried_and_kept_once_it_answers(home: Context, seat: Seat) -> None:
    service = home.profile.fe
    assert service is not None
    # A hotel, whose profile has no address; the service is that of the practice hotel.
    home.profile = home.profile.model_copy(update={"fe": None, "practice": False})
    practice = home.practice
    person = seat(home)
    person.welcome()
    card = connections(person).fe
    connections(person).hotel.nit.setText("900508908")
    connections(person).hotel.commit()
    person.click(card.wanted)
    person.wait(card.address.isVisible)
    person.type(card.user, "usuario")
    person.type(card.password.editor, "mala")
    for wrong in ("fe.loggro.com/servicio", "http://fe.loggro.com", "https://u:clave@fe.loggro.com", "https://"):
        person.type(card.address, wrong)
        assert card.address.property("slip") == "block" and not card.go.isEnabled(), wrong
    person.type(card.address, service + "?wsdl")
    assert card.address.property("slip") != "block" and card.go.isEnabled()
    person.click(card.go)
    person.wait(lambda: person.window.flow.busy is None)
    assert home.settings.fe_address is None and home.profile.fe is None, "nobody let us in there"
    issued: list[dict[str, str]] = []

    async def issue() -> None:
        assert practice is not None
        issued.append(await practice.credentials(Kind.FE))

    spawn(issue(), print)
    person.wait(lambda: bool(issued))
    person.type(card.user, issued[0]["user"])
    person.type(card.password.editor, issued[0]["password"])
    person.click(card.go)
    person.wait(lambda: home.settings.fe_address is not None)
    assert home.settings.fe_address == service == home.profile.fe
    person.wait(card.stored.isVisible)
    assert not card.address.isVisible()
