"""A window on an image at the picked place: marked where it lies, and multiplied by the kernel below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean

import numpy as np
from openpyxl.formatting.rule import FormulaRule, Rule
from openpyxl.styles import Border, Font, Side
from openpyxl.utils.cell import absolute_coordinate

from sheetgen.algebra.expr import Const, Expr, Var
from sheetgen.network.graph import Section
from sheetgen.page.cell_names import row_and_column
from sheetgen.page.page import Formula
from sheetgen.sheets.explorer.board import Line, Sign
from sheetgen.sheets.explorer.grid_painter import GridPainter, PlacedGrid
from sheetgen.sheets.explorer.table import LookupTable
from sheetgen.sheets.explorer.tensor_grid import TensorGrid
from sheetgen.sheets.picks import PickCell
from sheetgen.tensors.elements import Array
from sheetgen.tensors.known import spelled
from sheetgen.tensors.labels import Place
from sheetgen.tensors.notation import written
from sheetgen.tensors.windows import Window

_SIDE = Side(style="thin", color="93370D")
_MARK = {"font": Font(bold=True, color="93370D"), "border": Border(_SIDE, _SIDE, _SIDE, _SIDE)}
_VALUES: Mapping[str, Callable[[Sequence[float]], float]] = {"SUM": sum, "MAX": max, "AVERAGE": fmean}
_FOLDS = {"conv2d": ("SUM", "sum"), "maxpool": ("MAX", "max"), "avgpool": ("AVERAGE", "mean")}


@dataclass(frozen=True)
class MovedWindow:
    """A window at the row and the column that are picked in two cells."""

    window: Window
    cells: Sequence[PickCell]
    picked: tuple[int, int]
    table: LookupTable

    @property
    def image_name(self) -> str:
        """What the image is called on the board."""
        return written(self.window.image)

    @property
    def result_name(self) -> str:
        """What the results are called on the board."""
        return spelled(self.window.step.name, self.window.step.place)

    def sees(self, channel: Place) -> bool:
        """Whether the window holds anything of a channel: pooling sees one by itself."""
        return not channel or channel[0] < len(self.window.channels)

    def on_image(self, grid: TensorGrid, area: str) -> Rule:
        """Return the rule that marks the window on a matrix of the image, which has an area."""
        return _mark(grid, area, [self._start(axis) for axis in (0, 1)], self.window.size)

    def on_result(self, grid: TensorGrid, area: str) -> Rule:
        """Return the rule that marks what the window gives, on a matrix of the results."""
        return _mark(grid, area, [self._place(axis) for axis in (0, 1)], (1, 1))

    def line(self, painter: GridPainter, image: PlacedGrid) -> Line:
        """Return what the window holds, the kernel, their products and the sum; of pooling the largest, or the mean."""
        seen = TensorGrid(f"window on {self.image_name}", Section.DATA, _flat(self._seen(image)), image.grid.scale)
        excel, word = _FOLDS[self.window.function]
        if self.window.kernel is None:
            return seen, Sign(f"{word} →"), self._folded(painter, seen, excel, word)
        kernel = TensorGrid("kernel", Section.WEIGHTS, _flat(self.window.kernel))
        made = np.empty(seen.elements.shape, dtype=object)
        for place in np.ndindex(made.shape):
            made[place] = partial(_product, painter, seen, kernel, place)
        products = TensorGrid("products", Section.FORWARD, made)
        signs = (Sign("⊙"), Sign("="), Sign(f"{word} →"))
        return seen, signs[0], kernel, signs[1], products, signs[2], self._folded(painter, products, excel, word)

    def _folded(self, painter: GridPainter, grid: TensorGrid, excel: str, word: str) -> TensorGrid:
        made = np.empty((), dtype=object)
        made[()] = partial(_fold, painter, grid, excel)
        return TensorGrid(word, Section.FORWARD, made)

    # --- the formulas ---

    def _place(self, axis: int) -> str:
        return f"MIN({self.cells[axis].absolute},{self.window.places[axis] - 1})"

    def _start(self, axis: int) -> str:
        """Return the formula of where the window begins on the image along an axis, counted from 0."""
        stride, padding = self.window.stride, self.window.padding
        return f"{self._place(axis)}{f'*{stride}' if stride > 1 else ''}{f'-{padding}' if padding else ''}"

    def _begins(self, axis: int) -> int:
        place = min(self.picked[axis], self.window.places[axis] - 1)
        return place * self.window.stride - self.window.padding

    def _seen(self, image: PlacedGrid) -> Array:
        """Return the formulas of what the window holds; around the image there are zeros."""
        channels = self.window.channels
        seen = np.empty((len(channels), *self.window.size), dtype=object)
        for channel, down, right in np.ndindex(seen.shape):
            area = image.areas[(channel,) if image.grid.elements.ndim == 3 else ()]
            row, column = f"{self._start(0)}+{down}", f"{self._start(1)}+{right}"
            text = f"INDEX({absolute_coordinate(area)},{row}+1,({column})*{image.grid.cell}+1)"
            if self.window.padding:
                rows, columns = channels.shape[1:]
                inside = f"({row}>=0)*({row}<{rows})*({column}>=0)*({column}<{columns})"
                text = f"IF({inside},{text},0)"
            shown = self._shown(text, channel, self._begins(0) + down, self._begins(1) + right)
            seen[channel, down, right] = partial(_itself, shown)
        return seen

    def _shown(self, text: str, channel: int, row: int, column: int) -> Formula:
        image = self.window.channels[channel]
        if not (0 <= row < image.shape[0] and 0 <= column < image.shape[1]):
            return Formula(text, lambda: 0.0)
        element: Expr = image[row, column]
        return Formula(text, lambda: self._value(element), lambda: self._error(element))

    def _value(self, element: Expr) -> float:
        if isinstance(element, Var):
            return self.table.step.value(element.name)
        assert isinstance(element, Const), element
        return element.value

    def _error(self, element: Expr) -> float:
        return self.table.step.error(element.name) if isinstance(element, Var) else 0.0


def _itself(formula: Formula) -> Formula:
    return formula


def _flat(elements: Array) -> Array:
    """Return an image's channels; one by itself as a matrix."""
    return elements[0] if len(elements) == 1 else elements


def _product(painter: GridPainter, seen: TensorGrid, kernel: TensorGrid, place: Place) -> Formula:
    (left, a), (right, b) = painter.drawn(seen, place), painter.drawn(kernel, place)

    def value() -> float:
        return float(a.value()) * float(b.value())

    def error() -> float:
        return abs(float(a.value())) * b.bound(1.0) + abs(float(b.value())) * a.bound(1.0) + abs(value())

    return Formula(f"{left}*{right}", value, error)


def _fold(painter: GridPainter, grid: TensorGrid, excel: str) -> Formula:
    """Return the formula of the sum, the largest or the mean of the numbers of a grid."""
    drawn = [painter.drawn(grid, place) for place in np.ndindex(grid.elements.shape)]
    areas = ",".join(painter.areas(grid))

    def value() -> float:
        return float(_VALUES[excel]([float(formula.value()) for _, formula in drawn]))

    def error() -> float:
        return sum(formula.bound(1.0) + abs(float(formula.value())) for _, formula in drawn)

    return Formula(f"{excel}({areas})", value, error)


def _mark(grid: TensorGrid, area: str, starts: Sequence[str], size: tuple[int, int]) -> Rule:
    """Return the rule that marks so many rows and columns of a matrix from a place on, which formulas give."""
    top, left = row_and_column(area.partition(":")[0])
    row, column = f"ROW()-{top}", f"COLUMN()-{left}"
    column = f"INT(({column})/{grid.cell})" if grid.cell > 1 else column
    bounds = zip((row, column), starts, size, strict=True)
    inside = ",".join(f"{at}>={start},{at}<{start}+{length}" for at, start, length in bounds)
    rule: Rule = FormulaRule([f"AND({inside})"], **_MARK)
    return rule
