"""The words of bringing older documents, and of releasing a whole cause: what would happen, line by line."""

from collections.abc import Mapping
from decimal import Decimal

from app.model.preview import Backfill, BackfillLine, Fate, Release
from app.texts import _, day, money, plural, whole
from app.texts.causes import explain
from app.texts.documents import families_name


def fate_name(fate: Fate) -> str:
    """Say what would become of documents."""
    return {
        Fate.KNOWN: _("Ya los lleva Botones; nada cambia"),
        Fate.THERE: _("Ya están en Pymes y coinciden: se adoptan"),
        Fate.SEND: _("Faltan en Pymes: se envían"),
        Fate.CONFLICT: _("En conflicto con Pymes: decide una persona"),
        Fate.HELD: _("Retenidos con su causa: no se envían"),
        Fate.MISSING: _("Faltan en Pymes, y el modo actual no deja enviarlos"),
    }[fate]


def totals_line(totals: Mapping[str, Decimal]) -> str:
    """Write amounts, one per currency."""
    return " + ".join(money(value, currency) for currency, value in sorted(totals.items()))


def backfill_line(line: BackfillLine) -> str:
    """Write one line of the preview: how many, of what, why, and their value."""
    name = families_name(line.family) if line.family else _("Documentos sin leer")
    words = [f"{name}: {whole(line.count)}"]
    if line.cause is not None:
        words.append(explain(line.cause).title)
    if line.totals:
        words.append(totals_line(line.totals))
    return "; ".join(words)


def backfill_verdict(shown: Backfill) -> str:
    """Say whether bringing them changes anything."""
    if shown.begins is None:
        return _("Botones ya lleva todos los documentos aprobados, sin importar su fecha.")
    if not shown.changes_anything:
        return _("Botones ya lleva los documentos desde el {day}.").format(day=day(shown.begins))
    return _("Hoy Botones lleva los documentos desde el {day}; los anteriores no se envían.").format(
        day=day(shown.begins)
    )


def backfill_lines(shown: Backfill) -> tuple[str, ...]:
    """Write the whole preview."""
    lines = [backfill_verdict(shown)]
    for fate in Fate:
        of_fate = [line for line in shown.lines if line.fate is fate]
        if of_fate:
            lines.append(f"{fate_name(fate)}:")
            lines += [f"    {backfill_line(line)}" for line in of_fate]
    if not shown.lines:
        lines.append(_("No hay documentos aprobados desde el {day}.").format(day=day(shown.start)))
    return tuple(lines)


def release_lines(shown: Release) -> tuple[str, ...]:
    """Say what releasing all documents of a cause would do."""
    if not shown.count:
        return (_("Ya no hay documentos retenidos por esta causa."),)
    lines = [
        plural("{n} documento, por {total}.", "{n} documentos, por {total}.", shown.count).format(
            n=whole(shown.count), total=totals_line(shown.totals)
        )
    ]
    if shown.oldest is not None:
        lines.append(_("El más antiguo es del {day}.").format(day=day(shown.oldest)))
    numbers = ", ".join(shown.first)
    if shown.count > len(shown.first):
        lines.append(_("Son {numbers} y otros.").format(numbers=numbers))
    else:
        lines.append(_("Son {numbers}.").format(numbers=numbers))
    if shown.again == shown.count:
        lines.append(_("La causa sigue: ahora mismo todos volverían a quedar retenidos."))
    elif shown.again:
        lines.append(
            plural(
                "{n} volvería a quedar retenido ahora mismo.",
                "{n} volverían a quedar retenidos ahora mismo.",
                shown.again,
            ).format(n=whole(shown.again))
        )
    if shown.only_pymes_knows:
        lines.append(_("Solo Pymes sabe si la causa ya pasó: cada uno se busca antes de enviarlo."))
    return tuple(lines)
