"""Formulas in which a sum of products whose factors stand side by side in the row is one SUMPRODUCT."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sheetgen.algebra.expr import Apply, Expr, Var
from sheetgen.algebra.notation import Excel, Spelling
from sheetgen.algebra.ops import ATOM, PRIMITIVES, SUM

FEWEST_TERMS = 4
"""The fewest products that are shorter to read as one function of two ranges."""


class DotProducts(Excel):
    """The formulas of a row of a table of tensors; ``column`` is where a quantity stands in it, None where it does not.

    The terms of a sum keep their order, and so does the first product of each SUMPRODUCT.
    """

    def __init__(self, name: Spelling, above: Spelling, column: Callable[[str], int | None]) -> None:
        super().__init__(name, above)
        self._column = column

    def _write(self, expr: Expr, binding: int) -> str:
        if not isinstance(expr, Apply) or expr.op != "add":
            return super()._write(expr, binding)
        parts = list(self._parts(_terms(expr)))
        return self._group("+".join(parts), SUM if len(parts) > 1 else ATOM, binding)

    def _parts(self, terms: Sequence[Expr]) -> Iterator[str]:
        """Yield the terms of a sum as they are written, those that stand side by side in one."""
        first, later = PRIMITIVES["add"].operands
        factors = [self._factors(term) for term in terms]
        place = 0
        while place < len(terms):
            count = _side_by_side(factors[place:])
            if count >= FEWEST_TERMS:
                ranges = zip(_names(terms[place]), _names(terms[place + count - 1]), strict=True)
                yield f"SUMPRODUCT({','.join(f'{self.name(a)}:{self.name(b)}' for a, b in ranges)})"
                place += count
            else:
                yield self._write(terms[place], later if place else first)
                place += 1

    def _factors(self, term: Expr) -> tuple[int, ...]:
        """Return the columns of the two factors of a product; nothing of any other term."""
        columns = [self._column(name) for name in _names(term)]
        return tuple(column for column in columns if column is not None) if None not in columns else ()


def _terms(expr: Expr) -> list[Expr]:
    """Return the terms of a sum, from the left; one in parentheses, to the right of a sign, is a term."""
    terms = []
    while isinstance(expr, Apply) and expr.op == "add":
        expr, last = expr.args
        terms.append(last)
    return [expr, *reversed(terms)]


def _names(term: Expr) -> tuple[str, ...]:
    """Return the names of the two factors of a product of quantities; nothing of any other term."""
    if not isinstance(term, Apply) or term.op != "mul":
        return ()
    found = tuple(factor.name for factor in term.args if isinstance(factor, Var))
    return found if len(found) == 2 else ()


def _side_by_side(factors: Sequence[tuple[int, ...]]) -> int:
    """Return how many products, from the first on, have factors that stand one column further right each."""
    if not factors[0]:
        return 0
    left, right = factors[0]
    steps = enumerate(factors)
    return next((step for step, pair in steps if pair != (left + step, right + step)), len(factors))
