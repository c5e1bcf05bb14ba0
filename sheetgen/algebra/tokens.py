"""The words of an equation: numbers, names, signs, each with its column."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

SIGNS = r"\*\*|[<>=]=|[-+*/^(),·×−²<>≤≥]"
"""The signs of an equation of scalars, as a regular expression."""

NAME = r"[^\W\d]\w*(?:′+(?:_\w*)?)*"
"""What may be a name, as a regular expression that takes too much: `is_name` knows."""

_FORBIDDEN = "ʬ"
"""A letter, phonetic, that the independent reference spells other signs with."""

_BELOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+−]?[0-9]+)?"
_ALIASES = {"**": "^", "·": "*", "×": "*", "−": "-", "≤": "<=", "≥": ">="}
_FOREIGN = {
    ".": "write tanh(x) for np.tanh(x), sum(x) for x.sum(), W.T for a transpose",
    "'": "the transpose of W is W.T",
    "%": "write mod(a, b)",
    "&": "write a product of numbers that are 0 or 1",
}
"""What to write for a sign of other languages."""


class Token(NamedTuple):
    """A word of an equation: its ``kind`` is number, sign, name or end, its ``column`` counts from 1."""

    kind: str
    text: str
    column: int


def unreadable(message: str, column: int) -> SyntaxError:
    """Return the error of an equation that cannot be read at a column."""
    error = SyntaxError(message)
    error.offset = column
    return error


@cache
def _word(signs: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:(?P<number>{_NUMBER})|(?P<sign>{signs})|(?P<name>{NAME}))")


def tokens(text: str, signs: str = SIGNS) -> list[Token]:
    """Return the words of an equation, and behind them one that stands for its end.

    ``signs`` are those of the language, as a regular expression.
    Raises SyntaxError for a character that is part of no word.
    """
    words, position, pattern = [], 0, _word(signs)
    while text[position:].strip():
        match = pattern.match(text, position)
        symbol = match.group(str(match.lastgroup)) if match else ""
        if match and match.lastgroup == "name":
            symbol = _leading_name(symbol)
        if match is None or not symbol:
            column = position + len(text[position:]) - len(text[position:].lstrip()) + 1
            problem = f"{text[column - 1]!r} at column {column} is not part of an equation"
            hint = _FOREIGN.get(text[column - 1], "")
            raise unreadable(f"{problem}; {hint}" if hint else problem, column)
        kind = str(match.lastgroup)
        words.append(Token(kind, _ALIASES.get(symbol, symbol), match.start(kind) + 1))
        position = match.start(kind) + len(symbol)
    words.append(Token("end", "the end", len(text) + 1))
    return words


def is_name(text: str) -> bool:
    """Whether a text can name a quantity: a letter or underscore, then letters, digits, also below the line,
    underscores, and in the end or before an underscore primes: ``x₁``, ``w′``, ``W′_0``.
    """
    return re.fullmatch(NAME, text) is not None and _leading_name(text) == text and _FORBIDDEN not in text


def plain_name(text: str) -> str:
    """Return a name with its digits on the line and without its primes: ``x1`` for x₁."""
    return text.translate(_BELOW).replace("′", "")


def _leading_name(text: str) -> str:
    """Return the name that a text of letters and digits begins with: ``\\w`` counts ² and ½ among them."""
    return next((text[:end] for end in range(len(text), 0, -1) if plain_name(text[:end]).isidentifier()), "")
