"""Formulas that would be right in the place of a wrong update, in the coordinates of its cell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sheetgen.audit.book import Book, Place
from sheetgen.audit.claims import Update
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.graph import Graph
from sheetgen.audit.mistakes.trees import Formula, Swap, binary, formula_at, same, write
from sheetgen.audit.paces import Pace
from sheetgen.audit.syntax import Binary, Node, Number, Reference, bare
from sheetgen.audit.unfolded import Unfolded
from sheetgen.audit.worth import worth


@dataclass(frozen=True)
class Step:
    """An update with how far it goes."""

    update: Update
    rule: Unfolded
    pace: Pace


class UpdateFormulas:
    """The formulas of updates, rewritten."""

    def __init__(self, graph: Graph, book: Book) -> None:
        self._graph, self._book = graph, book

    def rate(self, entry: Step, model: Step) -> float | None:
        """Return the learning rate of an update, by what another one's is where its rule is not plain descent."""
        if entry.pace.plain:
            return entry.pace.size
        value = self._graph.values.get(cell_name(model.update.rate)) if model.update.rate else None
        return None if value is None else value * entry.pace.size / model.pace.size

    def _formula(self, update: Update) -> Formula | None:
        """Return the formula of an update, None where that is not the cell's own."""
        cell = self._book.formula_cell(update.new)
        return None if cell is None or cell.fills is not None else formula_at(self._book, update.new)

    def with_cells(self, update: Update, new: Mapping[str, str | None]) -> str | None:
        """Return the formula with references to other cells, None where it has none of those to replace."""
        formula = self._formula(update)
        if formula is None:
            return None
        swaps = []
        for node in formula.nodes:
            if isinstance(node, Reference) and node.single and node.first.row and node.first.column:
                name = cell_name(Place(node.sheet or update.new.sheet, node.first.row, node.first.column))
                if (right := new.get(name)) is not None:
                    place = place_of(right)
                    corner = node.first._replace(row=place.row, column=place.column)
                    swaps.append(Swap(node, node._replace(start=-1, first=corner, last=corner)))
        return formula.written(swaps) if swaps else None

    def turned(self, update: Update, rule: Unfolded) -> str | None:
        """Return the formula with one + and − exchanged, so that it goes downhill by as much."""
        formula = self._formula(update)
        if formula is None:
            return None
        for node in formula.nodes:
            if isinstance(node, Binary) and node.op in "+-":
                text = formula.written([Swap(node, binary("-" if node.op == "+" else "+", node.left, node.right))])
                value = self.value(update, text)
                now = self._graph.values[rule.new]
                old = self._graph.values.get(cell_name(update.old))
                if value is not None and old is not None and abs(value + now - 2 * old) <= 1e-9 * (abs(now) + abs(old)):
                    return text
        return None

    def at_rate(self, entry: Step, model: Step) -> str | None:
        """Return the formula with the learning rate of another update, in the place of its own or where it lacks."""
        formula, other = self._formula(entry.update), self._formula(model.update)
        rate, usual = self.rate(entry, model), self.rate(model, model)
        if formula is None or other is None or not rate or not usual:
            return None
        new = next((node for node in other.nodes if self._worth(node, model.update, usual)), None)
        if new is None or (isinstance(new, Reference) and new.sheet not in (None, entry.update.new.sheet)):
            return None
        text = write(new, other.text)
        typed = [node for node in formula.nodes if self._worth(node, entry.update, rate) and not same(node, new)]
        lacking = [node for node in formula.nodes if isinstance(node, Reference) and node.single]
        changed = [(node, text) for node in typed]
        changed += [(node, f"{text}*{write(node, formula.text)}") for node in lacking]
        for node, part in changed:
            whole = formula.text[: node.start] + part + formula.text[node.end :]
            if self._moves(entry, whole, usual / rate):
                return whole
        return None

    def _moves(self, entry: Step, text: str, times: float) -> bool:
        """Whether a formula goes so many times as far from the old value as the cell's own does."""
        value, now = self.value(entry.update, text), self._graph.values.get(cell_name(entry.update.new))
        old = self._graph.values.get(cell_name(entry.update.old))
        if value is None or now is None or old is None:
            return False
        return math.isclose(value - old, times * (now - old), rel_tol=1e-6)

    def _worth(self, node: Node, update: Update, number: float) -> bool:
        inner = bare(node)
        if node is not inner:
            return False
        if isinstance(node, Number):
            return abs(node.value - number) <= 1e-9 * abs(number)
        if not isinstance(node, Reference) or not node.single or not node.first.row or not node.first.column:
            return False
        name = cell_name(Place(node.sheet or update.new.sheet, node.first.row, node.first.column))
        value = self._graph.values.get(name)
        return name not in self._graph.ends and value is not None and abs(value - number) <= 1e-8 * abs(number)

    def value(self, update: Update, text: str | None) -> float | None:
        """Return what a formula would give in an update's cell."""
        return None if text is None else worth(self._graph, text, update.new)
