"""Words for files that could not be read and for what the rules found in a document: what it means, and what to do."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from app.model.reading import ReadError
from app.model.rules import Finding, Rule
from app.texts import _, day, money

_AMOUNTS: Final = ("payable", "expected", "lines", "subtotal", "amount")
_DAYS: Final = ("issued", "limit")


def reading_error(error: ReadError, detail: str = "") -> str:
    """Say why a file gave no document; ``detail`` is the reading's own."""
    return _reading_errors()[error].format(detail=detail or "?")


def finding_text(finding: Finding) -> str:
    """Say what a rule found; the DIAN's code is in ``finding.code``, for «ver detalle»."""
    if finding.code in (fields := _differing_fields()):
        return _(
            "{field}: el documento dice «{stated}» y la numeración probada dice «{proven}». "
            "Puede ser de otra resolución: revise la del PMS antes de enviar."
        ).format(field=fields[finding.code], **finding.values)
    return _finding_texts()[finding.code].format(**_shown(finding.values))


def _shown(values: Mapping[str, str]) -> dict[str, str]:
    currency = values.get("currency", "COP")
    shown = dict(values)
    shown |= {name: money(Decimal(values[name]), currency) for name in _AMOUNTS if name in values}
    shown |= {name: day(date.fromisoformat(values[name])) for name in _DAYS if name in values}
    return shown


def _reading_errors() -> dict[ReadError, str]:
    return {
        ReadError.NO_FILE: _("No se pudo abrir el archivo ({detail}). Revise que exista y que usted tenga permiso."),
        ReadError.EMPTY: _("El archivo está vacío. Descárguelo de nuevo."),
        ReadError.NOT_XML: _("No es un XML. Entregue el XML o el ZIP de la factura, no su PDF."),
        ReadError.WEB_PAGE: _(
            "Es una página de internet guardada, no el documento. Descargue el XML o el ZIP con el botón del portal."
        ),
        ReadError.BROKEN: _("El XML está incompleto o dañado (línea {detail}). Descárguelo de nuevo."),
        ReadError.ENCODING: _(
            "Las letras del archivo no corresponden a la codificación que declara ({detail}). Pida el XML original."
        ),
        ReadError.ENTITIES: _(
            "El XML trae definiciones (DTD o entidades) que ningún documento de la DIAN usa. Por seguridad no se leyó."
        ),
        ReadError.TOO_BIG: _("El archivo es demasiado grande para ser un documento. Por seguridad no se leyó."),
        ReadError.TOO_DEEP: _("El XML tiene demasiados niveles para ser un documento. Por seguridad no se leyó."),
        ReadError.BAD_ZIP: _("El ZIP está dañado o usa una compresión desconocida. Descárguelo de nuevo."),
        ReadError.ZIP_BOMB: _("El ZIP se expande mucho más de lo que cabe en facturas. Por seguridad no se leyó."),
        ReadError.ZIP_IN_ZIP: _("Es un ZIP dentro de otro ZIP. Extráigalo y entréguelo aparte."),
        ReadError.ZIP_WITHOUT_XML: _("El ZIP no trae ningún XML. Pida el ZIP con el XML de la factura."),
        ReadError.ENCRYPTED: _("El ZIP tiene contraseña. Extráigalo y entregue el XML."),
        ReadError.OLD_FORMAT: _(
            "Es una factura del formato anterior a 2019 ({detail}). "
            "Botones lee solo la factura con validación previa (UBL 2.1)."
        ),
        ReadError.NOT_A_DOCUMENT: _("El XML no es una factura, nota ni documento soporte, sino «{detail}»."),
        ReadError.DIAN_ANSWER: _(
            "Es solo la respuesta de la DIAN, sin el documento. Entregue el XML de la factura o el AttachedDocument."
        ),
        ReadError.NUMBERING_ANSWER: _(
            "Es la respuesta de la DIAN sobre rangos de numeración ({detail}), no una factura. "
            "La numeración se prueba en el asistente."
        ),
        ReadError.UNSUPPORTED_TYPE: _("Botones no lleva documentos del tipo {detail}. Regístrelo a mano en Pymes."),
        ReadError.MISSING_FIELD: _("Al documento le falta un dato obligatorio: {detail}. Pida el XML original."),
        ReadError.BAD_VALUE: _("El documento trae un valor que no se puede leer en {detail}. Pida el XML original."),
    }


def _differing_fields() -> dict[Rule, str]:
    return {
        Rule.RESOLUTION_DIFFERS: _("Número de resolución"),
        Rule.START_DIFFERS: _("Inicio de la vigencia"),
        Rule.END_DIFFERS: _("Fin de la vigencia"),
        Rule.PREFIX_DIFFERS: _("Prefijo"),
        Rule.FIRST_DIFFERS: _("Primer número del rango"),
        Rule.LAST_DIFFERS: _("Último número del rango"),
    }


def _finding_texts() -> dict[Rule, str]:
    return {
        Rule.NUMBER_FORM: _(
            "El número «{number}» tiene signos, o más de 20 caracteres: la DIAN admite solo letras y dígitos. "
            "Revise el prefijo en el PMS."
        ),
        Rule.NUMBER_OUTSIDE: _(
            "El número {number} está fuera del rango autorizado {prefix} {first} a {last}. "
            "Revise la resolución en el PMS."
        ),
        Rule.BEFORE_VALIDITY: _(
            "El documento es del {issued}, antes de que empiece la vigencia de la resolución ({limit}). "
            "Revise las fechas."
        ),
        Rule.AFTER_VALIDITY: _(
            "El documento es del {issued}, después de que terminó la vigencia de la resolución ({limit}). "
            "Pida una nueva autorización a la DIAN."
        ),
        Rule.CODE_WRONG: _(
            "El CUFE no corresponde al contenido del documento: algún dato cambió o la clave técnica es de otro rango. "
            "Compare con el XML que validó la DIAN."
        ),
        Rule.CODE_MALFORMED: _(
            "El CUFE o CUDE no tiene la forma debida (96 dígitos hexadecimales). Pida el XML original."
        ),
        Rule.CODE_MISSING: _("El documento no trae CUFE ni CUDE: sin él no se puede consultar en la DIAN."),
        Rule.CODE_NOT_VERIFIABLE: _(
            "El código (CUFE, CUDE o CUDS) tiene la forma debida, pero no es verificable sin la clave técnica o el PIN."
        ),
        Rule.LINES: _("Las líneas suman {lines} y el documento dice {subtotal}. Revíselo con su contador."),
        Rule.PAYABLE: _(
            "El total {payable} no resulta de líneas, impuestos, descuentos, recargos y anticipos, que dan {expected}. "
            "Revise el documento en el PMS."
        ),
        Rule.PAYABLE_UNUSUAL: _(
            "El total es {payable} y la suma da {expected}: puede ser un redondeo, un anticipo o una retención. "
            "Revíselo con su contador."
        ),
        Rule.PAYABLE_TOLERATED: _(
            "El total es {payable} y la suma da {expected}: la DIAN tolera la diferencia, los libros la ven."
        ),
        Rule.NEGATIVE: _("El documento tiene un valor negativo ({amount}), que la DIAN no admite. Revíselo en el PMS."),
        Rule.CHECK_DIGIT: _(
            "El dígito de verificación del NIT {id} debería ser {right} y el documento dice {stated}. "
            "Corrija la ficha del cliente en el PMS."
        ),
        Rule.REFERENCE_MISSING: _("La nota no dice qué documento corrige. Revise con su contador a cuál pertenece."),
        Rule.FOREIGNER_WITH_IVA: _(
            "{name} se identifica con documento extranjero y el alojamiento lleva IVA del 19 %. "
            "Si no reside en Colombia puede estar exento: confírmelo con su contador."
        ),
        Rule.RESIDENT_WITHOUT_IVA: _(
            "{name} se identifica con documento colombiano y el alojamiento va con IVA del 0 %. "
            "La exención es para no residentes: confírmelo con su contador."
        ),
        Rule.EXCHANGE_RATE_MISSING: _(
            "El documento está en {currency} y no dice la tasa de cambio a pesos. Revíselo en el PMS."
        ),
        Rule.FINAL_CONSUMER_FORM: _(
            "El consumidor final debe ir como 222222222222 (doce veces 2) y tipo 13; aquí va {id}, tipo «{id_type}»."
        ),
    }
