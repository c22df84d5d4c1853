"""The words of causes and failures: what happened, what it means for the invoices, who mends it and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.model.causes import Cause, Mender
from app.model.errors import Failure
from app.model.numbering import Condition, Field
from app.model.reading import ReadError
from app.model.rules import Finding
from app.model.sales import ANNULLED, Aspect, Difference
from app.texts import _, day, money
from app.texts.numbering import condition_title, field_name
from app.texts.reading import finding_text, reading_error
from app.texts.roles import who_did


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person needs to know in order to act."""

    title: str
    meaning: str
    place: str
    """Where it is mended, or what happens by itself."""


def mender_name(mender: Mender) -> str:
    """Name who can mend a cause."""
    return {
        Mender.HOTEL: _("Quien administra el hotel"),
        Mender.ACCOUNTANT: _("El contador"),
        Mender.LOGGRO: _("Soporte de Loggro"),
        Mender.DIAN: _("La DIAN"),
        Mender.BOTONES: _("Botones, sin ayuda"),
    }[mender]


def explain(cause: Cause) -> Explanation:
    """Explain why a document waits."""
    return {
        Cause.NUMBERING_DIFFERS: Explanation(
            _("La numeración no coincide"),
            _("Alojamientos, Pymes y la DIAN no dicen lo mismo de este rango. Enviar ahora podría numerar mal."),
            _("Panel → Numeración muestra qué dato difiere y en qué sistema se corrige. Al coincidir, sale sin más."),
        ),
        Cause.NUMBERING_UNKNOWN: Explanation(
            _("Ningún consecutivo cubre este número"),
            _("El número no está dentro de ningún rango comprobado, así que no se envía."),
            _("Registre el rango en Pymes: Configuración → Consecutivos de Facturación."),
        ),
        Cause.DIAN_SILENT: Explanation(
            _("Falta lo que dice la DIAN"),
            _("Alojamientos y Pymes coinciden, pero nadie dice qué autorizó la DIAN. Sin eso no sale nada."),
            _("Con el servicio FE, sale solo cuando responda. Sin él, dé el formulario 1876 en el asistente."),
        ),
        Cause.RANGE_EXPIRED: Explanation(
            _("La resolución está vencida"),
            _("La vigencia del rango terminó, o la numeración se agotó."),
            _("Pida una resolución nueva a la DIAN y regístrela en Alojamientos y en Pymes."),
        ),
        Cause.OTHER_ISSUER: Explanation(
            _("Lo emite otro NIT"),
            _("El documento es de una empresa distinta a la de esta conexión. No entra en estos libros."),
            _("Revise en Alojamientos con qué empresa factura la propiedad."),
        ),
        Cause.OTHER_CONTENT: Explanation(
            _("El mismo número cambió de contenido"),
            _("Alojamientos entregó antes este número con otros valores. Una factura aprobada no cambia."),
            _("Compare los dos contenidos en Alojamientos y decida cuál es el válido."),
        ),
        Cause.DIFFERS_IN_PYMES: Explanation(
            _("Pymes tiene otro contenido"),
            _("Este número existe en Pymes con otra fecha, tercero, total o CUFE. Botones no lo toca."),
            _("Pymes → Ventas: corrija o anule el registro que no corresponde."),
        ),
        Cause.DOUBLED_IN_PYMES: Explanation(
            _("Está dos veces en Pymes"),
            _("Pymes registra este número más de una vez: la venta se contaría doble."),
            _("Pymes → Ventas: anule el registro que sobra."),
        ),
        Cause.WAITS_FOR_INVOICE: Explanation(
            _("Espera a su factura"),
            _("La nota corrige una factura que todavía no está en Pymes. Va después de ella."),
            _("Nada que hacer: sale cuando la factura quede comprobada."),
        ),
        Cause.INVOICE_UNKNOWN: Explanation(
            _("No se encuentra la factura que corrige"),
            _("La nota nombra una factura que no está en Pymes ni entre los documentos que Botones lleva."),
            _("Si es anterior a la instalación, tráigala en Pendientes. Si no, regístrela en Pymes → Ventas."),
        ),
        Cause.REFUSED_BY_PYMES: Explanation(
            _("Pymes lo rechazó"),
            _("Pymes respondió que no puede registrarlo. Su mensaje está abajo, tal como llegó."),
            _("Corrija en Pymes lo que dice el mensaje y libere el documento."),
        ),
        Cause.NUMBERING_REFUSED: Explanation(
            _("Pymes no acepta este número"),
            _("La numeración coincidía y cambió mientras el documento salía. Pymes no lo registró."),
            _("Deje la resolución igual en los tres sistemas: sale solo. Si ya está igual, libere el documento."),
        ),
        Cause.PERIOD_CLOSED: Explanation(
            _("El mes contable está cerrado"),
            _("La fecha del documento cae en un período que Pymes tiene cerrado. No se registra nada en él."),
            _("El contador decide en Pymes si lo reabre. Después, libere juntos los documentos de esta causa."),
        ),
        Cause.PLAN_USED_UP: Explanation(
            _("El plan no tiene más documentos"),
            _("Pymes dice que los documentos del plan se acabaron. La resolución está bien; los documentos esperan."),
            _("El usuario principal compra un paquete en el Portal Administrativo. Después, libere los documentos."),
        ),
        Cause.NOT_STORED: Explanation(
            _("Pymes dice que sí y no lo guarda"),
            _("Pymes aceptó el documento más de una vez y nunca aparece en Ventas. Botones no insiste."),
            _("Envíe el detalle a soporte de Loggro."),
        ),
        Cause.BREAKS_RULE: Explanation(
            _("El documento se contradice"),
            _("Sus totales, impuestos o datos no cumplen una regla de la DIAN."),
            _("Revise el documento en Alojamientos; si ya fue aprobado, corrija con una nota."),
        ),
        Cause.UNREADABLE: Explanation(
            _("No se puede leer"),
            _("Lo que llegó no tiene la forma esperada. No se envía nada que no se entienda."),
            _("Si es un archivo, póngalo de nuevo en la carpeta o quítelo. Si no, envíe el detalle a soporte."),
        ),
        Cause.REJECTED_BY_DIAN: Explanation(
            _("Rechazado: no está aprobado"),
            _("La DIAN, o el servicio que se lo envía, lo rechazó: no vale como factura. No se busca ni se envía."),
            _("Corríjalo en Alojamientos y vuelva a emitirlo: cuando llegue aprobado con este número, sigue solo."),
        ),
        Cause.WITHOUT_ANSWER: Explanation(
            _("Falta la respuesta de la DIAN"),
            _("El archivo trae el documento, pero nada prueba que la DIAN lo aprobó."),
            _("Ponga en la carpeta el ZIP o el XML completo que envía el proveedor: trae la respuesta adentro."),
        ),
        Cause.FAMILY_NOT_SUPPORTED: Explanation(
            _("Este tipo de documento no viaja"),
            _("Pymes no ofrece un camino para este tipo de documento."),
            _("Regístrelo a mano en Pymes."),
        ),
    }[cause]


def explain_failure(failure: Failure) -> Explanation:
    """Explain why a system could not be reached or did not answer as asked."""
    return {
        Failure.NETWORK: Explanation(
            _("Sin conexión"),
            _("No se llega al servidor. Los documentos esperan; nada se pierde."),
            _("Revise internet y el cortafuegos. Botones vuelve a intentarlo por su cuenta."),
        ),
        Failure.TIMEOUT: Explanation(
            _("El servidor no responde a tiempo"),
            _("La conexión existe, pero la respuesta tarda demasiado."),
            _("Botones vuelve a intentarlo con pausas cada vez mayores."),
        ),
        Failure.PROXY: Explanation(
            _("El proxy no deja pasar"),
            _("La red del hotel usa un proxy que rechazó la conexión."),
            _("Pida a quien administra la red la dirección del proxy y escríbala en Ajustes → Red del hotel."),
        ),
        Failure.CERTIFICATE: Explanation(
            _("El certificado no es de confianza"),
            _("Este computador no reconoce a quien firma la conexión. Puede ser un antivirus o la red de la empresa."),
            _("Quien administra la red debe instalar ese certificado en el almacén de certificados de Windows."),
        ),
        Failure.TOKEN: Explanation(
            _("El acceso ya no es válido"),
            _("El sistema no acepta el token. Todo se detiene hasta tener uno nuevo; los documentos esperan."),
            _("Abra el asistente, en Conexiones, y dé un acceso nuevo."),
        ),
        Failure.PERMISSION: Explanation(
            _("Falta permiso"),
            _("El acceso es válido, pero su usuario no puede hacer esto."),
            _("El administrador debe dar el permiso al usuario en Loggro."),
        ),
        Failure.TOO_MANY: Explanation(
            _("Demasiadas consultas"),
            _("El sistema pide una pausa. Botones la respeta."),
            _("Nada que hacer: sigue a la hora indicada."),
        ),
        Failure.REFUSED: Explanation(
            _("El sistema respondió que no"),
            _("La petición llegó y fue rechazada."),
            _("El mensaje del sistema dice qué corregir."),
        ),
        Failure.NOT_FOUND: Explanation(
            _("No se encontró"),
            _("Lo que se pidió no existe allí."),
            _("Revise que la conexión sea la de este hotel."),
        ),
        Failure.ALREADY_THERE: Explanation(
            _("Ya existe"),
            _("El sistema dice que ya lo tiene. Botones lo comprueba leyendo, no enviando."),
            _("Nada que hacer."),
        ),
        Failure.SERVER: Explanation(
            _("El servidor falló"),
            _("El problema está del otro lado. Los documentos esperan; nada se pierde."),
            _("Botones vuelve a intentarlo. Si dura más de una hora, avise a soporte de Loggro."),
        ),
        Failure.UNREADABLE: Explanation(
            _("Respuesta que no se entiende"),
            _("El sistema contestó algo con otra forma que la esperada."),
            _("Envíe el detalle a soporte de Loggro."),
        ),
        Failure.UNSAFE_ADDRESS: Explanation(
            _("La dirección no es segura"),
            _("Solo se habla con direcciones https, para que nadie lea los datos del hotel."),
            _("Corrija la dirección en el perfil."),
        ),
        Failure.WRONG_HOTEL: Explanation(
            _("El acceso es de otro hotel"),
            _("El token habla por otro NIT u organización. Todo está cerrado con llave para no mezclar libros."),
            _("Abra el asistente, en Conexiones, y dé el acceso de este hotel."),
        ),
        Failure.FOLDER: Explanation(
            _("No se puede leer la carpeta de documentos"),
            _("La carpeta no está, no deja leer, o tiene demasiados archivos. Lo ya leído no se pierde."),
            _("Conecte el disco o la red donde está, o elija otra en el asistente, en Conexiones."),
        ),
        Failure.VAULT: Explanation(
            _("El llavero no entrega los accesos"),
            _("Windows guarda los accesos y ahora no los entrega. Siguen ahí; los documentos esperan."),
            _("Desbloquee la sesión o el llavero. Botones vuelve a intentarlo."),
        ),
        Failure.DISK_FULL: Explanation(
            _("El disco está lleno"),
            _("No se puede anotar nada, y sin anotarlo nada se envía. Lo ya anotado está a salvo."),
            _("Libere espacio en este computador. Botones vuelve a intentarlo y sigue sin más."),
        ),
        Failure.DISK_FAILS: Explanation(
            _("El disco no deja escribir"),
            _("El disco falla, no está conectado o llegó a su cuota. Nada se envía mientras no se pueda anotar."),
            _("Conecte o revise el disco donde Botones guarda sus datos. Botones vuelve a intentarlo."),
        ),
        Failure.LEDGER_BUSY: Explanation(
            _("Otro programa lo tiene ocupado"),
            _("Puede ser un antivirus o una copia de seguridad. Nada se envía y nada se pierde mientras tanto."),
            _("Suele pasar solo. Si dura, excluya la carpeta de datos de Botones en ese programa."),
        ),
        Failure.LEDGER_LOCKED: Explanation(
            _("Falta permiso para escribir en la carpeta de datos"),
            _("Botones no puede anotar lo que hace, y sin anotarlo nada se envía. Los documentos esperan."),
            _("Devuelva al usuario el permiso de escritura en esa carpeta. Botones vuelve a intentarlo."),
        ),
        Failure.LEDGER_DAMAGED: Explanation(
            _("El archivo está dañado"),
            _("Botones lo aparta sin borrarlo y lo rehace mirando los dos sistemas. Mientras tanto nada se envía."),
            _("Nada que hacer: lo que ya está en Pymes se adopta, no se repite."),
        ),
        Failure.LEDGER_SERVER: Explanation(
            _("El servidor del libro no contesta"),
            _("El libro de documentos está en un servidor de la red. Sin anotar nada se envía; nada se pierde."),
            _("Revise la red y que el servidor esté encendido. Botones vuelve a intentarlo y sigue sin más."),
        ),
        Failure.LEDGER_ACCESS: Explanation(
            _("El servidor del libro no deja entrar"),
            _("No acepta el usuario o la contraseña, no está esa base, o su configuración no guarda con seguridad."),
            _("Pida los datos a quien cuida el servidor y escríbalos en Ajustes, en «Dónde está el libro»."),
        ),
        Failure.LEDGER_CERTIFICATE: Explanation(
            _("No se pudo comprobar que sea el servidor del libro"),
            _(
                "Su certificado no es de la autoridad que se dio, venció o es para otro nombre; o el servidor no cifra "
                "la línea. Podría ser otro: no se le dio la contraseña, y nada se envía."
            ),
            _(
                "Pida a quien cuida el servidor el certificado de su autoridad (.pem) y el nombre del servidor tal "
                "como está en él, y escríbalos en Ajustes, en «Dónde está el libro»."
            ),
        ),
        Failure.LEDGER_ELSEWHERE: Explanation(
            _("Envía otro computador"),
            _("Este computador está de reserva: ve lo mismo y no envía, para que nada salga dos veces."),
            _("Nada que hacer: si el otro se apaga, este sigue antes de un minuto."),
        ),
        Failure.LEDGER_MOVED: Explanation(
            _("El libro no está en uso en ese servidor"),
            _("Un computador se lo llevó a su disco, o lo está trayendo. Aquí nada se envía: así nada sale dos veces."),
            _("En Ajustes, en «Dónde está el libro», se ve cuál fue y cómo seguir."),
        ),
        Failure.NO_ROUTE: Explanation(
            _("Este paso lo hace una persona"),
            _("Loggro no publica esta operación."),
            _("El asistente dice dónde hacer clic y qué escribir, y luego lo comprueba."),
        ),
    }[failure]


def aspect_name(aspect: Aspect) -> str:
    """Name what PMS and Pymes must agree in."""
    return {
        Aspect.NUMBER: _("Número"),
        Aspect.DATE: _("Fecha"),
        Aspect.COUNTERPARTY: _("Identificación del tercero"),
        Aspect.CURRENCY: _("Moneda"),
        Aspect.PAYABLE: _("Total"),
        Aspect.IVA: _("IVA"),
        Aspect.INC: _("INC"),
        Aspect.CUFE: _("CUFE"),
        Aspect.CONSECUTIVO: _("Consecutivo"),
        Aspect.STANDING: _("Estado"),
    }[aspect]


def particulars(detail: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what a cause's detail knows beyond the cause, line by line; messages from outside word for word."""
    lines: list[str] = []
    if file := detail.get("file"):
        lines.append(_("Archivo: {file}").format(file=file))
    if detail.get("test"):
        lines.append(_("Es un documento de prueba (habilitación), no una factura de verdad."))
    if (reason := detail.get("reason")) and reason in set(ReadError):
        lines.append(reading_error(ReadError(reason), str(detail.get("where", ""))))
    for message in detail.get("messages", ()):
        lines.append(_("Mensaje: «{message}»").format(message=message))
    for raw in detail.get("differences", ()):
        lines.append(_difference(Difference.model_validate(raw)))
    for raw in detail.get("findings", ()):
        lines.append(finding_text(Finding.model_validate(raw)))
    names = detail.get("fields")
    if isinstance(names, str):
        lines.append(_("No se entiende: {fields}").format(fields=names))
    elif names:
        fields = ", ".join(field_name(Field(name)) if name in set(Field) else str(name) for name in names)
        lines.append(_("No coincide: {fields}").format(fields=fields))
    for name in detail.get("conditions", ()):
        lines.append(condition_title(Condition(name)))
    if invoice := detail.get("invoice"):
        lines.append(_("Corrige la factura {number}.").format(number=invoice))
    if rango := detail.get("range"):
        lines.append(_("Rango: {range}").format(range=rango))
    if issuer := detail.get("issuer"):
        lines.append(
            _("NIT del emisor: {issuer}; NIT del hotel: {hotel}").format(issuer=issuer, hotel=detail.get("hotel"))
        )
    lines += _link_lines(detail)
    if sales := detail.get("sales"):
        lines.append(_("Registros en Pymes: {sales}").format(sales=", ".join(map(str, sales))))
    return tuple(lines)


def _link_lines(detail: Mapping[str, Any]) -> list[str]:
    """Say by whom and by which sale a document was settled outside, or why that no longer counts."""
    lines = []
    if detail.get("linked") and "who" in detail:
        lines.append(_("En Pymes es el registro {number}.").format(number=detail.get("number")))
        lines.append(
            _("Lo dijo {who}: «{reason}»").format(
                who=who_did(detail["who"], detail.get("role")), reason=detail.get("reason")
            )
        )
    elif detail.get("why") == "person" and "who" in detail:
        lines.append(_("Lo hizo {who}.").format(who=who_did(detail["who"], detail.get("role"))))
    unlinked = detail.get("unlinked", detail)
    number = unlinked.get("number")
    if unlinked.get("why") == "gone":
        lines.append(_("El registro {number} con el que se había resuelto ya no está en Pymes.").format(number=number))
    elif unlinked.get("why") == "changed":
        lines.append(_("El registro {number} con el que se había resuelto cambió en Pymes.").format(number=number))
    return lines


def _difference(difference: Difference) -> str:
    return _("{aspect}: Alojamientos dice «{pms}»; Pymes dice «{pymes}»").format(
        aspect=aspect_name(difference.aspect),
        pms=aspect_value(difference.aspect, difference.pms),
        pymes=aspect_value(difference.aspect, difference.pymes),
    )


def aspect_value(aspect: Aspect, value: str) -> str:
    """Write what one side says of an aspect; nothing is said to be nothing."""
    if aspect is Aspect.STANDING:
        return _("anulado") if value == ANNULLED else _("aprobado")
    if not value:
        return _("nada")
    if aspect in (Aspect.PAYABLE, Aspect.IVA, Aspect.INC):
        return money(Decimal(value))
    return day(date.fromisoformat(value)) if aspect is Aspect.DATE else value
