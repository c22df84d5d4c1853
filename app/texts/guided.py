"""Where to click on Loggro's screens and what to type: the guide in words, for everything whose route is ``guiada``.

Menu names are those of Loggro's guide and articles; where a field's name is not public, the text says so.
"""

from app.model.numbering import APPLIES_TO_PMS, Cell, Condition, Field, NumberingProof, System
from app.model.setup import Connection, Draft, Requirement, RequirementKind
from app.model.value import Value
from app.texts import _
from app.texts.causes import Explanation
from app.texts.numbering import condition_help, condition_title, difference_line, field_name, system_name, system_place

_AUTHORISED = (Field.RESOLUTION, Field.PREFIX, Field.FIRST, Field.LAST, Field.VALID_FROM, Field.VALID_TO)
_NOTE = (Field.PREFIX, Field.FIRST, Field.LAST)


class Instruction(Value):
    """What a person does on Loggro's screen: steps to follow, and values to copy there."""

    steps: tuple[str, ...]
    values: tuple[tuple[str, str], ...] = ()
    """Label and value, each with a copy button."""
    note: str = ""
    """What is not certain, said honestly."""


def parameter_instruction() -> Instruction:
    """Say how the Alojamientos parameter is set (guide, step 1)."""
    return Instruction(
        steps=(
            _("En Loggro Pymes, entre a Configuración → Organización."),
            _("Abra la pestaña Parámetros."),
            _("En «La organización está utilizando la aplicación de Alojamientos» elija Sí."),
            _("Guarde. Pymes envía el token de conexión a Alojamientos por su cuenta."),
        ),
        note=_("Cómo viaja ese token no es público. Si tarda, vuelva a guardar el parámetro con Sí."),
    )


def consecutivo_instruction(draft: Draft) -> Instruction:
    """Say how the consecutivo and its resolution are made in Pymes (guide, step 2), with what to type."""
    authorised = draft.family.has_authorisation
    fields = [(field_name(field), draft.text_of(field)) for field in (_AUTHORISED if authorised else _NOTE)]
    values = [(_("Nombre"), draft.name), (_("Aplica a"), APPLIES_TO_PMS), *fields]
    steps = [
        _("En Loggro Pymes, entre a Configuración → Consecutivos de Facturación."),
        _("Haga clic en Nuevo Consecutivo."),
        _("Diligencie los campos. En «Aplica a» elija «{option}».").format(option=APPLIES_TO_PMS),
        _("Abra «Para definir o visualizar las vigencias y resolución del consecutivo dé clic aquí»."),
    ]
    if authorised:
        steps += [
            _(
                "Escriba número de resolución y prefijo: Pymes puede traer el resto. "
                "Revise que quede igual a lo de abajo."
            ),
            _("Guarde. Si la resolución aparece Inactiva, haga clic en ese campo para activarla."),
        ]
        note = _(
            "El prefijo debe estar asociado a Loggro FE en el portal de la DIAN, o "
            "cada factura será rechazada (FAB05c)."
        )
    else:
        steps.append(
            _("Escriba prefijo, numeración inicial y final, y guarde. Una nota no lleva resolución de la DIAN.")
        )
        note = _("Los nombres exactos de los campos de una nota en Pymes no son públicos: son nuestra lectura.")
    return Instruction(steps=tuple(steps), values=tuple(pair for pair in values if pair[1]), note=note)


def pms_numbering_instruction() -> Instruction:
    """Say where the PMS shows its numbering (guide, step 3), to be typed from there."""
    return Instruction(
        steps=(
            _("En Loggro Alojamientos, entre a Configuraciones → Facturación."),
            _("Abra la pestaña Resolución de facturación."),
            _("Escriba aquí, tal como los ve, prefijo, numeración inicial y final, y vigencia."),
        ),
        note=_("Loggro no publica cómo leer esta pestaña: Botones compara lo que usted escriba."),
    )


def resolution_instruction() -> Instruction:
    """Say where a person sees the numbering of both sides, and mends what differs (guide, step 3)."""
    return Instruction(
        steps=(
            _("En Loggro Alojamientos, entre a Configuraciones → Facturación."),
            _("Abra la pestaña Resolución de facturación y compárela con la tabla de abajo."),
            _("Si algo difiere, corríjalo en Pymes: Consecutivos de Facturación → vigencias y resolución."),
        )
    )


def invoice_instruction() -> Instruction:
    """Say how a first invoice is approved (guide, step 4)."""
    return Instruction(
        steps=(
            _("En Loggro Alojamientos, entre a Reservas y abra una con consumos."),
            _("Haga clic en Crear factura."),
            _("Revise los valores y haga clic en Aprobar. Botones la encuentra y la muestra aquí."),
        ),
        note=_("Los nombres exactos de estos botones en Alojamientos no son públicos: son nuestra lectura."),
    )


def dian_numbering_instruction() -> Instruction:
    """Say where on Form 1876 the values stand."""
    return Instruction(
        steps=(
            _("Tenga a mano el formulario 1876, «Autorización numeración de facturación» (PDF de la DIAN)."),
            _("Casilla 4: número de la resolución. Casilla 31: prefijo. Casillas 32 y 33: desde y hasta."),
            _("La vigencia empieza en la fecha de formalización (casilla 997) y dura los meses de la casilla 34."),
        ),
        note=_("El formulario no imprime el último día: es el mismo día del mes, tantos meses después."),
    )


def access_instruction(connection: Connection) -> Instruction:
    """Say where the access of a connection comes from."""
    if connection is Connection.PYMES:
        return Instruction(
            steps=(
                _("En Loggro Pymes, entre a Configuración → Organización → Integraciones."),
                _("Cree un token y cópielo aquí. Queda en el llavero de Windows, nunca en un archivo."),
            ),
            note=_("Loggro no documenta cuánto dura el token ni qué permite: trátelo como una contraseña."),
        )
    if connection is Connection.PMS:
        return Instruction(
            steps=(
                _("Con llave: escriba la X-Api-Key que Loggro entrega a las integraciones."),
                _("Con código: pida uno por SMS o WhatsApp y escríbalo. La sesión dura una hora."),
            ),
            note=_(
                "Entrar con código cierra la sesión de quien use el mismo usuario, y "
                "cada hora pide un código nuevo. Para "
                "trabajar sin vigilancia hace falta la llave; cómo se pide no es público: pregunte a soporte de Loggro."
            ),
        )
    return Instruction(
        steps=(
            _("Escriba usuario y contraseña del proyecto de facturación electrónica (Loggro los envía por correo)."),
        ),
        note=_("Es opcional. Sin Loggro FE, la columna de la DIAN sale del formulario 1876."),
    )


def requirement_instruction(requirement: Requirement) -> Instruction:
    """Say how a requirement is fixed or looked up, and where."""
    match requirement.kind:
        case RequirementKind.PYMES_PLAN:
            return Instruction(
                steps=(
                    _("Entre con el usuario principal a Mis Planes y Pagos."),
                    _("Revise que un plan de Pymes o POS esté activo, y renuévelo si no."),
                ),
                note=_("Si las facturas de Alojamientos gastan los documentos del plan no está publicado."),
            )
        case RequirementKind.CAJA:
            return Instruction(
                steps=(
                    _("En Loggro Pymes, entre a Configuración → Cajas."),
                    _("Abra una caja, o haga clic en Nueva caja."),
                    _("En usuario asignado elija al usuario administrador, y guarde."),
                ),
                note=_(
                    "La guía dice «tener una caja asociada»; que sea como usuario asignado, y no como responsable, es "
                    "nuestra lectura. Puede poner los dos."
                ),
            )
        case RequirementKind.PMS_ACCESS:
            return Instruction(
                steps=(
                    _("Entre a pms.ayenda.co con su usuario."),
                    _("Si no puede, un Administrador lo crea en Configuraciones → Usuarios → Nuevo Usuario."),
                )
            )
        case RequirementKind.ELECTRONIC_INVOICING:
            return Instruction(
                steps=(
                    _("En Loggro Alojamientos, entre a Configuraciones → Facturación."),
                    _("Revise que la facturación electrónica esté activa y que el proveedor sea Loggro FE."),
                    _("Si no lo está, pida la habilitación a soporte de Loggro."),
                )
            )
        case RequirementKind.SAME_HOTEL:
            nit = requirement.values.get("hotel", "")
            return Instruction(
                steps=(
                    _("En Loggro Pymes, entre a Configuración → Organización → Información General."),
                    _("Compare el NIT con el del hotel. Si es otro, use el token de la organización correcta."),
                ),
                values=((_("NIT del hotel"), nit),) if nit else (),
            )


def difference_text(proof: NumberingProof, cell: Cell) -> Explanation:
    """Say of one red field which side is to be mended, why it matters, and where to click."""
    places = [system_place(system) for system in cell.wrong]
    if cell.field is Field.ACTIVE:
        fix = _("Pymes: Configuración → Consecutivos de Facturación → vigencias y resolución → clic en «Inactiva».")
    elif cell.field is Field.APPLIES_TO:
        fix = _("Pymes: Configuración → Consecutivos de Facturación → el consecutivo → «Aplica a».")
    elif System.DIAN in cell.wrong and len(cell.wrong) == 1:
        fix = _("Revise lo escrito desde el formulario 1876. Si está bien, los otros dos sistemas están equivocados.")
    else:
        fix = "\n".join(places)
    whose = ", ".join(system_name(system) for system in cell.wrong)
    return Explanation(
        _("{field}: {whose}").format(field=field_name(cell.field), whose=whose), difference_line(cell), fix
    )


def condition_text(condition: Condition) -> Explanation:
    """Say why a range whose fields agree may not be used, and what mends it."""
    meaning = {
        Condition.PMS_MISSING: _("Alojamientos no dice nada de este rango: no hay con qué comparar."),
        Condition.PYMES_MISSING: _("En Pymes no hay un consecutivo con esta resolución, prefijo o numeración."),
        Condition.DIAN_MISSING: _("Nadie ha dicho aún qué autorizó la DIAN para este rango."),
        Condition.NOT_YET_VALID: _("La DIAN no acepta un documento con fecha anterior a la vigencia."),
        Condition.EXPIRED: _("La DIAN no acepta un documento con fecha posterior a la vigencia."),
        Condition.EXHAUSTED: _("El siguiente número ya no cabe en el rango autorizado."),
    }[condition]
    return Explanation(condition_title(condition), meaning, condition_help(condition))
