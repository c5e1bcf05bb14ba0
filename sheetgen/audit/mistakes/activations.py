"""Which cell is the activation of which: an equation that is a known function of one quantity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, evaluate
from sheetgen.algebra.expr import Apply, Expr, Var
from sheetgen.algebra.ops import activations
from sheetgen.audit.mistakes.trees import binary, call, number
from sheetgen.audit.syntax import Node, Prefix
from sheetgen.audit.tape import names_in

_PROBES = (-1.3, -0.4, 0.6, 1.7, 30.0)
_MOST = 40  # the parts up to which an equation is looked at; what an activation is applied to is not deep in it
_ARGUMENT = "?"


@dataclass(frozen=True)
class Activation:
    """A function by its name in the algebra, and what it is applied to."""

    function: str
    inner: Expr

    @property
    def cell(self) -> str | None:
        """The cell that holds what it is applied to, None where that is written out."""
        return self.inner.name if isinstance(self.inner, Var) else None


def activation_of(expr: Expr) -> Activation | None:
    """Return the activation that an equation is, None for any other equation."""
    if not isinstance(expr, Apply):
        return None
    names = set(names_in(expr))
    for part in _parts(expr)[1:]:
        if set(names_in(part)) != names:
            continue
        around = _replaced(expr, part)
        if set(names_in(around)) == {_ARGUMENT} and (found := _known(around)):
            return Activation(found, part)
    return None


@lru_cache(maxsize=4096)
def _known(expr: Expr) -> str | None:
    values = _at_probes(expr)
    if values is None:
        return None
    return next((name for name, known in _table().items() if _close(values, known)), None)


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[float, ...]]:
    table = {name: _at_probes(Apply(name, (Var(_ARGUMENT),))) for name in activations() if name != "identity"}
    return {name: values for name, values in table.items() if values is not None}


def _at_probes(expr: Expr) -> tuple[float, ...] | None:
    try:
        return tuple([float(evaluate(expr, lambda _, at=at: at)) for at in _PROBES])  # type: ignore[misc]
    except ARITHMETIC_ERRORS:
        return None


def _close(first: tuple[float, ...], second: tuple[float, ...]) -> bool:
    return all(abs(a - b) <= 1e-9 * (1 + abs(b)) for a, b in zip(first, second, strict=True))


def _parts(expr: Expr) -> list[Expr]:
    """Return the expression and those inside of it that hold names, outer ones first."""
    found: list[Expr] = []
    ahead: list[Expr] = [expr]
    while ahead and len(found) < _MOST:
        node = ahead.pop(0)
        if isinstance(node, Var) or (isinstance(node, Apply) and next(names_in(node), None) is not None):
            found.append(node)
            if isinstance(node, Apply):
                ahead += node.args
    return found


def _replaced(expr: Expr, part: Expr) -> Expr:
    if expr == part:
        return Var(_ARGUMENT)
    if isinstance(expr, Apply):
        return Apply(expr.op, tuple([_replaced(arg, part) for arg in expr.args]))
    return expr


_FORMS: dict[str, Callable[[Node], Node]] = {
    "sigmoid": lambda a: binary("*", a, binary("-", number(1), a)),
    "tanh": lambda a: binary("-", number(1), binary("^", a, number(2))),
    "relu": lambda a: call("IF", binary(">", a, number(0)), number(1), number(0)),
    "leaky_relu": lambda a: call("IF", binary(">", a, number(0)), number(1), number(0.01)),
    "elu": lambda a: call("IF", binary(">", a, number(0)), number(1), binary("+", a, number(1))),
    "softplus": lambda a: binary("-", number(1), call("EXP", Prefix(-1, -1, "-", a))),
}

SPELLED = {
    "sigmoid": "the sigmoid", "tanh": "tanh", "relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU",
    "softplus": "softplus", "gelu": "GELU", "silu": "SiLU",
}  # fmt: skip
"""What a person calls each function."""


def derivative_form(function: str, a: Node) -> Node | None:
    """Return the derivative of an activation, written with its output; None where it needs more than that."""
    return _FORMS[function](a) if function in _FORMS else None
