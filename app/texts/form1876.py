"""Words for Form 1876: what it says, and why a file is not one and what to do."""

from app.model.form1876 import FormError, Modality, Request
from app.texts import _


def modality_name(modality: Modality) -> str:
    """Name a modality as the DIAN does."""
    return {
        Modality.FACTURA_ELECTRONICA: _("Factura electrónica de venta"),
        Modality.DOCUMENTO_SOPORTE: _("Documento soporte"),
        Modality.POS: _("POS"),
        Modality.TALONARIO: _("Talonario o papel"),
        Modality.COMPUTADOR: _("Computador"),
        Modality.OTHER: _("Otra modalidad"),
    }[modality]


def request_name(request: Request) -> str:
    """Name what the DIAN granted."""
    return {
        Request.AUTORIZACION: _("Autorización"),
        Request.HABILITACION: _("Habilitación"),
        Request.INHABILITACION: _("Inhabilitación"),
    }[request]


def form_error_title(error: FormError) -> str:
    """Say in a few words why a file is not taken."""
    return {
        FormError.NOT_A_PDF: _("Este archivo no es un PDF"),
        FormError.BROKEN: _("El PDF está dañado"),
        FormError.ENCRYPTED: _("El PDF tiene contraseña"),
        FormError.NO_TEXT: _("El PDF es un escaneo"),
        FormError.FORM_1302: _("Es el formulario 1302, no el 1876"),
        FormError.OTHER_FORM: _("No es el formulario 1876"),
        FormError.OTHER_HOTEL: _("El formulario es de otro NIT"),
        FormError.NOT_OF_THIS_HOTEL: _("El formulario no autoriza nada que el hotel emita"),
    }.get(error, _("No se pudo leer el formulario"))


def form_error(error: FormError, detail: str = "") -> str:
    """Say why a file gave no form; ``detail`` is the refusal's own."""
    return {
        FormError.NO_FILE: _("No se pudo abrir el archivo ({detail}). Revise que exista y que usted tenga permiso."),
        FormError.NOT_A_PDF: _("No es un PDF. Entregue el formulario 1876 como lo descargó de la DIAN."),
        FormError.BROKEN: _("El PDF está incompleto o dañado. Descárguelo de nuevo del portal de la DIAN."),
        FormError.ENCRYPTED: _("El PDF tiene contraseña. Guárdelo sin contraseña, o descárguelo de nuevo de la DIAN."),
        FormError.TOO_BIG: _("El archivo es demasiado grande para ser un formulario 1876. Por seguridad no se leyó."),
        FormError.TOO_MANY_PAGES: _(
            "El PDF tiene más de {detail} páginas: no es un formulario 1876. Por seguridad no se leyó."
        ),
        FormError.UNSAFE: _(
            "El PDF exige más tiempo o memoria que cualquier formulario. Por seguridad se dejó de leer. "
            "Descárguelo de nuevo de la DIAN o escriba los datos."
        ),
        FormError.NO_TEXT: _(
            "El PDF es una imagen (un escaneo) y no trae texto. Escriba los datos dos veces, "
            "o descargue el formulario original de la DIAN."
        ),
        FormError.FORM_1302: _(
            "Es el formulario 1302, la solicitud. Entregue el 1876, la autorización con la que la DIAN respondió."
        ),
        FormError.OTHER_FORM: _("El PDF no es un formulario 1876 de la DIAN. Entregue la autorización de numeración."),
        FormError.SEVERAL_FORMS: _("El PDF junta varios formularios ({detail}). Entregue cada autorización aparte."),
        FormError.MISSING_FIELD: _(
            "No se encontró la casilla {detail} del formulario. Descárguelo de nuevo de la DIAN o escriba los datos."
        ),
        FormError.NO_ROWS: _("El formulario no trae ningún rango de numeración. Descárguelo de nuevo de la DIAN."),
        FormError.BAD_ROW: _("No se pudo leer con certeza un rango del formulario ({detail}). Escriba los datos."),
        FormError.OTHER_HOTEL: _(
            "Está a nombre de {detail}. Entregue el del hotel que configura, o revise el NIT en «Conexiones»."
        ),
        FormError.NOT_OF_THIS_HOTEL: _(
            "Solo trae rangos que este hotel no usa aquí ({detail}). Entregue el formulario que autoriza "
            "lo que el hotel emite."
        ),
    }[error].format(detail=detail or "?")
