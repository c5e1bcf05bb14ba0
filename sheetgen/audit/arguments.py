"""What functions of a spreadsheet take from their arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, evaluate
from sheetgen.algebra.expr import ZERO, Expr
from sheetgen.audit.arrays import Grid, Value, element
from sheetgen.audit.book import Area, Place
from sheetgen.audit.operands import Empty, Item, Truth, Words, number
from sheetgen.audit.references import Cells, place_of
from sheetgen.audit.syntax import Group, Missing, Name, Node, NotUnderstood, Reference, bare


class Reader(Protocol):
    """Reads the parts of a formula that stands in ``place``."""

    place: Place
    cells: Cells

    def of(self, node: Node, array: bool) -> Value:
        """Return what a part gives, a range of cells as an array; ``array`` within an array formula."""
        ...

    def single(self, node: Node, array: bool) -> Value:
        """Return what a part gives where one item is expected: of a range the cell that an ordinary formula takes."""
        ...

    def let(self, pairs: Sequence[tuple[str, Node]], result: Node, array: bool) -> Value:
        """Return what a part gives with names given to others, each known to those behind it."""
        ...


Function = Callable[[Reader, Sequence[Node], bool], Value]
"""A function of a spreadsheet: of its arguments, and whether they stand in an array formula."""


def numbers(reader: Reader, nodes: Sequence[Node], array: bool) -> list[Expr]:
    """Return the numbers among arguments, as SUM takes them: of cells only those that hold a number."""
    found: list[Expr] = []
    for argument in nodes:
        node = bare(argument)
        if isinstance(node, Missing):
            found.append(ZERO)
        elif isinstance(node, Group):
            found += numbers(reader, node.parts, array)
        else:
            value = reader.of(node, array)
            if isinstance(value, Grid):
                found += [number(item) for item in value.items() if _counts(item, value)]
            elif not isinstance(node, Reference | Name) or not isinstance(value, Words | Truth | Empty):
                found.append(number(value))
    return found


def _counts(item: Item, grid: Grid) -> bool:
    return not isinstance(item, Words | Truth) and not (isinstance(item, Empty) and grid.area)


def truths(reader: Reader, nodes: Sequence[Node], array: bool) -> list[Item]:
    """Return the conditions among arguments, as AND takes them."""
    found: list[Item] = []
    for node in nodes:
        value = reader.of(node, array)
        items = list(value.items()) if isinstance(value, Grid) else [value]
        found += [item for item in items if not isinstance(item, Words | Empty)]
    return found


def fixed(reader: Reader, node: Node) -> float:
    """Return a number that is typed, in the formula or in a cell. Raises NotUnderstood for one that is calculated."""

    def typed(name: str) -> float:
        place = place_of(name)
        value = reader.cells.book.value(place)
        if reader.cells.book.formula_cell(place) or not isinstance(value, float | int):
            raise NotUnderstood("a place in it is calculated")
        return float(value)

    if isinstance(node, Missing):
        return 0.0
    try:
        return evaluate(number(element(reader.single(node, False))), typed)
    except ARITHMETIC_ERRORS as error:
        if isinstance(error, NotUnderstood):
            raise
        raise NotUnderstood(f"a place in it has no value: {error}") from error


def area_of(reader: Reader, node: Node) -> Area | None:
    """Return the cells that an argument names, None where it names none."""
    node = bare(node)
    if isinstance(node, Reference):
        return reader.cells.area(node, reader.place)
    value = reader.of(node, True)
    return value.area if isinstance(value, Grid) else None


def expected(count: int, least: int, most: int, name: str) -> None:
    """Raise NotUnderstood for a function with too few or too many arguments."""
    if not least <= count <= most:
        raise NotUnderstood(f"{name} has {count} arguments")
