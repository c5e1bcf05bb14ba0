"""Formulas turned into expressions of the algebra: the tree of a formula, read in the cell in which it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sheetgen.algebra.expr import Const, Expr
from sheetgen.audit.arguments import area_of
from sheetgen.audit.arrays import Grid, Value, each, element
from sheetgen.audit.book import Area, Place
from sheetgen.audit.functions import FUNCTIONS
from sheetgen.audit.grammar import parse_formula
from sheetgen.audit.operands import FALSE, TRUE, Item, Words, computed, folded, negated, number, operation, percent
from sheetgen.audit.references import Cells, intersected
from sheetgen.audit.syntax import (
    Binary,
    Call,
    Error,
    Group,
    Logical,
    Missing,
    Name,
    Node,
    NotUnderstood,
    Number,
    Postfix,
    Prefix,
    Reference,
    Rows,
    Text,
)
from sheetgen.xlsx.formulas import shifted

_LONG = 60
"""The operators of one rank in a row up to which they are taken from the left, as they are written."""
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2}
MOST_OPERATIONS = 20_000
"""The operations on arrays, counted by element, up to which a formula that fills one cell is written out."""
_NAMES_DEEP = 20
"""The defined names up to which one stands for another."""


class Translator:
    """Reads the formula of one cell. Every method raises NotUnderstood for what it does not understand.

    ``fills`` says that it is an array formula that gives several cells their values.
    """

    def __init__(self, cells: Cells, place: Place, *, fills: bool = False) -> None:
        self.cells, self.place, self.fills = cells, place, fills
        self._given: Mapping[str, Value] = {}
        self._names = 0
        self._operations = 0

    def single(self, node: Node, array: bool) -> Value:
        """Return what a part gives where one item is expected: of a range the cell that an ordinary formula takes."""
        value = self.of(node, array)
        if not array and isinstance(value, Grid) and value.area is not None:
            return intersected(value, self.place)
        return value

    def of(self, node: Node, array: bool) -> Value:
        """Return what a part gives, a range of cells as an array."""
        match node:
            case Reference():
                area = self.cells.area(node, self.place)
                return self.cells.item(area.sheet, area.top, area.left) if node.single else self.cells.grid(area)
            case Number():
                return Const(node.value)
            case Binary():
                return self._binary(node, array)
            case Call():
                function = FUNCTIONS.get(node.name)
                if function is None:
                    raise NotUnderstood(f"the function {node.name[:40]} is not among those that are differentiated")
                return function(self, node.args, array)
            case Group():
                if len(node.parts) > 1:
                    raise NotUnderstood("several areas stand where one value is needed")
                return self.of(node.parts[0], array)
            case Prefix():
                return self._prefix(node, array)
            case Postfix():
                return self._postfix(node, array)
            case Text():
                return Words(node.value)
            case Logical():
                return TRUE if node.value else FALSE
            case Name():
                return self._name(node)
            case Rows():
                rows = [[element(self.of(item, array)) for item in row] for row in node.rows]
                return Grid(len(rows), len(rows[0]), lambda row, column: rows[row][column])
            case Error():
                raise NotUnderstood(f"it holds the error {node.code}")
            case Missing():
                return Const(0.0)

    def _prefix(self, node: Prefix, array: bool) -> Value:
        if node.op == "@":
            value = self.of(node.operand, array)
            return intersected(value, self.place) if isinstance(value, Grid) else value
        value = self.single(node.operand, array)
        return each(negated, value) if node.op == "-" else value

    def _postfix(self, node: Postfix, array: bool) -> Value:
        if node.op == "%":
            return each(percent, self.single(node.operand, array))
        area = area_of(self, node.operand)
        cell = area and self.cells.book.cells.get(area.first)
        if not cell or cell.fills is None:
            raise NotUnderstood("it asks for an array that is not there")
        return self.cells.grid(cell.fills)

    def _binary(self, node: Binary, array: bool) -> Value:
        if node.op in (":", " "):
            return self._of_areas(node)
        rank = _RANK.get(node.op)
        chain: list[Binary] = [node]
        while rank and isinstance(left := chain[-1].left, Binary) and _RANK.get(left.op) == rank:
            chain.append(left)
        if len(chain) > _LONG:
            return self._long(chain, array)
        value = self.single(chain[-1].left, array)
        for part in reversed(chain):
            right = self.single(part.right, array)
            if isinstance(value, Grid) or isinstance(right, Grid):
                value = self._each_of(part.op, value, right)
            else:
                value = computed(part.op, value, right)
        return value

    def _each_of(self, op: str, a: Value, b: Value) -> Value:
        """Return an operation on arrays. Raises NotUnderstood where a formula of one cell has too many of them."""
        value = each(operation(op), a, b)
        if isinstance(value, Grid) and not self.fills:
            self._operations += value.rows * value.columns
            if self._operations > MOST_OPERATIONS:
                raise NotUnderstood(f"it is too large: more than {MOST_OPERATIONS:,} operations on cells of ranges")
        return value

    def _long(self, chain: Sequence[Binary], array: bool) -> Value:
        """Return a long sum or product: one that leaned to the left, as it is written, would be too deep."""
        ops = {part.op for part in chain}
        values = [self.single(chain[-1].left, array)]
        for part in reversed(chain):
            value = self.single(part.right, array)
            values.append(each(negated, value) if part.op == "-" else value)
        if "/" in ops:
            raise NotUnderstood(f"it has more than {_LONG} products and quotients in a row")
        op = "mul" if "*" in ops else "add"
        return each(lambda *items: folded(op, [number(item) for item in items]), *values)

    def _of_areas(self, node: Binary) -> Value:
        """Return the range from one cell to another, or the cells that two areas share."""
        a, b = area_of(self, node.left), area_of(self, node.right)
        if a is None or b is None or a.sheet != b.sheet:
            raise NotUnderstood("it makes a range of what are no cells of one sheet")
        join, meet = (min, max) if node.op == ":" else (max, min)
        top, left = join(a.top, b.top), join(a.left, b.left)
        bottom, right = meet(a.bottom, b.bottom), meet(a.right, b.right)
        if top > bottom or left > right:
            raise NotUnderstood("two areas in it share no cell, and it shows #NULL!")
        return self.cells.grid(Area(a.sheet, top, left, bottom, right))

    def _name(self, node: Name) -> Value:
        given = self._given.get(node.name.casefold()) if node.sheet is None else None
        if given is not None:
            return given
        stands_for = self.cells.name(node.name, self.cells.sheet(node.sheet, self.place))
        if stands_for is None:
            raise NotUnderstood(f"the name {node.name[:40]!r} is not known")
        if self._names >= _NAMES_DEEP:
            raise NotUnderstood(f"the name {node.name[:40]!r} leads to names without end")
        before, self._given, self._names = self._given, {}, self._names + 1
        try:
            text = shifted(stands_for.removeprefix("="), self.place.row - 1, self.place.column - 1)
            return self.of(parse_formula(text), True)
        finally:
            self._given, self._names = before, self._names - 1

    def let(self, pairs: Sequence[tuple[str, Node]], result: Node, array: bool) -> Value:
        """Return what a part gives with names given to others, each known to those behind it."""
        before = self._given
        try:
            for name, node in pairs:
                value = self.of(node, array)
                self._given = {**self._given, name.casefold(): value}
            return self.of(result, array)
        finally:
            self._given = before

    def whole(self, tree: Node, array: bool) -> Value:
        """Return what a whole formula gives: of an ordinary one that gives an array, its first element."""
        value = self.single(tree, array)
        return value if array else element(value)


def as_number(item: Item) -> Expr:
    """Return what a cell holds as a number. Raises NotUnderstood for a text."""
    if isinstance(item, Words):
        raise NotUnderstood("it gives a text")
    return number(item)
