"""The simplifying constructors of matrices for the chain rule: numbers gather in front, products by 1 vanish."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sheetgen.algebra.simplify import is_literal
from sheetgen.tensors.labels import Shape
from sheetgen.tensors.matrices import Made, Matrix, Number, broadcast, part

ZERO, ONE = Number(0.0), Number(1.0)


def applied(function: str, *operands: Matrix) -> Matrix:
    """Return a function of scalars, of each place's elements."""
    constructor = _CONSTRUCTORS.get(function)
    return constructor(*operands) if constructor else _plain(function, *operands)


def _plain(function: str, *operands: Matrix) -> Made:
    return Made(function, operands, broadcast(*operands))


def add(a: Matrix, b: Matrix) -> Matrix:
    """Return a + b, as one flat sum; a zero of no axes vanishes."""
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    if isinstance(a, Number) and isinstance(b, Number) and is_literal(a.value + b.value):
        return Number(a.value + b.value)
    if isinstance(b, Made) and b.function == "neg":
        return sub(a, b.operands[0])
    if isinstance(b, Made) and b.function in ("add", "sub"):
        return applied(b.function, add(a, b.operands[0]), b.operands[1])
    return _plain("add", *_spread_by_sign(a, b))


def sub(a: Matrix, b: Matrix) -> Matrix:
    """Return a - b."""
    if b == ZERO:
        return a
    if a == ZERO:
        return neg(b)
    if isinstance(a, Number) and isinstance(b, Number) and is_literal(a.value - b.value):
        return Number(a.value - b.value)
    return _plain("sub", *_spread_by_sign(a, b))


def _spread_by_sign(a: Matrix, b: Matrix) -> tuple[Matrix, Matrix]:
    """Return the operands of a sum; beside one of the whole shape, a row or a column is spread without being told."""
    if a.shape == b.shape:
        if (row := _before_ones(b)) is not None:
            return a, row
        if (row := _before_ones(a)) is not None:
            return row, b
    return a, b


def _before_ones(matrix: Matrix) -> Matrix | None:
    """Return the row or column that is spread by ones; None for anything else."""
    if not isinstance(matrix, Made) or matrix.function != "mul":
        return None
    row, ones = matrix.operands
    return row if row.shape and isinstance(ones, Made) and ones.function == "ones" else None


def neg(a: Matrix) -> Matrix:
    """Return -a; -(b - c) is c - b."""
    if isinstance(a, Number):
        return Number(-a.value)
    if isinstance(a, Made) and a.function == "neg":
        return a.operands[0]
    if isinstance(a, Made) and a.function == "sub":
        return _plain("sub", a.operands[1], a.operands[0])
    return _plain("neg", a)


def mul(a: Matrix, b: Matrix) -> Matrix:
    """Return the product, place by place, of two matrices: flat, a number in front, a quotient's divisor behind."""
    (left, x), (right, y) = _split(a), _split(b)
    factor = left * right
    if not is_literal(factor) or (factor == 0 and ZERO not in (a, b)):
        return _plain("mul", a, b)
    if factor == 0:
        return ZERO
    rest = x if y is None else y if x is None else _chained(x, y)
    if rest is None:
        return Number(factor)
    if factor < 0 and isinstance(rest, Made) and rest.function == "sub":
        factor, rest = -factor, neg(rest)
    product = rest if abs(factor) == 1 else _scaled(abs(factor), rest)
    return neg(product) if factor < 0 else product


def _scaled(factor: float, rest: Matrix) -> Matrix:
    if (reduced := _reduced(factor, rest)) is not None:
        return reduced
    if isinstance(rest, Made) and rest.function == "div" and rest.operands[0] == ONE:
        return _plain("div", Number(factor), rest.operands[1])
    return _plain("mul", Number(factor), rest)


def _reduced(factor: float, rest: Matrix) -> Matrix | None:
    """Return a number times a product in which something is divided by a multiple or a divisor of it: 2·(x/4) is x/2.

    None where nothing is.
    """
    if not isinstance(rest, Made) or rest.function not in ("mul", "div"):
        return None
    first, second = rest.operands
    if rest.function == "div" and isinstance(second, Number):
        if _is_multiple(second.value, factor):
            return div(first, Number(second.value / factor))
        if _is_multiple(factor, second.value):
            return mul(Number(factor / second.value), first)
    if (reduced := _reduced(factor, first)) is not None:
        return applied(rest.function, reduced, second)
    if rest.function == "mul" and (reduced := _reduced(factor, second)) is not None:
        return mul(first, reduced)
    return None


def _is_multiple(number: float, of: float) -> bool:
    """Whether both are whole numbers, and the first is a multiple of the second."""
    return of != 0 and number == round(number) and of == round(of) and number % of == 0


def _split(matrix: Matrix) -> tuple[float, Matrix | None]:
    """Split a product into its number and the rest, None where that is all."""
    if isinstance(matrix, Number):
        return matrix.value, None
    if isinstance(matrix, Made) and matrix.function == "neg":
        factor, rest = _split(matrix.operands[0])
        return -factor, rest
    if isinstance(matrix, Made) and matrix.function == "mul" and isinstance(matrix.operands[0], Number):
        return matrix.operands[0].value, matrix.operands[1]
    return 1.0, matrix


def _chained(a: Matrix, b: Matrix) -> Matrix:
    if isinstance(b, Made) and b.function == "mul":
        return _chained(_chained(a, b.operands[0]), b.operands[1])
    if isinstance(b, Made) and b.function == "div":
        over, under = b.operands
        return div(a if over == ONE else mul(a, over), under)
    if isinstance(a, Made) and a.function == "div" and a.operands[0] == ONE:
        return div(b, a.operands[1])
    return _plain("mul", a, b)


def div(a: Matrix, b: Matrix) -> Matrix:
    """Return a quotient, place by place."""
    if a == ZERO or b == ONE:
        return a
    if isinstance(a, Made) and a.function == "neg":
        return neg(div(a.operands[0], b))
    if isinstance(b, Number) and isinstance(a, Made) and a.function == "mul" and isinstance(a.operands[0], Number):
        reduced = _reduced(a.operands[0].value, _plain("div", a.operands[1], b))
        if reduced is not None:
            return reduced
    return _plain("div", a, b)


def power(a: Matrix, b: Matrix) -> Matrix:
    """Return a power, place by place."""
    return a if b == ONE else ONE if b == ZERO else _plain("pow", a, b)


def where(condition: Matrix, a: Matrix, b: Matrix) -> Matrix:
    """Return a where the condition holds and b elsewhere."""
    return a if a == b else _plain("where", condition, a, b)


_CONSTRUCTORS: dict[str, Callable[..., Matrix]] = {
    "add": add, "sub": sub, "neg": neg, "mul": mul, "div": div, "pow": power, "where": where,
}  # fmt: skip


# --- shapes ---


def filled(matrix: Matrix, shape: Shape) -> Matrix:
    """Return a matrix spread to a shape."""
    if matrix.shape == shape:
        return matrix
    filling = Made("zeros" if matrix == ZERO else "ones", (), shape, (("sizes", shape),))
    return filling if matrix == ZERO else mul(matrix, filling)


def reshaped(matrix: Matrix, shape: Shape) -> Matrix:
    """Return the elements, row by row, in another shape."""
    return matrix if matrix.shape == shape else Made("reshape", (matrix,), shape, (("sizes", shape),))


def summed(matrix: Matrix, axis: int | None, keepdims: bool = False) -> Matrix:
    """Return the sums along an axis, or of all elements."""
    if not matrix.shape:
        return matrix
    if isinstance(matrix, Made) and matrix.function == "neg":
        return neg(summed(matrix.operands[0], axis, keepdims))
    if axis is None or (len(matrix.shape) == 1 and not keepdims):
        return Made("sum", (matrix,), ())
    kept = (1,) if keepdims else ()
    shape = (*matrix.shape[:axis], *kept, *matrix.shape[axis + 1 :])
    return Made("sum", (matrix,), shape, (("axis", axis), *([("keepdims", True)] if keepdims else [])))


def gathered(matrix: Matrix, shape: Shape) -> Matrix:
    """Return the sums over the axes along which a tensor of a shape was spread to that of a matrix."""
    if not shape:
        return summed(matrix, None)
    while len(matrix.shape) > len(shape):
        matrix = summed(matrix, 0)
    for axis, size in enumerate(shape):
        if size != matrix.shape[axis]:
            matrix = summed(matrix, axis, keepdims=True)
    return matrix


def transposed(matrix: Matrix) -> Matrix:
    """Return the axes in reverse order; the transpose of a product is the product of the transposes, in reverse."""
    if len(matrix.shape) < 2:
        return matrix
    if isinstance(matrix, Made) and matrix.function in ("transpose", "neg"):
        inner = matrix.operands[0]
        return inner if matrix.function == "transpose" else neg(transposed(inner))
    if isinstance(matrix, Made) and matrix.function == "outer":
        return outer(*reversed(matrix.operands))
    if isinstance(matrix, Made) and matrix.function == "matmul":
        a, b = matrix.operands
        if len(a.shape) == len(b.shape) == 2:
            return product(transposed(b), transposed(a))
    if isinstance(matrix, Made) and matrix.function in ("mul", "div") and () in (x.shape for x in matrix.operands):
        return filled(applied(matrix.function, *map(transposed, matrix.operands)), matrix.shape[::-1])
    return Made("transpose", (matrix,), matrix.shape[::-1])


def swapped(matrix: Matrix) -> Matrix:
    """Return the transposes of the matrices along the last two axes."""
    if len(matrix.shape) == 2:
        return transposed(matrix)
    *batch, rows, columns = matrix.shape
    return Made("swap", (matrix,), (*batch, columns, rows))


def product(a: Matrix, b: Matrix) -> Matrix:
    """Return the product of two matrices, or of as many pairs of them; a number and a sign come in front."""
    (left, x), (right, y) = _split(a), _split(b)
    factor = left * right
    if x is not None and y is not None and factor != 1 and is_literal(factor) and factor != 0:
        return mul(Number(factor), product(x, y))
    if len(a.shape) == 1 == len(b.shape):
        return Made("matmul", (a, b), ())
    rows = a.shape[-2:-1]
    columns = b.shape[-1:] if len(b.shape) > 1 else ()
    batch = broadcast_batches(a, b)
    return Made("matmul", (a, b), (*batch, *rows, *columns))


def outer(a: Matrix, b: Matrix) -> Matrix:
    """Return the table of the products of each element of one vector with each of another."""
    return Made("outer", (a, b), (*a.shape, *b.shape))


def broadcast_batches(a: Matrix, b: Matrix) -> Shape:
    """Return the axes before the last two of a product."""
    return np.broadcast_shapes(a.shape[:-2], b.shape[:-2])


def part_at(matrix: Matrix, places: tuple[int, ...]) -> Matrix:
    """Return the part of a matrix at some places of its first axes: that of ones is ones, a row of a ⊗ b is a[i]·b."""
    if not places:
        return matrix
    if isinstance(matrix, Made) and matrix.function == "outer":
        a, b = matrix.operands
        return mul(part_at(a, places[:1]), part_at(b, places[1:]))
    if isinstance(matrix, Made) and matrix.function == "mul" and isinstance(matrix.operands[0], Number):
        return mul(matrix.operands[0], part_at(matrix.operands[1], places))
    if isinstance(matrix, Made) and matrix.function == "div" and isinstance(matrix.operands[1], Number):
        return div(part_at(matrix.operands[0], places), matrix.operands[1])
    if isinstance(matrix, Made) and matrix.function == "ones":
        return filled(ONE, matrix.shape[len(places) :])
    return part(matrix, places)
