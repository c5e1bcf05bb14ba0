"""The local derivatives of functions of scalars, from the algebra's own table, as matrices."""

from __future__ import annotations

from collections.abc import Mapping

from sheetgen.algebra.calculus import local_derivative
from sheetgen.algebra.expr import ZERO, Apply, Const, Expr, Var
from sheetgen.tensors.matrices import Made, Matrix, Number
from sheetgen.tensors.simpler import applied


def is_flat(function: str, operand: int) -> bool:
    """Whether nothing changes along an operand, such as what is held or compared."""
    return local_derivative(function, operand) == ZERO


def slope(made: Made, operand: int, own: Matrix) -> Matrix:
    """Return the local derivative of a function along one of its operands; ``own`` is its own output."""
    meanings = dict(zip("abc", made.operands, strict=False)) | {"y": own}
    return _matrix(local_derivative(made.function, operand), meanings)


def _matrix(expr: Expr, meanings: Mapping[str, Matrix]) -> Matrix:
    if isinstance(expr, Const):
        return Number(expr.value)
    if isinstance(expr, Var):
        return meanings[expr.name]
    assert isinstance(expr, Apply), expr
    return applied(expr.op, *(_matrix(arg, meanings) for arg in expr.args))
