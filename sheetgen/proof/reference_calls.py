"""Equations read with Python's own `ast`, as calls in the order in which they can be made."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from graphlib import CycleError, TopologicalSorter

from sheetgen.proof.reference_functions import FOLDED, FUNCTIONS, OVER_BATCH

_SPELLINGS = {"^": "**", "²": "**2", "·": "*", "×": "*", "−": "-", "≤": "<=", "≥": ">="}

_MARK = "ʬ"
"""A letter that no name has, before what stands for a sign in a name that Python does not take for a name's."""

_IN_NAMES = {"′": f"{_MARK}p", **{sign: f"{_MARK}{digit}" for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")}}
_AS_TYPED = {spelling: sign for sign, spelling in _IN_NAMES.items()}

_OTHER_ROWS = frozenset({"previous", "above", "start", "new"})
"""What says that a quantity is one of another row: ``previous(h)`` in templates, the others in `reference_rows`."""

_ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Load, ast.Constant,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd,
    ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq,
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A call of one of `FUNCTIONS`: the places where its operands stand, and that of its result."""

    function: str
    operands: tuple[int, ...]
    result: int


class Calls:
    """The calls that some equations come to.

    Every number has a place: ``places`` are those of the names, ``constants`` the numbers that stand in the equations.
    """

    def __init__(self, equations: Mapping[str, str]) -> None:
        self.places: dict[str, int] = {}
        self.constants: dict[int, float] = {}
        self.calls: list[Call] = []
        self.size = 0
        for name, tree in _in_order({name: tree_of(text) for name, text in equations.items()}).items():
            made = len(self.calls)
            place = self._read(tree.body)
            # What is but another name, or a number, has a place of its own all the same: others may use either.
            self.places[name] = place if len(self.calls) > made else self._call("identity", place)

    def _new(self) -> int:
        self.size += 1
        return self.size - 1

    def _call(self, function: str, *operands: int) -> int:
        if function not in FUNCTIONS:
            raise NameError(f"the reference knows no function {function!r}")
        self.calls.append(Call(function, operands, self._new()))
        return self.calls[-1].result

    def _read(self, node: ast.expr) -> int:
        """Return where the value of a part of an equation stands, when the calls for it are made."""
        if isinstance(node, ast.Name):
            return self.places[node.id] if node.id in self.places else self.places.setdefault(node.id, self._new())
        if isinstance(node, ast.Constant):
            return self._constant(number_of(node))
        if isinstance(node, ast.UnaryOp):
            operand = self._read(node.operand)
            return operand if isinstance(node.op, ast.UAdd) else self._call("_USub", operand)
        if isinstance(node, ast.BinOp):
            return self._call(sign_of(node), self._read(node.left), self._read(node.right))
        if isinstance(node, ast.Compare):
            sides = self._read(node.left), self._read(node.comparators[0])
            return self._call(f"_{type(node.ops[0]).__name__}", *sides)
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)
        name, operands = node.func.id, [self._read(argument) for argument in node.args]
        if name in FOLDED:
            return reduce(lambda a, b: self._call(name, a, b), operands)
        return self._call(name, *operands)

    def _constant(self, value: float) -> int:
        place = self._new()
        self.constants[place] = value
        return place


def sign_of(node: ast.BinOp) -> str:
    """Return the function of a sign; a power to a whole number has one of its own."""
    is_whole = isinstance(node.right, ast.Constant) and number_of(node.right).is_integer()
    return "_WholePow" if isinstance(node.op, ast.Pow) and is_whole else f"_{type(node.op).__name__}"


def number_of(node: ast.Constant) -> float:
    """Return a number that stands in an equation."""
    assert isinstance(node.value, int | float)
    return float(node.value)


def parsed(text: str) -> ast.Expression:
    """Return what Python's own parser makes of an equation."""
    for sign, spelling in _SPELLINGS.items():
        text = text.replace(sign, spelling)
    text = re.sub(f"[{''.join(_IN_NAMES)}]", lambda sign: _IN_NAMES[sign[0]], " ".join(text.split()))
    tree = ast.parse(text, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = re.sub(f"{_MARK}.", lambda sign: _AS_TYPED[sign[0]], node.id)
    return tree


class _OtherRows(ast.NodeTransformer):
    """Makes what looks like a call, such as ``previous(h)``, the name of a number that comes of other rows."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node = self.generic_visit(node)  # type: ignore[assignment]
        if isinstance(node.func, ast.Name) and node.func.id in {*_OTHER_ROWS, *OVER_BATCH} and len(node.args) == 1:
            (of,) = node.args
            if isinstance(of, ast.Name):
                return ast.Name(f"{node.func.id}({of.id})", of.ctx)
        return node


def tree_of(text: str) -> ast.Expression:
    """Parse an equation; ValueError where it holds anything but arithmetic and known functions."""
    tree: ast.Expression = _OtherRows().visit(parsed(text))
    conditions = list(_conditions(tree))
    for node in ast.walk(tree):
        is_condition = isinstance(node, ast.Compare) and len(node.ops) == 1 and node in conditions
        if not (is_condition or (isinstance(node, _ALLOWED) and _is_plain(node))):
            raise ValueError(f"{type(node).__name__} is not arithmetic: {text}")
    return tree


def _is_plain(node: ast.AST) -> bool:
    """Whether a constant is a number, and a function a name with no other ways to give it its operands."""
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    return not isinstance(node, ast.Call) or isinstance(node.func, ast.Name)


def _conditions(tree: ast.Expression) -> Iterator[ast.expr]:
    """Yield what may be a comparison: the first operand of each ``where``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "where":
            yield from node.args[:1]


def _in_order(equations: Mapping[str, ast.Expression]) -> dict[str, ast.Expression]:
    """Return the equations, each after those it uses."""
    uses = {name: names_in(tree) & equations.keys() for name, tree in equations.items()}
    try:
        order: Sequence[str] = tuple(TopologicalSorter(uses).static_order())
    except CycleError:
        raise ValueError("the equations go round in a circle") from None
    return {name: equations[name] for name in order}


def names_in(tree: ast.Expression) -> set[str]:
    """Return the names in an equation, those of functions among them."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
