"""A template over tensors, evaluated by torch: Python's own `ast` reads its text, nothing of the project is used."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Place = tuple[int, ...]
_SIGNS = {"^": "**", "²": "**2", "·": "*", "×": "*", "−": "-", "≤": "<=", "≥": ">="}
_LOOP = re.compile(r"for (\w+) in (\d+)\.\.(\d+)")


class NearKink(Exception):
    """Two numbers that a comparison tells apart are so near that rounding decides."""


def _told_apart(a: Tensor, b: Tensor) -> None:
    apart = (a - b).abs()
    if bool(((apart > 0) & (apart < 1e-9)).any()):
        raise NearKink


def numbers(table: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return tensors of the nested lists of a table."""
    return {name: torch.tensor(value, dtype=torch.float64) for name, value in table.items()}


class Program:
    """A template's equations, evaluated with its inputs and whatever its parameters are."""

    @classmethod
    def of_equations(cls, equations: Mapping[str, str]) -> Program:
        """Return the program of equations alone, whose tensors are all parameters."""
        program = cls("[parameters]")
        for key, text in equations.items():
            program._read(key, text)
        return program

    def __init__(self, template: str) -> None:
        document = tomllib.loads(template)
        data = document.get("data")
        self.samples = [dict(document.get("inputs", {}))]
        if data:
            self.samples = [dict(zip(data["inputs"], row, strict=True)) for row in data["rows"]]
        self.parameters = numbers(document["parameters"])
        self.equations: dict[str, dict[Place, tuple[str, dict[str, int]]]] = {}
        for table in ("forward", "loss", "metrics"):
            for key, text in document.get(table, {}).items():
                self._read(key, text)

    def _read(self, key: str, text: str) -> None:
        loops = _LOOP.findall(key)
        name, _, place = key.split(" for ")[0].partition("[")
        for turn in product(*(range(int(first), int(last) + 1) for _, first, last in loops)):
            letters = dict(zip((letter for letter, _, _ in loops), turn, strict=True))
            at = eval(f"({place.removesuffix(']')},)", {}, letters) if place else ()
            self.equations.setdefault(name.strip(), {})[at] = (text, letters)

    def values(self, sample: int, parameters: Mapping[str, Tensor]) -> dict[tuple[str, Place], Tensor]:
        """Return what every equation comes to, by name and place. Raises NearKink where rounding would decide."""
        given = numbers(self.samples[sample]) | dict(parameters)
        found = _Values(self, given)
        return {(name, at): found.part(name, at) for name, parts in self.equations.items() for at in parts}


class _Values:
    """The values of names, each computed when it is first asked for."""

    def __init__(self, program: Program, given: Mapping[str, Tensor]) -> None:
        self.program, self.given = program, given
        self.known: dict[tuple[str, Place], Tensor] = {}

    def part(self, name: str, at: Place) -> Tensor:
        if (name, at) not in self.known:
            text, letters = self.program.equations[name][at]
            for sign, python in _SIGNS.items():
                text = text.replace(sign, python)
            self.known[name, at] = _Evaluator(self, letters).tensor(ast.parse(text, mode="eval").body)
        return self.known[name, at]

    def whole(self, name: str) -> Tensor:
        if name in self.given:
            return self.given[name]
        parts = self.program.equations[name]
        return self.part(name, ()) if () in parts else self._stacked(name, ())

    def _stacked(self, name: str, before: Place) -> Tensor:
        parts = self.program.equations[name]
        if before in parts:
            return self.part(name, before)
        places = sorted({at[len(before)] for at in parts if at[: len(before)] == before})
        return torch.stack([self._stacked(name, (*before, place)) for place in places])


class _Evaluator(ast.NodeVisitor):
    """Evaluates one equation, in which letters stand for numbers."""

    def __init__(self, values: _Values, letters: Mapping[str, int]) -> None:
        self.values, self.letters = values, letters

    def tensor(self, node: ast.AST) -> Tensor:
        found = self.visit(node)
        return found if isinstance(found, Tensor) else torch.tensor(float(found), dtype=torch.float64)

    def generic_visit(self, node: ast.AST) -> Any:
        raise AssertionError(ast.dump(node))

    def visit_Constant(self, node: ast.Constant) -> Any:
        return node.value

    def visit_List(self, node: ast.List) -> Any:
        return [ast.literal_eval(element) for element in node.elts]

    def visit_Name(self, node: ast.Name) -> Any:
        return self.letters[node.id] if node.id in self.letters else self.values.whole(node.id)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        return -self.visit(node.operand) if isinstance(node.op, ast.USub) else self.visit(node.operand)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        a, b = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.MatMult):
            return torch.matmul(a, b)
        if isinstance(node.op, ast.Pow) and isinstance(b, Tensor) and not isinstance(a, Tensor):
            a = torch.tensor(float(a), dtype=torch.float64)
        return _SIGNED[type(node.op)](a, b)

    def visit_Compare(self, node: ast.Compare) -> Any:
        a, b = self.tensor(node.left), self.tensor(node.comparators[0])
        _told_apart(a, b)
        return _COMPARED[type(node.ops[0])](a, b)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        found = self.tensor(node.value)
        assert node.attr == "T"
        return found.permute(*reversed(range(found.ndim)))

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        at = tuple(self._item(item) for item in items)
        if isinstance(node.value, ast.Name) and node.value.id in self.values.program.equations:
            parts = self.values.program.equations[node.value.id]
            first = at[: len(next(iter(parts)))]
            if first and first in list(parts):
                return self.values.part(node.value.id, first)[at[len(first) :]]
            span = at[0]
            if isinstance(span, slice) and span.stop is not None and min(span.start or 0, span.stop) >= 0:
                asked = [self.values.part(node.value.id, (place,)) for place in range(span.start or 0, span.stop)]
                return torch.stack(asked)[(slice(None), *at[1:])]
        return self.tensor(node.value)[at]

    def _item(self, item: ast.expr) -> int | slice:
        if isinstance(item, ast.Slice):
            ends = [None if end is None else int(self.visit(end)) for end in (item.lower, item.upper)]
            return slice(*ends)
        return int(self.visit(item))

    def visit_Call(self, node: ast.Call) -> Any:
        assert isinstance(node.func, ast.Name)
        options = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in node.keywords}
        operands = [self.visit(arg) for arg in node.args]
        name = node.func.id
        if name in _SIZED:
            *tensors, sizes = operands
            return _SIZED[name](*map(_tensor, tensors), sizes if isinstance(sizes, list) else [int(sizes)], **options)
        if name in ("max", "min") and len(operands) == 1:
            return _reduced(name, _tensor(operands[0]), **options)
        return _FUNCTIONS[name](*map(_tensor, operands), **options)


def _tensor(value: Any) -> Tensor:
    return value if isinstance(value, Tensor) else torch.tensor(float(value), dtype=torch.float64)


_SIGNED: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}
_COMPARED: Mapping[type, Callable[[Tensor, Tensor], Tensor]] = {
    ast.Gt: torch.gt,
    ast.GtE: torch.ge,
    ast.Lt: torch.lt,
    ast.LtE: torch.le,
    ast.Eq: torch.eq,
}


# --- functions ---


def _larger(a: Tensor, b: Tensor) -> Tensor:
    _told_apart(a, b)
    return torch.where(a >= b, a, b)  # of equal ones the first has the whole slope


def _smaller(a: Tensor, b: Tensor) -> Tensor:
    _told_apart(a, b)
    return torch.where(a <= b, a, b)


def _folded(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    def fold(first: Tensor, *others: Tensor) -> Tensor:
        for other in others:
            first = function(first, other)
        return first

    return fold


def _reduced(name: str, x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Reduce along one axis, or all."""
    if axis is None:
        found = _reduced(name, x.reshape(-1), 0)
        return found.reshape((1,) * x.ndim) if keepdims else found
    if name in ("sum", "mean"):
        return getattr(torch, name)(x, dim=axis, keepdim=keepdims)
    ordered = x.detach().sort(dim=axis).values
    if x.shape[axis] > 1:
        _told_apart(ordered.narrow(axis, 1, x.shape[axis] - 1), ordered.narrow(axis, 0, x.shape[axis] - 1))
    return getattr(torch, name)(x, dim=axis, keepdim=keepdims).values


def _floor(x: Tensor) -> Tensor:
    _told_apart(x, x.round())
    return x.floor().detach()


def _relu(x: Tensor) -> Tensor:
    return torch.where(x > 0, x, torch.zeros_like(x))


def _conv(axes: int) -> Callable[..., Tensor]:
    convolve = (functional.conv1d, functional.conv2d)[axes - 1]

    def conv(x: Tensor, kernel: Tensor, **options: int) -> Tensor:
        images = x if x.ndim > axes else x[None]
        kernels = kernel[None, None] if kernel.ndim == axes else kernel if x.ndim > axes else kernel[:, None]
        found = convolve(images[None], kernels, **options)[0]
        return found[0] if kernel.ndim == axes else found

    return conv


def _pool(pools: tuple[Callable[..., Tensor], Callable[..., Tensor]]) -> Callable[..., Tensor]:
    def pool(x: Tensor, sizes: list[int], stride: int = 0) -> Tensor:
        axes = min(x.ndim, 2)
        window = sizes * axes if len(sizes) == 1 else sizes
        images = x.reshape(1, -1, *x.shape[-axes:])
        found = pools[axes - 1](images, tuple(window), stride=stride or tuple(window))
        return found.reshape(*x.shape[:-axes], *found.shape[2:])

    return pool


def _max_pool(axes: int) -> Callable[..., Tensor]:
    def pool(x: Tensor, window: tuple[int, ...], stride: int | tuple[int, ...]) -> Tensor:
        steps = (stride,) * axes if isinstance(stride, int) else stride
        for axis, (size, step) in enumerate(zip(window, steps, strict=True)):
            x = x.unfold(2 + axis, size, step)
        return _reduced("max", x.flatten(-axes), -1)

    return pool


def _layernorm(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:], eps=eps) * gain + bias


def _batchnorm(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    return (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps) * gain + bias


def _rmsnorm(x: Tensor, gain: Tensor, eps: float = 1e-5) -> Tensor:
    return functional.rms_norm(x, x.shape[-1:], eps=eps) * gain


def _elu(x: Tensor) -> Tensor:
    return torch.where(x > 0, x, x.clamp(max=0).exp() - 1)


def _mask(x: Tensor) -> Tensor:
    return x.masked_fill(torch.ones_like(x, dtype=torch.bool).triu(1), -torch.inf)


def _onehot(x: Tensor, sizes: list[int]) -> Tensor:
    return functional.one_hot(x.detach().long(), sizes[0]).double()


def _abs(x: Tensor) -> Tensor:
    return x * x.detach().sign()


_FUNCTIONS: Mapping[str, Callable[..., Tensor]] = {
    "exp": torch.exp,
    "ln": torch.log,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "pi": lambda: torch.tensor(torch.pi, dtype=torch.float64),
    "abs": _abs,
    "sign": lambda x: x.detach().sign(),
    "floor": _floor,
    "mod": lambda a, b: a - b * _floor(a / b),
    "held": Tensor.detach,
    "identity": lambda x: x,
    "sigmoid": torch.sigmoid,
    "stable_sigmoid": torch.sigmoid,
    "relu": _relu,
    "leaky_relu": lambda x: torch.where(x > 0, x, 0.01 * x),
    "elu": _elu,
    "softplus": lambda x: functional.softplus(x, threshold=1000),
    "gelu": lambda x: functional.gelu(x, approximate="tanh"),
    "silu": functional.silu,
    "max": _folded(_larger),
    "min": _folded(_smaller),
    "where": torch.where,
    "squared_error": lambda a, b: (a - b) ** 2,
    "half_squared_error": lambda a, b: 0.5 * (a - b) ** 2,
    "huber": lambda a, b: torch.where((a - b).abs() <= 1, 0.5 * (a - b) ** 2, (a - b).abs() - 0.5),
    "bce": lambda a, b: -(b * a.log() + (1 - b) * (1 - a).log()),
    "bce_with_logits": lambda a, b: functional.softplus(a, threshold=1000) - a * b,
    "cce": lambda a, b: -b * a.log(),
    "l1_penalty": _abs,
    "l2_penalty": torch.square,
    "sum": lambda x, **options: _reduced("sum", x, **options),
    "mean": lambda x, **options: _reduced("mean", x, **options),
    "argmax": lambda x: x.detach().argmax(-1).double(),
    "matmul": torch.matmul,
    "transpose": lambda x: x.permute(*reversed(range(x.ndim))),
    "softmax": lambda x: torch.softmax(x, -1),
    "log_softmax": lambda x: torch.log_softmax(x, -1),
    "cce_with_logits": lambda x, t: -(t * torch.log_softmax(x, -1)).sum(-1),
    "flatten": torch.flatten,
    "concat": lambda *parts, axis=0: torch.cat(parts, axis),
    "stack": lambda *parts, axis=0: torch.stack(parts, axis),
    "mask": _mask,
    "conv1d": _conv(1),
    "conv2d": _conv(2),
    "layernorm": _layernorm,
    "batchnorm": _batchnorm,
    "rmsnorm": _rmsnorm,
    "dropout": lambda x, mask, p=0.5: x * mask / (1 - p),
    "embedding": lambda tokens, rows: rows[tokens.detach().long()],
}
_SIZED: Mapping[str, Callable[..., Tensor]] = {
    "reshape": lambda x, sizes: x.reshape(sizes),
    "zeros": lambda sizes: torch.zeros(sizes, dtype=torch.float64),
    "ones": lambda sizes: torch.ones(sizes, dtype=torch.float64),
    "onehot": _onehot,
    "maxpool": _pool((_max_pool(1), _max_pool(2))),
    "avgpool": _pool((functional.avg_pool1d, functional.avg_pool2d)),
}
