"""A softmax whose output goes into a cross-entropy: the derivative along its input is P − Y, as every textbook has it.

The two may be one function of the logits.

The factors that reach the softmax are -Y/P, or -Y where it is a logarithm of one. Where the rows of Y add up to 1, all
that is left of the Jacobian product is P − Y, times what weighs the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import reduce

from sheetgen.tensors.matrices import Made, Matrix, Name, Number, Part
from sheetgen.tensors.simpler import ZERO, applied, div, mul, reshaped

SHARES = (("rows", "shares"),)
"""Marks a difference that is this derivative, for what it takes of Y."""


def along_input(softmax: Made, arrived: Matrix, own: Matrix, shares: Collection[str]) -> Matrix | None:
    """Return the derivative along the input of a softmax, or of its logarithm, in the short form.

    ``arrived`` is the derivative along its output, whose name is ``own``; the rows of the tensors ``shares`` add up to
    1. None where what arrived is no cross-entropy's.
    """
    factors = list(_factors(arrived))
    over = [factor for factor, is_over in factors if is_over]
    under = [factor for factor, is_over in factors if not is_over]
    targets = [one for one in over if _is_of_rows(one, shares) and one.shape[-1] == own.shape[-1]]
    if len(targets) != 1:
        return None
    target = targets[0]
    over.remove(target)
    if softmax.function == "softmax":
        if own not in under:
            return None
        under.remove(own)
    if not all(_weighs_rows(factor) for factor in (*over, *under)):
        return None
    output = own if softmax.function == "softmax" else applied("exp", own)
    negative = sum(isinstance(factor, Number) and factor.value < 0 for factor in over) % 2
    if negative:
        over = [Number(abs(one.value)) if isinstance(one, Number) else one for one in over]
    difference: Matrix = Made("sub", (output, target) if negative else (target, output), own.shape, SHARES)
    return reduce(div, under, reduce(lambda product, factor: mul(factor, product), over, difference))


def along_logits(made: Made, arrived: Matrix, output: Matrix, shares: Collection[str]) -> Matrix | None:
    """Return the derivative along the logits of a cross-entropy of each row, in the short form.

    ``arrived`` is one number for each row or for all, ``output`` the softmax of the logits. None where the rows of the
    targets are not known to add up to 1.
    """
    logits, target = made.operands
    if not _is_of_rows(target, shares) or target.shape != logits.shape:
        return None
    rows = reshaped(arrived, (*made.shape, 1)) if arrived.shape and made.shape else arrived
    return mul(rows, Made("sub", (output, target), logits.shape, SHARES))


def _is_of_rows(matrix: Matrix, shares: Collection[str]) -> bool:
    """Whether a matrix is one of those whose rows add up to 1, or whole rows of it."""
    if isinstance(matrix, Part) and len(matrix.items) < len(matrix.tensor.shape):
        return _is_of_rows(matrix.tensor, shares)
    return isinstance(matrix, Name) and matrix.name in shares


def _factors(matrix: Matrix) -> Iterator[tuple[Matrix, bool]]:
    """Yield the factors of a product or quotient, each with whether it stands above the line.

    What is 0 where the target is, because there is no logarithm of 0, is so without being told: 0 times anything.
    """
    if isinstance(matrix, Made) and matrix.function == "neg":
        yield Number(-1.0), True
        yield from _factors(matrix.operands[0])
    elif isinstance(matrix, Made) and matrix.function == "mul":
        for operand in matrix.operands:
            yield from _factors(operand)
    elif isinstance(matrix, Made) and matrix.function == "div":
        over, under = matrix.operands
        yield from _factors(over)
        yield from ((factor, not is_over) for factor, is_over in _factors(under))
    elif (inner := _beside_zero(matrix)) is not None:
        yield from _factors(inner)
    else:
        yield matrix, True


def _beside_zero(matrix: Matrix) -> Matrix | None:
    """Return x of where(y = 0, 0, x), in which y is a factor of x."""
    if not isinstance(matrix, Made) or matrix.function != "where" or matrix.operands[1] != ZERO:
        return None
    condition, _, inner = matrix.operands
    if not isinstance(condition, Made) or condition.function != "eq" or condition.operands[1] != ZERO:
        return None
    is_factor = any(is_over and factor == condition.operands[0] for factor, is_over in _factors(inner))
    return inner if is_factor else None


def _weighs_rows(factor: Matrix) -> bool:
    """Whether a factor is one number for each row."""
    return not factor.shape or factor.shape[-1] == 1
