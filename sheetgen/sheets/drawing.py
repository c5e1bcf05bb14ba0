"""The network drawn in cells: neurons by layer, the weights and targets that enter each beside it.

A network of many layers is drawn in several bands, one below the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from openpyxl.utils import get_column_letter

from sheetgen.algebra.expr import Apply, Expr, Var, names
from sheetgen.network.graph import Graph, Quantity, Section, equation, layers
from sheetgen.page import style
from sheetgen.page.page import Content, Formula, Page
from sheetgen.page.style import Style
from sheetgen.sheets.book import Book
from sheetgen.sheets.layout import Address

FIRST_COLUMN = 2
_MOST_LAYERS, _BAND = 14, 10
"""The most layers that stand side by side; a network of more has so many in a band."""
_GAP, _ARROW, _WIDEST, _MARGIN = 1.5, 3.5, 24.0, 2.0
_ARROW_STYLE = Style(colour=style.GREY, align="center", bold=True, size=14)

_NODE = Style(align="center", number=style.NUMBER)
_TERM = Style(align="left", number=style.NUMBER, size=10)
_PRODUCT = Style(size=9, colour=style.GREY, align="right")
_SLOPE = Style(align="center", number=style.SLOPE)

Show = Callable[[str], Content]


@dataclass(frozen=True)
class Face:
    """What a drawing shows of a quantity, and how.

    ``slope`` is given where derivatives of the loss are shown too; ``tinted`` gives every box the colour of
    its section, rather than the loss alone.
    """

    value: Show
    slope: Show | None = None
    node: Style = _NODE
    term: Style = _TERM
    product: Style = _PRODUCT
    number_slope: Style = _SLOPE
    title_size: int = 11
    tinted: bool = True
    node_width: float = 11.0
    term_width: float = 9.0
    value_width: float = 10.0


@dataclass
class Drawn:
    """What was drawn where: the next free row, the last column, and the cells of each kind of number."""

    row: int
    last_column: int = FIRST_COLUMN
    neurons: list[str] = field(default_factory=list)
    weights: list[str] = field(default_factory=list)
    neuron_slopes: list[str] = field(default_factory=list)
    weight_slopes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Layer:
    """The neurons of one layer, and what enters each from outside the layers."""

    neurons: tuple[Quantity, ...]
    terms: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Slot:
    """The columns of the layers that stand below one another; 0 where there is none."""

    terms: int
    arrow: int
    node: int


def put(page: Page, graph: Graph, face: Face, row: int) -> Drawn:
    """Draw a network from ``row`` down, from the inputs on the left to the loss on the right."""
    found = _layers(graph)
    per_band = len(found) if len(found) <= _MOST_LAYERS else _BAND
    slots = _slots(page, graph, face, found, per_band)
    pen = _Pen(page, graph, face, Drawn(row, slots[-1].node))
    for first in range(0, len(found), per_band):
        pen.band(found[first : first + per_band], slots)
    return pen.drawn


def at_start(book: Book) -> Face:
    """Return the face that shows iteration 0 of the first training sheet."""

    def show(name: str) -> Formula:
        return Formula(book.layout.cell(Address(0, name, 0)), lambda: book.results.first[0][name])

    return Face(show)


def _layers(graph: Graph) -> list[_Layer]:
    """Return the inputs, and the layers of the graph with the weights and targets that enter them."""
    inputs = tuple(graph.by_name[name] for name in graph.inputs)
    beside = {quantity.name for quantity in graph.section(Section.WEIGHTS)} | set(graph.targets)
    found = [_Layer(inputs, dict.fromkeys(graph.inputs, ()))]
    for neurons in layers(graph):
        terms = {n.name: tuple(dict.fromkeys(u for u in names(equation(n)) if u in beside)) for n in neurons}
        found.append(_Layer(neurons, terms))
    return found


def _slots(page: Page, graph: Graph, face: Face, found: list[_Layer], per_band: int) -> list[_Slot]:
    """Give the layers their columns, as wide as what stands in them."""
    slots, column = [], FIRST_COLUMN
    if len(found) > per_band:  # the first layers of the bands have no width in common: keep a margin
        page.widths[column] = face.node_width
        column += 1
    for place in range(per_band):
        here = found[place::per_band]
        entering = {term for layer in here for terms in layer.terms.values() for term in terms}
        terms = arrow = 0
        if entering:
            page.widths |= {column: _GAP, column + 1: _term_width(face, here), column + 2: face.value_width}
            terms, column = column + 1, column + 3
        if face.slope and not entering <= set(graph.targets):
            page.widths[column] = face.value_width
            column += 1
        if place or len(here) > 1:
            page.widths[column] = _ARROW
            arrow, column = column, column + 1
        page.widths[column] = max([face.node_width, *(_width(n.name) for layer in here for n in layer.neurons)])
        slots.append(_Slot(terms, arrow, column))
        column += 1
    return slots


def _term_width(face: Face, found: list[_Layer]) -> float:
    products = [_product(n, term) for layer in found for n in layer.neurons for term in layer.terms[n.name]]
    return max([face.term_width, *map(_width, products)])


def _width(text: str) -> float:
    return min(_WIDEST, len(text) + _MARGIN)


@dataclass
class _Pen:
    """Draws on a page, and keeps note of what was drawn where."""

    page: Page
    graph: Graph
    face: Face
    drawn: Drawn

    def band(self, found: list[_Layer], slots: list[_Slot]) -> None:
        """Draw layers side by side, centred on one another."""
        height = max(self.height(layer) for layer in found)
        rows: dict[str, int] = {}
        for layer, slot in zip(found, slots, strict=False):
            rows |= self.level(layer, rows) or self.centred(layer, height)
            for neuron in layer.neurons:
                self.neuron(neuron, layer.terms[neuron.name], slot, rows[neuron.name])
        self.drawn.row += height + 1

    @property
    def box(self) -> int:
        """The rows of a neuron's box: its name, its value, the slope."""
        return 3 if self.face.slope else 2

    def room(self, terms: tuple[str, ...]) -> int:
        """Return the rows that a neuron needs: its box, or one a term."""
        return max(self.box, len(terms))

    def height(self, layer: _Layer) -> int:
        """Return the rows that a layer needs, one left empty between neurons."""
        return sum(self.room(layer.terms[neuron.name]) + 1 for neuron in layer.neurons) - 1

    def level(self, layer: _Layer, rows: dict[str, int]) -> dict[str, int]:
        """Return the rows of a layer whose neurons each stand beside the one neuron they use, if it is such."""
        found = {}
        for neuron in layer.neurons:
            used = set(names(neuron.equation)) if neuron.equation is not None else set()
            before = [name for name in used if name in rows]
            if len(before) != 1 or self.room(layer.terms[neuron.name]) > self.box:
                return {}
            found[neuron.name] = rows[before[0]]
        return found if len(set(found.values())) == len(found) else {}

    def centred(self, layer: _Layer, height: int) -> dict[str, int]:
        """Return the rows of a layer's boxes, the whole in the middle of the band."""
        found, top = {}, self.drawn.row + (height - self.height(layer)) // 2
        for neuron in layer.neurons:
            room = self.room(layer.terms[neuron.name])
            found[neuron.name] = top + (room - self.box) // 2
            top += room + 1
        return found

    def neuron(self, neuron: Quantity, terms: tuple[str, ...], slot: _Slot, row: int) -> None:
        """Draw a neuron whose box begins in a row, and what enters it."""
        room = self.room(terms)
        self.terms(neuron, terms, slot, row - (room - self.box) // 2 + (room - len(terms)) // 2)
        if slot.arrow and neuron.section != Section.DATA:
            self.page.put(f"{get_column_letter(slot.arrow)}{row + 1}", "→", _ARROW_STYLE)
        self.put_box(neuron, get_column_letter(slot.node), row)

    def put_box(self, neuron: Quantity, letter: str, row: int) -> None:
        """Put a neuron's name over its value, and over the slope of the loss along it."""
        face, drawn = self.face, self.drawn
        ink, tint = style.SECTION_COLOURS[neuron.section]
        tint = tint if face.tinted or neuron.section == Section.LOSS else style.WHITE
        title = Style(colour=style.WHITE, bold=True, fill=ink, align="center", border=ink, size=face.title_size)
        self.page.put(f"{letter}{row}", neuron.name, title)
        self.page.put(f"{letter}{row + 1}", face.value(neuron.name), replace(face.node, fill=tint, border=ink))
        if neuron.section != Section.LOSS:
            drawn.neurons.append(f"{letter}{row + 1}")
        if face.slope:
            slope = face.slope(neuron.name)
            self.page.put(f"{letter}{row + 2}", slope, replace(face.number_slope, fill=tint, border=ink))
            if isinstance(slope, Formula):
                drawn.neuron_slopes.append(f"{letter}{row + 2}")

    def terms(self, neuron: Quantity, terms: tuple[str, ...], slot: _Slot, top: int) -> None:
        """List what enters a neuron from outside the layers."""
        for row, name in enumerate(terms, start=top):
            label, value, slope = (f"{get_column_letter(slot.terms + offset)}{row}" for offset in range(3))
            self.page.put(label, _product(neuron, name), self.face.product)
            self.page.put(value, self.face.value(name), self.face.term)
            if name not in self.graph.targets:
                self.drawn.weights.append(value)
                self.weight_slope(name, slope)

    def weight_slope(self, name: str, where: str) -> None:
        """Put the slope of the loss along a weight."""
        if self.face.slope:
            self.page.put(where, self.face.slope(name), replace(self.face.number_slope, size=self.face.term.size))
            self.drawn.weight_slopes.append(where)


def _product(neuron: Quantity, name: str) -> str:
    """Return what a weight is multiplied by in a neuron's equation, as ``w1·i1``; the name alone where unclear."""
    for term in _products(equation(neuron)):
        factors = [factor.name for factor in term if isinstance(factor, Var)]
        if len(term) == len(factors) == 2 and name in factors:
            return f"{name}·{factors[1 - factors.index(name)]}"
    return name


def _products(expr: Expr) -> list[list[Expr]]:
    """Return the terms of a sum, each as its factors."""
    if isinstance(expr, Apply) and expr.op in ("add", "sub"):
        return [term for arg in expr.args for term in _products(arg)]
    if isinstance(expr, Apply) and expr.op == "mul":
        return [[factor for arg in expr.args for term in _products(arg) for factor in term]]
    return [[expr]]
