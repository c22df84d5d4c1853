"""The hardened door for XML from outside: bytes or text in, an element tree out. It knows nothing of UBL.

Text is decoded here and not by libxml2, so that a DTD is refused before any parser sees it, whatever the encoding.
"""

import base64
import binascii
import codecs
import re
from typing import Final
from xml.sax.saxutils import unescape

from lxml import etree

from app.model.reading import ReadError, Unreadable

LARGEST: Final = 20 * 1024 * 1024
"""Bytes of one file. A signed invoice has some hundred thousand."""
MOST_TAGS: Final = 1_000_000
"""Twenty megabytes of ``<a/>`` would need hundreds in memory."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WEB_PAGE: Final = re.compile(r"\s*(?:<!--.*?-->\s*)*(?:<!DOCTYPE\s+html\b|<html[\s>])", re.IGNORECASE | re.DOTALL)
_DECLARATION: Final = re.compile(r"\s*<\?xml\s[^>]*\?>")
_DECLARED: Final = re.compile(rb"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_PLAIN: Final = ("utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252")
_SPACE: Final = " \t\r\n"
_MOST_ESCAPES: Final = 2
_BASE64: Final = re.compile(r"(?:PD|77u/P)[A-Za-z0-9+/\s]{40,}={0,2}\s*")
"""«<» and the mark of UTF-8 before it, as base64 writes them."""


def parse(data: bytes) -> etree._Element:
    """Return the root of an XML file; raises ``Unreadable``."""
    if len(data) > LARGEST:
        raise Unreadable(ReadError.TOO_BIG)
    if not data.strip():
        raise Unreadable(ReadError.EMPTY)
    return parse_text(_decode(data))


def parse_text(text: str) -> etree._Element:
    """Return the root of XML that is text already, as inside a CDATA; its declared encoding no longer counts."""
    text = text.lstrip("\ufeff" + _SPACE)
    if not text:
        raise Unreadable(ReadError.EMPTY)
    if not text.startswith("<"):
        raise Unreadable(ReadError.NOT_XML)
    if len(text) > LARGEST or text.count("<") > MOST_TAGS:
        raise Unreadable(ReadError.TOO_BIG)
    if declaration := _DECLARATION.match(text):
        # Blanks instead of the declaration keep the line numbers of the messages.
        text = re.sub(r"[^\n]", " ", declaration[0]) + text[declaration.end() :]
    if _WEB_PAGE.match(text):
        raise Unreadable(ReadError.WEB_PAGE)
    if _has_doctype(text):
        raise Unreadable(ReadError.ENTITIES, "DOCTYPE")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise _translated(error) from None


def parse_held(text: str) -> etree._Element:
    """Return the root of XML held as text in another; some providers escape it once more, or write it as base64."""
    text = text.lstrip("\ufeff" + _SPACE)
    for _time in range(_MOST_ESCAPES):
        if text.startswith(("&lt;", "&amp;lt;")):
            text = unescape(text, {"&quot;": '"', "&apos;": "'", "&#34;": '"', "&#39;": "'"})
    if _BASE64.fullmatch(text):
        try:
            return parse(base64.b64decode("".join(text.split()), validate=True))
        except binascii.Error:
            raise Unreadable(ReadError.BROKEN, "base64") from None
    return parse_text(text)


def _translated(error: etree.XMLSyntaxError) -> Unreadable:
    said = (error.msg or "").lower()
    if "entity" in said:
        return Unreadable(ReadError.ENTITIES, f"{error.lineno}")
    if "depth" in said:
        return Unreadable(ReadError.TOO_DEEP)
    if "huge" in said or "too long" in said:
        return Unreadable(ReadError.TOO_BIG)
    return Unreadable(ReadError.BROKEN, f"{error.lineno}")


def _decode(data: bytes) -> str:
    encoding = _encoding_of(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        # Of a RAR, an image or a spreadsheet the letters are not the matter.
        start = data.removeprefix(codecs.BOM_UTF8).lstrip()
        raise Unreadable(ReadError.ENCODING if start.startswith(b"<") else ReadError.NOT_XML, encoding) from None


def _encoding_of(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    if data.startswith(b"<\0"):
        return "utf-16-le"
    if data.startswith(b"\0<"):
        return "utf-16-be"
    declared = _DECLARED.match(data[:400])
    if declared is None:
        return "utf-8"
    name = declared[1].decode("ascii")
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        raise Unreadable(ReadError.ENCODING, name) from None
    if encoding.startswith("utf-16"):
        return "utf-8"  # .NET declares the encoding of its strings; that we could read it as ASCII proves it wrong
    if encoding not in _PLAIN:
        raise Unreadable(ReadError.ENCODING, name)
    return encoding


def _has_doctype(text: str) -> bool:
    """Look at what may stand before the root element; inside the document the same letters are only text."""
    at = 0
    while True:
        while at < len(text) and text[at] in _SPACE:
            at += 1
        if text.startswith("<!--", at):
            closing = "-->"
        elif text.startswith("<?", at):
            closing = "?>"
        else:
            return text.startswith("<!DOCTYPE", at)
        end = text.find(closing, at + 2)
        if end < 0:
            return False
        at = end + len(closing)
