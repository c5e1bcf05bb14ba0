"""The syntax tree of a spreadsheet formula. ``text[start:end]`` is how each node is written."""

from __future__ import annotations

from typing import NamedTuple

from sheetgen.page.cell_names import column_letter

BINDS = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5, ":": 9}
PERCENT, SIGN = 6, 7
"""How tightly operators bind, from the loosest: those between two operands, % behind one, and − before one."""


class NotUnderstood(ValueError):
    """A formula that is none of those that can be differentiated; ``str()`` says why, as words behind "because"."""


class Corner(NamedTuple):
    """A corner of a reference. Rows and columns count from 1; ``row`` is None in a whole column, and the reverse."""

    row: int | None
    column: int | None
    row_fixed: bool = False
    column_fixed: bool = False

    def __str__(self) -> str:
        column = "" if self.column is None else "$" * self.column_fixed + column_letter(self.column)
        return column + ("" if self.row is None else "$" * self.row_fixed + str(self.row))


class Number(NamedTuple):
    """A number, such as ``0.5``."""

    start: int
    end: int
    value: float


class Text(NamedTuple):
    """A text in double quotes; ``value`` is without them."""

    start: int
    end: int
    value: str


class Logical(NamedTuple):
    """``TRUE`` or ``FALSE``."""

    start: int
    end: int
    value: bool


class Error(NamedTuple):
    """An error value, such as ``#REF!``."""

    start: int
    end: int
    code: str


class Missing(NamedTuple):
    """An argument that is left out."""

    start: int
    end: int


class Reference(NamedTuple):
    """A cell or an area, such as ``$A1`` and ``'Sheet 1'!A1:B2``; of a single cell both corners are one."""

    start: int
    end: int
    sheet: str | None
    first: Corner
    last: Corner

    @property
    def single(self) -> bool:
        """Whether it names one cell."""
        return self.first is self.last and None not in self.first


class Name(NamedTuple):
    """A name: of cells, of a formula, or one that LET gives."""

    start: int
    end: int
    sheet: str | None
    name: str


class Call(NamedTuple):
    """A function with its arguments; ``name`` is in capitals, without the prefixes that files write."""

    start: int
    end: int
    name: str
    args: tuple[Node, ...]


class Prefix(NamedTuple):
    """A sign before its operand: ``-``, ``+`` or ``@``."""

    start: int
    end: int
    op: str
    operand: Node


class Postfix(NamedTuple):
    """A sign behind its operand: ``%``, or ``#`` behind a cell whose formula spills."""

    start: int
    end: int
    op: str
    operand: Node


class Binary(NamedTuple):
    """Two operands and the operator between them, at ``text[at:]``; a space stands for the cells that both have."""

    start: int
    end: int
    op: str
    left: Node
    right: Node
    at: int


class Group(NamedTuple):
    """Something in parentheses; several parts are the union of areas."""

    start: int
    end: int
    parts: tuple[Node, ...]


class Rows(NamedTuple):
    """An array constant, such as ``{1,2;3,4}``."""

    start: int
    end: int
    rows: tuple[tuple[Node, ...], ...]


Node = (
    Number | Text | Logical | Error | Missing | Reference | Name | Call | Prefix | Postfix | Binary | Group | Rows
)  # fmt: skip


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly inside a node, left to right."""
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Group):
        return node.parts
    if isinstance(node, Call):
        return node.args
    if isinstance(node, Prefix | Postfix):
        return (node.operand,)
    return tuple([item for row in node.rows for item in row]) if isinstance(node, Rows) else ()


def walk(tree: Node) -> list[Node]:
    """Return all nodes of a tree, each before those inside of it, left to right."""
    found, ahead = [], [tree]
    while ahead:
        node = ahead.pop()
        found.append(node)
        if not isinstance(node, Reference | Number):
            ahead.extend(reversed(children(node)))
    return found


def bare(node: Node) -> Node:
    """Return what stands inside of needless parentheses."""
    while isinstance(node, Group) and len(node.parts) == 1:
        (node,) = node.parts
    return node
