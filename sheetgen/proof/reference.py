"""An independent NumPy reader of equations: the second opinion on every number of the trace.

It reads a template's equations with Python's own `ast`, and takes gradients by complex step,
∂f/∂x = Im f(x + ih)/h, which has no cancellation and so is exact to rounding
(Squire and Trapp, SIAM Review 40, 1998). It shares no parser, printer or derivative rule with the graph.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_Complex = NDArray[np.complex128]

_STEP = 1e-50
"""Far below any number that is differentiated at: the logarithm of a probability of 1e-30 still has its slope."""

SMALLEST_SLOPE = sys.float_info.min / _STEP
"""A derivative below this is lost to underflow."""

_SPELLINGS = {"^": "**", "²": "**2", "·": "*", "×": "*", "−": "-", "≤": "<=", "≥": ">="}


def _where(condition: Any, a: Any, b: Any) -> Any:
    """Choose elementwise; what is not chosen may be infinite or no number, and does not leak."""
    return np.where(condition, a, b)


def _abs(z: Any) -> Any:
    """Return |Re z| with the sign of the slope; 0 has the slope 0."""
    return np.sign(np.real(z)) * z


def _mod(a: Any, b: Any) -> Any:
    whole = np.floor(np.real(a) / np.real(b))
    return np.real(a) - whole * np.real(b) + 1j * (np.imag(a) - whole * np.imag(b))


def _softplus(z: Any) -> Any:
    return np.where(np.real(z) > 0, z + np.log1p(np.exp(-z)), np.log1p(np.exp(z)))


def _gelu(z: Any) -> Any:
    return 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z * z * z)))


def _huber(a: Any, b: Any) -> Any:
    apart = a - b
    return np.where(np.abs(np.real(apart)) <= 1, 0.5 * apart * apart, _abs(apart) - 0.5)


def _cce(a: Any, b: Any) -> Any:
    certain = (np.real(a) == 0) & (np.real(b) == 0)
    return -b * np.log(np.where(certain, 1, a))


def _first_of(better: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Return a function that keeps the best of its operands, the first of equal ones."""
    return lambda *z: reduce(lambda a, b: np.where(better(np.real(a), np.real(b)), a, b), z)


# One entry a function, written anew from its definition. Comparisons are of real parts: the imaginary ones carry
# derivatives. A name with _ is no quantity's.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "pi": lambda: np.pi,
    "abs": _abs,
    "sign": lambda z: np.sign(np.real(z)),
    "max": _first_of(np.greater_equal),
    "min": _first_of(np.less_equal),
    "floor": lambda z: np.floor(np.real(z)),
    "mod": _mod,
    "held": np.real,
    "where": _where,
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.where(np.real(z) > 0, z, 0),
    "leaky_relu": lambda z: np.where(np.real(z) > 0, z, 0.01 * z),
    "elu": lambda z: np.where(np.real(z) > 0, z, np.expm1(z)),
    "softplus": _softplus,
    "gelu": _gelu,
    "silu": lambda z: z / (1 + np.exp(-z)),
    "squared_error": lambda a, b: (a - b) * (a - b),
    "half_squared_error": lambda a, b: (a - b) * (a - b) / 2,
    "huber": _huber,
    "bce": lambda a, b: -b * np.log(a) - (1 - b) * np.log(1 - a),
    "cce": _cce,
    "l1_penalty": _abs,
    "l2_penalty": lambda z: z * z,
    "_whole_power": lambda base, exponent: _whole_power(base, exponent),
    "_power": lambda base, exponent: np.multiply(base, 1.0) ** exponent,
    "_quotient": lambda a, b: np.divide(a, b),
    "_Gt": lambda a, b: np.real(a) > np.real(b),
    "_GtE": lambda a, b: np.real(a) >= np.real(b),
    "_Lt": lambda a, b: np.real(a) < np.real(b),
    "_LtE": lambda a, b: np.real(a) <= np.real(b),
    "_Eq": lambda a, b: np.real(a) == np.real(b),
}
_ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Load, ast.Constant,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd,
    ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq,
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

    def _run(self, given: Mapping[str, Array | float], perturbed: Sequence[str]) -> dict[str, _Complex]:
        axes = (len(perturbed), *[1] * len(_shape(given)))
        steps = {
            name: 1j * _STEP * (np.arange(len(perturbed)) == index).reshape(axes)
            for index, name in enumerate(perturbed)
        }
        space: dict[str, object] = {name: _exact(function) for name, function in FUNCTIONS.items()}
        for name, value in given.items():
            space[name] = np.asarray(value, dtype=complex) + steps.get(name, 0)
        values: dict[str, _Complex] = {}
        with np.errstate(all="ignore"):
            for name, code in self._code.items():
                # The code is compiled from a syntax tree that holds arithmetic on names and nothing else.
                values[name] = space[name] = eval(code, {"__builtins__": {}}, space) + steps.get(name, 0)
        return values


def _shape(given: Mapping[str, Array | float]) -> tuple[int, ...]:
    return np.broadcast_shapes(*(np.shape(value) for value in given.values()))


def _tree(text: str) -> ast.Expression:
    """Parse an equation; ValueError where it holds anything but arithmetic and known functions."""
    for sign, spelling in _SPELLINGS.items():
        text = text.replace(sign, spelling)
    tree = ast.parse(" ".join(text.split()), mode="eval")
    conditions = list(_conditions(tree))
    for node in ast.walk(tree):
        is_condition = isinstance(node, ast.Compare) and len(node.ops) == 1 and node in conditions
        if not (isinstance(node, _ALLOWED) or is_condition):
            raise ValueError(f"{type(node).__name__} is not arithmetic: {text}")
    return tree


def _conditions(tree: ast.Expression) -> Iterator[ast.expr]:
    """Yield what may be a comparison: the first operand of each ``where``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "where":
            yield from node.args[:1]


def _compile(text: str) -> CodeType:
    return compile(ast.fix_missing_locations(_Calls().visit(_tree(text))), "<equation>", "eval")


class _Calls(ast.NodeTransformer):
    """Turns into calls what complex numbers need help with.

    Powers to whole numbers become multiplications: a complex power by way of logarithms loses Im. Quotients and powers
    become functions, whose real part is that of real numbers.
    """

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Replace ``a > b`` by ``_Gt(a, b)``."""
        self.generic_visit(node)
        name = ast.Name(f"_{type(node.ops[0]).__name__}", ast.Load())
        return ast.Call(name, [node.left, *node.comparators], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Replace ``base ** 101`` by ``_whole_power(base, 101)``, other powers and quotients likewise."""
        self.generic_visit(node)
        if isinstance(node.op, ast.Div):
            return ast.Call(ast.Name("_quotient", ast.Load()), [node.left, node.right], [])
        exponent = node.right.value if isinstance(node.right, ast.Constant) else None
        if isinstance(node.op, ast.Pow) and isinstance(exponent, int | float) and float(exponent).is_integer():
            name = ast.Name("_whole_power", ast.Load())
            return ast.Call(name, [node.left, ast.Constant(int(exponent))], [])
        if isinstance(node.op, ast.Pow):
            return ast.Call(ast.Name("_power", ast.Load()), [node.left, node.right], [])
        return node


def _exact(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose values are computed in real numbers, and whose derivatives are in complex ones.

    A complex quotient or root is off by a rounding where the real one is exact, so that 0.3/0.1 would be 3, and a
    floor, a remainder or a comparison would come out otherwise.
    """

    def apply(*operands: Any) -> Any:
        value = function(*operands)
        if not np.iscomplexobj(value):
            return value
        real = np.real(function(*(np.asarray(np.real(operand), dtype=float) for operand in operands)))
        result = np.array(np.broadcast_to(real, np.shape(value)), dtype=complex)
        result.imag = np.imag(value)
        return result

    return apply


def _whole_power(base: Any, exponent: Any) -> Any:
    """Raise by repeated squaring; real numbers, of which no derivative is taken, as they are."""
    if not np.iscomplexobj(base):
        return np.asarray(base, dtype=float) ** exponent
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
