"""The functions of tensors: what each makes of arrays of expressions, place by place. One new function is one new row.

Layouts and names of options are torch's, places are counted from 0. A function is given its operands, whose elements
are names where it is ``plain``, and every option. It raises ShapeError where the shapes of its operands do not fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import product as pairs

import numpy as np

from sheetgen.algebra.expr import ONE, ZERO, Const, Expr
from sheetgen.tensors.elements import MASKED, Array, applied, array, elementwise, part, product, summed
from sheetgen.tensors.fitting import MOST_ELEMENTS, ShapeError, require_few_terms, require_room
from sheetgen.tensors.labels import Shape, axes_text, places, shape_text, window_places
from sheetgen.tensors.tree import Option


@dataclass(frozen=True)
class TensorFunction:
    """A function: how many operands it takes, at least ``least`` and at most ``most``, and its options' defaults.

    The operands of a ``plain`` one are quantities of their own. What it gives is ``heavy`` where an element is made of
    many: another function of it is given a name first. Where ``sizes`` is said, the last operand is no tensor, but a
    list of whole numbers, or one.
    """

    make: Callable[..., Array]
    least: int = 1
    most: int = 1
    options: Mapping[str, Option | None] = field(default_factory=dict)
    plain: bool = False
    heavy: bool = False
    sizes: bool = False


# --- products ---


def matmul(a: Array, b: Array) -> Array:
    """Return the product of two matrices, of a vector and a matrix, or of two vectors, as NumPy's ``@``."""
    if not a.ndim or not b.ndim:
        raise ShapeError(f"@ multiplies {shape_text(a.shape)} by {shape_text(b.shape)}", "write * for a number")
    rows, columns = (a[None] if a.ndim == 1 else a), (b[:, None] if b.ndim == 1 else b)
    if rows.shape[-1] != columns.shape[-2]:
        problem = f"@ multiplies {shape_text(a.shape)} by {shape_text(b.shape)}"
        raise ShapeError(problem, f"{rows.shape[-1]} columns on the left need {rows.shape[-1]} rows on the right")
    try:
        batch = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
    except ValueError:
        problem = f"@ multiplies {shape_text(a.shape)} by {shape_text(b.shape)}"
        raise ShapeError(problem, "the axes before the last two must be alike, or 1") from None
    rows = np.broadcast_to(rows, (*batch, *rows.shape[-2:]))
    columns = np.broadcast_to(columns, (*batch, *columns.shape[-2:]))
    shape = (*batch, rows.shape[-2], columns.shape[-1])
    require_few_terms(math.prod(shape), rows.shape[-1])
    cells = (_dot(part(rows, (*at, i)), part(columns, (*at, slice(None), j))) for *at, i, j in places(shape))
    made = array(cells, shape)
    kept = [axis for axis, dropped in ((-2, a.ndim == 1), (-1, b.ndim == 1)) if dropped]
    return made.squeeze(tuple(kept)) if kept else made


def _dot(a: Array, b: Array) -> Expr:
    return summed([product(x, y) for x, y in zip(a, b, strict=True)])


# --- reductions ---


def _reduced(x: Array, axis: int | None, keepdims: bool, fold: Callable[[Sequence[Expr]], Expr]) -> Array:
    """Return an array with one axis, or all of them, folded."""
    if axis is None:
        return array([fold(list(x.reshape(-1)))], (1,) * x.ndim if keepdims else ())
    if not -x.ndim <= axis < x.ndim:
        raise ShapeError(f"axis={axis} of {shape_text(x.shape)}", axes_text(x.ndim))
    along = np.moveaxis(x, axis, -1)
    made = array((fold(list(along[place])) for place in places(along.shape[:-1])), along.shape[:-1])
    return np.expand_dims(made, axis % x.ndim) if keepdims else made


def sum_of(x: Array, axis: int | None, keepdims: bool) -> Array:
    """Return the sums along an axis, or of all elements."""
    return _reduced(x, axis, keepdims, summed)


def mean_of(x: Array, axis: int | None, keepdims: bool) -> Array:
    """Return the means along an axis, or of all elements."""
    return _reduced(x, axis, keepdims, lambda terms: applied("div", summed(terms), Const(float(len(terms)))))


def max_of(x: Array, axis: int | None, keepdims: bool) -> Array:
    """Return the largest along an axis, or of all elements; of equal ones the first gets the whole derivative."""
    return _reduced(x, axis, keepdims, lambda terms: reduce(lambda a, b: applied("max", a, b), terms))


def min_of(x: Array, axis: int | None, keepdims: bool) -> Array:
    """Return the smallest along an axis, or of all elements."""
    return _reduced(x, axis, keepdims, lambda terms: reduce(lambda a, b: applied("min", a, b), terms))


def argmax(x: Array) -> Array:
    """Return the place, along the last axis, of the first of the largest elements."""
    return first_place(x, max_of(x, -1, False))


def first_place(x: Array, largest: Array) -> Array:
    """Return the place, along the last axis, of the first element that is as large as the largest, which are given."""
    return array((_first(list(x[place]), largest[place]) for place in places(largest.shape)), largest.shape)


def _first(terms: Sequence[Expr], largest: Expr) -> Expr:
    found: Expr = Const(float(len(terms) - 1))
    for place in reversed(range(len(terms) - 1)):
        found = applied("where", applied("ge", terms[place], largest), Const(float(place)), found)
    return found


# --- rearrangements ---


def transpose(x: Array) -> Array:
    """Return the axes in reverse order, as NumPy's ``.T``."""
    return x.T


def reshape(x: Array, sizes: Shape) -> Array:
    """Return the elements, row by row, in another shape; one size may be -1 for what is left."""
    require_room((1,) * len(sizes))
    try:
        if min(sizes) >= -1:  # NumPy takes any negative number for -1
            return x.reshape(sizes)
    except ValueError:
        pass
    problem = f"reshape of {shape_text(x.shape)}, {x.size} elements, to {shape_text(sizes)}"
    raise ShapeError(problem, f"the sizes must multiply to {x.size}")


def flatten(x: Array) -> Array:
    """Return the elements, row by row, along one axis."""
    return x.reshape(-1)


def concat(*parts: Array, axis: int) -> Array:
    """Return arrays one behind the other along an axis that they have."""
    return _joined(np.concatenate, "concat", parts, axis)


def stack(*parts: Array, axis: int) -> Array:
    """Return arrays of one shape side by side along a new axis."""
    return _joined(np.stack, "stack", parts, axis)


def _joined(join: Callable[..., Array], what: str, parts: Sequence[Array], axis: int) -> Array:
    axes = parts[0].ndim + (what == "stack")
    if not -axes <= axis < axes:
        raise ShapeError(f"what {what} gives has no axis {axis}", axes_text(axes))
    require_room((1,) * axes)
    try:
        return join(parts, axis=axis)
    except ValueError:
        problem = f"{what} along axis {axis} of {', '.join(shape_text(part.shape) for part in parts)}"
        expected = "all sizes must be alike" + (" but those along that axis" if what == "concat" else "")
        raise ShapeError(problem, expected) from None


def onehot(x: Array, sizes: Shape) -> Array:
    """Return for each element a vector that is 1 at the place it names, counted from 0, and 0 elsewhere."""
    if len(sizes) != 1:
        raise ShapeError(f"onehot with the sizes {shape_text(sizes)}", "it takes one, how many classes there are")
    (size,) = sizes
    require_room((*x.shape, size))
    classes = array((Const(float(place)) for place in range(size)), (size,))
    return elementwise(lambda a, b: applied("where", applied("eq", a, b), ONE, ZERO), x[..., None], classes)


def mask(x: Array) -> Array:
    """Return scores of which each row sees the columns up to its own: what comes later is hidden from a softmax."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ShapeError(
            f"mask hides the future in a square of scores, not in {shape_text(x.shape)}", "give it Q @ K.T"
        )
    made = x.copy()
    for *at, row, column in places(x.shape):
        if column > row:
            made[(*at, row, column)] = MASKED
    return made


def filled(value: Const) -> Callable[[Shape], Array]:
    """Return the function that makes a tensor of one number."""

    def made(sizes: Shape) -> Array:
        require_room(sizes)
        return array((value for _ in range(math.prod(sizes))), sizes)

    return made


# --- windows ---


def conv2d(x: Array, kernel: Array, **options: int) -> Array:
    """Return the cross-correlation with a kernel, in torch's layout.

    An image H×W takes a kernel h×w or O of them; images of C channels, C×H×W, take kernels O×C×h×w. What a kernel sees
    lies ``dilation`` places apart. Of ``groups`` the first kernels see the first channels, and so on: O×(C/groups)×h×w.
    """
    return _convolved("conv2d", x, kernel, 2, **options)


def conv1d(x: Array, kernel: Array, **options: int) -> Array:
    """Return the cross-correlation along one axis: L with a kernel of l or O×l, C×L with kernels O×C×l."""
    return _convolved("conv1d", x, kernel, 1, **options)


def _convolved(
    what: str, x: Array, kernel: Array, axes: int, *, stride: int, padding: int, dilation: int, groups: int
) -> Array:
    if not 0 <= padding < MOST_ELEMENTS:
        raise ShapeError(f"{what} with a padding of {padding}", "it is 0, or how many zeros stand on each side")
    fits = (x.ndim, kernel.ndim) in ((axes, axes), (axes, axes + 1), (axes + 1, axes + 2))
    images, kernels = (x if x.ndim > axes else x[None]), kernel
    if kernel.ndim == axes:
        kernels = kernel[None, None]
    elif kernel.ndim == axes + 1:
        kernels = kernel[:, None]
    if dilation < 1:
        raise ShapeError(f"{what} with a dilation of {dilation}", "it is 1, or how far apart what a kernel sees lies")
    if groups < 1 or (fits and any(count % groups for count in (len(images), len(kernels)))):
        problem = f"{what} of {shape_text(x.shape)} with kernels {shape_text(kernel.shape)} in {groups} groups"
        raise ShapeError(problem, "the groups must divide the channels and the kernels")
    if not fits or images.shape[0] != kernels.shape[1] * groups:
        problem = f"{what} of {shape_text(x.shape)} with kernels {shape_text(kernel.shape)}"
        of_group = f", divided by the {groups} groups" if groups > 1 else ""
        raise ShapeError(problem, f"the kernels' second axis must be the channels of the first operand{of_group}")
    require_room(tuple(size + 2 * padding for size in images.shape[1:]))
    images = _padded(images, padding, axes)
    windows = list(_windows(what, images.shape[1:], kernels.shape[2:], stride, dilation))
    sizes = window_places(images.shape[1:], kernels.shape[2:], stride, dilation=dilation)
    require_few_terms(len(windows), kernels.size)
    seen = kernels.shape[1]
    flat = [
        [part(images, (slice(first, first + seen), *window)).reshape(-1) for window in windows]
        for first in range(0, len(images), seen)
    ]
    of_kernels = ((one, flat[number * groups // len(kernels)]) for number, one in enumerate(kernels))
    made = array(
        (_dot(window, one.reshape(-1)) for one, group in of_kernels for window in group), (len(kernels), *sizes)
    )
    return made[0] if kernel.ndim == axes else made


def _padded(x: Array, padding: int, axes: int) -> Array:
    """Return an array with zeros around its last axes."""
    around = [(0, 0)] * (x.ndim - axes) + [(padding, padding)] * axes
    return np.pad(x, around, constant_values=ZERO) if padding else x  # type: ignore[call-overload]


def _windows(what: str, image: Shape, window: Shape, stride: int, apart: int = 1) -> Iterator[tuple[slice, ...]]:
    """Yield where each window lies on an image, row by row; its elements lie so far apart."""
    reach = tuple(apart * (side - 1) + 1 for side in window)
    if stride < 1 or any(side > size for side, size in zip(reach, image, strict=True)):
        problem = f"{what} moves a window of {shape_text(reach)} over {shape_text(image)} in steps of {stride}"
        raise ShapeError(problem, "the window must lie inside, its steps be 1 or more")
    starts = [range(0, size - side + 1, stride) for side, size in zip(reach, image, strict=True)]
    for corner in pairs(*starts):
        yield tuple(slice(start, start + side, apart) for start, side in zip(corner, reach, strict=True))


def maxpool(x: Array, sizes: Shape, stride: int, axes: int) -> Array:
    """Return the largest of each window over the last two axes, or over the only one."""
    return _pooled("maxpool", x, sizes, stride, axes, lambda terms: reduce(lambda a, b: applied("max", a, b), terms))


def avgpool(x: Array, sizes: Shape, stride: int, axes: int) -> Array:
    """Return the mean of each window over the last two axes, or over the only one."""
    return _pooled(
        "avgpool", x, sizes, stride, axes, lambda terms: applied("div", summed(terms), Const(float(len(terms))))
    )


def _pooled(what: str, x: Array, sizes: Shape, stride: int, axes: int, fold: Callable[[Sequence[Expr]], Expr]) -> Array:
    axes = axes or min(x.ndim, 2)
    if not 1 <= axes <= x.ndim:
        raise ShapeError(f"{what} over the last {axes} axes of {shape_text(x.shape)}", f"it has {x.ndim}")
    window = sizes * axes if len(sizes) == 1 else sizes
    step, image = stride or window[-1], x.shape[x.ndim - axes :]
    if len(window) != axes:
        raise ShapeError(f"{what} with a window of {shape_text(sizes)}", f"a number, or {axes} sizes")
    if not stride and len(set(window)) > 1:
        problem = f"{what} with a window of {shape_text(window)} needs a stride, one for both axes"
        raise ShapeError(problem, f"stride={window[-1]}")
    windows = list(_windows(what, image, window, step))
    outer = x.shape[: x.ndim - axes]
    cells = (fold(list(part(x, (*at, *where)).reshape(-1))) for at in places(outer) for where in windows)
    return array(cells, (*outer, *window_places(image, window, step)))


_ALONG: Mapping[str, Option | None] = {"axis": None, "keepdims": False}
_WINDOW: Mapping[str, Option | None] = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
_POOL: Mapping[str, Option | None] = {"stride": 0, "axes": 0}

FUNCTIONS: dict[str, TensorFunction] = {
    "matmul": TensorFunction(matmul, 2, 2, plain=True, heavy=True),
    "sum": TensorFunction(sum_of, options=_ALONG, heavy=True),
    "mean": TensorFunction(mean_of, options=_ALONG, heavy=True),
    "max": TensorFunction(max_of, options=_ALONG, plain=True),
    "min": TensorFunction(min_of, options=_ALONG, plain=True),
    "argmax": TensorFunction(argmax, plain=True),
    "transpose": TensorFunction(transpose),
    "reshape": TensorFunction(reshape, 2, 2, sizes=True),
    "flatten": TensorFunction(flatten),
    "concat": TensorFunction(concat, 1, 100, {"axis": 0}),
    "stack": TensorFunction(stack, 1, 100, {"axis": 0}),
    "onehot": TensorFunction(onehot, 2, 2, sizes=True),
    "mask": TensorFunction(mask),
    "zeros": TensorFunction(filled(ZERO), sizes=True),
    "ones": TensorFunction(filled(ONE), sizes=True),
    "conv1d": TensorFunction(conv1d, 2, 2, _WINDOW, plain=True, heavy=True),
    "conv2d": TensorFunction(conv2d, 2, 2, _WINDOW, plain=True, heavy=True),
    "maxpool": TensorFunction(maxpool, 2, 2, _POOL, plain=True, sizes=True),
    "avgpool": TensorFunction(avgpool, 2, 2, _POOL, heavy=True, sizes=True),
}
"""The functions by their names."""
