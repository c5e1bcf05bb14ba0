"""What may stand in a right formula: cells, derivatives of activations, and their values at the samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sheetgen.audit.book import Area, Place
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.mistakes.activations import derivative_form
from sheetgen.audit.mistakes.mistake import Context
from sheetgen.audit.mistakes.roles import Roles
from sheetgen.audit.mistakes.trees import NEW
from sheetgen.audit.mistakes.values import NoValue, Values, Vector
from sheetgen.audit.syntax import Corner, Node, Reference


@dataclass(frozen=True, eq=False)
class Piece:
    """A part that may stand in a formula. ``cell`` is the cell it is about.

    ``unit`` is the activation whose derivative it is, "" for the cell itself.
    """

    node: Node
    cell: str
    unit: str = ""
    vector: Vector = field(default_factory=lambda: np.zeros(0))

    @property
    def fixes(self) -> float:
        """How much further-fetched a reference with $ is than one without."""
        node = self.node
        return 0.05 * (node.first.row_fixed + node.first.column_fixed) if isinstance(node, Reference) else 0.0


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces with their values side by side, to be compared all at once."""

    items: Sequence[Piece]
    table: NDArray[np.float64]

    @classmethod
    def of(cls, items: Sequence[Piece], width: int) -> Pieces:
        """Return pieces with the table of their values."""
        return cls(items, np.array([piece.vector for piece in items]).reshape(len(items), width))

    def equal(self, wanted: Vector, slack: Vector) -> list[Piece]:
        """Return the pieces that have the wanted values at all samples."""
        if not len(self.items) or not np.isfinite(wanted).all() or np.isnan(slack).any():
            return []
        close = np.all(np.abs(self.table - wanted) <= slack, axis=1)
        return [self.items[int(index)] for index in np.flatnonzero(close)]


class Pool:
    """The cells that a right formula may refer to, and the derivatives of the activations among them."""

    def __init__(self, roles: Roles, values: Values, places: Iterable[str]) -> None:
        self.roles, self._values = roles, values
        anchors = [sample.anchor for sample in values.samples]
        self._rows = len({anchor.row for anchor in anchors}) > 1
        self._columns = len({anchor.column for anchor in anchors}) > 1
        names = [*roles.candidates(places)]
        cells = [piece for name in names for piece in self._cell(name)]
        units = [piece for cell in cells if cell.cell in roles.activations for piece in self._derivative(cell)]
        width = len(values.samples)
        self.cells, self.units = Pieces.of(cells, width), Pieces.of(units, width)

    def _cell(self, name: str) -> Iterator[Piece]:
        place = place_of(name)
        array = self._values.samples[0].array
        seen: list[Vector] = []
        for node in self.spellings(place) if array is None else self._areas(place, array):
            try:
                vector = self._values.vector(node)
            except NoValue:
                continue
            if not any(np.array_equal(vector, other) for other in seen):
                seen.append(vector)
                yield Piece(node, name, vector=vector)

    def spellings(self, place: Place) -> Iterator[Reference]:
        """Yield references to a cell, with the $ that can make a difference among the samples."""
        home = self._values.home
        sheet = None if place.sheet == home.sheet else place.sheet
        for fixed_row in (False, True) if self._rows else (False,):
            for fixed_column in (False, True) if self._columns else (False,):
                corner = Corner(place.row, place.column, fixed_row, fixed_column)
                yield Reference(NEW, NEW, sheet, corner, corner)

    def fixed_like(self, new: Reference, old: Node) -> Reference:
        """Return a reference to a cell with the $ of another one."""
        if not isinstance(old, Reference) or not (new.single and old.single):
            return new
        corner = Corner(new.first.row, new.first.column, old.first.row_fixed, old.first.column_fixed)
        return new._replace(first=corner, last=corner)

    def _areas(self, place: Place, shape: tuple[int, int]) -> Iterator[Reference]:
        """Yield the matrix that a cell belongs to, where it can stand in an array formula of a shape."""
        for area in areas_around(self.roles.context, place):
            node = reference_to(area, self._values.home.sheet)
            if cell_of(node, self._values) == cell_name(place) and (
                _fits(area.shape[0], shape[0]) and _fits(area.shape[1], shape[1])
            ):
                yield node
                return

    def dressed(self, piece: Piece, old: Node) -> Node:
        """Return a reference with the $ of the one it replaces, where they make no difference among the samples."""
        new = piece.node
        if not isinstance(new, Reference) or not isinstance(old, Reference) or not (new.single and old.single):
            return new
        corner = Corner(
            new.first.row,
            new.first.column,
            new.first.row_fixed or (old.first.row_fixed and not self._rows),
            new.first.column_fixed or (old.first.column_fixed and not self._columns),
        )
        return new._replace(first=corner, last=corner)

    def _derivative(self, cell: Piece) -> Iterator[Piece]:
        form = derivative_form(self.roles.activations[cell.cell].function, cell.node)
        if form is not None:
            try:
                yield Piece(form, cell.cell, cell.cell, self._values.vector(form))
            except NoValue:
                return


def areas_around(context: Context, place: Place) -> Iterator[Area]:
    """Yield the matrices that a cell belongs to, and the cell itself."""
    array = context.book.filled.get(place)
    if array is not None and array.fills is not None:
        yield array.fills
    yield from (block.area for block in context.structure.blocks_at.get(place, ()))
    yield Area(place.sheet, place.row, place.column, place.row, place.column)


def reference_to(area: Area, home: str) -> Reference:
    """Return a reference to an area in a formula of a sheet."""
    first, last = Corner(area.top, area.left), Corner(area.bottom, area.right)
    sheet = None if area.sheet == home else area.sheet
    return Reference(NEW, NEW, sheet, first, first if area.is_cell else last)


def cell_of(node: Node, values: Values) -> str | None:
    """Return the cell that a reference names at the first sample, None for anything else.

    In an array formula that is the element of an area which stands where the sample's own element does.
    """
    if not isinstance(node, Reference) or node.first.row is None or node.first.column is None:
        return None
    sample = values.samples[0]
    row, column = node.first.row, node.first.column
    if not node.single:
        if sample.array is None or node.last.row is None or node.last.column is None:
            return None
        rows, columns = sample.array
        if not _fits(node.last.row - row + 1, rows) or not _fits(node.last.column - column + 1, columns):
            return None
        row += sample.row if node.last.row > row else 0
        column += sample.column if node.last.column > column else 0
    return cell_name(Place(node.sheet or values.home.sheet, row, column))


def _fits(size: int, wanted: int) -> bool:
    return size in (1, wanted)


def cells_in(nodes: Iterable[Node], values: Values) -> list[str]:
    """Return the single cells that are named among the parts of a formula."""
    return list(dict.fromkeys(name for node in nodes if (name := cell_of(node, values)) is not None))
