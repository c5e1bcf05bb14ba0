"""The equations of a workbook: its formulas as expressions of the algebra, each cell a name in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sheetgen.algebra.expr import Apply, Expr
from sheetgen.audit.arrays import LARGEST, element
from sheetgen.audit.book import Book, BookCell, Place
from sheetgen.audit.forms import Forms
from sheetgen.audit.grammar import parse_formula
from sheetgen.audit.programs import Programs
from sheetgen.audit.references import Cells, cell_name, place_of
from sheetgen.audit.syntax import Node, NotUnderstood
from sheetgen.audit.translate import Translator, as_number
from sheetgen.audit.uncollected import without_collection

__all__ = ["Equations", "NotUnderstood", "cell_name", "equations_of", "expression", "place_of"]

MOST_TERMS = 1_000_000
"""The names, numbers and operations up to which one formula is written out: some name a whole array for each cell."""
_DEEP = "it is nested too deep"


class Trees(Mapping[str, Node]):
    """The syntax trees of formulas, each made where it is asked for."""

    def __init__(self, formulas: Mapping[str, str]) -> None:
        self._formulas = formulas

    def __getitem__(self, name: str) -> Node:
        return parse_formula(self._formulas[name])

    def __contains__(self, name: object) -> bool:
        return name in self._formulas

    def __iter__(self) -> Iterator[str]:
        return iter(self._formulas)

    def __len__(self) -> int:
        return len(self._formulas)


@dataclass(frozen=True)
class Equations:
    """The formulas of a workbook that are understood, and the numbers from which they start.

    ``exprs`` are those of each cell, of each element of an array formula by itself. ``numbers`` are the values of the
    cells that are no equations: what is typed, the cached value of a formula that is not understood, 0 for an empty
    cell to which a formula refers. ``unread`` says of each formula cell that is taken as a constant why. ``trees``
    are the syntax trees of the formulas, by the cell in which each stands.
    """

    book: Book
    exprs: Mapping[str, Expr]
    numbers: Mapping[str, float]
    unread: Mapping[str, str]
    trees: Mapping[str, Node]

    @cached_property
    def programs(self) -> Programs:
        """What computes the expressions."""
        return Programs(self.exprs)


@without_collection()
def equations_of(book: Book) -> Equations:
    """Return the equations of a workbook; a formula that is not understood becomes a constant."""
    cells = Cells(book)
    exprs: dict[str, Expr] = {}
    unread: dict[str, str] = {}
    forms = Forms(cells)
    formulas: dict[str, str] = {}
    for cell in book.cells.values():
        if cell.formula is not None and book.formula_cell(cell.place) is cell and not book.is_left_out(cell.place):
            name = cell_name(cell.place)
            try:
                expr = None if cell.fills else forms.expression(cell.formula, cell.place)
                tree = None if expr else parse_formula(cell.formula)
                formulas[name] = cell.formula
                exprs.update(_elements(cells, cell, tree) if tree else {name: expr} if expr else {})
            except NotUnderstood as problem:
                unread.update(dict.fromkeys(map(cell_name, _filled(cell)), str(problem)))
            except RecursionError:
                unread.update(dict.fromkeys(map(cell_name, _filled(cell)), _DEEP))
    numbers = dict.fromkeys(cells.empty, 0.0)
    for place, cell in book.cells.items():
        if book.is_left_out(place) and not cells.was_asked_for(place):
            continue
        name = cell_name(place)
        if name not in exprs and isinstance(cell.value, bool | int | float):
            numbers[name] = float(cell.value)
    return Equations(book, exprs, {k: v for k, v in numbers.items() if k not in exprs}, unread, Trees(formulas))


def expression(text: str, place: Place, book: Book, element: tuple[int, int] = (0, 0)) -> Expr:
    """Return the expression of any formula, given without ``=``, as if it stood in a cell.

    Where an array formula stands in the cell, the text is read as one; ``element`` counts from the array's first cell.
    Raises NotUnderstood.
    """
    cell = book.cells.get(place)
    array = cell is not None and cell.fills is not None
    try:
        return _element(Translator(Cells(book), place, fills=array), parse_formula(text), array, element)
    except RecursionError:
        raise NotUnderstood(_DEEP) from None


def _element(reader: Translator, tree: Node, array: bool, place: tuple[int, int]) -> Expr:
    return as_number(element(reader.whole(tree, array), *place))


def _filled(cell: BookCell) -> Iterator[Place]:
    """Yield the cells whose values a formula gives."""
    return cell.fills.places() if cell.fills else iter((cell.place,))


def _elements(cells: Cells, cell: BookCell, tree: Node) -> Iterator[tuple[str, Expr]]:
    """Yield the cells that a formula fills, each with its expression."""
    fills = cell.fills is not None and cell.fills.shape != (1, 1)
    value = Translator(cells, cell.place, fills=fills).whole(tree, cell.fills is not None)
    if cell.fills is None:
        yield cell_name(cell.place), as_number(element(value))
        return
    rows, columns = cell.fills.shape
    if rows * columns > LARGEST:
        raise NotUnderstood(f"it fills more than {LARGEST:,} cells")
    sizes: dict[int, int] = {}
    found, terms = [], 0
    for place in cell.fills.places():
        expr = as_number(element(value, place.row - cell.fills.top, place.column - cell.fills.left))
        terms += _size(expr, sizes)
        if terms > MOST_TERMS:
            raise NotUnderstood(f"written out it has more than {MOST_TERMS:,} terms")
        found.append((cell_name(place), expr))
    yield from found


def _size(expr: Expr, sizes: dict[int, int]) -> int:
    """Return how many names, numbers and operations an expression has, what it shares counted each time."""
    if not isinstance(expr, Apply):
        return 1
    size = 1
    for arg in expr.args:
        size += (sizes.get(id(arg)) or _size(arg, sizes)) if type(arg) is Apply else 1
    sizes[id(expr)] = size
    return size
