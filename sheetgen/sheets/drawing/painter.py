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
from sheetgen.sheets.drawing.edges import Edge, EdgePainter, WeightOf, edges, fans_in
from sheetgen.sheets.drawing.plan import DrawingPlan, DrawnLayer, LayerColumns, product_label
from sheetgen.sheets.layout import Address
from sheetgen.sheets.section_style import SECTION_COLOURS

_ARROW_STYLE = Style(colour=style.GREY, align="center", bold=True, size=14)

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
    """What was drawn where: the next free row, and the cells of each kind of number."""

    row: int
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
        height = max(self.height(layer) for layer in layers)
        rows: dict[str, int] = {}
        before: DrawnLayer | None = None
        for layer, columns in zip(layers, self.plan.columns, strict=False):
            rows |= self.level(layer, rows) or self.centred(layer, height)
            drawn = edges(layer, before) if before else []
            crossed = columns.gap or (columns.arrow if fans_in(drawn) else 0)
            for neuron in layer.neurons:
                self.neuron(neuron, layer.terms[neuron.name], columns, rows[neuron.name], crossed != columns.arrow)
            if crossed:
                self.page.shapes += [self.edge(edge, layer.terms[edge.target], crossed, rows) for edge in drawn]
            before = layer
        self.cells.row += height + 1

    def edge(self, edge: Edge, terms: tuple[str, ...], crossed: int, rows: dict[str, int]) -> Line:
        """Return the line of an edge over the column that it crosses, to the row of its weight where it has one."""
        start = rows[edge.source] + self.box / 2
        end = rows[edge.target] + self.box / 2
        if edge.weight is not None:
            end = self.first_term(terms, rows[edge.target]) + edge.place + 0.5
        return self.edge_painter.line(edge, _spot(crossed, start, 0.0), _spot(crossed, end, 1.0))

    @property
    def box(self) -> int:
        """The rows of a neuron's box: its name, its value, the slope."""
        return 3 if self.plan.look.slopes else 2

    def room(self, terms: tuple[str, ...]) -> int:
        """Return the rows that a neuron needs: its box, or one a term."""
        return max(self.box, len(terms))

    def first_term(self, terms: tuple[str, ...], row: int) -> int:
        """Return the row of the first term of a neuron whose box begins in a row."""
        room = self.room(terms)
        return row - (room - self.box) // 2 + (room - len(terms)) // 2

    def height(self, layer: DrawnLayer) -> int:
        """Return the rows that a layer needs, one left empty between neurons."""
        return sum(self.room(layer.terms[neuron.name]) + 1 for neuron in layer.neurons) - 1

    def level(self, layer: DrawnLayer, rows: dict[str, int]) -> dict[str, int]:
        """Return the rows of a layer whose neurons each stand beside the one neuron they use, if it is such."""
        neuron_rows = {}
        for neuron in layer.neurons:
            operands = set(names(neuron.equation)) if neuron.equation is not None else set()
            placed = [name for name in operands if name in rows]
            if len(placed) != 1 or self.room(layer.terms[neuron.name]) > self.box:
                return {}
            neuron_rows[neuron.name] = rows[placed[0]]
        return neuron_rows if len(set(neuron_rows.values())) == len(neuron_rows) else {}

    def centred(self, layer: DrawnLayer, height: int) -> dict[str, int]:
        """Return the rows of a layer's boxes, the whole in the middle of the band."""
        rows, top = {}, self.cells.row + (height - self.height(layer)) // 2
        for neuron in layer.neurons:
            room = self.room(layer.terms[neuron.name])
            rows[neuron.name] = top + (room - self.box) // 2
            top += room + 1
        return rows

    def neuron(self, neuron: Quantity, terms: tuple[str, ...], columns: LayerColumns, row: int, arrow: bool) -> None:
        """Draw a neuron whose box begins in a row, and what enters it, led to by an arrow where no edges are."""
        self.terms(neuron, terms, columns, self.first_term(terms, row))
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
        self.page.put(f"{letter}{row}", neuron.name, title)
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
            if name not in self.plan.graph.targets:
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
