"""A window on an image at the picked place: marked where it lies, and multiplied by the kernel below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import fsum

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
from sheetgen.sheets.picks import CHANNEL, COLUMN, ROW, WINDOW_LABELS, PickCell, among
from sheetgen.tensors.elements import Array
from sheetgen.tensors.known import spelled
from sheetgen.tensors.labels import Place
from sheetgen.tensors.notation import written
from sheetgen.tensors.windows import Pair, Window

_SIDE = Side(style="thin", color="93370D")
_MARK = {"font": Font(bold=True, color="93370D"), "border": Border(_SIDE, _SIDE, _SIDE, _SIDE)}


def _mean(numbers: Sequence[float]) -> float:
    return fsum(numbers) / len(numbers)  # statistics has the same, and loads fractions and decimal


_VALUES: Mapping[str, Callable[[Sequence[float]], float]] = {"SUM": sum, "MAX": max, "AVERAGE": _mean}
_FOLDS = {"conv1d": ("SUM", "sum"), "conv2d": ("SUM", "sum"), "maxpool": ("MAX", "max"), "avgpool": ("AVERAGE", "mean")}


@dataclass(frozen=True)
class MovedWindow:
    """A window at the row, the column and the channel of what it gives; those that can be picked are in ``cells``."""

    window: Window
    cells: Mapping[str, PickCell]
    picked: Sequence[int]
    table: LookupTable

    @property
    def image_name(self) -> str:
        """What the image is called on the board."""
        return written(self.window.image)

    @property
    def result_name(self) -> str:
        """What the results are called on the board."""
        return spelled(self.window.step.name, self.window.step.place)

    def on_image(self, grid: TensorGrid, place: Place, area: str) -> Rule:
        """Return the rule that marks the window on a matrix of the image, which has an area."""
        several = self.window.groups > 1 and not self.window.flat
        seen = f"{self._group}={place[0] // self.window.seen}" if several else ""
        return _mark(grid, area, self._starts, self.window.size, self.window.dilation, seen)

    def on_result(self, grid: TensorGrid, place: Place, area: str) -> Rule | None:
        """Return the rule that marks what the window gives on a matrix of the results, where they have its shape."""
        rows, columns, channels = self.window.counts
        shape = (channels, columns) if self.window.flat else (channels, rows, columns)
        if grid.elements.shape not in (shape, shape[1:]):
            return None
        column = self._pick(COLUMN)
        if self.window.flat:
            return _mark(grid, area, [self._pick(CHANNEL), column], (1, 1))
        picked = f"{self._pick(CHANNEL)}={place[0]}" if channels > 1 else ""
        return _mark(grid, area, [self._pick(ROW), column], (1, 1), also=picked)

    def line(self, painter: GridPainter, image: PlacedGrid) -> Line:
        """Return what the window holds, the kernel, their products and the sum; of pooling the largest, or the mean."""
        seen = TensorGrid(f"window on {self.image_name}", Section.DATA, _flat(self._seen(image)), image.grid.scale)
        excel, word = _FOLDS[self.window.function]
        if self.window.kernels is None:
            return seen, Sign(f"{word} →"), self._folded(painter, seen, excel, word)
        called = "kernel" if self.window.results == 1 else "picked kernel"
        kernel = TensorGrid(called, Section.WEIGHTS, _flat(self._kernel(self.window.kernels)))
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

    # --- where it is ---

    def _most(self, label: str) -> int:
        return dict(zip(WINDOW_LABELS, self.window.counts, strict=True))[label] - 1

    def _pick(self, label: str) -> str:
        """Return the formula of the row, the column or the channel of the result, at most the last there is."""
        most = self._most(label)
        return f"MIN({self.cells[label].absolute},{most})" if most else "0"

    def _picked(self, label: str) -> int:
        return min(self.picked[WINDOW_LABELS.index(label)], self._most(label))

    @property
    def _group(self) -> str:
        """The formula of which group of channels the picked result sees, from 0."""
        channel, many = self._pick(CHANNEL), self.window.in_a_group
        return "0" if self.window.groups == 1 else f"INT({channel}/{many})" if many > 1 else channel

    @property
    def _starts(self) -> tuple[str, str]:
        """The formulas of the row and column in which the window begins on the image, counted from 0."""
        row = self._start(0, self._pick(ROW))
        if self.window.flat:
            row = f"{self._group}*{self.window.size[0]}" if self.window.groups > 1 else "0"
        return row, self._start(1, self._pick(COLUMN))

    def _start(self, axis: int, place: str) -> str:
        stride, padding = self.window.strides[axis], self.window.padding[axis]
        return f"{place}{f'*{stride}' if stride > 1 else ''}{f'-{padding}' if padding else ''}"

    def _begins(self) -> tuple[int, int]:
        """Return the row and column in which the window begins at what is picked."""
        strides, padding, size = self.window.strides, self.window.padding, self.window.size
        row, column = self._picked(ROW) * strides[0] - padding[0], self._picked(COLUMN) * strides[1] - padding[1]
        return (self._picked_group * size[0] if self.window.flat else row), column

    @property
    def _picked_group(self) -> int:
        return self._picked(CHANNEL) // self.window.in_a_group

    # --- the formulas ---

    def _seen(self, image: PlacedGrid) -> Array:
        """Return the formulas of what the window holds; around the image there are zeros."""
        seen = np.empty((self.window.seen, *self.window.size), dtype=object)
        begins, dilation = self._begins(), self.window.dilation
        for channel, down, right in np.ndindex(seen.shape):
            row, column = (
                f"{start}+{step * apart}"
                for start, step, apart in zip(self._starts, (down, right), dilation, strict=True)
            )
            text = self._looked_up(image, channel, row, column)
            if any(self.window.padding):
                rows, columns = self.window.channels.shape[1:]
                inside = f"({row}>=0)*({row}<{rows})*({column}>=0)*({column}<{columns})"
                text = f"IF({inside},{text},0)"
            place = begins[0] + down * dilation[0], begins[1] + right * dilation[1]
            seen[channel, down, right] = partial(_itself, self._shown(text, channel, *place))
        return seen

    def _looked_up(self, image: PlacedGrid, channel: int, row: str, column: str) -> str:
        """Return the formula of an element of a channel of those that are seen."""
        groups = 1 if self.window.flat else self.window.groups
        stacked = image.grid.elements.ndim == 3
        areas = [image.areas[(group * self.window.seen + channel,) if stacked else ()] for group in range(groups)]
        elements = [f"INDEX({absolute_coordinate(area)},{row}+1,({column})*{image.grid.cell}+1)" for area in areas]
        return among(f"{self._group}+1", elements) if len(elements) > 1 else elements[0]

    def _kernel(self, kernels: Array) -> Array:
        """Return the formulas of the kernel that makes the picked channel."""
        made = np.empty(kernels.shape[1:], dtype=object)
        for place in np.ndindex(made.shape):
            elements = [kernel[place] for kernel in kernels]
            texts = [self.table.cell(one.name) if isinstance(one, Var) else repr(one.value) for one in elements]
            text = among(f"{self._pick(CHANNEL)}+1", texts) if len(texts) > 1 else texts[0]
            made[place] = partial(_itself, self._of(text, elements[self._picked(CHANNEL)]))
        return made

    def _shown(self, text: str, channel: int, row: int, column: int) -> Formula:
        image = self.window.channels[0 if self.window.flat else self._picked_group * self.window.seen + channel]
        if not (0 <= row < image.shape[0] and 0 <= column < image.shape[1]):
            return Formula(text, lambda: 0.0)
        return self._of(text, image[row, column])

    def _of(self, text: str, element: Expr) -> Formula:
        """Return the formula that shows an element."""
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


def _mark(grid: TensorGrid, area: str, starts: Sequence[str], size: Pair, apart: Pair = (1, 1), also: str = "") -> Rule:
    """Return the rule that marks so many rows and columns of a matrix from a place on, which formulas give.

    They lie so many places ``apart``; ``also`` is what else must hold.
    """
    top, left = row_and_column(area.partition(":")[0])
    row, column = f"ROW()-{top}", f"COLUMN()-{left}"
    column = f"INT(({column})/{grid.cell})" if grid.cell > 1 else column
    bounds = []
    for at, start, length, step in zip((row, column), starts, size, apart, strict=True):
        bounds += [f"{at}>={start}", f"{at}<{start}+{(length - 1) * step + 1}"]
        bounds += [f"MOD({at}-({start}),{step})=0"] if step > 1 else []
    rule: Rule = FormulaRule([f"AND({','.join([*bounds, *[also] * bool(also)])})"], **_MARK)
    return rule
