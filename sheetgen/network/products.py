"""What is multiplied by what in an equation: the factors of the terms of a sum."""

from __future__ import annotations

from functools import lru_cache

from sheetgen.algebra.expr import Apply, Expr, Var
from sheetgen.network.graph import Quantity, equation_of


def factor_of(quantity: Quantity, name: str) -> str | None:
    """Return the one name that a weight is multiplied by in a quantity's equation, None where that is unclear."""
    for pair in _pairs(equation_of(quantity)):
        if name in pair:
            return pair[1 - pair.index(name)]
    return None


def is_added(quantity: Quantity, name: str) -> bool:
    """Whether a name stands alone in the sum that is a quantity's equation, as a bias does."""
    return name in _alone(equation_of(quantity))


@lru_cache(maxsize=1)
def _alone(expr: Expr) -> list[str]:
    """Return the terms of a sum that are names."""
    return [term[0].name for term in _terms(expr) if len(term) == 1 and isinstance(term[0], Var)]


@lru_cache(maxsize=1)
def _pairs(expr: Expr) -> list[tuple[str, str]]:
    """Return the terms of a sum that are products of two names; one equation is asked for each of its terms in turn."""
    found = []
    for term in _terms(expr):
        factors = [factor.name for factor in term if isinstance(factor, Var)]
        if len(term) == len(factors) == 2:
            found.append((factors[0], factors[1]))
    return found


def _terms(expr: Expr) -> list[list[Expr]]:
    if isinstance(expr, Apply) and expr.op in ("add", "sub"):
        return [term for arg in expr.args for term in _terms(arg)]
    if isinstance(expr, Apply) and expr.op == "mul":
        return [[factor for arg in expr.args for term in _terms(arg) for factor in term]]
    return [[expr]]
