"""What stands on the practice hotel's documents: lodging, restaurant, deposits, corrections, purchases.

Amounts tie exactly. It knows neither numbers nor dates; those are the hotel's.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random
from typing import Any, Final

from app.model.documents import Document, Line, Reference, Tax
from app.model.parties import Party
from app.sandbox.guests import FINAL, People

CENT: Final = Decimal("0.01")
IVA: Final = ("01", Decimal("19.00"))
EXEMPT: Final = ("01", Decimal("0.00"))
INC: Final = ("04", Decimal("8.00"))

_EXTRAS: Final = ("Lavandería", "Minibar", "Parqueadero", "Cama adicional", "Traslado al aeropuerto")
_MEALS: Final = ("Restaurante: cena", "Restaurante: almuerzo", "Desayuno", "Bar")
_PURCHASES: Final = (
    "Música en vivo",
    "Frutas y verduras de la plaza",
    "Jardinería",
    "Arreglo de lencería",
    "Transporte de huéspedes",
    "Artesanías para la tienda",
)
_BIG_PURCHASE: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Draft:
    """A document without issuer, number and date."""

    counterparty: Party
    lines: tuple[Line, ...]
    guest: Party | None = None
    allowances: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    prepaid: Decimal = Decimal(0)
    withholdings: tuple[Tax, ...] = ()
    reference: Reference | None = None

    def content(self) -> dict[str, Any]:
        """Return the document's fields that follow from the lines, totals included."""
        subtotal = sum((line.amount for line in self.lines), Decimal(0))
        taxes = _totals(self.lines)
        taxed = subtotal + sum((tax.amount for tax in taxes), Decimal(0))
        return {
            "counterparty": self.counterparty,
            "guest": self.guest,
            "lines": self.lines,
            "taxes": taxes,
            "withholdings": self.withholdings,
            "subtotal": subtotal,
            "allowances": self.allowances,
            "charges": self.charges,
            "prepaid": self.prepaid,
            "payable": taxed - self.allowances + self.charges - self.prepaid,
            "reference": self.reference,
        }


def invoice(rng: Random, people: People) -> Draft:
    """Return a stay, paid by the guest or by a company, or a meal sold to nobody in particular."""
    chance = rng.random()
    if chance < 0.2:
        meals = _meals(rng, rng.randint(1, 3))
        tip = _cents(meals[0].amount * Decimal("0.10")) if rng.random() < 0.5 else Decimal(0)
        return Draft(counterparty=FINAL, lines=meals, charges=tip)
    guest = people.foreigner(rng) if chance < 0.45 else people.resident(rng)
    company = rng.random() < 0.35
    lines = (_lodging(rng, EXEMPT if guest.country != "CO" else IVA), *_consumptions(rng))
    subtotal = sum((line.amount for line in lines), Decimal(0))
    return Draft(
        counterparty=people.company(rng) if company else guest,
        guest=guest if company else None,
        lines=lines,
        allowances=_cents(subtotal * Decimal("0.05")) if company and rng.random() < 0.3 else Decimal(0),
        prepaid=(lines[0].amount * Decimal("0.3")).quantize(Decimal(1)) if rng.random() < 0.25 else Decimal(0),
    )


def purchase(rng: Random, people: People) -> Draft:
    """Return what the hotel buys from somebody who need not invoice: no IVA, retención from a certain amount on."""
    amount = Decimal(rng.randrange(80, 2_400)) * 1_000
    line = Line(description=rng.choice(_PURCHASES), quantity=Decimal("1.00"), amount=_cents(amount))
    rate = Decimal("6.00")
    withheld = Tax(code="06", rate=rate, base=line.amount, amount=_cents(line.amount * rate / 100))
    return Draft(
        counterparty=people.supplier(rng), lines=(line,), withholdings=(withheld,) if amount >= _BIG_PURCHASE else ()
    )


def correction(rng: Random, invoice: Document) -> Draft:
    """Return what a nota crédito takes back: the whole invoice or one of its lines."""
    lines = invoice.lines if rng.random() < 0.5 else (rng.choice(invoice.lines),)
    return correcting(invoice, lines)


def annulment(invoice: Document) -> Draft:
    """Return what a nota crédito takes back that annuls the whole invoice, its discounts and tip too."""
    return replace(correcting(invoice, invoice.lines), allowances=invoice.allowances, charges=invoice.charges)


def addition(rng: Random, invoice: Document) -> Draft:
    """Return what a nota débito adds: a consumption that was found after check-out."""
    return correcting(invoice, (_extra(rng),))


def correcting(invoice: Document, lines: tuple[Line, ...]) -> Draft:
    """Return a note with these lines for the invoice's buyer."""
    return Draft(counterparty=invoice.counterparty, guest=invoice.guest, lines=lines, reference=_reference(invoice))


def _reference(invoice: Document) -> Reference:
    return Reference(full_number=invoice.full_number, cufe=invoice.cufe)


def _lodging(rng: Random, tax: tuple[str, Decimal]) -> Line:
    nights = rng.randint(1, 5)
    return priced(f"Alojamiento, {nights} noches", nights, Decimal(rng.randrange(18, 52)) * 10_000, tax)


def _consumptions(rng: Random) -> tuple[Line, ...]:
    meals = _meals(rng, rng.randint(0, 2))
    return (*meals, _extra(rng)) if rng.random() < 0.4 else meals


def _meals(rng: Random, count: int) -> tuple[Line, ...]:
    return tuple(
        priced(rng.choice(_MEALS), rng.randint(1, 4), Decimal(rng.randrange(18, 95)) * 1_000, INC) for _ in range(count)
    )


def _extra(rng: Random) -> Line:
    return priced(rng.choice(_EXTRAS), rng.randint(1, 3), Decimal(rng.randrange(12, 120)) * 1_000, IVA)


def priced(description: str, quantity: int, price: Decimal, tax: tuple[str, Decimal]) -> Line:
    """Return a line whose price, as in the PMS' product form, includes the tax."""
    code, rate = tax
    base = _cents(quantity * price / (1 + rate / 100))
    charged = Tax(code=code, rate=rate, base=base, amount=_cents(base * rate / 100))
    return Line(description=description, quantity=Decimal(quantity).quantize(CENT), amount=base, taxes=(charged,))


def _totals(lines: tuple[Line, ...]) -> tuple[Tax, ...]:
    """Sum the lines' taxes by code and rate, in the order in which they first occur."""
    sums: dict[tuple[str, Decimal | None], tuple[Decimal, Decimal]] = {}
    for tax in (tax for line in lines for tax in line.taxes):
        base, amount = sums.get((tax.code, tax.rate), (Decimal("0.00"), Decimal("0.00")))
        sums[tax.code, tax.rate] = (base + (tax.base or Decimal(0)), amount + tax.amount)
    return tuple(Tax(code=code, rate=rate, base=base, amount=amount) for (code, rate), (base, amount) in sums.items())


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_EVEN)
