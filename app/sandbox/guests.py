"""Who stays, pays and supplies in the practice hotel: invented people and companies with right check digits."""

from random import Random
from typing import Final

from app.model.parties import FINAL_CONSUMER, NIT, PASSPORT, Party, check_digit_of

CEDULA: Final = "13"

_NAMES: Final = (
    *(
        "Ana María",
        "Luis Fernando",
        "Carolina",
        "Jorge Iván",
        "Paola Andrea",
        "Camilo",
        "Diana Marcela",
        "Andrés Felipe",
    ),
    *("Gloria Inés", "Sebastián", "Luz Dary", "Óscar", "Natalia", "Julián", "Yolanda", "Mateo"),
)
_SURNAMES: Final = (
    *("Restrepo", "Gómez", "Rodríguez", "Ospina", "Cárdenas", "Muñoz", "Zapata", "Peña", "Quintero", "Arango", "Rojas"),
    *("Salazar", "Bedoya", "Castaño", "Valencia", "Nieto"),
)
_FOREIGNERS: Final = (
    ("US", "Emily", "Carter"),
    ("FR", "Éloïse", "Lefèvre"),
    ("DE", "Jürgen", "Müller"),
    ("BR", "João", "Conceição"),
    ("MX", "Ximena", "Ibáñez"),
    ("ES", "Iñaki", "Etxeberria"),
    ("GB", "Siobhán", "O'Neill"),
    ("CL", "Tomás", "Larraín"),
    ("CA", "Geneviève", "Côté"),
)
_COMPANIES: Final = (
    *("Café & Cacao del Quindío", "Ingeniería del Caribe", "Textiles La Ceja", "Agencia de Viajes Tierra Querida"),
    *(
        "Consultores Andinos",
        "Laboratorios San Rafael",
        "Transportes El Páramo",
        "Distribuidora «El Faro»",
        "Minera Los Robles",
    ),
    *("Seguros del Valle", "Constructora Ñandú", "Comunicaciones del Sur"),
)
_FORMS: Final = ("S.A.S.", "S.A.", "Ltda.")

FINAL: Final = Party(id_type=CEDULA, id=FINAL_CONSUMER, name="Consumidor final")


def company_nit(rng: Random) -> Party:
    """Return a nameless holder of a company's NIT; the name is for the caller to give."""
    nit = str(rng.randrange(800_000_000, 901_900_000))
    return Party(id_type=NIT, id=nit, check_digit=check_digit_of(nit), name="")


class People:
    """The hotel's regular companies, and a stream of guests. The same seed gives the same companies."""

    def __init__(self, seed: int) -> None:
        rng = Random(f"{seed}/companies")
        self._companies = tuple(
            company_nit(rng).model_copy(update={"name": f"{name} {rng.choice(_FORMS)}"}) for name in _COMPANIES
        )

    @property
    def companies(self) -> tuple[Party, ...]:
        """The companies that pay for their people's stays."""
        return self._companies

    def company(self, rng: Random) -> Party:
        return rng.choice(self._companies)

    def resident(self, rng: Random) -> Party:
        number = rng.choice((rng.randrange(10_000_000, 99_999_999), rng.randrange(1_000_000_000, 1_199_999_999)))
        return Party(id_type=CEDULA, id=str(number), name=_person(rng))

    def foreigner(self, rng: Random) -> Party:
        """Return a non-resident: a passport, whose lodging carries IVA 0 %."""
        country, name, surname = rng.choice(_FOREIGNERS)
        letters = "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(2))
        number = f"{letters}{rng.randrange(1_000_000, 9_999_999)}"
        return Party(id_type=PASSPORT, id=number, name=f"{name} {surname}", country=country)

    def supplier(self, rng: Random) -> Party:
        """Return somebody who need not invoice: a person, with a NIT of their own when in the RUT."""
        person = self.resident(rng)
        if rng.random() < 0.5:
            return person
        return person.model_copy(update={"id_type": NIT, "check_digit": check_digit_of(person.id)})


def _person(rng: Random) -> str:
    return f"{rng.choice(_NAMES)} {rng.choice(_SURNAMES)} {rng.choice(_SURNAMES)}"
