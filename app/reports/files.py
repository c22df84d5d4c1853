"""What the console says of files: a line for each document that was read, and for each Form 1876. It decides nothing.

The names of the fields are a promise to whoever reads the JSON; amounts are text, so that no float ever touches them.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from app.connectors.dian_pdf import read_form1876_file
from app.connectors.ubl import read_file
from app.model.codes import CodeState, published_key, verify
from app.model.documents import Document
from app.model.form1876 import Form1876, FormRefusal, FormRow
from app.model.reading import Reading
from app.texts import _, day, money
from app.texts.form1876 import form_error, modality_name, request_name
from app.texts.reading import reading_error


class DocumentLine:
    """What is said of one document, or of a file that gave none."""

    def __init__(self, path: Path, reading: Reading, technical_key: str | None) -> None:
        """Recompute the code with the key that the DIAN publishes for its test range, else with ``technical_key``."""
        self._file = str(path) + reading.file[len(path.name) :]
        self._reading = reading
        document = reading.document
        self.code_state: CodeState | None = None
        if document is not None:
            self.code_state = verify(document, published_key(document) or technical_key)
            if reading.contradicts_itself:
                self.code_state = CodeState.WRONG

    @property
    def is_well(self) -> bool:
        """Say whether there is a document whose code is not known to be wrong."""
        return self.code_state not in (None, CodeState.WRONG)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the JSON line; ``error`` is its code, a colon, and the sentence."""
        reading, document = self._reading, self._reading.document
        error = None
        if reading.error is not None:
            error = _error(reading.error.value, reading_error(reading.error, reading.detail))
        return {
            "file": self._file,
            "ok": reading.ok,
            "type": document.type.value if document else None,
            "prefix": _prefix(document) if document else None,
            "number": document.number if document else None,
            "issuer_nit": document.issuer.id if document else None,
            "cufe": document.cufe if document else None,
            "cufe_state": self.code_state.value if self.code_state else None,
            "approved": reading.approved,
            "currency": document.currency if document else None,
            "payable": format(document.payable, "f") if document else None,
            "error": error,
        }

    def for_people(self) -> str:
        """Return the line in words."""
        reading, document = self._reading, self._reading.document
        if document is None or self.code_state is None:
            assert reading.error is not None
            return _shown(f"✗ {self._file}: {reading_error(reading.error, reading.detail)}")
        words = [
            f"{document.type.value} {document.full_number}",
            _("NIT {nit}").format(nit=document.issuer.id),
            money(document.payable, document.currency),
            _code_words(self.code_state),
            _approval_words(reading.approved),
        ]
        return _shown(f"{'✓' if self.is_well else '✗'} {self._file}: {'; '.join(words)}")


def document_lines(paths: Iterable[Path], technical_key: str | None = None) -> Iterator[DocumentLine]:
    """Read files one by one; a ZIP gives a line for each document in it."""
    for path in paths:
        for reading in read_file(path):
            yield DocumentLine(path, reading, technical_key)


class FormLine:
    """What is said of one Form 1876, or of a file that is none."""

    def __init__(self, path: Path) -> None:
        """Read the file; it may take some seconds."""
        self._path = path
        self._found = read_form1876_file(path)

    @property
    def is_well(self) -> bool:
        return isinstance(self._found, Form1876)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the JSON line; each value in ``places`` has its page and box."""
        found = self._found
        if isinstance(found, FormRefusal):
            error = _error(found.error.value, form_error(found.error, found.detail))
            return {"file": str(self._path), "ok": False, "error": error}
        return {
            "file": str(self._path),
            "ok": True,
            "resolution": found.resolution.value,
            "formalised_at": found.formalised_at.value.isoformat(),
            "nit": found.nit.value,
            "check_digit": found.check_digit.value if found.check_digit else None,
            "name": found.name.value if found.name else None,
            "rows": [_row(found, row) for row in found.rows],
            "places": {
                name: printed.place.model_dump()
                for name in ("resolution", "formalised_at", "nit", "check_digit", "name")
                if (printed := getattr(found, name)) is not None
            },
            "error": None,
        }

    def for_people(self) -> str:
        """Return the form in words, a line for each range."""
        found = self._found
        if isinstance(found, FormRefusal):
            return _shown(f"✗ {self._path}: {form_error(found.error, found.detail)}")
        nit = found.nit.value + (f"-{found.check_digit.value}" if found.check_digit else "")
        lines = [
            f"✓ {self._path}: "
            + _("resolución {resolution} del {day}, NIT {nit} {name}").format(
                resolution=found.resolution.value,
                day=day(found.formalised_at.value),
                nit=nit,
                name=found.name.value if found.name else "",
            )
        ]
        lines += [
            "    "
            + _("{modality}, {request}: prefijo {prefix}, {first} a {last}, del {start} al {end}").format(
                modality=modality_name(row.modality.value),
                request=request_name(row.request.value),
                prefix=row.stated_prefix or _("(sin prefijo)"),
                first=row.first.value,
                last=row.last.value,
                start=day(found.valid_from),
                end=day(row.valid_to(found.valid_from)),
            )
            for row in found.rows
        ]
        return "\n".join(map(_shown, lines))


def _prefix(document: Document) -> str:
    """Return the prefix without the zeros that some programs put before a consecutive; the document keeps them."""
    stated = document.authorisation.prefix if document.authorisation is not None else document.prefix
    padded = document.prefix.removeprefix(stated)
    return stated if document.prefix.startswith(stated) and not padded.strip("0") else document.prefix


def _row(form: Form1876, row: FormRow) -> dict[str, Any]:
    return {
        "page": row.first.place.page,
        "establishment": row.establishment.value if row.establishment else None,
        "modality": row.modality.value.value,
        "modality_code": row.modality_code.value if row.modality_code else None,
        "prefix": row.stated_prefix,
        "first": row.first.value,
        "last": row.last.value,
        "months": row.months.value,
        "request": row.request.value.value,
        "request_code": row.request_code.value if row.request_code else None,
        "valid_from": form.valid_from.isoformat(),
        "valid_to": row.valid_to(form.valid_from).isoformat(),
        "places": {
            name: printed.place.model_dump()
            for name in ("establishment", "modality", "prefix", "first", "last", "months", "request")
            if (printed := getattr(row, name)) is not None
        },
    }


def _shown(line: str) -> str:
    """Take out what a terminal would obey; names and numbers come from outside."""
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def _error(code: str, sentence: str) -> str:
    return f"{code}: {sentence}"


def _code_words(state: CodeState) -> str:
    return {
        CodeState.RIGHT: _("código correcto"),
        CodeState.WRONG: _("el código (CUFE, CUDE o CUDS) NO corresponde al contenido"),
        CodeState.NOT_VERIFIABLE: _("código no verificable sin la clave"),
    }[state]


def _approval_words(approved: bool | None) -> str:
    if approved is None:
        return _("el archivo no trae la respuesta de la DIAN")
    return _("aprobado por la DIAN") if approved else _("RECHAZADO por la DIAN")
