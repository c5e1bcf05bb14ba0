"""The network drawn in cells: neurons by layer, the weights and targets that enter each beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sheetgen.algebra.expr import names
from sheetgen.network.graph import Quantity, Section
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter, column_number
from sheetgen.page.page import Content, Formula, Page
from sheetgen.page.shapes import Ellipse, Line, Spot
from sheetgen.page.style import Style
from sheetgen.sheets.book import Book
from sheetgen.sheets.drawing.edges import MANY_EDGES, Edge, EdgePainter, WeightOf, edges, fans_in
from sheetgen.sheets.drawing.layers import DrawnLayer
from sheetgen.sheets.drawing.plan import DrawingPlan, LayerColumns, product_label
from sheetgen.sheets.layout import Address
from sheetgen.sheets.section_style import SECTION_COLOURS

_ARROW_STYLE = Style(colour=style.GREY, align="center", bold=True, size=14)
_LEFT_OUT = Style(colour=style.GREY, align="center", size=11)

_BULGE = 0.4
"""How far a circle reaches into the rows above and below its neuron, as a share of their height."""

Show = Callable[[str], Content]


@dataclass(frozen=True)
class DrawnNumbers:
    """What a drawing shows of a quantity: its value and, where the look has slopes, the derivative of the loss.

    ``weight`` gives the values of the weights where the edges show them, which no cell can change.
    """

    value: Show
    slope: Show = lambda name: None
    weight: WeightOf | None = None


@dataclass
class DrawnCells:
    """What was drawn where: the next free row, the cells of the neurons' names and those of each kind of number."""

    row: int
    names: dict[str, str] = field(default_factory=dict)
    neurons: list[str] = field(default_factory=list)
    weights: list[str] = field(default_factory=list)
    neuron_slopes: list[str] = field(default_factory=list)
    weight_slopes: list[str] = field(default_factory=list)


def draw(page: Page, plan: DrawingPlan, numbers: DrawnNumbers, row: int) -> DrawnCells:
    """Draw a network as planned, from ``row`` down."""
    page.widths |= plan.widths
    edge_painter = EdgePainter(numbers.weight, plan.weights)
    painter = _Painter(page, plan, numbers, edge_painter, DrawnCells(row))
    for band in plan.bands:
        painter.band(band)
    return painter.cells


def at_start(book: Book) -> DrawnNumbers:
    """Return the numbers of iteration 0 of the first training sheet."""

    def show(name: str) -> Formula:
        link, results = book.layout.cell(Address(0, name, 0)), book.results
        return Formula(link, lambda: results.first(0, name), lambda: results.start_error(0, name))

    return DrawnNumbers(show, weight=book.built.values.__getitem__)


@dataclass(frozen=True)
class _Painter:
    """Draws on a page, and keeps note of what was drawn where."""

    page: Page
    plan: DrawingPlan
    numbers: DrawnNumbers
    edge_painter: EdgePainter
    cells: DrawnCells

    def band(self, layers: Sequence[DrawnLayer]) -> None:
        """Draw layers side by side, centred on one another."""
        height = max(layer.height(self.box) for layer in layers)
        rows: dict[str, int] = {}
        before: DrawnLayer | None = None
        for layer, columns in zip(layers, self.plan.columns, strict=False):
            top = self.cells.row + (height - layer.height(self.box)) // 2
            rows |= self.level(layer, rows) or self.centred(layer, top)
            drawn = edges(layer, before) if before else []
            crossed = columns.gap or (columns.arrow if fans_in(drawn) else 0)
            to_the_box = crossed == columns.arrow or bool(drawn and layer.entering and not layer.listed)
            for neuron in layer.neurons:
                self.neuron(layer, neuron, columns, rows[neuron.name], not to_the_box)
            self.left_out(layer, columns, rows)
            if crossed:
                end = columns.node if to_the_box else crossed + 1
                many = len(drawn) > MANY_EDGES
                self.page.shapes += [self.edge(edge, layer, (crossed, end), rows, many) for edge in drawn]
            before = layer
        self.cells.row += height + 1

    def edge(
        self, edge: Edge, layer: DrawnLayer, columns: tuple[int, int], rows: dict[str, int], among_many: bool
    ) -> Line:
        """Return the line of an edge from one column to where another begins, to the row of its weight if listed."""
        start = rows[edge.source] + self.box / 2
        end = rows[edge.target] + self.box / 2
        if edge.weight is not None and layer.listed:
            neuron = self.plan.graph.by_name[edge.target]
            end = self.first_term(layer, neuron, rows[edge.target]) + edge.place + 0.5
        left, right = columns
        return self.edge_painter.line(edge, _spot(left, start, 0.0), _spot(right - 1, end, 1.0), among_many)

    def left_out(self, layer: DrawnLayer, columns: LayerColumns, rows: dict[str, int]) -> None:
        """Say how many neurons of a layer are not drawn, where they would stand."""
        if layer.left_out:
            above, below = (rows[neuron.name] for neuron in layer.around_those_left_out)
            row = (above + self.box + below) // 2
            self.page.put(f"{column_letter(columns.node)}{row}", f"… {layer.left_out:,} more …", _LEFT_OUT)

    @property
    def box(self) -> int:
        """The rows of a neuron's box."""
        return self.plan.look.box

    def first_term(self, layer: DrawnLayer, neuron: Quantity, row: int) -> int:
        """Return the row of the first term of a neuron whose box begins in a row."""
        room = layer.room(neuron, self.box)
        return row - (room - self.box) // 2 + (room - len(layer.beside(neuron))) // 2

    def level(self, layer: DrawnLayer, rows: dict[str, int]) -> dict[str, int]:
        """Return the rows of a layer whose neurons each stand beside the one neuron they use, if it is such."""
        neuron_rows = {}
        for neuron in layer.neurons:
            operands = set(names(neuron.equation)) if neuron.equation is not None else set()
            placed = [name for name in operands if name in rows]
            if len(placed) != 1 or layer.room(neuron, self.box) > self.box:
                return {}
            neuron_rows[neuron.name] = rows[placed[0]]
        return neuron_rows if len(set(neuron_rows.values())) == len(neuron_rows) else {}

    def centred(self, layer: DrawnLayer, top: int) -> dict[str, int]:
        """Return the rows of the boxes of a layer that begins in a row."""
        return {
            neuron.name: top + above + (layer.room(neuron, self.box) - self.box) // 2
            for neuron, above in zip(layer.neurons, layer.tops(self.box), strict=True)
        }

    def neuron(self, layer: DrawnLayer, neuron: Quantity, columns: LayerColumns, row: int, arrow: bool) -> None:
        """Draw a neuron whose box begins in a row, and what enters it, led to by an arrow where no edges are."""
        self.terms(neuron, layer.beside(neuron), columns, self.first_term(layer, neuron, row))
        if arrow and columns.arrow and neuron.section != Section.DATA:
            self.page.put(f"{column_letter(columns.arrow)}{row + 1}", "→", _ARROW_STYLE)
        self.put_box(neuron, column_letter(columns.node), row)

    def put_box(self, neuron: Quantity, letter: str, row: int) -> None:
        """Put a neuron's name over its value, and over the slope of the loss along it."""
        look, cells = self.plan.look, self.cells
        ink, tint = SECTION_COLOURS[neuron.section]
        tint = tint if look.tinted or neuron.section == Section.LOSS else style.WHITE
        value = self.numbers.value(neuron.name)
        if look.round:
            title, node = Style(colour=ink, bold=True, align="center", size=look.title_size), look.node
            self.page.shapes.append(_circle(column_number(letter), row, self.box, ink, neuron.name))
        else:
            title = Style(colour=style.WHITE, bold=True, fill=ink, align="center", border=ink, size=look.title_size)
            node = replace(look.node, fill=tint, border=ink)
        cells.names[neuron.name] = self.page.put(f"{letter}{row}", neuron.name, title)
        self.page.put(f"{letter}{row + 1}", value, node)
        if neuron.section != Section.LOSS:
            cells.neurons.append(f"{letter}{row + 1}")
        if look.slopes:
            slope = self.numbers.slope(neuron.name)
            self.page.put(f"{letter}{row + 2}", slope, replace(look.slope, fill=tint, border=ink))
            if isinstance(slope, Formula):
                cells.neuron_slopes.append(f"{letter}{row + 2}")

    def terms(self, neuron: Quantity, terms: tuple[str, ...], columns: LayerColumns, top: int) -> None:
        """List what enters a neuron from outside the layers."""
        for row, name in enumerate(terms, start=top):
            label, value, slope = (f"{column_letter(columns.terms + offset)}{row}" for offset in range(3))
            self.page.put(label, product_label(neuron, name), self.plan.look.product)
            self.page.put(value, self.numbers.value(name), self.plan.look.term)
            if name not in (*self.plan.graph.targets, *self.plan.graph.preparing):
                self.cells.weights.append(value)
                self.weight_slope(name, slope)

    def weight_slope(self, name: str, cell: str) -> None:
        """Put the slope of the loss along a weight."""
        look = self.plan.look
        if look.slopes:
            self.page.put(cell, self.numbers.slope(name), replace(look.slope, size=look.term.size))
            self.cells.weight_slopes.append(cell)


def _spot(column: int, row: float, right: float) -> Spot:
    """Return a place in a column; a row of 7.5 is the middle of row 7."""
    return Spot(column, int(row), right, row - int(row))


def _circle(column: int, row: int, rows: int, ink: str, name: str) -> Ellipse:
    """Return the circle around the cells of a neuron."""
    start, end = Spot(column, row - 1, 0.0, 1 - _BULGE), Spot(column, row + rows, 1.0, _BULGE)
    return Ellipse(start, end, ink, 1.75, name)
