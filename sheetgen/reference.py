"""An independent NumPy trainer: the second opinion on every number of the trace.

It reads a template's equations with Python's own `ast`, and takes gradients by complex step,
∂f/∂x = Im f(x + ih)/h, which has no cancellation and so is exact to rounding
(Squire and Trapp, SIAM Review 40, 1998). It shares no parser, printer or derivative rule with the graph.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_Complex = NDArray[np.complex128]

_STEP = 1e-20
SMALLEST_SLOPE = sys.float_info.min / _STEP
"""A derivative below this is lost to underflow."""

_SPELLINGS = {"^": "**", "²": "**2", "·": "*", "×": "*", "−": "-"}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "whole_power": lambda base, exponent: _whole_power(base, exponent),
}
_ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Load, ast.Constant,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd,
)  # fmt: skip


class Reference:
    """A network read from its equations' texts.

    ``equations`` maps each quantity to its right-hand side, in any order; ``loss`` is the one minimised.
    """

    def __init__(self, equations: Mapping[str, str], loss: str) -> None:
        self.loss = loss
        self._code = {name: _compile(text) for name, text in _sorted(equations).items()}

    def values(self, given: Mapping[str, Array | float]) -> dict[str, Array]:
        """Return the value of every equation, elementwise over the arrays of ``given``."""
        return {name: value.real for name, value in self._run(given, ()).items()}

    def derivatives(self, given: Mapping[str, Array | float], names: Sequence[str]) -> dict[str, Array]:
        """Return ∂loss/∂name for each name, given or computed, elementwise over the arrays of ``given``.

        All names are perturbed in one pass, along a leading axis of the arrays.
        """
        loss = np.broadcast_to(self._run(given, names)[self.loss].imag / _STEP, (len(names), *_shape(given)))
        return dict(zip(names, loss, strict=True))

    def train(
        self, given: Mapping[str, float], weights: Sequence[str], rates: Sequence[float], iterations: int
    ) -> Iterator[dict[str, Array]]:
        """Yield weights, equations and gradients of each iteration, as arrays over the learning rates."""
        eta = np.asarray(rates, dtype=float)
        state = {name: np.full(eta.shape, given[name]) for name in weights}
        for _ in range(iterations + 1):
            here: dict[str, Array | float] = {**given, **state}
            gradients = self.derivatives(here, weights)
            labelled = {f"∂{self.loss}/∂{name}": value for name, value in gradients.items()}
            yield {**state, **self.values(here), **labelled}
            state = {name: state[name] - eta * gradients[name] for name in weights}

    def _run(self, given: Mapping[str, Array | float], perturbed: Sequence[str]) -> dict[str, _Complex]:
        axes = (len(perturbed), *[1] * len(_shape(given)))
        steps = {
            name: 1j * _STEP * (np.arange(len(perturbed)) == index).reshape(axes)
            for index, name in enumerate(perturbed)
        }
        space: dict[str, object] = dict(_FUNCTIONS)
        for name, value in given.items():
            space[name] = np.asarray(value, dtype=complex) + steps.get(name, 0)
        found: dict[str, _Complex] = {}
        with np.errstate(all="ignore"):
            for name, code in self._code.items():
                # The code is compiled from a syntax tree that holds arithmetic on names and nothing else.
                found[name] = space[name] = eval(code, {"__builtins__": {}}, space) + steps.get(name, 0)
        return found


def _shape(given: Mapping[str, Array | float]) -> tuple[int, ...]:
    return np.broadcast_shapes(*(np.shape(value) for value in given.values()))


def _tree(text: str) -> ast.Expression:
    """Parse an equation; ValueError where it holds anything but arithmetic and known functions."""
    for sign, spelling in _SPELLINGS.items():
        text = text.replace(sign, spelling)
    tree = ast.parse(" ".join(text.split()), mode="eval")
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise ValueError(f"{type(node).__name__} is not arithmetic: {text}")
    return tree


def _compile(text: str) -> CodeType:
    return compile(ast.fix_missing_locations(_Powers().visit(_tree(text))), "<equation>", "eval")


class _Powers(ast.NodeTransformer):
    """Turns powers to whole numbers into multiplications: a complex power by way of logarithms loses Im."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Replace ``base ** 101`` by ``whole_power(base, 101)``."""
        self.generic_visit(node)
        exponent = node.right.value if isinstance(node.right, ast.Constant) else None
        if isinstance(node.op, ast.Pow) and isinstance(exponent, int | float) and float(exponent).is_integer():
            name = ast.Name("whole_power", ast.Load())
            return ast.Call(name, [node.left, ast.Constant(int(exponent))], [])
        return node


def _whole_power(base: Any, exponent: int) -> Any:
    """Raise by repeated squaring."""
    result, square = base * 0 + 1, base
    while exponent:
        if exponent & 1:
            result = result * square
        square, exponent = square * square, exponent >> 1
    return result


def _sorted(equations: Mapping[str, str]) -> dict[str, str]:
    """Return the equations, each after those it uses."""
    uses = {
        name: {node.id for node in ast.walk(_tree(text)) if isinstance(node, ast.Name)} & equations.keys()
        for name, text in equations.items()
    }
    done: dict[str, str] = {}
    while len(done) < len(equations):
        ready = [name for name in equations if name not in done and uses[name] <= done.keys()]
        if not ready:
            raise ValueError("the equations go round in a circle")
        done |= {name: equations[name] for name in ready}
    return done
