"""How wide a drawing of the network will be: its layers, and the columns that each of them gets.

Only the graph and the look decide that, so what stands beside a drawing can be placed before it is drawn. A
network of many layers is drawn in several bands, one below the other, whose layers share the columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sheetgen.network.graph import Graph, Quantity
from sheetgen.network.products import factor_of
from sheetgen.page import style
from sheetgen.page.style import Style
from sheetgen.sheets.drawing.layers import DrawnLayer, drawn_layers

FIRST_DRAWN_COLUMN = 2
_MOST_LAYERS, _BAND = 14, 10
"""The most layers that stand side by side; a network of more has so many in a band."""
_MOST_WIDTH, _FEW = 300.0, 3
"""How wide a drawing may be that a screen shows legibly: a wider one has half of its layers in a band, but for few."""
_ARROW, _WIDEST, _MARGIN, _LEAST_GAP = 3.5, 24.0, 2.0, 3.0

_NODE = Style(align="center", number=style.NUMBER)
_TERM = Style(align="left", number=style.NUMBER, size=10)
_PRODUCT = Style(size=9, colour=style.GREY, align="right")
_SLOPE = Style(align="center", number=style.SLOPE)


@dataclass(frozen=True)
class Look:
    """How a drawing looks.

    With ``slopes`` the derivatives of the loss are shown too; ``tinted`` gives every box the colour of its
    section, rather than the loss alone. With ``round`` a neuron is a circle, else a box. ``gap`` is the width of
    the columns in which edges cross.
    """

    slopes: bool = False
    node: Style = _NODE
    term: Style = _TERM
    product: Style = _PRODUCT
    slope: Style = _SLOPE
    title_size: int = 11
    tinted: bool = True
    round: bool = False
    gap: float = 8.0
    node_width: float = 11.0
    term_width: float = 9.0
    value_width: float = 10.0

    @property
    def box(self) -> int:
        """The rows of a neuron's box: its name, its value, the slope."""
        return 3 if self.slopes else 2


@dataclass(frozen=True)
class LayerColumns:
    """The columns of the layers that stand below one another; 0 where there is none.

    The edges from the layer before cross the column ``gap``, and where no terms are listed all as far as ``node``.
    """

    gap: int
    terms: int
    arrow: int
    node: int


@dataclass(frozen=True)
class DrawingPlan:
    """A drawing before it is drawn: its bands of layers, the columns of each layer of a band, and their widths."""

    graph: Graph
    look: Look
    bands: tuple[tuple[DrawnLayer, ...], ...]
    columns: tuple[LayerColumns, ...]
    widths: Mapping[int, float]

    @property
    def weights(self) -> tuple[str, ...]:
        """The weights that enter a neuron."""
        targets = {*self.graph.targets}
        return tuple({term: None for band in self.bands for layer in band for term in layer.entering - targets})

    @property
    def width(self) -> float:
        """How wide all its columns are together."""
        return sum(self.widths.values())

    @property
    def last_column(self) -> int:
        """The column of the last layer's boxes, beyond which nothing is drawn."""
        return self.columns[-1].node


def plan_drawing(graph: Graph, look: Look) -> DrawingPlan:
    """Plan the drawing of a network, from the inputs on the left to the loss on the right."""
    in_order = drawn_layers(graph, look.box)
    per_band = len(in_order) if len(in_order) <= _MOST_LAYERS else _BAND
    plan = _in_bands(graph, look, in_order, per_band)
    while plan.width > _MOST_WIDTH and per_band > _FEW:
        per_band = (per_band + 1) // 2
        plan = _in_bands(graph, look, in_order, per_band)
    return plan


def _in_bands(graph: Graph, look: Look, in_order: list[DrawnLayer], per_band: int) -> DrawingPlan:
    """Plan the drawing of layers of which so many stand side by side."""
    bands = tuple(tuple(in_order[first : first + per_band]) for first in range(0, len(in_order), per_band))
    columns: list[LayerColumns] = []
    widths: dict[int, float] = {}
    column = FIRST_DRAWN_COLUMN
    if len(bands) > 1:  # the first layers of the bands have no width in common: keep a margin
        widths[column] = look.node_width
        column += 1
    for place in range(per_band):
        stacked = [band[place] for band in bands if place < len(band)]
        columns.append(_columns(graph, look, stacked, column, widths, leads=place > 0 or len(stacked) > 1))
        column = columns[-1].node + 1
    return DrawingPlan(graph, look, bands, tuple(columns), widths)


def _columns(
    graph: Graph, look: Look, stacked: list[DrawnLayer], column: int, widths: dict[int, float], leads: bool
) -> LayerColumns:
    """Give layers that stand below one another their columns from one on, as wide as what stands in them.

    ``leads``: whether an arrow leads to any of them.
    """
    targets = {*graph.targets}
    listed = {term for layer in stacked if layer.listed for term in layer.entering}
    gap = terms = arrow = 0
    if any(layer.entering for layer in stacked):
        crossed = any(len(layer.entering - targets) > 1 for layer in stacked)
        bare = 0.0 if listed else look.term_width + look.value_width
        widths[column] = (look.gap if crossed else _LEAST_GAP) + bare
        gap, column = column, column + 1
    if listed:
        widths |= {column: _term_width(look, stacked), column + 1: look.value_width}
        terms, column = column, column + 2
    if look.slopes and not listed <= targets:
        widths[column] = look.value_width
        column += 1
    if leads:
        widths[column] = _ARROW
        arrow, column = column, column + 1
    widths[column] = max([look.node_width, *(_width(n.name) for layer in stacked for n in layer.neurons)])
    return LayerColumns(gap, terms, arrow, column)


def _term_width(look: Look, stacked: list[DrawnLayer]) -> float:
    products = [product_label(n, term) for layer in stacked for n in layer.neurons for term in layer.beside(n)]
    return max([look.term_width, *map(_width, products)])


def _width(text: str) -> float:
    return min(_WIDEST, len(text) + _MARGIN)


def product_label(neuron: Quantity, name: str) -> str:
    """Return what a weight is multiplied by in a neuron's equation, as ``w1·i1``; the name alone where unclear."""
    factor = factor_of(neuron, name)
    return f"{name}·{factor}" if factor else name
