"""The step «Verificación», the DIAN's side: a Form 1876 opened, and what of it this hotel may use. It proves nothing.

Reading the PDF is ``connectors``' affair.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from app.connectors.dian_pdf import form_of
from app.connectors.pdf_words import LARGEST, Page, Unreadable, pages_of
from app.model.documents import Family
from app.model.form1876 import Form1876, FormError, FormRefusal, FormRow
from app.model.numbering import Numbering
from app.model.parties import known_nit
from app.texts.form1876 import modality_name, request_name


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form of this hotel. Nothing in it is evidence before a person has confirmed it."""

    form: Form1876
    pages: tuple[Page, ...]
    """All its words, to show where a value stood."""
    ranges: tuple[tuple[FormRow, Numbering], ...]
    """The rows of the families that the hotel issues, with what they mean."""
    others: tuple[FormRow, ...]


def open_form(path: Path, hotel_nit: str, families: Collection[Family]) -> OpenForm | FormRefusal:
    """Read a file for this hotel; never raises for what is in it. Takes half a second, so not in the UI's thread."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        pages = pages_of(data)
        form = form_of(pages, path.name)
    except OSError as error:
        return FormRefusal(file=path.name, error=FormError.NO_FILE, detail=error.strerror or "")
    except Unreadable as problem:
        return FormRefusal(file=path.name, error=problem.error, detail=problem.detail)
    if known_nit(form.nit.value) != hotel_nit:
        holder = f"{form.holder.name} ({form.nit.value})" if form.holder.name else form.nit.value
        return FormRefusal(file=path.name, error=FormError.OTHER_HOTEL, detail=holder)
    meant = [(row, form.numbering(row)) for row in form.rows]
    ranges = tuple((row, one) for row, one in meant if one is not None and one.family in families)
    others = tuple(row for row, one in meant if one is None or one.family not in families)
    if not ranges:
        return FormRefusal(file=path.name, error=FormError.NOT_OF_THIS_HOTEL, detail=unused_names(others))
    return OpenForm(form=form, pages=pages, ranges=ranges, others=others)


def unused_names(rows: Collection[FormRow]) -> str:
    """Name rows that are not for this hotel, each kind once."""
    named = (f"{modality_name(row.modality.value)}, {request_name(row.request.value).lower()}" for row in rows)
    return "; ".join(dict.fromkeys(named))
