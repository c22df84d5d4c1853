"""Finding elements, texts and amounts in a tree of UBL 2.1. What they mean is ``ubl_document``'s affair."""

import re
from decimal import Decimal
from typing import Final

from lxml import etree

from app.model.reading import ReadError, Unreadable

_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_NAMESPACES: Final = {
    "cac": f"{_UBL}CommonAggregateComponents-2",
    "cbc": f"{_UBL}CommonBasicComponents-2",
    "ext": f"{_UBL}CommonExtensionComponents-2",
}
_AMOUNT_FORM: Final = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})")


def is_ubl(root: etree._Element, name: str) -> bool:
    """Say whether a root element is the named document of UBL 2.1."""
    return root.tag == f"{{{_UBL}{name}-2}}{name}"


def children(parent: etree._Element, path: str) -> list[etree._Element]:
    """Return all elements at ``path`` (``cac:…/cbc:…``)."""
    return parent.findall(path, _NAMESPACES)


def text_at(parent: etree._Element, path: str) -> str | None:
    """Return the first text at ``path``, blanks of a pretty-printer gone; ``None`` where there is none."""
    for element in children(parent, path):
        if text := " ".join((element.text or "").split()):
            return text
    return None


def only_text(parent: etree._Element, path: str) -> str | None:
    """Return the text at ``path``, where UBL allows one: two that differ raise ``Unreadable``, for which is true?"""
    texts = {text for element in children(parent, path) if (text := " ".join((element.text or "").split()))}
    if len(texts) > 1:
        raise Unreadable(ReadError.BAD_VALUE, path)
    return next(iter(texts), None)


def need(parent: etree._Element, path: str) -> str:
    """Return the only text at ``path``; raises ``Unreadable`` where there is none, or more."""
    text = only_text(parent, path)
    if text is None:
        raise Unreadable(ReadError.MISSING_FIELD, path)
    return text


def amount_at(parent: etree._Element, path: str) -> Decimal | None:
    """Return the only amount at ``path``; anything but a plain decimal raises ``Unreadable``, an exponent too."""
    text = only_text(parent, path)
    if text is None:
        return None
    if not _AMOUNT_FORM.fullmatch(text):
        raise Unreadable(ReadError.BAD_VALUE, path)
    return Decimal(text)


def need_amount(parent: etree._Element, path: str) -> Decimal:
    """Return the amount at ``path``; raises ``Unreadable`` where there is none."""
    amount = amount_at(parent, path)
    if amount is None:
        raise Unreadable(ReadError.MISSING_FIELD, path)
    return amount
