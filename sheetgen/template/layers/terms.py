"""Many terms in one equation, or in parts where they are too many for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import ceil

from sheetgen.limits import MOST_TERMS

EquationTexts = dict[str, str]
"""The equations of a table as a person would type them, by the names of their quantities."""


def plus(terms: Sequence[str]) -> str:
    """Return the sum of some terms."""
    return " + ".join(terms)


def times(terms: Sequence[str]) -> str:
    """Return the product of some terms."""
    return "*".join(terms)


def largest(terms: Sequence[str]) -> str:
    """Return the largest of some terms."""
    return f"max({', '.join(terms)})"


def joined(table: EquationTexts, name: str, terms: Sequence[str], join: Callable[[Sequence[str]], str] = plus) -> str:
    """Return the terms joined; too many for one equation are first joined in parts, which ``table`` gains."""
    if len(terms) <= MOST_TERMS:
        return join(terms)
    parts = {f"{name}_part{number}": join(part) for number, part in enumerate(split(terms, MOST_TERMS), 1)}
    table.update(parts)
    return join(tuple(parts))


def split(items: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """Yield the items in order, in as few parts of at most ``most`` as hold them, of nearly one length."""
    parts = ceil(len(items) / most)
    starts = [len(items) * part // parts for part in range(parts + 1)]
    return (items[start:end] for start, end in pairwise(starts))
