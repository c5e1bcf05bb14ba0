"""Texts as the parts of a workbook hold them, where ``_x0041_`` stands for the character A (ECMA-376, ST_Xstring)."""

from __future__ import annotations

import re

_SPELLS_A_CHARACTER = re.compile(r"_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")
_MUST_BE_SPELLED = re.compile(r"_(?=x[0-9A-Fa-f]{4}[_\x00-\x08\x0b-\x1f])|[\x00-\x08\x0b-\x1f]")


def escape(text: str) -> str:
    """Return a text as the content of an element. (xml.sax.saxutils, which has the same, loads urllib and ssl.)"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted_attribute(text: str) -> str:
    """Return a text as the value of an attribute, in quotes."""
    value = escape(text).replace('"', "&quot;")
    for space, code in (("\n", "&#10;"), ("\r", "&#13;"), ("\t", "&#9;")):
        value = value.replace(space, code)
    return f'"{value}"'


def escaped(text: str) -> str:
    """Return a text as XML has it; spelled are controls, and a ``_`` with which it would be read as such a code."""
    return escape(_MUST_BE_SPELLED.sub(lambda match: f"_x{ord(match[0]):04X}_", text))


def unescaped(text: str) -> str:
    """Return the text of an element from its XML, in which no reference stands but the five that XML has."""
    if "&" not in text:
        return text
    for reference, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(reference, character)
    return text


def decoded(text: str) -> str:
    """Return the text that a part of a workbook means."""
    if "_x" not in text:
        return text
    return _SPELLS_A_CHARACTER.sub(lambda match: chr(int(match[1], 16)), text)
