"""The words of a numbering and of its proof: fields, columns, differences and what to do about them."""

from app.model.numbering import APPLIES_TO_PMS, Cell, Condition, Field, NumberingProof, Source, System
from app.model.prefixes import Ambiguity, PrefixWarning
from app.texts import _, plural
from app.texts.documents import families_name


def field_name(field: Field) -> str:
    """Name a field as Loggro's screens do."""
    return {
        Field.RESOLUTION: _("Resolución"),
        Field.PREFIX: _("Prefijo"),
        Field.FIRST: _("Desde"),
        Field.LAST: _("Hasta"),
        Field.VALID_FROM: _("Vigencia desde"),
        Field.VALID_TO: _("Vigencia hasta"),
        Field.ACTIVE: _("Activo"),
        Field.APPLIES_TO: _("Aplica a"),
    }[field]


def system_name(system: System) -> str:
    """Name a column of the proof."""
    return {
        System.PMS: _("Loggro Alojamientos"),
        System.PYMES: _("Loggro Pymes"),
        System.DIAN: _("DIAN"),
    }[system]


def system_place(system: System) -> str:
    """Say where on that system's screens a numbering is seen and mended (guide, steps 2 and 3)."""
    return {
        System.PMS: _("Alojamientos: Configuraciones → Facturación → Resolución de facturación"),
        System.PYMES: _("Pymes: Configuración → Consecutivos de Facturación → vigencias y resolución"),
        System.DIAN: _("La resolución de la DIAN (formulario 1876) que tiene el hotel"),
    }[system]


def source_name(source: Source) -> str:
    """Say how a value came to us."""
    return {
        Source.READ: _("leído del sistema"),
        Source.TYPED: _("escrito por una persona"),
        Source.DOCUMENT: _("tomado de un documento aprobado"),
        Source.FORM: _("leído del formulario 1876"),
    }[source]


def condition_title(condition: Condition) -> str:
    """Say why a range may not be used although its columns agree."""
    return {
        Condition.PMS_MISSING: _("Falta la resolución en Loggro Alojamientos"),
        Condition.PYMES_MISSING: _("Falta el consecutivo en Loggro Pymes"),
        Condition.DIAN_MISSING: _("Falta lo que dice la DIAN"),
        Condition.NOT_YET_VALID: _("La vigencia todavía no empieza"),
        Condition.EXPIRED: _("La vigencia ya terminó"),
        Condition.EXHAUSTED: _("La numeración se agotó"),
    }[condition]


def condition_help(condition: Condition) -> str:
    """Say what mends it, and where."""
    return {
        Condition.PMS_MISSING: _("Regístrela en Configuraciones → Facturación → Resolución de facturación."),
        Condition.PYMES_MISSING: _("Créelo en Configuración → Consecutivos de Facturación."),
        Condition.DIAN_MISSING: _("Entregue el PDF del formulario 1876 en el asistente, o consúltela con Loggro FE."),
        Condition.NOT_YET_VALID: _("Espere a que empiece, o use la resolución vigente."),
        Condition.EXPIRED: _("Pida a la DIAN una resolución nueva y regístrela en los dos sistemas."),
        Condition.EXHAUSTED: _("Pida a la DIAN una numeración nueva y regístrela en los dos sistemas."),
    }[condition]


def value_words(value: str) -> str:
    """Write a compared value for a person: dates as people write them, nothing as «(vacío)»."""
    if not value:
        return _("(vacío)")
    parts = value.split("-")
    if len(value) == 10 and len(parts) == 3 and all(part.isdigit() for part in parts) and len(parts[0]) == 4:
        return "/".join(reversed(parts))
    return value


def difference_line(cell: Cell) -> str:
    """Say what a red cell differs in, and which side to mend."""
    field = field_name(cell.field)
    if cell.field is Field.ACTIVE:
        return _("El consecutivo no está activo en Loggro Pymes: actívelo.")
    if cell.field is Field.APPLIES_TO:
        return _("En Loggro Pymes, «Aplica a» debe decir «{right}» y dice «{wrong}».").format(
            right=APPLIES_TO_PMS, wrong=value_words(cell.values.get(System.PYMES, ""))
        )
    right = [system for system in cell.values if system not in cell.wrong]
    if right and len(cell.wrong) == 1:
        wrong = cell.wrong[0]
        return _("{field}: corrija en {system}. Dice «{wrong}» y debe decir «{right}».").format(
            field=field,
            system=system_name(wrong),
            wrong=value_words(cell.values[wrong]),
            right=value_words(cell.values[right[0]]),
        )
    said = "; ".join(
        _("{system} dice «{value}»").format(system=system_name(system), value=value_words(value))
        for system, value in cell.values.items()
    )
    return _("{field}: {said}. Corrija el que no corresponde a la resolución.").format(field=field, said=said)


def proof_title(proof: NumberingProof) -> str:
    """Say in a few words whether the range may be used."""
    if proof.holds:
        return _("Todo coincide")
    if proof.differences:
        return plural("{n} dato no coincide", "{n} datos no coinciden", len(proof.differences)).format(
            n=len(proof.differences)
        )
    return condition_title(proof.conditions[0])


def prefix_warning(warning: PrefixWarning) -> str:
    """Say how a prefix, or two, can be misread, and what to do about it."""
    return {
        Ambiguity.JOINED: _(
            "Los prefijos {prefixes} pueden imprimir el mismo número ({example}): no se sabría de cuál es. "
            "Pida a la DIAN un prefijo que termine en letra."
        ),
        Ambiguity.LOOK_ALIKE: _(
            "Los prefijos {prefixes} se confunden a la vista (O y 0, I y 1…). Cópielos, no los escriba a mano."
        ),
        Ambiguity.ENDS_IN_DIGIT: _(
            "El prefijo {prefixes} termina en dígito: en {example} no se ve dónde empieza el número. "
            "Para la próxima autorización conviene uno que termine en letra."
        ),
        Ambiguity.SAME_PREFIX: _(
            "El prefijo {prefixes} sirve a {families}: una referencia por número puede entenderse de cualquiera. "
            "Use un prefijo para cada tipo."
        ),
        Ambiguity.OVERLAP: _(
            "Dos autorizaciones del prefijo {prefixes} contienen los mismos números ({example}). "
            "Confirme cuál numera desde hoy: la habilitación reemplaza a la anterior."
        ),
        Ambiguity.LOWER_CASE: _(
            "El prefijo {prefixes} está escrito en minúsculas: escríbalo en mayúsculas, como lo autorizó la DIAN."
        ),
    }[warning.kind].format(
        prefixes=", ".join(prefix or _("(sin prefijo)") for prefix in warning.prefixes),
        families=", ".join(families_name(family) for family in warning.families),
        example=warning.example,
    )
