"""Who issues, buys, sleeps or sells: identified as the DIAN does. Not a customer file."""

from typing import Final

from stdnum.co import nit as stdnum_nit

from app.model.value import Value

NIT: Final = "31"
PASSPORT: Final = "41"
FOREIGN_DOCUMENT: Final = "42"
FINAL_CONSUMER: Final = "222222222222"
"""Twelve twos, type 13 (facts/dian.md, section 3); the 2019 toolbox writes ten."""


class Party(Value):
    """A person or company as a document names it."""

    id_type: str
    """DIAN code of the identification: 31 NIT, 13 cédula, 41 passport…"""
    id: str
    """Without the check digit: that is how XML, CUFE and comparisons use it."""
    name: str
    check_digit: str | None = None
    country: str = "CO"

    @property
    def is_final_consumer(self) -> bool:
        return len(self.id) >= 10 and set(self.id) == {"2"}

    @property
    def has_right_check_digit(self) -> bool | None:
        """Say whether the printed check digit fits.

        ``None`` where there is nothing to check (passport, final consumer).
        """
        if self.id_type != NIT or self.check_digit is None or self.is_final_consumer or not self.id.isdigit():
            return None
        return check_digit_of(self.id) == self.check_digit


def check_digit_of(nit: str) -> str:
    """Return the DV of a NIT given without it, by python-stdnum."""
    return str(stdnum_nit.calc_check_digit(nit))


def bare_nit(text: str) -> str:
    """Return a NIT as typed by a person («900.508.908-9») without separators and without its check digit.

    A check digit is only taken off where a hyphen sets it apart; raises ``ValueError`` when something else than
    digits remains.
    """
    head = text.strip().split("-")[0]
    digits = head.replace(".", "").replace(" ", "").replace(",", "")
    if not digits.isdigit():
        raise ValueError(text)
    return digits


def known_nit(text: str) -> str:
    """Return a NIT as a system writes it without its check digit.

    What is no NIT comes back unchanged, and then agrees with none.
    """
    try:
        return bare_nit(text)
    except ValueError:
        return text
