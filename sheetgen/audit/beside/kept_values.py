"""Formulas held against the values that a file keeps of them, one by one and in no more memory than one takes."""

from __future__ import annotations

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.algebra.expr import Expr, Var
from sheetgen.audit.beside.digits import half_a_digit, is_kept, kept_digits
from sheetgen.audit.book import Book, BookCell, Place
from sheetgen.audit.cut import cut
from sheetgen.audit.equations import expression, place_of
from sheetgen.audit.forms import Forms, filled
from sheetgen.audit.programs import Programs
from sheetgen.audit.references import Cells
from sheetgen.audit.syntax import NotUnderstood
from sheetgen.audit.tape import computed


class KeptValues:
    """The values of a workbook, each of which its formula is to give of the values that it refers to."""

    def __init__(self, book: Book) -> None:
        self._book, self._digits = book, kept_digits(book)
        self._cells = Cells(book)
        self._forms = Forms(self._cells)
        self._exprs: dict[str, Expr] = {}
        self._programs = Programs(self._exprs)
        self._unread: set[tuple[str, ...]] = set()

    def are_right(self, cell: BookCell) -> bool:
        """Whether a cell keeps what its formula gives, as far as that is understood; False where it keeps nothing."""
        if cell.formula is None or isinstance(cell.value, str):
            return True
        if not isinstance(cell.value, bool | int | float):
            return False
        try:
            value, error = self._value(cell)
        except NotUnderstood:
            return True
        except (KeyError, *ARITHMETIC_ERRORS):
            return False
        return is_kept(float(cell.value), value, error, self._digits)

    def _value(self, cell: BookCell) -> tuple[float, float]:
        assert cell.formula is not None
        common = self._forms.common(cell.formula)
        if common is None:
            return self._by_itself(cell.formula, cell.place)
        found, filling = common
        numbers = [self._number(cell.place, *reference[:3]) for reference in found.references]
        key = "\0".join(found.pieces)
        if key not in self._exprs:
            self._exprs[key] = filled(filling, [Var(str(index)) for index in range(len(numbers))])
        value, error, _ = self._programs.number(key, lambda slot: numbers[int(slot)])
        return value, error

    def _by_itself(self, formula: str, place: Place) -> tuple[float, float]:
        """Return the value of a formula that is read by itself; what is once not understood is not read again."""
        found = cut(formula)
        pieces = found.pieces if found else (formula,)
        if pieces in self._unread:
            raise NotUnderstood("a formula of the same form was not")
        try:
            expr = expression(formula, place, self._book)
        except NotUnderstood:
            self._unread.add(pieces)
            raise
        number, _ = computed(expr, self._known)
        return number

    def _known(self, name: str) -> tuple[float, float]:
        place = place_of(name)
        return self._number(place, place.sheet, place.row, place.column)

    def _number(self, place: Place, sheet: str | None, row: int, column: int) -> tuple[float, float]:
        """Return what a file keeps in a cell, and how far that may be off. Raises KeyError for what is no number."""
        own = place.sheet if sheet is None else self._cells.sheet(sheet, place)
        cell = self._book.cells.get(Place(own, row, column))
        value = 0.0 if cell is None else cell.value
        if not isinstance(value, bool | int | float):
            raise KeyError(place.address)
        rounded = cell is not None and cell.formula is not None and self._digits < 17
        return float(value), half_a_digit(float(value), self._digits) if rounded else 0.0
