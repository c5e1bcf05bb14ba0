"""The network drawn in cells: neurons by layer, the weights and targets that enter each beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from sheetgen import style
from sheetgen.expr import Apply, Expr, Var, names
from sheetgen.graph import Graph, Quantity, Section, equation, layers
from sheetgen.layout import Address
from sheetgen.sheets.book import Book
from sheetgen.sheets.page import Formula, Page

_FIRST_COLUMN = 2
_ARROW, _TERM, _VALUE, _NODE = 3.5, 9.0, 10.0, 11.0
_TINY = style.Style(size=9, colour=style.GREY, align="right")
_ARROW_STYLE = style.Style(colour=style.GREY, align="center", bold=True, size=14)


@dataclass(frozen=True)
class _Layer:
    """The neurons of one layer and the columns they stand in."""

    neurons: tuple[Quantity, ...]
    terms: dict[str, tuple[str, ...]]
    term_column: int
    column: int


def put(page: Page, book: Book, row: int) -> tuple[int, int]:
    """Draw the network from ``row`` down; return the next free row and the last column used."""
    graph = book.study.graph
    drawn = list(_layers(page, graph))
    height = max(_height(layer) for layer in drawn)
    signed = []
    for layer in drawn:
        top = row + (height - _height(layer)) // 2
        for neuron in layer.neurons:
            terms = layer.terms[neuron.name]
            signed += _terms(page, book, layer, neuron, top)
            middle = top + (_rows(terms) - 2) // 2
            _neuron(page, book, neuron, layer.column, middle)
            if layer.column > _FIRST_COLUMN:
                page.put(f"{get_column_letter(layer.column - 1)}{middle + 1}", "→", _ARROW_STYLE)
            top += _rows(terms) + 1
    page.decorate.append(lambda sheet: _colour_signs(sheet, signed))
    return row + height + 1, drawn[-1].column


def _layers(page: Page, graph: Graph) -> list[_Layer]:
    """Give every layer its columns, from the inputs on the left to the loss on the right."""
    inputs = tuple(graph.by_name[name] for name in graph.inputs)
    found = [_Layer(inputs, dict.fromkeys(graph.inputs, ()), 0, _FIRST_COLUMN)]
    page.widths[_FIRST_COLUMN] = _NODE
    column = _FIRST_COLUMN + 1
    beside = {quantity.name for quantity in graph.section(Section.WEIGHTS)} | set(graph.targets)
    for neurons in layers(graph):
        terms = {n.name: tuple(dict.fromkeys(u for u in names(equation(n)) if u in beside)) for n in neurons}
        term_column = column + 1 if any(terms.values()) else 0
        if term_column:
            page.widths |= {column: 1.5, column + 1: _TERM, column + 2: _VALUE}
            column += 3
        page.widths |= {column: _ARROW, column + 1: _NODE}
        found.append(_Layer(neurons, terms, term_column, column + 1))
        column += 2
    return found


def _rows(terms: tuple[str, ...]) -> int:
    """Return the rows a neuron needs: two of its own, or one a term."""
    return max(2, len(terms))


def _height(layer: _Layer) -> int:
    return sum(_rows(layer.terms[neuron.name]) + 1 for neuron in layer.neurons) - 1


def _terms(page: Page, book: Book, layer: _Layer, neuron: Quantity, top: int) -> list[str]:
    """List what enters a neuron from outside the layers; return the cells of its weights."""
    signed = []
    for offset, name in enumerate(layer.terms[neuron.name]):
        letter = get_column_letter(layer.term_column)
        page.put(f"{letter}{top + offset}", _product(neuron, name), _TINY)
        where = f"{get_column_letter(layer.term_column + 1)}{top + offset}"
        page.put(where, _live(book, name), replace(style.CALC, size=10, align="left"))
        if name not in book.study.graph.targets:
            signed.append(where)
    return signed


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


def _neuron(page: Page, book: Book, neuron: Quantity, column: int, row: int) -> None:
    """Draw a neuron: its name over its live value."""
    ink, tint = style.SECTION_COLOURS[neuron.section]
    letter = get_column_letter(column)
    page.put(
        f"{letter}{row}",
        neuron.name,
        style.Style(colour=style.WHITE, bold=True, fill=ink, align="center", border=ink),
    )
    look = style.Style(fill=tint, align="center", number=style.NUMBER, border=ink)
    page.put(f"{letter}{row + 1}", _live(book, neuron.name), look)


def _live(book: Book, name: str) -> Formula:
    """Return the value of a quantity at iteration 0 of the first training sheet."""
    value: Callable[[], float] = lambda: book.results.first[0][name]  # noqa: E731
    return Formula(book.layout.cell(Address(0, name, 0)), value)


def _colour_signs(sheet: Any, cells: list[str]) -> None:
    """Write positive weights in blue-green and negative ones in red, beside their sign."""
    if cells:
        where = " ".join(cells)
        sheet.conditional_formatting.add(where, CellIsRule("lessThan", ["0"], font=Font(color=style.BAD)))
