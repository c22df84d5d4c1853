"""The step «Verificación»: PMS, Pymes and DIAN side by side, proven now.

The comparison itself is ``model.numbering``'s.
"""

from contextlib import suppress

from app.connectors.bundle import Connectors
from app.connectors.numbering_reader import ProofReading, read_proofs
from app.connectors.profile import Operation
from app.model.clock import Clock
from app.model.numbering import Numbering, Source, System
from app.setup.activation import Activation
from app.setup.numbering import to_numbering


async def verify(connectors: Connectors, activation: Activation, clock: Clock) -> ProofReading:
    """Prove every range of the families that the hotel issues; raises ``ConnectorError`` of the PMS or Pymes."""
    now = clock.now()
    reading = await read_proofs(connectors, evidence_of(activation), now, families=activation.families)
    ours = tuple(proof for proof in reading.proofs if proof.family in activation.families)
    return ProofReading(ours, reading.technical_keys, reading.fe_failure)


def evidence_of(activation: Activation) -> tuple[Numbering, ...]:
    """Return all that was typed; the engine's guard needs the same.

    The DIAN's column comes from Form 1876, and the PMS' from the form of «Consecutivo» where no route reads the PMS.
    What Pymes says is never taken from that form: it would be compared with itself.
    """
    typed = list(activation.evidence)
    if not activation.route(Operation.PMS_RESOLUTIONS).is_called:
        typed = [one for one in typed if one.system is not System.PMS]
        for entry in activation.entries:
            if entry.typed_at is not None:
                with suppress(ValueError):  # a form that cannot be read says nothing; its step is blocked
                    stated = to_numbering(entry.draft, System.PMS, Source.TYPED, entry.typed_at)
                    typed.append(_with_next(stated, activation.next_numbers.get(stated.family)))
    return tuple(typed)


def _with_next(stated: Numbering, number: int | None) -> Numbering:
    """Return the range with the next number, where it is the one that this number lies in."""
    fits = number is not None and stated.first <= number <= stated.last + 1
    return stated.model_copy(update={"next_number": number}) if fits else stated
