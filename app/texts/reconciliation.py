"""The words of a month's reconciliation: classes, headings, the verdict, and what is wrong with a DIAN file."""

from datetime import date
from decimal import Decimal

from app.model.clock import bogota_day
from app.model.dian_list import BadCell, Column, Sheet, SheetError, propose
from app.model.reconciliation import Book, Difference, Heading, Kind, Line, Month, Point, Reconciliation, Side, Verdict
from app.texts import _, day, hour, money, plural, whole
from app.texts.causes import explain
from app.texts.documents import state_meaning


def month_name(month: Month) -> str:
    """Name a month as people do, «noviembre de 2026»."""
    names = (
        _("enero"), _("febrero"), _("marzo"), _("abril"), _("mayo"), _("junio"), _("julio"), _("agosto"),
        _("septiembre"), _("octubre"), _("noviembre"), _("diciembre"),
    )  # fmt: skip
    return _("{month} de {year}").format(month=names[month.month - 1], year=month.year)


def side_name(side: Side) -> str:
    """Name who says it, short enough for the head of a column."""
    return {Side.PMS: _("Alojamientos"), Side.PYMES: _("Pymes"), Side.DIAN: _("DIAN")}[side]


def kind_name(kind: Kind) -> str:
    """Name a class of documents."""
    return {
        Kind.DOUBLED: _("Doblados en Pymes"),
        Kind.IN_FLIGHT: _("En camino a Pymes"),
        Kind.ONLY_PMS: _("Faltan en Pymes"),
        Kind.ONLY_PYMES: _("Solo en Pymes"),
        Kind.ONLY_DIAN: _("Solo en la DIAN"),
        Kind.NOT_AT_DIAN: _("Faltan en la DIAN"),
        Kind.OTHER_MONTH: _("En otro mes"),
        Kind.DIFFERS: _("Con diferencias"),
        Kind.OTHER_CHANNEL: _("Otro canal"),
        Kind.SETTLED: _("Resueltos por una persona"),
        Kind.ANNULLED: _("Anulados"),
        Kind.EQUAL: _("Iguales"),
    }[kind]


def kind_meaning(kind: Kind) -> str:
    """Say what the class means for the books, and what one does about it."""
    return {
        Kind.DOUBLED: _("Pymes tiene el mismo documento más de una vez: sobra ingreso. Anule allí el que sobra."),
        Kind.IN_FLIGHT: _("Todavía no está en Pymes y Botones sabe por qué; la causa está en cada documento."),
        Kind.ONLY_PMS: _(
            "Alojamientos lo aprobó y Pymes no lo tiene. Sincronice, o revise en Pymes si alguien lo borró."
        ),
        Kind.ONLY_PYMES: _(
            "Pymes tiene un número de la numeración del hotel que Alojamientos no conoce. Revise quién lo creó."
        ),
        Kind.ONLY_DIAN: _("La DIAN lo tiene y ninguno de los dos sistemas. Revise con qué programa se emitió."),
        Kind.NOT_AT_DIAN: _("El hotel lo tiene y el archivo de la DIAN no. Revise si fue validado por la DIAN."),
        Kind.OTHER_MONTH: _("Está en los dos sistemas, pero en meses distintos: un mes lo suma y el otro no."),
        Kind.DIFFERS: _("El mismo documento, con un dato distinto. Se compara al peso."),
        Kind.OTHER_CHANNEL: _("Ventas de Pymes con otra numeración, por ejemplo del restaurante. No vienen del hotel."),
        Kind.SETTLED: _("Una persona indicó, con su razón, con qué venta quedó contabilizado en Pymes."),
        Kind.ANNULLED: _("Iguales en todas partes, y devueltos por completo con notas crédito."),
        Kind.EQUAL: _("Número, fecha, tercero, impuestos, total y CUFE coinciden."),
    }[kind]


def point_name(point: Point) -> str:
    """Name in what the sides differ."""
    return {
        Point.NUMBER: _("Número"),
        Point.DATE: _("Fecha"),
        Point.COUNTERPARTY: _("Identificación del tercero"),
        Point.CURRENCY: _("Moneda"),
        Point.PAYABLE: _("Total"),
        Point.IVA: _("IVA"),
        Point.INC: _("INC"),
        Point.ICA: _("ICA"),
        Point.CUFE: _("CUFE"),
        Point.STATE: _("Estado ante la DIAN"),
        Point.STANDING: _("Estado en Pymes"),
    }[point]


def difference_words(difference: Difference) -> str:
    """Say what each side has of one point."""
    said = "; ".join(f"{side_name(side)} {_value(difference.point, value)}" for side, value in difference.values)
    return f"{point_name(difference.point)}: {said}"


def _value(point: Point, value: str) -> str:
    if not value:
        return _("no lo dice")
    if point in (Point.PAYABLE, Point.IVA, Point.INC, Point.ICA):
        return money(Decimal(value))
    if point is Point.DATE:
        return day(date.fromisoformat(value))
    if point is Point.STANDING:
        return _("anulado")
    return f"{value[:12]}…" if point is Point.CUFE else value


def line_words(line: Line) -> str:
    """Say in one line what is to be known of a document; empty where all agree."""
    words = [difference_words(one) for one in line.differences]
    if line.kind is Kind.IN_FLIGHT and line.lead.state is not None:
        words.insert(0, explain(line.lead.cause).title if line.lead.cause else state_meaning(line.lead.state))
    if line.kind is Kind.DOUBLED:
        words.insert(0, _("{n} veces en Pymes").format(n=len(line.of(Side.PYMES))))
    if line.annulled_by:
        words.append(_("Anulado con {notes}").format(notes=", ".join(line.annulled_by)))
    if line.kind is Kind.SETTLED and (reason := line.lead.detail.get("reason")):
        words.insert(0, str(reason))
    if line.kind in (Kind.ONLY_PYMES, Kind.OTHER_CHANNEL, Kind.NOT_AT_DIAN, Kind.ONLY_PMS, Kind.ONLY_DIAN):
        words.append(_("Está en {sides}").format(sides=", ".join(side_name(one) for one in _sides_of(line))))
    return " · ".join(words)


def _sides_of(line: Line) -> list[Side]:
    return [side for side in Side if line.of(side)]


def book_name(book: Book) -> str:
    """Name what is never added to each other."""
    return {Book.SALES: _("Ventas"), Book.PURCHASES: _("Compras (documento soporte)")}[book]


def heading_name(heading: Heading) -> str:
    """Name what was added."""
    return {
        Heading.BASE_19: _("Base al 19 %"),
        Heading.BASE_5: _("Base al 5 %"),
        Heading.BASE_OTHER: _("Base a otra tarifa"),
        Heading.BASE_EXEMPT: _("Exento (0 %)"),
        Heading.BASE_EXCLUDED: _("Sin IVA (excluido)"),
        Heading.IVA_19: _("IVA del 19 %"),
        Heading.IVA_5: _("IVA del 5 %"),
        Heading.IVA_OTHER: _("IVA a otra tarifa"),
        Heading.IVA: _("IVA"),
        Heading.INC: _("INC (consumo)"),
        Heading.ICA: _("ICA"),
        Heading.OTHER_TAXES: _("Otros impuestos"),
        Heading.WITHHELD: _("Retenciones"),
        Heading.PAYABLE: _("Total"),
    }[heading]


def verdict_title(result: Reconciliation) -> str:
    """Say in one sentence how the month stands."""
    month = month_name(result.month)
    if not result.lines:
        return _("No hay documentos en {month}").format(month=month)
    if result.is_well:
        return _("{month} cuadra al peso").format(month=_capital(month))
    n = result.count(kind for kind in Kind if kind.needs_a_look)
    if not n:
        return _("{month} cuadra, salvo documentos que no se pudieron leer").format(month=_capital(month))
    return plural("{month}: hay {n} documento por revisar", "{month}: hay {n} documentos por revisar", n).format(
        month=_capital(month), n=whole(n)
    )


def verdict_text(result: Reconciliation) -> str:
    """Say what the verdict rests on, and what it does not cover."""
    equal = result.count((Kind.EQUAL, Kind.ANNULLED))
    words = [
        plural("{n} documento igual en {sides}.", "{n} documentos iguales en {sides}.", equal).format(
            n=whole(equal), sides=_listed([side_name(side) for side in result.sides])
        )
    ]
    others = result.count((Kind.OTHER_CHANNEL,))
    if others:
        words.append(plural("{n} venta de otro canal.", "{n} ventas de otro canal.", others).format(n=whole(others)))
    return " ".join(words + list(reservations(result)))


def hotel_line(result: Reconciliation) -> str:
    """Name the hotel whose month it is."""
    return _("{name}, NIT {nit}").format(name=result.hotel_name or _("Hotel"), nit=result.hotel_nit)


def sources(result: Reconciliation) -> tuple[str, ...]:
    """Say when it was made and from what."""
    words = [_("Hecha el {day} a las {hour} con Botones.").format(day=day(result.made_at), hour=hour(result.made_at))]
    if result.dian is not None:
        words.append(
            _("Archivo de la DIAN: {name} ({n} filas; {out} recibidas, de otro tipo o repetidas).").format(
                name=result.dian.name, n=whole(result.dian.rows), out=whole(result.dian.left_out)
            )
        )
    if result.practice:
        words.append(_("Hotel de práctica: no son documentos reales."))
    return tuple(words)


def reservations(result: Reconciliation) -> tuple[str, ...]:
    """Say everything that keeps the result from being the whole truth."""
    words = []
    if bogota_day(result.made_at) <= result.month.last:
        words.append(_("El mes sigue abierto: esto es lo que hay hasta hoy."))
    if result.dian is None:
        words.append(_("Sin el archivo de la DIAN: se compararon Alojamientos y Pymes."))
    elif result.falls_short and result.dian.last is not None:
        words.append(
            _("El archivo de la DIAN solo llega hasta el {day}: descárguelo con el mes completo.").format(
                day=day(result.dian.last)
            )
        )
    if result.unreadable:
        words.append(
            plural(
                "{n} documento de Alojamientos no se pudo leer y no está en ninguna lista.",
                "{n} documentos de Alojamientos no se pudieron leer y no están en ninguna lista.",
                result.unreadable,
            ).format(n=whole(result.unreadable))
        )
    if result.not_looked_for:
        words.append(
            _("Faltan tantos en Pymes que {n} solo se buscaron por fecha, no uno por uno.").format(
                n=whole(result.not_looked_for)
            )
        )
    return tuple(words)


def _listed(words: list[str]) -> str:
    return _("{first} y {last}").format(first=", ".join(words[:-1]), last=words[-1]) if len(words) > 1 else words[0]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def column_name(column: Column) -> str:
    """Name what a column of the DIAN's file may be."""
    return {
        Column.CUFE: _("CUFE o CUDE"),
        Column.PREFIX: _("Prefijo"),
        Column.NUMBER: _("Folio (número)"),
        Column.TYPE: _("Tipo de documento"),
        Column.DATE: _("Fecha de emisión"),
        Column.ISSUER: _("NIT del emisor"),
        Column.RECEIVER: _("NIT del receptor"),
        Column.RECEIVER_NAME: _("Nombre del receptor"),
        Column.TOTAL: _("Total"),
        Column.IVA: _("IVA"),
        Column.INC: _("INC"),
        Column.ICA: _("ICA"),
        Column.RETE_IVA: _("Rete IVA"),
        Column.RETE_RENTA: _("Rete renta"),
        Column.RETE_ICA: _("Rete ICA"),
        Column.CURRENCY: _("Divisa"),
        Column.STATE: _("Estado"),
        Column.GROUP: _("Grupo (emitido o recibido)"),
    }[column]


def sheet_error(error: SheetError, detail: str = "") -> str:
    """Say why a file cannot be used, and the way out."""
    download = _("Descargue de nuevo el listado de documentos en el portal de la DIAN, en Excel.")
    return {
        SheetError.NO_FILE: _("El archivo no se puede abrir ({detail}). Si está abierto en Excel, ciérrelo.").format(
            detail=detail or "?"
        ),
        SheetError.TOO_LARGE: _("El archivo es más grande de lo que puede ser el listado de un mes.") + " " + download,
        SheetError.OLD_FORMAT: _(
            "Es un Excel antiguo (.xls) o tiene contraseña. Ábralo y guárdelo como libro .xlsx, sin contraseña."
        ),
        SheetError.NOT_A_TABLE: _("No es un Excel (.xlsx) ni un CSV.") + " " + download,
        SheetError.DAMAGED: _("El archivo está dañado o incompleto.") + " " + download,
        SheetError.NO_HEADER: _("No se encontró la fila con los nombres de las columnas (CUFE, Folio, Fecha, Total…).")
        + " "
        + download,
        SheetError.EMPTY: _("Debajo de los nombres de las columnas no hay documentos."),
        SheetError.OTHER_HOTEL: _(
            "Ningún documento de este archivo lo emitió el NIT {nit}. Revise con qué empresa entró al portal."
        ).format(nit=detail),
    }[error]


def bad_cell(error: BadCell) -> str:
    """Say which cell does not hold what its column was said to hold."""
    return _("La fila {row} dice «{text}» en «{column}». Elija otra columna para ese dato.").format(
        row=error.row, text=error.text, column=column_name(error.column)
    )


def columns_line(sheet: Sheet) -> str:
    """Say which column was taken for what, and that it is our reading."""
    said = ", ".join(
        f"{column_name(one)} = «{sheet.headings[place]}»" for one, place in propose(sheet.headings).items()
    )
    return _("Columnas del archivo de la DIAN (lectura nuestra): {columns}").format(columns=said)


def verified(verdict: Verdict, fingerprint: str = "") -> str:
    """Say whether a signed file can be trusted, and what to do where it cannot."""
    return {
        Verdict.VALID: _("Intacto: es lo que firmó este Botones. Clave {key}.").format(key=fingerprint),
        Verdict.ALTERED: _("ALTERADO: el archivo no es el que se firmó. No confíe en él; pida el original."),
        Verdict.UNKNOWN_KEY: _(
            "Intacto desde que se firmó, pero con una clave que este computador no conoce: {key}. "
            "Compárela con la que imprime el PDF del hotel."
        ).format(key=fingerprint),
        Verdict.NOT_OURS: _("No es una conciliación firmada de Botones (el archivo JSON)."),
    }[verdict]


def stage_name(stage: str, done: int, total: int) -> str:
    """Say what is being done, and how far it is where that is known."""
    name = {
        "ledger": _("Leyendo los documentos de Alojamientos"),
        "pymes": _("Leyendo las ventas de Pymes"),
        "looking": _("Buscando por número lo que no aparece en esos días"),
        "comparing": _("Comparando"),
    }[stage]
    if total:
        return _("{name}: {done} de {total}").format(name=name, done=whole(done), total=whole(total))
    return f"{name}: {whole(done)}" if done else f"{name}…"
