"""The words of the guide: steps, what blocks them, requirements, failed connections.

Where to click is in ``guided``.
"""

from app.model.documents import Family
from app.model.errors import Failure
from app.model.numbering import Slip
from app.model.route import Route
from app.model.setup import (
    Attempt,
    Blocker,
    BlockerKind,
    Connection,
    Entry,
    Outcome,
    PreviewLabel,
    Rehearsal,
    RehearsalResult,
    Requirement,
    RequirementKind,
    RequirementState,
    Step,
)
from app.texts import _, plural, whole
from app.texts.causes import Explanation, explain_failure
from app.texts.documents import family_name
from app.texts.hotels import hotel_twice
from app.texts.numbering import field_name


def step_name(step: Step) -> str:
    """Name a step, short enough for the rail."""
    return {
        Step.WELCOME: _("Bienvenida"),
        Step.CONNECTIONS: _("Conexiones"),
        Step.REQUIREMENTS: _("Requisitos"),
        Step.ACTIVATION: _("Activación"),
        Step.NUMBERING: _("Consecutivo"),
        Step.VERIFICATION: _("Verificación"),
        Step.REHEARSAL: _("Ensayo"),
        Step.DONE: _("Listo"),
    }[step]


def step_purpose(step: Step) -> str:
    """Say what a step is for, under its title."""
    return {
        Step.WELCOME: _("Botones lleva cada factura aprobada de Alojamientos a Pymes, y comprueba que llegó."),
        Step.CONNECTIONS: _("Botones necesita entrar a los dos sistemas. Cada acceso se prueba al instante."),
        Step.REQUIREMENTS: _("Lo que la guía de Loggro pide antes de integrar. Lo que falte se arregla ahora."),
        Step.ACTIVATION: _("Pymes avisa a Alojamientos que trabajarán juntos y le entrega un token de conexión."),
        Step.NUMBERING: _("Pymes necesita un consecutivo con la misma resolución que usa Alojamientos."),
        Step.VERIFICATION: _("Alojamientos, Pymes y la DIAN, lado a lado. Todo debe decir exactamente lo mismo."),
        Step.REHEARSAL: _("Un documento primero: se muestra, se envía y se lee de vuelta."),
        Step.DONE: _("Desde ahora Botones trabaja solo, en el área de notificación."),
    }[step]


def connection_name(connection: Connection) -> str:
    """Name who Botones signs in to."""
    return {
        Connection.PYMES: _("Loggro Pymes"),
        Connection.PMS: _("Loggro Alojamientos"),
        Connection.FE: _("Loggro FE"),
    }[connection]


def route_name(route: Route) -> str:
    """Name a route; every operation on screen shows it."""
    return {Route.DOCUMENTED: _("documentada"), Route.AGREED: _("convenida"), Route.GUIDED: _("guiada")}[route]


def route_meaning(route: Route) -> str:
    """Say what a route means, honestly."""
    return {
        Route.DOCUMENTED: _(
            "Loggro publica esta operación. Los nombres de algunos campos son nuestra "
            "lectura: su esquema no es público."
        ),
        Route.AGREED: _(
            "Loggro no publica esta operación. Botones usa el contrato de este proyecto: funciona en el hotel "
            "de práctica, "
            "y en un hotel real cuando Loggro la abra."
        ),
        Route.GUIDED: _(
            "La hace una persona en la pantalla de Loggro. Botones dice dónde hacer clic y qué escribir, y después lo "
            "comprueba o anota que usted lo confirmó."
        ),
    }[route]


# --- failed connections -----------------------------------------------------------------------------------------------


def failure_text(attempt: Attempt) -> Explanation:
    """Explain why a connection could not be made, and what to do about it; only for an attempt that failed."""
    failure = attempt.failure
    if failure is None:
        raise ValueError("the attempt did not fail")
    system = connection_name(attempt.connection)
    if failure is Failure.TOKEN:
        return _token_text(attempt.connection)
    if failure is Failure.CERTIFICATE:
        return _certificate_text(attempt, system)
    if failure is Failure.NETWORK:
        return Explanation(
            _("No se llega a {system}").format(system=system),
            _("Este computador no encuentra el servidor. No se envió nada, y el acceso no se llegó a probar."),
            _("Revise que internet funcione, que el cortafuegos deje salir a Botones, y pruebe otra vez."),
        )
    if failure is Failure.TIMEOUT:
        return Explanation(
            _("{system} no responde a tiempo").format(system=system),
            _("El servidor se encuentra, pero la respuesta no llega. El acceso puede estar bien."),
            _("Pruebe otra vez en unos minutos. Si la red usa un proxy, escríbalo en «Red»."),
        )
    if failure is Failure.PROXY:
        return _proxy_text(attempt)
    if failure is Failure.PERMISSION:
        return _permission_text(attempt.connection)
    if failure is Failure.NOT_FOUND and attempt.connection is Connection.PMS:
        return Explanation(
            _("Alojamientos no tiene un hotel con ese NIT"),
            _("La llave es válida, pero la búsqueda por el NIT no encontró ninguna propiedad con esa llave."),
            _("Escriba el NIT con el que factura la propiedad, sin dígito de verificación, y pruebe otra vez."),
        )
    if failure is Failure.TOO_MANY:
        return _too_many_text(attempt, system)
    if failure is Failure.SERVER:
        return Explanation(
            _("{system} falló al responder").format(system=system),
            _("El problema está del lado de Loggro. El acceso puede estar bien: no se pudo probar."),
            _("Pruebe otra vez en unos minutos. Si sigue, envíe el detalle a soporte de Loggro."),
        )
    if failure is Failure.UNREADABLE:
        return Explanation(
            _("{system} respondió algo que no se entiende").format(system=system),
            _(
                "Respondió, pero con otra forma que la esperada. El esquema no es "
                "público: Botones lo lee según su propia "
                "lectura, que puede haber quedado atrás."
            ),
            _("Envíe el detalle a quien mantiene Botones. El acceso no se dio por bueno."),
        )
    general = explain_failure(failure)
    return Explanation(
        _("{system}: {title}").format(system=system, title=general.title), general.meaning, general.place
    )


def _token_text(connection: Connection) -> Explanation:
    if connection is Connection.PYMES:
        return Explanation(
            _("Pymes no acepta el token"),
            _(
                "Pymes responde lo mismo (401, sin explicación) por tres causas "
                "documentadas: el token está mal copiado; la "
                "organización no existe o está inactiva; o el token es incorrecto o ya venció."
            ),
            _(
                "Cree un token nuevo en Pymes: Configuración → Organización → "
                "Integraciones. Cópielo entero, sin espacios. "
                "Si tampoco sirve, revise que el plan de Pymes esté activo."
            ),
        )
    if connection is Connection.PMS:
        return Explanation(
            _("Alojamientos no acepta el acceso"),
            _(
                "El código o la llave no son válidos. Un código sirve una vez; la sesión "
                "dura una hora, y se cierra si otro "
                "programa entra con el mismo usuario."
            ),
            _("Pida un código nuevo, o revise la llave (X-Api-Key) que entregó Loggro. Son cinco intentos por hora."),
        )
    return Explanation(
        _("Loggro FE no acepta el usuario o la contraseña"),
        _("Son los del proyecto de facturación electrónica, no los de una persona. Loggro los envía por correo."),
        _("Revíselos en ese correo. Si no los tiene, siga sin Loggro FE: bastará el formulario 1876."),
    )


def _certificate_text(attempt: Attempt, system: str) -> Explanation:
    if attempt.issuer:
        meaning = _(
            "La conexión con {system} está firmada por «{issuer}», y este computador no confía en esa firma. "
            "Suele ser un "
            "antivirus o la red de una empresa que revisa las conexiones. No se envió ningún acceso."
        ).format(system=system, issuer=attempt.issuer)
    else:
        meaning = _(
            "Este computador no confía en quien firma la conexión con {system}. "
            "También pasa con la fecha del computador "
            "equivocada. No se envió ningún acceso."
        ).format(system=system)
    return Explanation(
        _("El certificado no es de confianza"),
        meaning,
        _(
            "Revise fecha y hora. Si la red es de una empresa, quien la administra debe instalar su certificado en el "
            "almacén de certificados de Windows. Botones no ofrece seguir sin revisarlo."
        ),
    )


def _proxy_text(attempt: Attempt) -> Explanation:
    if attempt.status == 407 or "407" in attempt.detail:
        return Explanation(
            _("El proxy pide usuario y contraseña"),
            _(
                "La red del hotel sale por un proxy que no deja pasar sin identificarse "
                "(407). Loggro no llegó a responder."
            ),
            _(
                "Escríbalos en el panel, en Ajustes → Red del hotel: quedan en el llavero. "
                "O pida a quien administra la red una salida sin contraseña."
            ),
        )
    return Explanation(
        _("El proxy no deja pasar"),
        _("La red del hotel sale por un proxy que rechazó la conexión o no responde."),
        _("Revise la dirección del proxy en «Red», o déjela vacía para usar la del computador."),
    )


def _permission_text(connection: Connection) -> Explanation:
    if connection is Connection.PYMES:
        return Explanation(
            _("El token no da permiso para esto"),
            _("Pymes reconoce el token y responde 403: suele ser un producto que el plan no incluye."),
            _("Revise el plan en Mis Planes y Pagos, o pregunte a Loggro si el «Uso de API» está activo."),
        )
    if connection is Connection.PMS:
        return Explanation(
            _("Alojamientos no da permiso para esto"),
            _("El acceso es válido, pero no para este hotel o esta consulta (403)."),
            _("Entre con un usuario Administrador de esta propiedad, o pida a Loggro una llave para ella."),
        )
    return Explanation(
        _("Loggro FE no da permiso para esto"),
        _("El usuario es válido, pero no para este NIT (403)."),
        _("Use los datos del proyecto de este hotel, o siga sin Loggro FE."),
    )


def _too_many_text(attempt: Attempt, system: str) -> Explanation:
    if attempt.connection is Connection.PMS:
        meaning = _("Alojamientos permite cinco intentos fallidos por hora. Después no acepta ni el código correcto.")
    else:
        meaning = _("{system} pide una pausa.").format(system=system)
    if attempt.retry_after:
        minutes = max(1, round(attempt.retry_after / 60))
        place = plural("Espere {n} minuto y pruebe otra vez.", "Espere {n} minutos y pruebe otra vez.", minutes)
        return Explanation(_("Demasiados intentos"), meaning, place.format(n=minutes))
    return Explanation(_("Demasiados intentos"), meaning, _("Espere una hora y pruebe otra vez."))


def learnt_line(attempt: Attempt) -> str:
    """Say what a successful try learnt: whose access it is."""
    if attempt.connection is Connection.PYMES and attempt.organisation_name:
        return _("Entra a {name}, NIT {nit}").format(name=attempt.organisation_name, nit=attempt.organisation_nit or "")
    if attempt.connection is Connection.PMS and attempt.hotel_name:
        return _("Entra a {name}, NIT {nit}").format(name=attempt.hotel_name, nit=attempt.hotel_nit or "")
    if attempt.connection is Connection.PMS and attempt.hotel_id:
        return _("Encontró el hotel número {id}").format(id=attempt.hotel_id)
    if attempt.connection is Connection.FE and attempt.messages:
        return _("Loggro FE responde: «{message}»").format(message=attempt.messages[0])
    if attempt.connection is Connection.FE:
        return _("Loggro FE consulta a la DIAN por este hotel")
    return _("El acceso funciona")


# --- what blocks a step -----------------------------------------------------------------------------------------------


def blocker_text(blocker: Blocker) -> str:
    """Say in one sentence what is missing before the step is done."""
    values = blocker.values
    connection = values.get("connection", "")
    system = connection_name(Connection(connection)) if connection in set(Connection) else ""
    family = family_name(Family(values["family"])) if "family" in values else ""
    match blocker.kind:
        case BlockerKind.CONNECTION_FAILED:
            return _("{system}: {title}").format(system=system, title=explain_failure(Failure(values["failure"])).title)
        case BlockerKind.SECRET_MISSING if not system:
            return _("El token de conexión no está en este computador: recíbalo otra vez")
        case BlockerKind.WRONG_HOTEL:
            return wrong_hotel_text(values)
        case BlockerKind.HOTEL_TWICE:
            return hotel_twice(values["hotel"])
        case (BlockerKind.REQUIREMENT_UNMET | BlockerKind.REQUIREMENT_UNKNOWN | BlockerKind.REQUIREMENT_ASKED) as kind:
            title = requirement_title(RequirementKind(values["requirement"]))
            return _REQUIREMENT_LINE[kind]().format(title=title)
        case kind:
            return _BLOCKER_LINE[kind]().format(system=system, family=family, range=values.get("range", ""))


_REQUIREMENT_LINE = {
    BlockerKind.REQUIREMENT_UNMET: lambda: _("Falta: {title}"),
    BlockerKind.REQUIREMENT_UNKNOWN: lambda: _("No se pudo comprobar: {title}"),
    BlockerKind.REQUIREMENT_ASKED: lambda: _("Falta que usted confirme: {title}"),
}
_BLOCKER_LINE = {
    BlockerKind.NOT_CHOSEN: lambda: _("Elija dónde trabajar y cuánto puede hacer Botones"),
    BlockerKind.HOTEL_NIT_MISSING: lambda: _("Escriba el NIT del hotel"),
    BlockerKind.FOLDER_NOT_CHOSEN: lambda: _("Elija la carpeta donde están los archivos del proveedor"),
    BlockerKind.NOT_TRIED: lambda: _("{system}: falta probar el acceso"),
    BlockerKind.SECRET_MISSING: lambda: _("{system}: el acceso no está en este computador; escríbalo otra vez"),
    BlockerKind.HOTEL_UNKNOWN: lambda: _("Falta el número del hotel en Alojamientos"),
    BlockerKind.REQUIREMENTS_NOT_CHECKED: lambda: _("Falta comprobar los requisitos"),
    BlockerKind.PARAMETER_NOT_CONFIRMED: lambda: _("Falta que usted confirme el parámetro en Pymes"),
    BlockerKind.TOKEN_NOT_ARRIVED: lambda: _("Alojamientos todavía no ha recibido el token de Pymes"),
    BlockerKind.FAMILIES_NOT_CHOSEN: lambda: _("Elija qué documentos emite el hotel"),
    BlockerKind.NUMBERING_UNSETTLED: lambda: _("{family}: falta su consecutivo en Pymes"),
    BlockerKind.PROOF_NOT_MADE: lambda: _("{family}: falta comprobar su numeración"),
    BlockerKind.PROOF_DIFFERS: lambda: _("{family} {range}: no coincide"),
    BlockerKind.NOT_REHEARSED: lambda: _("Falta el ensayo con un documento"),
    BlockerKind.REHEARSAL_FAILED: lambda: _("El ensayo no terminó bien"),
}


def wrong_hotel_text(values: dict[str, str]) -> str:
    """Say which side belongs to another hotel; everything stays locked until it is right."""
    where = {
        "organisation": _("El token de Pymes es de otra empresa"),
        "property": _("El acceso de Alojamientos es de otra propiedad"),
        "connection": _("El token que recibió Alojamientos es de otra empresa de Pymes"),
    }[values["where"]]
    return _("{where}: NIT {found}, y el hotel es {hotel}. Nada se envía.").format(
        where=where, found=values["found"], hotel=values["hotel"]
    )


# --- requirements -----------------------------------------------------------------------------------------------------


def requirement_title(kind: RequirementKind) -> str:
    """Name a requirement."""
    return {
        RequirementKind.PYMES_PLAN: _("Plan activo de Pymes o POS"),
        RequirementKind.CAJA: _("Una caja del usuario administrador"),
        RequirementKind.PMS_ACCESS: _("Acceso a Loggro Alojamientos"),
        RequirementKind.ELECTRONIC_INVOICING: _("Facturación electrónica activa, con Loggro FE"),
        RequirementKind.SAME_HOTEL: _("Los dos sistemas son de este hotel"),
    }[kind]


def requirement_line(requirement: Requirement) -> str:
    """Say how a requirement stands, with what was read."""
    values = requirement.values
    if requirement.state is RequirementState.UNKNOWN:
        title = explain_failure(requirement.failure).title if requirement.failure else ""
        return _("No se pudo comprobar: {title}").format(title=title)
    if requirement.state is RequirementState.ASKED:
        return _question(requirement)
    met = requirement.state is RequirementState.MET
    match requirement.kind:
        case RequirementKind.PYMES_PLAN if met:
            return _plan_line(values)
        case RequirementKind.PYMES_PLAN:
            return _("Pymes dice que el plan no está activo.")
        case RequirementKind.CAJA if met:
            return _("Caja: {caja}").format(caja=values.get("caja") or values.get("cajas") or _("confirmada por usted"))
        case RequirementKind.CAJA if values.get("count") == "0":
            return _("Pymes no tiene ninguna caja.")
        case RequirementKind.CAJA:
            return _("Hay cajas ({cajas}), pero ninguna del usuario administrador.").format(
                cajas=values.get("cajas", "")
            )
        case RequirementKind.PMS_ACCESS if met:
            return (
                _("Entra a {hotel}").format(hotel=values["hotel"]) if values.get("hotel") else _("El acceso funciona")
            )
        case RequirementKind.PMS_ACCESS:
            return _("Alojamientos no deja entrar con este acceso.")
        case RequirementKind.ELECTRONIC_INVOICING if met:
            return _("Activa, con {provider}").format(provider=values.get("provider") or "Loggro FE")
        case RequirementKind.ELECTRONIC_INVOICING if values.get("active") == "sí":
            return _("Está activa, pero el proveedor es «{provider}».").format(provider=values.get("provider", ""))
        case RequirementKind.ELECTRONIC_INVOICING:
            return _("La propiedad no tiene activa la facturación electrónica.")
        case RequirementKind.SAME_HOTEL if met:
            return _("NIT {hotel} en los dos").format(hotel=values.get("hotel", ""))
        case _any:
            return _("El hotel es {hotel}; Pymes dice «{pymes}» y Alojamientos dice «{pms}».").format(
                hotel=values.get("hotel", ""), pymes=values.get("pymes", ""), pms=values.get("pms", "")
            )


def _plan_line(values: dict[str, str]) -> str:
    plan, left = values.get("plan") or _("Plan activo"), values.get("documents", "")
    if not left:
        return plan
    if left == "0":
        return _(
            "{plan}. No quedan documentos disponibles: no es seguro que las facturas de Alojamientos los gasten."
        ).format(plan=plan)
    n = int(left)
    return plural("{plan}, queda {n} documento", "{plan}, quedan {n} documentos", n).format(plan=plan, n=whole(n))


def _question(requirement: Requirement) -> str:
    cajas = requirement.values.get("cajas", "")
    return {
        RequirementKind.PYMES_PLAN: _("¿El plan de Pymes o POS está activo?"),
        RequirementKind.CAJA: _("Pymes tiene estas cajas: {cajas}. ¿Una es del usuario administrador?").format(
            cajas=cajas
        )
        if cajas
        else _("¿El usuario administrador tiene una caja asignada?"),
        RequirementKind.PMS_ACCESS: _("¿Puede entrar a Loggro Alojamientos?"),
        RequirementKind.ELECTRONIC_INVOICING: _("¿La propiedad factura electrónicamente con Loggro FE?"),
        RequirementKind.SAME_HOTEL: _("¿El NIT de la organización en Pymes es {hotel}?").format(
            hotel=requirement.values.get("hotel", "")
        ),
    }[requirement.kind]


# --- consecutivo ------------------------------------------------------------------------------------------------------


def slip_text(slip: Slip) -> str:
    """Say what is wrong with a field while it is typed."""
    return {
        Slip.REQUIRED: _("Falta este dato"),
        Slip.NOT_A_NUMBER: _("Escriba un número, sin letras: 1 o 1.000.000"),
        Slip.NOT_A_DATE: _("Escriba la fecha como día/mes/año: 23/11/2026"),
        Slip.APPLIES_TO_OTHER: _("Debe decir «Facturas cargadas por Venta Externa No POS»"),
        Slip.RESOLUTION_NOT_PLAUSIBLE: _("El número de la resolución empieza por 1876 (casilla 4 del formulario 1876)"),
        Slip.RESOLUTION_NOT_FOURTEEN: _("Las resoluciones de hoy tienen 14 dígitos: revíselo"),
        Slip.PREFIX_TOO_LONG: _("El prefijo tiene como mucho 4 caracteres"),
        Slip.PREFIX_NOT_ALPHANUMERIC: _("El prefijo solo lleva letras y números"),
        Slip.PREFIX_ENDS_IN_DIGIT: _("Termina en número: se confunde con el número. Si la DIAN lo autorizó así, siga"),
        Slip.FIRST_NOT_POSITIVE: _("La numeración empieza en 1 o más"),
        Slip.NUMBER_TOO_LONG: _("El número tiene como mucho 9 dígitos"),
        Slip.LAST_BEFORE_FIRST: _("La numeración final es menor que la inicial"),
        Slip.VALIDITY_MISSING: _("Faltan las fechas de la vigencia"),
        Slip.VALIDITY_REVERSED: _("La vigencia termina antes de empezar"),
        Slip.VALIDITY_OVER_TWO_YEARS: _("La vigencia pasa de dos años: revísela"),
        Slip.VALIDITY_UNUSUAL: _("Las vigencias suelen ser de 6, 12, 18 o 24 meses: revísela"),
        Slip.ALREADY_EXPIRED: _("Esta vigencia ya terminó"),
    }[slip]


def outcome_text(entry: Entry) -> str:
    """Say what became of a consecutivo in Pymes."""
    if entry.failure is not None:
        title = explain_failure(entry.failure).title
        if entry.outcome is Outcome.UNSETTLED:
            return _("No se sabe si Pymes lo creó ({title}). No se pide otra vez sin mirar antes.").format(title=title)
        return _("No se pudo: {title}").format(title=title)
    match entry.outcome:
        case None:
            return _("Falta buscarlo en Pymes")
        case Outcome.ABSENT if entry.intent_at is not None:
            return _("Pymes no lo creó: comprobado al mirar")
        case Outcome.ABSENT:
            return _("No está en Pymes")
        case Outcome.PRESENT:
            return _("Ya está en Pymes, igual. No hay nada que crear")
        case Outcome.CREATED:
            return _("Creado, y leído de vuelta en Pymes")
        case Outcome.DIFFERENT:
            fields = ", ".join(field_name(field) for field in entry.differing)
            return _("Está en Pymes con otros valores: {fields}. Corríjalos allí").format(fields=fields)
        case Outcome.CONFIRMED:
            return _("Confirmado por usted")
        case Outcome.UNSETTLED:
            return _("No se sabe si Pymes lo creó. Botones vuelve a mirar antes de pedirlo otra vez")


# --- rehearsal --------------------------------------------------------------------------------------------------------


def preview_label(label: PreviewLabel) -> str:
    """Name a line of «así lo registrará Pymes»."""
    return {
        PreviewLabel.KIND: _("Documento"),
        PreviewLabel.NUMBER: _("Número"),
        PreviewLabel.DATE: _("Fecha"),
        PreviewLabel.COUNTERPARTY: _("Tercero"),
        PreviewLabel.GUEST: _("Huésped"),
        PreviewLabel.CURRENCY: _("Moneda"),
        PreviewLabel.SUBTOTAL: _("Subtotal"),
        PreviewLabel.IVA: _("IVA"),
        PreviewLabel.INC: _("INC"),
        PreviewLabel.PREPAID: _("Anticipos"),
        PreviewLabel.ROUNDING: _("Redondeo"),
        PreviewLabel.PAYABLE: _("Total"),
        PreviewLabel.CUFE: _("CUFE"),
        PreviewLabel.REFERENCE: _("Corrige"),
        PreviewLabel.CONSECUTIVO: _("Consecutivo"),
    }[label]


def rehearsal_text(rehearsal: Rehearsal) -> str:
    """Say how the rehearsal ended."""
    match rehearsal.result:
        case RehearsalResult.PROVEN:
            return _("Llegó: está en Ventas de Pymes, leído de vuelta, y coincide.")
        case RehearsalResult.PREVIEWED:
            return _("Mostrado sin enviar: en el modo actual Botones no escribe en Pymes.")
        case RehearsalResult.NOTHING_YET:
            return _("No hay documentos por llevar. El próximo que se apruebe hará de ensayo.")
        case RehearsalResult.NOT_READABLE:
            return _("Loggro no publica la lista de documentos de Alojamientos: aquí no se puede mostrar ninguno.")
        case RehearsalResult.DIFFERS:
            return _("Está en Pymes, pero no coincide. Mírelo con el contador antes de seguir.")
        case RehearsalResult.FAILED if rehearsal.failure is not None:
            return explain_failure(rehearsal.failure).title
        case RehearsalResult.FAILED:
            return _("El documento no quedó en Pymes. El panel dice la causa.")
