"""Whether a number format shows the number that a cell holds, and the text that it shows beside it.

The grammar is that of ECMA-376, section 18.8.31: up to four sections, for positive and negative numbers, zero and
texts, each of placeholders for digits and of literal characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_TOKEN = re.compile(
    r"""
      "(?P<quoted>[^"]*)" | \\(?P<escaped>.) | _(?P<gap>.) | \*(?P<fill>.)
    | \[(?P<bracket>[^\]]*)\]
    | (?P<general>General)
    | (?P<digits>[0\#?]+ (?:,[0\#?]+)* (?:\.[0\#?]*)? (?:E[+-][0\#?]+)?)
    | (?P<percent>%) | (?P<text>@) | (?P<end>;)
    | (?P<bare>[-+$():\s'€^&~{}<>=!])
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_COLOUR = re.compile(r"(?:black|blue|cyan|green|magenta|red|yellow|colou?r ?\d+)", re.IGNORECASE)
_CURRENCY = re.compile(r"\$(?P<symbol>[^-\]]*)(?:-(?P<language>[0-9A-Fa-f]{1,4}))?")
_MINUS = ("-", "\u2212")
_SIGNS = dict.fromkeys(map(ord, "-\u2212()"))
_NUMBER, _TEXT = "0", "@"
_NEGATIVE, _ZERO = 1, 2


@cache
def decoration(code: str) -> str | None:
    """Return the text that a number format shows beside every number, "" where none.

    None where it may show another number, or none at all: other digits, thousands left out, no minus, a date, a text
    instead. A format that rounds shows the number, and so does one with a percent sign.
    """
    sections = _sections(code or "General")
    if sections is None or len(sections) > 4:
        return None
    *numbers, texts = sections if len(sections) == 4 else (*sections, (_TEXT, ""))
    if texts != (_TEXT, ""):
        return None
    if numbers == [(_TEXT, "")]:
        return ""
    return _of_numbers(numbers)


def _of_numbers(sections: list[tuple[str, str]]) -> str | None:
    """Return the decoration of the sections of numbers: positive, negative, zero."""
    found = set()
    for place, (kind, beside) in enumerate(sections):
        plain = beside.translate(_SIGNS).strip()
        signed = sum(map(beside.count, _MINUS)) == 1 or ("(" in beside and ")" in beside)
        if place == _ZERO and not kind and beside and not plain:  # accountants show a dash for 0
            continue
        if kind != _NUMBER or signed != (place == _NEGATIVE) or (not signed and plain != beside):
            return None
        found.add(plain)
    return found.pop() if len(found) == 1 else None


def _sections(code: str) -> list[tuple[str, str]] | None:
    """Return, for each section, what it shows of a value ("0" the number, "@" the text) and the characters beside it.

    None for what is no such format, or shows something else.
    """
    sections: list[tuple[str, str]] = []
    kind, beside = "", ""
    end = 0
    while end < len(code):
        match = _TOKEN.match(code, end)
        if match is None:
            return None
        end = match.end()
        if match["end"]:
            sections.append((kind, beside))
            kind, beside = "", ""
        elif match["general"] or match["digits"] or match["text"]:
            if kind or (match["digits"] and not _shows_all(match["digits"])):
                return None
            kind = _TEXT if match["text"] else _NUMBER
        elif (literal := _literal(match)) is None:
            return None
        else:
            beside += literal.strip()
    sections.append((kind, beside))
    return sections


def _shows_all(digits: str) -> bool:
    """Whether placeholders show every number, and none as another where a comma stands for the decimal point."""
    whole = digits.partition(".")[0]
    return "0" in digits and not ("," in whole and whole.count("0") > 1)


def placeholders(code: str) -> Iterator[tuple[int, bool]]:
    """Yield the digits behind the decimal point that each section of a number format shows, and if it is scientific.

    A percent sign moves the point by two; sections without placeholders are left out.
    """
    for section in _split(code):
        digits = [match["digits"] for match in section if match["digits"]]
        percents = sum(match["percent"] is not None for match in section)
        for mantissa, exponent, _ in (each.upper().partition("E") for each in digits):
            yield sum(mantissa.partition(".")[2].count(sign) for sign in "0#?") + 2 * percents, bool(exponent)


def _split(code: str) -> Iterator[list[re.Match[str]]]:
    """Yield the pieces of each section of a number format."""
    section: list[re.Match[str]] = []
    for match in _TOKEN.finditer(code):
        if match["end"]:
            yield section
            section = []
        else:
            section.append(match)
    yield section


def _literal(match: re.Match[str]) -> str | None:
    """Return the characters that a piece of a section shows; None where they could be taken for digits."""
    if match["bracket"] is not None:
        currency = _CURRENCY.fullmatch(match["bracket"])
        text = currency["symbol"] if currency else "" if _COLOUR.fullmatch(match["bracket"]) else None
    else:
        text = match["quoted"] or match["escaped"] or match["fill"] or match["bare"] or ""
    if text is None or any(character.isnumeric() or character in ".,%\u2030" for character in text):
        return None
    return text
