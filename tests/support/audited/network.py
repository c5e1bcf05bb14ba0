"""A network as a workbook holds it: its quantities with their formulas by name, and where each of them stands.

Formulas name quantities in braces: ``{a1}`` is the one of the same row in a table, the whole area in a matrix formula,
the element of the same position where a block has a formula in each cell. ``{w@-1}`` is that of the row before,
``{x:0-3}`` the rows 0 to 3, ``{x!}`` the whole of it, absolute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from audited.sheets import Chart, Formula, Key, Sheets, address
from sheetgen.page.cell_names import column_letter

SYMBOL = re.compile(r"\{([^{}@:!]+)(?:@([+-]?\d+))?(?::(\d+)-(\d+))?(!?)\}")
ROWS = re.compile(r":\d+-\d+")

Numbers = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Quantity:
    """A quantity: a column of a table, a single cell, or a block.

    ``role`` is one of input, target, weight, pre, act, loss, slope, mean, state, next, rate, count and other. A formula
    is symbolic; ``start`` is what stands in the first row of a column instead. ``numbers`` are what is typed.
    ``array`` says that one array formula fills the block. ``by`` is the quantity along which a slope is taken.
    """

    name: str
    role: str
    formula: str = ""
    start: str | float | None = None
    numbers: Numbers = ()
    form: str = "column"
    shape: tuple[int, int] = (1, 1)
    array: bool = True
    by: str = ""
    label: str = ""

    @property
    def cells(self) -> int:
        return self.shape[0] * self.shape[1]


@dataclass(frozen=True)
class Spot:
    """Where a quantity stands: its first cell and its size."""

    sheet: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1

    def key(self, row: int = 0, column: int = 0) -> Key:
        return self.sheet, self.row + row, self.column + column

    @property
    def keys(self) -> list[Key]:
        return [self.key(row, column) for row in range(self.rows) for column in range(self.columns)]


Override = Mapping[tuple[str, int | None], str | float]
"""Other formulas or numbers, by the quantity and the cell's number in it; None is all of its cells with formulas."""


@dataclass(frozen=True)
class Network:
    """A network in its workbook. ``acts`` gives each activation its kind and what it is taken of."""

    name: str
    quantities: Mapping[str, Quantity]
    spots: Mapping[str, Spot] = field(default_factory=dict)
    texts: Mapping[Key, str | float] = field(default_factory=dict)
    acts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    loss: str = "E_total"
    charts: tuple[tuple[str, str, str], ...] = ()
    """The title, the name of the series and the quantity of each chart."""

    def role(self, *roles: str) -> list[Quantity]:
        return [quantity for quantity in self.quantities.values() if quantity.role in roles]

    def rows(self, name: str) -> int:
        return self.spots[name].rows * self.spots[name].columns

    def with_formula(self, name: str, formula: str) -> Network:
        changed = replace(self.quantities[name], formula=formula)
        return replace(self, quantities={**self.quantities, name: changed})

    def sheets(self, other: Override | None = None) -> Sheets:
        """Return the workbook, without values. ``other`` are the formulas that a mistake puts in."""
        other = other or {}
        book = Sheets(dict(self.texts))
        for name, quantity in self.quantities.items():
            spot = self.spots[name]
            for number, key in enumerate(spot.keys):
                content = self._content(quantity, spot, number, other)
                if isinstance(content, str):
                    self._put(book, quantity, spot, number, key, content)
                elif content is not None:
                    book.cells[key] = float(content)
        for title, series, name in self.charts:
            spot = self.spots[name]
            letter = column_letter(spot.column)
            area = f"'{spot.sheet}'!${letter}${spot.row}:${letter}${spot.row + spot.rows - 1}"
            book.charts.append(Chart(spot.sheet, title, series, area))
        return book

    def _content(self, quantity: Quantity, spot: Spot, number: int, other: Override) -> str | float | None:
        name = quantity.name
        if (name, number) in other:
            return other[name, number]
        if quantity.start is not None and number == 0:
            return quantity.start
        if (name, None) in other:
            return other[name, None]
        if quantity.formula:
            return quantity.formula
        return [value for row in quantity.numbers for value in row][number]

    def _put(self, book: Sheets, quantity: Quantity, spot: Spot, number: int, key: Key, text: str) -> None:
        if quantity.form != "block":
            book.cells[key] = Formula(self.rendered(text, key, number))
        elif spot.rows * spot.columns == 1:
            book.cells[key] = Formula(self.rendered(text, key), (1, 1) if quantity.array else None)
        elif not quantity.array:
            at = divmod(number, spot.columns)
            book.cells[key] = Formula(self.rendered(text, key, element=at))
        elif number == 0:
            book.cells[key] = Formula(self.rendered(text, key), (spot.rows, spot.columns))

    def rendered(self, text: str, key: Key, number: int = 0, element: tuple[int, int] | None = None) -> str:
        """Return a symbolic formula as it reads in a cell."""

        def address_of(match: re.Match[str]) -> str:
            name, move, first, last, whole = match.groups()
            spot = self.spots[name]
            sheet = "" if spot.sheet == key[0] else f"'{spot.sheet}'!"
            if whole or first is not None:
                low, high = (int(first), int(last)) if first is not None else (0, spot.rows - 1)
                left, right = column_letter(spot.column), column_letter(spot.column + spot.columns - 1)
                mark = "$" if whole else ""
                area = f"{mark}{left}{mark}{spot.row + low}:{mark}{right}{mark}{spot.row + high}"
                return f"{sheet}{area}"
            form = self.quantities[name].form
            if form == "column":
                return sheet + address(spot.row + number + int(move or 0), spot.column)
            if form == "constant":
                return f"{sheet}${column_letter(spot.column)}${spot.row}"
            if element is not None:
                row, column = min(element[0], spot.rows - 1), min(element[1], spot.columns - 1)
                return sheet + address(spot.row + row, spot.column + column)
            first_cell = address(spot.row, spot.column)
            last_cell = address(spot.row + spot.rows - 1, spot.column + spot.columns - 1)
            return sheet + (first_cell if spot.rows * spot.columns == 1 else f"{first_cell}:{last_cell}")

        return SYMBOL.sub(address_of, text)
