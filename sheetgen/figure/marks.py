"""What a page shows of a drawing, in pixels: boxes and texts of cells, lines and ellipses over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from sheetgen.page import shapes, style
from sheetgen.page.fields import OF_A_POINT, pixels, row_pixels
from sheetgen.page.page import CachedValue, Cell, Formula, Page
from sheetgen.page.shapes import Spot

_INDENT, _MARGIN = 4.0, 10.0


@dataclass(frozen=True)
class Box:
    """A cell that is filled or has a border; either is a colour, RRGGBB, or nothing."""

    left: float
    top: float
    width: float
    height: float
    fill: str
    border: str


@dataclass(frozen=True)
class Text:
    """A text on one line, ``x`` being where it starts, has its middle or ends, as ``anchor`` says, ``y`` its middle."""

    x: float
    y: float
    text: str
    anchor: str
    pixels: float
    colour: str
    bold: bool
    italic: bool


@dataclass(frozen=True)
class _Drawn:
    """What lies over the cells, from one corner to another, and what it stands for."""

    start: tuple[float, float]
    end: tuple[float, float]
    colour: str
    pixels: float
    alt: str


class Stroke(_Drawn):
    """A straight line."""


class Ellipse(_Drawn):
    """An ellipse in a box, with an outline and a faint fill of its colour."""


Mark = Box | Text | Stroke | Ellipse


@dataclass(frozen=True)
class Figure:
    """A picture: its size in pixels, and its marks from the lowest to the topmost."""

    title: str
    width: float
    height: float
    marks: tuple[Mark, ...]


def figure_of(page: Page) -> Figure:
    """Return the picture of a page's cells and shapes; formulas are shown by their values."""
    rows = max([page.size[0], *(spot.row for shape in page.shapes for spot in (shape.start, shape.end))])
    columns = page.size[1]
    grid = _Grid(
        tuple(accumulate((pixels(page, column) for column in range(1, columns + 1)), initial=_MARGIN)),
        tuple(accumulate((row_pixels(page, row) for row in range(1, rows + 1)), initial=_MARGIN)),
    )
    marks = [*grid.boxes(page), *map(grid.shape, page.shapes), *grid.texts(page)]
    return Figure(page.name, grid.columns[-1] + _MARGIN, grid.rows[-1] + _MARGIN, tuple(marks))


@dataclass(frozen=True)
class _Grid:
    """Where columns and rows begin, each list ending where the last one ends."""

    columns: tuple[float, ...]
    rows: tuple[float, ...]

    def place(self, spot: Spot) -> tuple[float, float]:
        """Return where a spot lies."""
        left, right = self.columns[spot.column - 1 : spot.column + 1]
        top, bottom = self.rows[spot.row - 1 : spot.row + 1]
        return left + spot.right * (right - left), top + spot.down * (bottom - top)

    def shape(self, shape: shapes.Line | shapes.Ellipse) -> Mark:
        """Return a shape over the cells."""
        kind = Stroke if isinstance(shape, shapes.Line) else Ellipse
        thick = shape.points * OF_A_POINT
        return kind(self.place(shape.start), self.place(shape.end), shape.colour, thick, shape.alt)

    def boxes(self, page: Page) -> Iterator[Box]:
        """Yield the cells that are more than their text."""
        for (row, column), cell in page.cells.items():
            fill = "" if cell.style.fill == style.WHITE else cell.style.fill
            if fill or cell.style.border:
                left, right = self.columns[column - 1 : column + 1]
                top, bottom = self.rows[row - 1 : row + 1]
                yield Box(left, top, right - left, bottom - top, fill, cell.style.border)

    def texts(self, page: Page) -> Iterator[Text]:
        """Yield what stands in the cells."""
        for (row, column), cell in page.cells.items():
            if text := shown(cell):
                left, right = self.columns[column - 1 : column + 1]
                middle = (self.rows[row - 1] + self.rows[row]) / 2
                look = cell.style
                anchor = look.align or "left"
                x = {"left": left + _INDENT, "center": (left + right) / 2, "right": right - _INDENT}[anchor]
                size = look.size * OF_A_POINT
                yield Text(x, middle, text, anchor, size, look.colour, look.bold, look.italic)


def shown(cell: Cell) -> str:
    """Return what a cell shows."""
    content = cell.content
    value: CachedValue | None = content.value() if isinstance(content, Formula) else content
    if value is None or isinstance(value, str):
        return value or ""
    sizes = style.SIZES.get(cell.style.number)
    if sizes is None:
        return f"{value:.10g}"
    size, places = abs(value), len(cell.style.number.partition(".")[2])
    if size and not sizes.least <= size <= sizes.most:
        return f"{value:.1E}"
    return f"{value:.{places}f}"
