"""Formulas that differ in their references alone: one is read, and its expression filled in for the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sheetgen.algebra.expr import Apply, Const, Expr, Var
from sheetgen.audit.arrays import element
from sheetgen.audit.book import Area, Book, Place
from sheetgen.audit.cut import Cut, cut, references_in
from sheetgen.audit.grammar import parse_formula
from sheetgen.audit.operands import Item
from sheetgen.audit.references import Cells
from sheetgen.audit.syntax import Binary, Call, Group, Node, NotUnderstood, Number, Postfix, Prefix, Reference, walk
from sheetgen.audit.translate import Translator, as_number

_CURVES = ("EXP", "LN", "LOG", "LOG10", "SQRT", "POWER", "ABS", "SIGN", "SIN", "COS", "TANH", "SINH", "COSH", "PI")
_SIMPLE = frozenset((*_CURVES, "IF", "AND", "OR", "NOT", "MAX", "MIN", "SUM", "AVERAGE"))
"""The functions whose expressions depend on nothing but which numbers they take."""

Filling = int | Const | tuple[str, tuple["Filling", ...]]
"""An expression in which the place of a reference stands for what it leads to."""


class Forms:
    """The forms of the formulas of one workbook."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._known: dict[tuple[str, ...], Filling | None] = {}

    def expression(self, formula: str, place: Place) -> Expr | None:
        """Return the expression of an ordinary formula in a cell, None where the formula has to be read by itself."""
        common = self.common(formula)
        if common is None:
            return None
        found, filling = common
        items = self._items(found, place)
        return None if items is None else filled(filling, items)

    def common(self, formula: str) -> tuple[Cut, Filling] | None:
        """Return a formula cut at its references and what is to be done with these, None where it is not simple."""
        found = cut(formula)
        if found is None:
            return None
        if found.pieces not in self._known:
            self._known[found.pieces] = _filling(formula, found)
        filling = self._known[found.pieces]
        return None if filling is None else (found, filling)

    def _items(self, found: Cut, place: Place) -> list[Var] | None:
        """Return the names of the cells that are referred to, None where one of them holds no number."""
        items = []
        for sheet, row, column, *_ in found.references:
            try:
                own = place.sheet if sheet is None else self._cells.sheet(sheet, place)
                item = self._cells.peek(own, row, column)
            except NotUnderstood:
                return None
            if not isinstance(item, Var):
                return None
            items.append(item)
        return items


class _Places(Cells):
    """Cells whose name is the place at which the reference to them begins."""

    def __init__(self) -> None:
        super().__init__(Book(Path(), (), {}))

    def area(self, reference: Reference, place: Place) -> Area:
        """Return an area that tells where the reference stands."""
        return Area("", reference.start, 0, reference.start, 0)

    def item(self, sheet: str, row: int, column: int) -> Item:
        """Return a name that tells where the reference stands."""
        return Var(str(row))


def _filling(formula: str, found: Cut) -> Filling | None:
    """Return what all formulas of a form have in common, None for a form that is not simple."""
    try:
        tree = parse_formula(formula)
        references = references_in(tree)
        if not found.is_of(references) or not all(map(_is_simple, walk(tree))):
            return None
        expr = as_number(element(Translator(_Places(), Place("", 0, 0)).whole(tree, False)))
    except (NotUnderstood, RecursionError):
        return None
    return _with_places(expr, {str(node.start): index for index, node in enumerate(references)})


def _is_simple(node: Node) -> bool:
    if isinstance(node, Call):
        return node.name in _SIMPLE
    if isinstance(node, Prefix | Postfix):
        return node.op in "+-%"
    if isinstance(node, Reference):
        return node.single
    return isinstance(node, Number | Binary) or (isinstance(node, Group) and len(node.parts) == 1)


def _with_places(expr: Expr, places: dict[str, int]) -> Filling:
    if isinstance(expr, Apply):
        return expr.op, tuple([_with_places(arg, places) for arg in expr.args])
    assert isinstance(expr, Var | Const)
    return places[expr.name] if isinstance(expr, Var) else expr


def filled(filling: Filling, items: Sequence[Var]) -> Expr:
    """Return the expression in which some names stand for the references."""
    if isinstance(filling, tuple):
        return Apply(filling[0], tuple([filled(part, items) for part in filling[1]]))
    return items[filling] if isinstance(filling, int) else filling
