"""Printed equations over matrices, computed with NumPy: their text is turned into Python, no tree is looked at."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]

_NAME = re.compile(r"∂(\w+)/∂(\w+)")
_LOOP = re.compile(r" for (\w+) in (\S+)\.\.(\S+)")
_SIGNS = {
    "²": "**2", "³": "**3", "^": "**", "ᵀ": ".T", "−": "-", "½": "0.5", "√": "sqrt", "σ": "sigmoid",
    " = ": " == ", "≥": ">=", "≤": "<=", "⊙": "*", "·": "@", "⊗": "//", "π": "pi", "Σ over rows of ": "ROWS**",
}  # fmt: skip


def to_python(text: str) -> str:
    """Return the Python of a printed right-hand side."""
    text = _NAME.sub(r"d_\1__d_\2", text)
    text = re.sub(r"Σ (\w+)=(\S+)\.\.(\S+) \(", r"TOTAL(lambda \1: (\2, \3), lambda \1: ", text)
    text = re.sub(r"(?<!\w)1\[", "INDICATOR[", text)
    for sign, python in _SIGNS.items():
        text = text.replace(sign, python)
    return text


class _Numbers(ast.NodeTransformer):
    """Makes the numbers that are computed with matrices of no axes; places are none of those."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        node.value = self.visit(node.value)
        return node

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        node.left, node.right = _number(node.left), _number(node.right)
        return node


def _number(node: ast.expr) -> ast.expr:
    if not isinstance(node, ast.Constant):
        return node
    return ast.Call(ast.Name("NUMBER", ast.Load()), [node], [])


def compiled(text: str) -> CodeType:
    """Return the code of a printed right-hand side."""
    tree = _Numbers().visit(ast.parse(to_python(text), mode="eval"))
    return compile(ast.fix_missing_locations(tree), text, "eval")


class Matrix:
    """An array whose signs are those of the printed equations: ``@`` multiplies by numbers too, ``//`` is ⊗."""

    def __init__(self, value: Any) -> None:
        self.array: Array = np.asarray(value, dtype=float)

    def __add__(self, other: Any) -> Matrix:
        return Matrix(self.array + _array(other))

    def __radd__(self, other: Any) -> Matrix:
        return Matrix(_array(other) + self.array)

    def __sub__(self, other: Any) -> Matrix:
        return Matrix(self.array - _array(other))

    def __rsub__(self, other: Any) -> Matrix:
        return Matrix(_array(other) - self.array)

    def __mul__(self, other: Any) -> Matrix:
        return Matrix(self.array * _array(other))

    def __truediv__(self, other: Any) -> Matrix:
        return Matrix(self.array / _array(other))

    def __rtruediv__(self, other: Any) -> Matrix:
        return Matrix(_array(other) / self.array)

    def __pow__(self, other: Any) -> Matrix:
        return Matrix(self.array ** _array(other))

    def __rpow__(self, other: Any) -> Matrix:
        return Matrix(_array(other) ** self.array)

    def __neg__(self) -> Matrix:
        return Matrix(-self.array)

    def __matmul__(self, other: Any) -> Matrix:
        a, b = self.array, _array(other)
        return Matrix(a @ b if a.ndim and b.ndim else a * b)

    def __rmatmul__(self, other: Any) -> Matrix:
        return Matrix(other) @ self

    def __floordiv__(self, other: Any) -> Matrix:
        assert self.array.ndim == 1 == _array(other).ndim
        return Matrix(np.multiply.outer(self.array, _array(other)))

    def __getitem__(self, items: Any) -> Matrix:
        return Some(self.array[items], self, items)

    def __eq__(self, other: object) -> Any:
        return Matrix(self.array == _array(other))

    def __lt__(self, other: Any) -> Matrix:
        return Matrix(self.array < _array(other))

    def __le__(self, other: Any) -> Matrix:
        return Matrix(self.array <= _array(other))

    def __gt__(self, other: Any) -> Matrix:
        return Matrix(self.array > _array(other))

    def __ge__(self, other: Any) -> Matrix:
        return Matrix(self.array >= _array(other))

    @property
    def T(self) -> Matrix:
        return Matrix(self.array.T)

    @property
    def mT(self) -> Matrix:
        return Matrix(np.swapaxes(self.array, -1, -2))


class Some(Matrix):
    """Some of a matrix, which remembers where it lies."""

    def __init__(self, value: Any, whole: Matrix, items: Any) -> None:
        super().__init__(value)
        self.lies = whole, items


def _array(value: Any) -> Array:
    return value.array if isinstance(value, Matrix) else np.asarray(value, dtype=float)


class _OverRows:
    """Σ over rows of a matrix, which binds as a function does: it is written as a power."""

    def __pow__(self, matrix: Matrix) -> Matrix:
        return Matrix(matrix.array.sum(0))


class _Indicator:
    def __getitem__(self, condition: Any) -> Matrix:
        return Matrix(condition.array)


class Tensor(Matrix):
    """A tensor by its name: whole, or the parts that have equations of their own."""

    def __init__(self, values: Values, name: str) -> None:
        self.values, self.name = values, name

    @property
    def array(self) -> Array:  # type: ignore[override]
        return self.values.whole(self.name)

    def __getitem__(self, items: Any) -> Matrix:
        return Some(self.values.part(self.name, items if isinstance(items, tuple) else (items,)), self, items)


class Values(dict[str, Any]):
    """The values of what equations define, each computed when it is first asked for; ``given`` are numbers."""

    def __init__(self, given: Mapping[str, Any], equations: Iterable[str]) -> None:
        super().__init__()
        self.given = {name: np.asarray(value, dtype=float) for name, value in given.items()}
        self.texts: dict[tuple[str, tuple[int, ...]], tuple[CodeType, dict[str, int]]] = {}
        for equation in equations:
            self._read(equation)
        self.known: dict[tuple[str, tuple[int, ...]], Array] = {}

    def _read(self, equation: str) -> None:
        target, right = equation.split(" = ", 1)
        loops = _LOOP.findall(target)
        name, _, place = _LOOP.sub("", target).partition("[")
        turns: list[dict[str, int]] = [{}]
        for letter, first, last in loops:
            turns = [{**turn, letter: number} for turn in turns for number in range(int(first), int(last) + 1)]
        for turn in turns:
            at = eval(f"({place.removesuffix(']')},)", {}, turn) if place else ()
            key = (_NAME.sub(r"d_\1__d_\2", name), at)
            assert key not in self.texts, f"{key} has two equations"
            self.texts[key] = (compiled(right), turn)

    def keys_of(self, name: str) -> list[tuple[int, ...]]:
        """Return the places of the parts that a name has equations for."""
        return [place for other, place in self.texts if other == name]

    def computed(self, name: str, place: tuple[int, ...]) -> Array:
        """Return what one equation comes to."""
        key = (name, place)
        if key not in self.known:
            code, turn = self.texts[key]
            self.known[key] = _array(eval(code, _Scope(self, turn)))
        return self.known[key]

    def whole(self, name: str) -> Array:
        """Return a tensor, put together where it is made part by part."""
        if name in self.given:
            return self.given[name]
        if (name, ()) in self.texts:
            return self.computed(name, ())
        places = self.keys_of(name)
        parts = {place: self.computed(name, place) for place in places}
        sizes = tuple(max(along) + 1 for along in zip(*places, strict=True))
        made = np.full((*sizes, *parts[places[0]].shape), np.nan)
        for place, value in parts.items():
            made[place] = value
        return made

    def part(self, name: str, items: tuple[Any, ...]) -> Array:
        """Return some of a tensor."""
        places = self.keys_of(name)
        if places and places[0]:
            axes = len(places[0])
            if items[:axes] in places:
                found: Array = self.computed(name, items[:axes])
                return found[items[axes:]]
            if isinstance(items[0], slice) and axes == 1:
                last = max(place[0] for place in places) + 1
                chosen = range(last)[items[0]]
                return np.stack([self.computed(name, (place,)) for place in chosen])[(slice(None), *items[1:])]
        return self.whole(name)[items]


class _Scope(dict[str, Any]):
    """What the names in a text mean: letters of loops, functions, tensors."""

    def __init__(self, values: Values, turn: Mapping[str, int]) -> None:
        super().__init__(turn, __builtins__={})
        self.values_of = values

    def __missing__(self, name: str) -> Any:
        return FUNCTIONS[name] if name in FUNCTIONS else Tensor(self.values_of, name)


# --- functions ---


def _total(ends: Callable[[int], tuple[int, int]], term: Callable[[int], Matrix]) -> Matrix:
    first, last = ends(0)
    return Matrix(sum(_array(term(turn)) for turn in range(first, last + 1)))


def _of_arrays(function: Callable[..., Any]) -> Callable[..., Matrix]:
    return lambda *operands, **options: Matrix(function(*map(_array, operands), **options))


def _sized(function: Callable[..., Any]) -> Callable[..., Matrix]:
    """Return a function whose last operand is a list of sizes, or one."""

    def call(*operands: Any, **options: Any) -> Matrix:
        *matrices, sizes = operands
        listed = sizes if isinstance(sizes, list) else [int(sizes)]
        return Matrix(function(*map(_array, matrices), listed, **options))

    return call


def _reduced(reduce: Callable[..., Any], several: Callable[..., Any] | None = None) -> Callable[..., Matrix]:
    def call(*operands: Any, axis: int | None = None, keepdims: bool = False) -> Matrix:
        if len(operands) > 1:
            assert several is not None
            found = _array(operands[0])
            for operand in operands[1:]:
                found = several(found, _array(operand))
            return Matrix(found)
        return Matrix(reduce(_array(operands[0]), axis=axis, keepdims=keepdims))

    return call


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True))


def _log_softmax(x: Array) -> Array:
    moved = x - x.max(-1, keepdims=True)
    return np.asarray(moved - np.log(np.exp(moved).sum(-1, keepdims=True)))


def _mask(x: Array) -> Array:
    return np.where(np.tril(np.ones(x.shape)) > 0, x, -np.inf)


def _into(some: Some, value: Any) -> Matrix:
    whole, items = some.lies
    made = np.zeros(whole.array.shape)
    assert made[items].shape == _array(value).shape
    made[items] = _array(value)
    return Matrix(made)


def _extreme(pick: Callable[..., Any]) -> Callable[..., Array]:
    def first(x: Array, axis: int | None = None) -> Array:
        made = np.zeros(x.shape)
        if axis is None:
            made.flat[pick(x)] = 1
        else:
            np.put_along_axis(made, np.expand_dims(pick(x, axis=axis), axis), 1, axis)
        return made

    return first


def _onehot(x: Array, sizes: list[int]) -> Array:
    return np.asarray(x[..., None] == np.arange(sizes[0]), dtype=float)


# --- convolutions ---


def _channels(x: Array, kernel: Array, axes: int) -> tuple[Array, Array]:
    """Return images C×… and kernels O×C×…."""
    images = x if x.ndim > axes else x[None]
    if kernel.ndim == axes:
        return images, kernel[None, None]
    return images, kernel[:, None] if kernel.ndim == axes + 1 else kernel


def _padded(x: Array, widths: tuple[int, ...]) -> Array:
    around = [(0, 0)] * (x.ndim - len(widths)) + [(width, width) for width in widths]
    return np.pad(x, around)


def _correlated(x: Array, kernel: Array) -> Array:
    """Return the plain correlation of one image with one kernel."""
    windows = sliding_window_view(x, kernel.shape)
    return np.asarray((windows * kernel).sum(tuple(range(-kernel.ndim, 0))))


def _conv(axes: int) -> Callable[..., Array]:
    def conv(x: Array, kernel: Array, stride: int = 1, padding: int = 0, dilation: int = 1, groups: int = 1) -> Array:
        images, kernels = _channels(x, kernel, axes)
        images = _padded(images, (padding,) * axes)
        sides = [dilation * (side - 1) + 1 for side in kernels.shape[-axes:]]
        kernels = _spaced(kernels, sides, dilation)
        seen = [range(o * groups // len(kernels) * kernels.shape[1], len(images)) for o in range(len(kernels))]
        made = np.stack(
            [
                sum((_correlated(images[c], one[i]) for i, c in zip(range(len(one)), of, strict=False)), np.zeros(()))
                for one, of in zip(kernels, seen, strict=True)
            ]
        )
        made = made[(slice(None), *[slice(None, None, stride)] * axes)]
        return np.asarray(made[0] if kernel.ndim == axes else made)

    return conv


def _full(axes: int) -> Callable[..., Array]:
    def full(there: Array, kernel: Array, groups: int = 1) -> Array:
        if groups > 1:
            parts = zip(np.split(there, groups), np.split(kernel, groups), strict=True)
            return np.concatenate([full(*part) for part in parts])
        slopes = there if there.ndim > axes else there[None]
        kernels = kernel[None, None] if kernel.ndim == axes else kernel[:, None] if kernel.ndim == axes + 1 else kernel
        slopes = _padded(slopes, tuple(side - 1 for side in kernel.shape[-axes:]))
        made = np.stack(
            [
                sum((_correlated(slopes[o], kernels[o, c]) for o in range(len(kernels))), start=np.zeros(()))
                for c in range(kernels.shape[1])
            ]
        )
        return np.asarray(made if kernel.ndim == axes + 2 else made[0])

    return full


def _each(axes: int) -> Callable[..., Array]:
    def each(x: Array, there: Array, stride: int = 1, padding: int = 0, groups: int = 1) -> Array:
        if groups > 1:
            parts = zip(np.split(x, groups), np.split(there, groups), strict=True)
            return np.concatenate([each(*part, stride=stride, padding=padding) for part in parts])
        images = _padded(x, (padding,) * axes)
        found = np.stack([np.stack([_correlated(image, slope) for image in images]) for slope in there])
        return np.asarray(found[(..., *[slice(None, None, stride)] * axes)])

    return each


def _turned(axes: int) -> Callable[..., Array]:
    return lambda kernel: np.flip(kernel, tuple(range(-axes, 0)))


def _spaced(there: Array, sizes: list[int], stride: int) -> Array:
    made = np.zeros((*there.shape[: -len(sizes)], *sizes))
    for at in np.ndindex(*there.shape[-len(sizes) :]):
        made[(..., *(place * stride for place in at))] = there[(..., *at)]
    return made


def _pool(reduce: Callable[..., Any]) -> Callable[..., Array]:
    def pool(x: Array, sizes: list[int], stride: int = 0, axes: int = 0) -> Array:
        sides = sizes * (axes or min(x.ndim, 2)) if len(sizes) == 1 else sizes
        step = stride or sides[-1]
        windows = sliding_window_view(x, tuple(sides), axis=tuple(range(-len(sides), 0)))
        found = reduce(windows, axis=tuple(range(-len(sides), 0)))
        return np.asarray(found[(..., *[slice(None, None, step)] * len(sides))])

    return pool


def _to_largest(there: Array, x: Array, sizes: list[int], stride: int) -> Array:
    made = np.zeros(x.shape)
    for at in np.ndindex(*there.shape):
        outer, corner = at[: -len(sizes)], at[-len(sizes) :]
        window = (*outer, *(slice(c * stride, c * stride + s) for c, s in zip(corner, sizes, strict=True)))
        place = np.unravel_index(np.argmax(x[window]), x[window].shape)
        made[window][place] += there[at]
    return made


def _to_all(there: Array, sizes: list[int], shape: list[int], stride: int) -> Array:
    made = np.zeros(shape)
    for at in np.ndindex(*there.shape):
        outer, corner = at[: -len(sizes)], at[-len(sizes) :]
        made[(*outer, *(slice(c * stride, c * stride + s) for c, s in zip(corner, sizes, strict=True)))] += there[at]
    return made


def _lists(function: Callable[..., Array]) -> Callable[..., Matrix]:
    """Return a function some of whose operands are lists."""
    return lambda *operands, **options: Matrix(
        function(*(one if isinstance(one, list) else _array(one) for one in operands), **options)
    )


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def _gelu(x: Array) -> Array:
    return np.asarray(0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))))


FUNCTIONS: dict[str, Any] = {
    "ROWS": _OverRows(),
    "INDICATOR": _Indicator(),
    "TOTAL": _total,
    "NUMBER": Matrix,
    "into": _into,
    "True": True,
    "False": False,
    "pi": Matrix(np.pi),
    "exp": _of_arrays(np.exp),
    "ln": _of_arrays(np.log),
    "sqrt": _of_arrays(np.sqrt),
    "sin": _of_arrays(np.sin),
    "cos": _of_arrays(np.cos),
    "tanh": _of_arrays(np.tanh),
    "abs": _of_arrays(np.abs),
    "sign": _of_arrays(np.sign),
    "floor": _of_arrays(np.floor),
    "mod": _of_arrays(lambda a, b: a - b * np.floor(a / b)),
    "held": _of_arrays(lambda x: x),
    "identity": _of_arrays(lambda x: x),
    "sigmoid": _of_arrays(_sigmoid),
    "stable_sigmoid": _of_arrays(_sigmoid),
    "relu": _of_arrays(lambda x: np.maximum(x, 0)),
    "leaky_relu": _of_arrays(lambda x: np.maximum(x, 0.01 * x)),
    "elu": _of_arrays(lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)),
    "softplus": _of_arrays(lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))),
    "gelu": _of_arrays(_gelu),
    "silu": _of_arrays(lambda x: x * _sigmoid(x)),
    "where": _of_arrays(lambda condition, a, b: np.where(condition, a, b)),
    "squared_error": _of_arrays(lambda a, b: (a - b) ** 2),
    "half_squared_error": _of_arrays(lambda a, b: 0.5 * (a - b) ** 2),
    "huber": _of_arrays(lambda a, b: np.where(np.abs(a - b) <= 1, 0.5 * (a - b) ** 2, np.abs(a - b) - 0.5)),
    "bce": _of_arrays(lambda a, b: -(b * np.log(a) + (1 - b) * np.log(1 - a))),
    "bce_with_logits": _of_arrays(lambda z, t: np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))),
    "cce": _of_arrays(lambda a, b: np.where(b == 0, 0, -b * np.log(np.where(b == 0, 1, a)))),
    "l1_penalty": _of_arrays(np.abs),
    "l2_penalty": _of_arrays(np.square),
    "sum": _reduced(np.sum),
    "mean": _reduced(np.mean),
    "max": _reduced(np.max, np.maximum),
    "min": _reduced(np.min, np.minimum),
    "argmax": _of_arrays(lambda x: np.argmax(x, -1)),
    "softmax": _of_arrays(_softmax),
    "log_softmax": _of_arrays(_log_softmax),
    "cce_with_logits": _of_arrays(lambda x, t: -(t * _log_softmax(x)).sum(-1)),
    "dropout": _of_arrays(lambda x, mask, p=0.5: x * mask / (1 - p)),
    "flatten": _of_arrays(np.ravel),
    "reshape": _sized(np.reshape),
    "concat": lambda *parts, axis=0: Matrix(np.concatenate([_array(part) for part in parts], axis)),
    "stack": lambda *parts, axis=0: Matrix(np.stack([_array(part) for part in parts], axis)),
    "onehot": _sized(_onehot),
    "mask": _of_arrays(_mask),
    "zeros": _sized(np.zeros),
    "ones": _sized(np.ones),
    "conv1d": _of_arrays(_conv(1)),
    "conv2d": _of_arrays(_conv(2)),
    "maxpool": _sized(_pool(np.max)),
    "avgpool": _sized(_pool(np.mean)),
    "rowsum": _of_arrays(lambda x: x.sum(-1, keepdims=True)),
    "largest": _of_arrays(_extreme(np.argmax)),
    "smallest": _of_arrays(_extreme(np.argmin)),
    "tril": _of_arrays(np.tril),
    "rot180": _of_arrays(_turned(2)),
    "reversed": _of_arrays(_turned(1)),
    "full1d": _of_arrays(_full(1)),
    "full2d": _of_arrays(_full(2)),
    "each1d": _of_arrays(_each(1)),
    "each2d": _of_arrays(_each(2)),
    "spaced": _lists(_spaced),
    "to_largest": _lists(_to_largest),
    "to_all": _lists(_to_all),
}
