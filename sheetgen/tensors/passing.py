"""How each function of tensors hands a derivative on to its operands. One new function is one new row.

A row is given the function's call, what arrived at its output, which may be smaller and is then spread, and its own
output; it returns each operand with what arrives there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

from sheetgen.tensors.labels import Shape
from sheetgen.tensors.matrices import Made, Matrix, Number, Part, Stretch, broadcast, part
from sheetgen.tensors.shaped import whole, window
from sheetgen.tensors.simpler import (
    applied,
    broadcast_batches,
    div,
    filled,
    gathered,
    mul,
    neg,
    outer,
    product,
    reshaped,
    sub,
    summed,
    swapped,
    transposed,
)

Passed = tuple[Matrix, Matrix]
"""An operand, and what arrives there."""


# --- products ---


def _matmul(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    """Z = A·B: the derivative along A is that along Z times Bᵀ, the one along B is Aᵀ times that along Z."""
    a, b = made.operands
    there = filled(arrived, made.shape)
    axes = len(a.shape), len(b.shape)
    if axes == (1, 1):
        return [(a, mul(there, b)), (b, mul(there, a))]
    if axes == (1, 2):
        return [(a, product(there, transposed(b))), (b, outer(a, there))]
    if axes == (2, 1):
        return [(a, outer(there, b)), (b, product(transposed(a), there))]
    rows, columns = (
        (reshaped(a, (1, *a.shape)) if axes[0] == 1 else a),
        (reshaped(b, (*b.shape, 1)) if axes[1] == 1 else b),
    )
    there = reshaped(there, (*broadcast_batches(rows, columns), rows.shape[-2], columns.shape[-1]))
    along_a = gathered(product(there, swapped(columns)), rows.shape)
    along_b = gathered(product(swapped(rows), there), columns.shape)
    return [(a, reshaped(along_a, a.shape)), (b, reshaped(along_b, b.shape))]


# --- reductions ---


def _along(made: Made, matrix: Matrix) -> Matrix:
    """Return what belongs to a reduction's output with the axis that it dropped, of the size 1."""
    x, axis = made.operands[0], made.option("axis")
    if axis is None or made.option("keepdims", False) or not matrix.shape or len(x.shape) == 1:
        return matrix
    place = whole(made, "axis", 0) % len(x.shape)
    return reshaped(filled(matrix, made.shape), (*x.shape[:place], 1, *x.shape[place + 1 :]))


def _sum(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    return [(made.operands[0], _along(made, arrived))]


def _mean(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    count = prod(made.operands[0].shape) // max(1, prod(made.shape))
    return [(made.operands[0], div(_along(made, arrived), Number(float(count))))]


def _extreme(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    """Of equal elements the first has the whole derivative."""
    (x,) = made.operands
    options = tuple(pair for pair in made.options if pair[0] == "axis")
    first = Made("largest" if made.function == "max" else "smallest", (x,), x.shape, options)
    return [(x, mul(_along(made, arrived), first))]


# --- rearrangements ---


def _transpose(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    return [(made.operands[0], transposed(filled(arrived, made.shape)))]


def _reshape(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    return [(made.operands[0], reshaped(filled(arrived, made.shape), made.operands[0].shape))]


def _concat(made: Made, arrived: Matrix, own: Matrix) -> Iterator[Passed]:
    there = filled(arrived, made.shape)
    axis = whole(made, "axis", 0) % len(made.shape)
    start = 0
    for operand in made.operands:
        stop = start + operand.shape[axis]
        yield operand, part(there, (*[Stretch()] * axis, Stretch(start, stop)))
        start = stop


def _stack(made: Made, arrived: Matrix, own: Matrix) -> Iterator[Passed]:
    there = filled(arrived, made.shape)
    axis = whole(made, "axis", 0) % len(made.shape)
    for number, operand in enumerate(made.operands):
        yield operand, part(there, (*[Stretch()] * axis, number))


def _mask(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    return [(made.operands[0], Made("tril", (filled(arrived, made.shape),), made.shape))]


# --- softmax ---


def _softmax(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    """The Jacobian of each row is diag(p) − p·pᵀ."""
    weighted = mul(arrived, own)
    return [(made.operands[0], mul(own, sub(arrived, _row_sums(weighted))))]


def _log_softmax(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    there = filled(arrived, made.shape)
    return [(made.operands[0], sub(there, mul(applied("exp", own), _row_sums(there))))]


def _cce_with_logits(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    """A row's number is −Σ tⱼ·ln pⱼ of p = softmax(x)."""
    x, t = made.operands
    spread = broadcast(x, t)
    there = reshaped(arrived, (*made.shape, 1)) if arrived.shape else arrived
    weighted = mul(there, filled(t, spread))
    shares, logs = (Made(name, (x,), x.shape) for name in ("softmax", "log_softmax"))
    rows = gathered(_row_sums(weighted), (*x.shape[:-1], 1) if len(x.shape) > 1 else ())
    along_x = sub(mul(shares, rows), gathered(weighted, x.shape))
    return [(x, along_x), (t, gathered(filled(neg(mul(there, logs)), spread), t.shape))]


def _row_sums(x: Matrix) -> Matrix:
    return summed(x, len(x.shape) - 1, keepdims=len(x.shape) > 1)


# --- windows ---


def _convolution(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    """Along the image: what arrived, with zeros around, correlated with the kernel turned around; along the kernel:
    the image correlated with what arrived. Steps of more than one leave zeros between what arrived; where what a kernel
    sees lies apart, so do the elements of the kernel, and those of its derivative.
    """
    x, kernel = made.operands
    axes = 1 if made.function == "conv1d" else 2
    stride, padding = whole(made, "stride", 1), whole(made, "padding", 0)
    dilation, groups = whole(made, "dilation", 1), whole(made, "groups", 1)
    image, side = x.shape[-axes:], kernel.shape[-axes:]
    reach = tuple(dilation * (size - 1) + 1 for size in side)
    there = filled(arrived, made.shape)
    if stride > 1:
        there = _spaced(there, tuple(n + 2 * padding - m + 1 for n, m in zip(image, reach, strict=True)), stride)
    wide = _spaced(kernel, reach, dilation) if dilation > 1 else kernel
    turned = Made("rot180" if axes == 2 else "reversed", (wide,), wide.shape)
    around = (*x.shape[:-axes], *(size + 2 * padding for size in image))
    grouped = (("groups", groups),) if groups > 1 else ()
    along_x: Matrix = Made(f"full{axes}d", (there, turned), around, grouped)
    if padding:
        inner = (*[Stretch()] * (len(x.shape) - axes), *(Stretch(padding, padding + size) for size in image))
        along_x = Part(along_x, inner, x.shape)
    channels = len(x.shape) > axes
    options = (("padding", padding),) if padding else ()
    options = (*((("stride", dilation),) if dilation > 1 else ()), *options, *grouped)
    along_kernel = Made(f"each{axes}d" if channels else made.function, (x, there), kernel.shape, options)
    return [(x, along_x), (kernel, along_kernel)]


def _spaced(matrix: Matrix, sizes: Shape, apart: int) -> Matrix:
    """Return a matrix whose elements along its last axes lie so many places apart, zeros between."""
    shape = (*matrix.shape[: -len(sizes)], *sizes)
    return Made("spaced", (matrix,), shape, (("sizes", sizes), ("stride", apart)))


def _maxpool(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    (x,) = made.operands
    return [(x, _spread_windows("to_largest", made, (filled(arrived, made.shape), x), x.shape))]


def _avgpool(made: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    (x,) = made.operands
    sides, _ = window(made)
    there = div(filled(arrived, made.shape), Number(float(prod(sides))))
    return [(x, _spread_windows("to_all", made, (there,), x.shape))]


def _spread_windows(function: str, made: Made, operands: tuple[Matrix, ...], shape: Shape) -> Matrix:
    sides, step = window(made)
    options: tuple[tuple[str, object], ...] = (("sizes", sides), ("stride", step))
    if function == "to_all":
        options = (*options, ("shape", shape))
    return Made(function, operands, shape, options)


PASSING: dict[str, Callable[[Made, Matrix, Matrix], list[Passed] | Iterator[Passed]]] = {
    "matmul": _matmul,
    "sum": _sum,
    "mean": _mean,
    "max": _extreme,
    "min": _extreme,
    "transpose": _transpose,
    "reshape": _reshape,
    "flatten": _reshape,
    "concat": _concat,
    "stack": _stack,
    "mask": _mask,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "cce_with_logits": _cce_with_logits,
    "conv1d": _convolution,
    "conv2d": _convolution,
    "maxpool": _maxpool,
    "avgpool": _avgpool,
}
"""By the names of the functions. Functions of several steps have their steps, but for those of a softmax."""
