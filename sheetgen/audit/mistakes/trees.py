"""Formulas taken apart and put together again: parts replaced by others, and the whole written as its author did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sheetgen.algebra.notation import plain_number
from sheetgen.audit.book import Book, Place
from sheetgen.audit.grammar import parse_formula
from sheetgen.audit.syntax import (
    BINDS,
    PERCENT,
    SIGN,
    Binary,
    Call,
    Corner,
    Group,
    Node,
    NotUnderstood,
    Number,
    Postfix,
    Prefix,
    Reference,
    Rows,
    bare,
    children,
    walk,
)  # fmt: skip
from sheetgen.page.page import quoted

NEW = -1
"""Where a node begins that stands in no text yet."""

_ATOM = 10
"""How tightly a part binds that nothing can take apart."""


@dataclass(frozen=True, eq=False)
class Swap:
    """A part of a formula and what is to stand in its place, which may hold parts of the formula itself."""

    old: Node
    new: Node


@dataclass(frozen=True, eq=False)
class Formula:
    """A formula and its syntax tree."""

    text: str
    root: Node = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", parse_formula(self.text))

    @cached_property
    def nodes(self) -> list[Node]:
        """All parts, each before those inside of it."""
        return walk(self.root)

    @cached_property
    def parents(self) -> dict[int, Node]:
        """The part directly around each part, by its identity."""
        return {id(child): node for node in self.nodes for child in children(node)}

    def around(self, node: Node) -> Iterator[Node]:
        """Yield the parts around a part, from the inside."""
        while (parent := self.parents.get(id(node))) is not None:
            yield parent
            node = parent

    def swapped(self, swaps: Sequence[Swap]) -> Node:
        """Return the tree with parts replaced, which do not overlap."""
        return rebuilt(self.root, swaps)

    def written(self, swaps: Sequence[Swap]) -> str:
        """Return the text with parts replaced; all else stays as it is typed, spaces included."""
        text = self.text
        for swap in sorted(swaps, key=lambda swap: swap.old.start, reverse=True):
            new = write(swap.new, self.text)
            if binding(swap.new) < self._needed(swap.old) or self._leads_with_sign(swap):
                new = f"({new})"
            text = text[: swap.old.start] + new + text[swap.old.end :]
        return text

    def _needed(self, node: Node) -> int:
        """Return how tightly what stands in a node's place must bind."""
        parent = self.parents.get(id(node))
        match parent:
            case Binary():
                own = BINDS.get(parent.op, _ATOM)
                return own if parent.left is node else own + 1
            case Prefix():
                return SIGN
            case Postfix():
                return PERCENT
            case _:
                return 0

    def _leads_with_sign(self, swap: Swap) -> bool:
        parent = self.parents.get(id(swap.old))
        return isinstance(parent, Binary) and parent.right is swap.old and isinstance(swap.new, Prefix)


def formula_at(book: Book, place: Place) -> Formula | None:
    """Return the formula that stands in a cell itself; None where there is none, or one that is not understood."""
    cell = book.formula_cell(place)
    if cell is None or cell.place != place or not cell.formula:
        return None
    try:
        return Formula(cell.formula)
    except NotUnderstood:
        return None


def rebuilt(node: Node, swaps: Sequence[Swap]) -> Node:
    """Return a part with parts of it replaced, which do not overlap."""
    return _rebuilt(node, {id(swap.old): swap.new for swap in swaps}, swaps)


def _rebuilt(node: Node, new: dict[int, Node], swaps: Sequence[Swap]) -> Node:
    if id(node) in new:
        return new[id(node)]
    if not any(node.start <= swap.old.start and swap.old.end <= node.end for swap in swaps):
        return node
    match node:
        case Call():
            return node._replace(start=NEW, args=tuple([_rebuilt(arg, new, swaps) for arg in node.args]))
        case Prefix() | Postfix():
            return node._replace(start=NEW, operand=_rebuilt(node.operand, new, swaps))
        case Binary():
            left, right = _rebuilt(node.left, new, swaps), _rebuilt(node.right, new, swaps)
            return node._replace(start=NEW, left=left, right=right)
        case Group():
            return node._replace(start=NEW, parts=tuple([_rebuilt(part, new, swaps) for part in node.parts]))
        case _:
            return node


def binding(node: Node) -> int:
    """Return how tightly a part binds as it is written."""
    match node:
        case Binary():
            return BINDS.get(node.op, _ATOM)
        case Prefix():
            return SIGN
        case Postfix():
            return PERCENT
        case Number() if node.value < 0:
            return SIGN
        case _:
            return _ATOM


def write(node: Node, text: str) -> str:
    """Return a part as it is written: what stands in the formula's text as it is typed there."""
    if node.start != NEW:
        return text[node.start : node.end]
    match node:
        case Number():
            return plain_number(float(node.value)).replace("e", "E")
        case Reference():
            return written_reference(node)
        case Call():
            return f"{node.name}({','.join(write(arg, text) for arg in node.args)})"
        case Group():
            return f"({','.join(write(part, text) for part in node.parts)})"
        case Prefix():
            return node.op + _within(node.operand, SIGN, text)
        case Postfix():
            return _within(node.operand, PERCENT, text) + node.op
        case Binary():
            own = BINDS.get(node.op, _ATOM)
            right = _within(node.right, own + 1, text)
            if isinstance(node.right, Prefix):
                right = f"({right})"
            return f"{_within(node.left, own, text)}{node.op}{right}"
        case _:
            raise AssertionError(node)


def _within(node: Node, needed: int, text: str) -> str:
    written = write(node, text)
    return f"({written})" if binding(node) < needed else written


def written_reference(node: Reference) -> str:
    """Return a reference as a formula spells it."""
    sheet = "" if node.sheet is None else f"{quoted(node.sheet)}!"
    return f"{sheet}{node.first}" if node.single else f"{sheet}{node.first}:{node.last}"


def number(value: float) -> Node:
    """Return a number as a part of a formula."""
    return Number(NEW, NEW, float(value))


def call(name: str, *args: Node) -> Node:
    """Return a function of parts."""
    return Call(NEW, NEW, name, args)


def binary(op: str, left: Node, right: Node) -> Node:
    """Return two parts with an operator between them; times 1 and plus a negative are written shorter."""
    if op == "+" and isinstance(right, Prefix) and right.op == "-":
        op, right = "-", right.operand
    if op in "*/" and isinstance(right, Number) and right.value == 1:
        return left
    if op == "*" and isinstance(left, Number) and left.value == 1:
        return right
    return Binary(NEW, NEW, op, left, right, NEW)


def negative(node: Node) -> Node:
    """Return −node; that of a difference is turned round."""
    inner = bare(node)
    if isinstance(inner, Prefix) and inner.op == "-":
        return inner.operand
    if isinstance(inner, Binary) and inner.op == "-":
        return binary("-", inner.right, inner.left)
    if isinstance(inner, Binary) and inner.op in "*/":
        return binary(inner.op, Prefix(NEW, NEW, "-", inner.left), inner.right)
    return Prefix(NEW, NEW, "-", inner)


def same(first: Node, second: Node) -> bool:
    """Whether two parts say the same, wherever they stand; parentheses and $ make no difference."""
    first, second = bare(first), bare(second)
    if type(first) is not type(second):
        return False
    match first, second:
        case Reference(), Reference():
            return _where(first) == _where(second)
        case Number(), Number():
            return first.value == second.value
        case Binary(), Binary() if first.op != second.op:
            return False
        case Call(), Call() if first.name != second.name:
            return False
        case Prefix() | Postfix() | Binary() | Call() | Group(), _:
            own, other = children(first), children(second)
            return len(own) == len(other) and all(map(same, own, other))
        case Rows(), _:
            return False
        case _:
            return first[2:] == second[2:]


def _where(node: Reference) -> tuple[object, ...]:
    return node.sheet, node.first[:2], node.last[:2]


def corner(row: int | None, column: int | None, like: Corner | None = None) -> Corner:
    """Return a corner of a reference, fixed as another is."""
    return Corner(row, column, like.row_fixed, like.column_fixed) if like else Corner(row, column)
