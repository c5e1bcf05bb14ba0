"""Update rules: whether each parameter's next value takes the right gradient, in the right direction, at one rate."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.adam import RIGHT, Moments, correction_of, explains, moments_before, moments_of
from sheetgen.audit.adjoints import Adjoints
from sheetgen.audit.areas import areas_of
from sheetgen.audit.book import Book, BookCell, Place
from sheetgen.audit.causes import relative_formula
from sheetgen.audit.claims import Claim, Structure, Update
from sheetgen.audit.equations import Equations, cell_name, place_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph
from sheetgen.audit.mistakes.roles import label_in
from sheetgen.audit.mistakes.trees import Formula, Swap, binary, same, write
from sheetgen.audit.outcome import Tally
from sheetgen.audit.paces import Pace, alike, pace_of
from sheetgen.audit.sources import source_of
from sheetgen.audit.syntax import Binary, Node, Number, Reference, bare
from sheetgen.audit.unfolded import Unfolded, unfolded
from sheetgen.audit.worth import worth

PLUS = "update-plus"
OTHER_GRADIENT = "update-other-gradient"
OTHER_RATE = "update-other-rate"
OTHER_WEIGHT = "update-other-weight"
_ALIKE = 1e-9
_FEWEST = 3
"""The updates of one step from which on one that has another rate stands out."""
_MOST_STEPS = 6


@dataclass(frozen=True)
class Fault:
    """An update that is wrong: which mistake it is, and what would be right."""

    update: Update
    kind: str
    words: str
    right_formula: str | None = None
    at: Place | None = None
    right_value: float | None = None

    @property
    def place(self) -> Place:
        """The cell that is wrong."""
        return self.at or self.update.new


@dataclass(frozen=True)
class _Step:
    """An update with how far it goes."""

    update: Update
    rule: Unfolded
    pace: Pace


@dataclass(frozen=True)
class UpdatesJudged:
    """The findings on updates, and how many updates are right, wrong and not understood."""

    findings: tuple[Finding, ...]
    tally: Tally


def judge_updates(structure: Structure, equations: Equations, graph: Graph, book: Book) -> UpdatesJudged:
    """Return a finding for each cause of wrong updates; of what is not understood nothing is said but the number."""
    updates = _Updates(structure, equations, graph, book)
    corrections = list(updates.corrections())
    spared = {fault.update.group for fault in corrections}
    faults = [*updates.simple(), *updates.rates(spared), *corrections]
    groups: dict[tuple[str, str, str], list[Fault]] = defaultdict(list)
    for fault in faults:
        cell = book.formula_cell(fault.place)
        if cell is not None:
            groups[fault.kind, fault.update.group, relative_formula(cell)].append(fault)
    every, understood = {update.new for update in structure.updates}, updates.understood
    wrong = {fault.update.new for fault in faults}
    tally = Tally(right=len(understood - wrong), wrong=len(wrong), unknown=len(every - understood - wrong))
    return UpdatesJudged(tuple(_finding(group, book, graph) for group in groups.values()), tally)


def _finding(faults: Sequence[Fault], book: Book, graph: Graph) -> Finding:
    first = min(faults, key=lambda fault: (book.sheets.index(fault.place.sheet), fault.place.row, fault.place.column))
    cell = book.formula_cell(first.place)
    assert cell is not None
    return Finding(
        kind=first.kind,
        weight=Weight.WRONG,
        words=f"The update {first.words}.",
        first=first.place,
        areas=areas_of(fault.place for fault in faults),
        label=first.update.label,
        formula=cell.formula,
        value=graph.values.get(cell_name(first.place)),
        right_formula=first.right_formula,
        right_value=first.right_value,
    )


def _corrected(moments: Moments, words: str) -> Place | None:
    """Return the cell that corrects the bias of the moment at fault, None where the update itself does."""
    moment = moments.v if "second" in words else moments.m
    uses = moments.update.graph.uses
    own = (moments.m, moments.v)
    cells = [name for name in moments.update.between if moment in uses.get(name, ()) and name not in own]
    return place_of(cells[0]) if len(cells) == 1 else None


class _Updates:
    """The updates of a workbook."""

    def __init__(self, structure: Structure, equations: Equations, graph: Graph, book: Book) -> None:
        self._structure, self._equations, self._graph, self._book = structure, equations, graph, book
        self._claims = {cell_name(claim.cell): claim for claim in structure.claims}
        self._adjoints: dict[str, Adjoints] = {}

    @cached_property
    def _gradient_of(self) -> dict[str, str]:
        return {cell_name(claim.by): name for name, claim in self._claims.items() if claim.sure}

    @cached_property
    def _understood(self) -> list[tuple[Update, Unfolded]]:
        """The updates that follow from gradients and from their parameter's value before."""
        news = {update.new: update for update in self._structure.updates}
        followed = {update.old for update in self._structure.updates}
        found = []
        for update in self._structure.updates:
            chained = update.new in followed or update.old in news
            across = chained and update.new.row == update.old.row and update.new.sheet == update.old.sheet
            rule = unfolded(self._graph, update.new, update.old, self._claims, across=across)
            if rule is not None and rule.gradients and cell_name(update.new) in self._graph.values:
                found.append((update, rule))
        return found

    @property
    def understood(self) -> set[Place]:
        """The cells of the updates that are understood."""
        return {update.new for update, _ in self._understood}

    def simple(self) -> Iterator[Fault]:
        """Yield the updates with another parameter's gradient or value, and those that go uphill."""
        for update, rule in self._understood:
            yield from self._gradient(update, rule)
            yield from self._direction(update, rule)

    def _gradient(self, update: Update, rule: Unfolded) -> Iterator[Fault]:
        old = cell_name(update.old)
        for name in rule.gradients:
            about = self._claims[name]
            cells = {about.by, *about.summed}
            if source_of(self._equations, update.old) in {source_of(self._equations, cell) for cell in cells}:
                continue
            if not all(cell_name(cell) in self._graph.ends for cell in cells) and not self._mistaken(update, rule):
                continue
            right = self._gradient_of.get(old)
            needed = self._called(right) if right else f"that of {self._called(old)}"
            words = f"takes the gradient {self._called(name)} where {needed} is needed"
            formula = self._with_cells(update, {name: right}) if right else None
            yield Fault(update, OTHER_GRADIENT, words, formula, right_value=self._value(update, formula))
        if old not in self._graph.uses.get(rule.new, ()):
            others = [n for n in self._graph.uses.get(rule.new, ()) if n in self._graph.ends and self._kept(rule, n)]
            if len(others) == 1:
                words = f"starts from {self._called(others[0])} where {self._called(old)} is needed"
                formula = self._with_cells(update, {others[0]: old})
                yield Fault(update, OTHER_WEIGHT, words, formula, right_value=self._value(update, formula))

    def _mistaken(self, update: Update, rule: Unfolded) -> bool:
        """Whether an update takes the derivative by another quantity for the gradient itself, and that is another."""
        pace, old = pace_of(rule, cell_name(update.old)), cell_name(update.old)
        right = self._gradient_of.get(old)
        if pace is None or not pace.plain or right is None or not self._is_stated(_Step(update, rule, pace)):
            return False
        (name,) = rule.gradients
        taken, needed = (self._exact(self._claims[one]) for one in (name, right))
        return taken is not None and needed is not None and abs(taken - needed) > 1e-6 * (abs(taken) + abs(needed))

    def _exact(self, claim: Claim) -> float | None:
        """Return the derivative that a cell claims."""
        losses = [cell_name(of) for of in (claim.of, *claim.also)]
        if any(loss not in self._graph.values for loss in losses):
            return None
        return sum(self._adjoint(loss, claim) for loss in losses)

    def _kept(self, rule: Unfolded, name: str) -> bool:
        slope = self._graph.slopes(rule.new).get(name)
        return slope is not None and abs(slope.middle - 1) < _ALIKE

    def _direction(self, update: Update, rule: Unfolded) -> Iterator[Fault]:
        forgotten = dict.fromkeys(rule.memories, 0.0)
        try:
            up, down = (rule.value({**forgotten, **dict.fromkeys(rule.gradients, slope)}) for slope in (1.0, -1.0))
        except (KeyError, *ARITHMETIC_ERRORS):
            return
        if not up > down or any(self._is_negative(name) for name in rule.gradients):
            return
        words = "adds the gradient where it must be subtracted: the loss goes up"
        formula = self._turned(update, rule)
        yield Fault(update, PLUS, words, formula, right_value=self._value(update, formula))

    def _is_negative(self, name: str) -> bool:
        """Whether a cell holds minus the derivative that it claims."""
        claim = self._claims[name]
        loss, value = cell_name(claim.of), self._graph.values.get(name)
        if value is None or loss not in self._graph.values:
            return False
        slope = sum(self._adjoint(cell_name(of), claim) for of in (claim.of, *claim.also))
        return slope * value < 0 and abs(slope + value) < abs(slope - value)

    def _adjoint(self, loss: str, claim: Claim) -> float:
        if loss not in self._adjoints:
            self._adjoints = {loss: Adjoints(self._graph, loss)}
        return sum(self._adjoints[loss].of(cell_name(place)).middle for place in claim.summed or (claim.by,))

    def rates(self, spared: Collection[str]) -> Iterator[Fault]:
        """Yield the updates whose learning rate is another than that of their neighbours in the same step.

        ``spared`` are the groups in which that has another cause.
        """
        steps: dict[tuple[str, int, tuple[float, ...]], list[_Step]] = defaultdict(list)
        for update, rule in self._understood:
            pace = pace_of(rule, cell_name(update.old))
            if pace is not None and update.group not in spared:
                steps[update.new.sheet, self._step(update), pace.rule].append(_Step(update, rule, pace))
        for entries in steps.values():
            yield from self._other_rates(entries)

    def _step(self, update: Update) -> int:
        """Return the row of a table in which an update stands; those outside tables are taken to be of one step."""
        new = update.new
        tables = (table for table in self._structure.tables if table.sheet == new.sheet and new.column in table.labels)
        return new.row if any(table.first <= new.row <= table.last for table in tables) else 0

    def _other_rates(self, entries: Sequence[_Step]) -> Iterator[Fault]:
        rates = alike(entries, lambda entry: entry.pace.size)
        stated = [any(map(self._is_stated, group)) for group in rates]
        only = sum(stated) == 1  # then it is right, however few take it
        ranked = zip(rates, stated, strict=True)
        (usual, said), *rest = sorted(ranked, key=lambda one: (only and not one[1], -len(one[0]), not one[1]))
        few = len(entries) - len(usual)
        stands_out = len(entries) >= _FEWEST and few * 3 <= len(entries)
        if not rest or not (stands_out or (said and only)):
            return
        for entry in (entry for group, _ in rest for entry in group):
            if not self._own_rate(entry.update, usual[0].update):
                words = f"takes {self._rate_words(entry, usual[0])}"
                formula = self._at_rate(entry, usual[0])
                yield Fault(entry.update, OTHER_RATE, words, formula, right_value=self._value(entry.update, formula))

    def _rate(self, entry: _Step, model: _Step) -> float | None:
        """Return the learning rate of an update, by what another one's is where its rule is not plain descent."""
        if entry.pace.plain:
            return entry.pace.size
        value = self._graph.values.get(cell_name(model.update.rate)) if model.update.rate else None
        return None if value is None else value * entry.pace.size / model.pace.size

    def _rate_words(self, entry: _Step, model: _Step) -> str:
        rate, usual = self._rate(entry, model), self._rate(model, model)
        if rate is None or usual is None:
            times = entry.pace.size / model.pace.size
            return f"a step {times:.6g} times as long as the other parameters do by the same rule"
        return f"the learning rate {rate:.6g} where the other parameters of this step take {usual:.9g}"

    def _is_stated(self, entry: _Step) -> bool:
        """Whether an update takes just the learning rate that the sheet has for it; behind an optimiser, one at all."""
        rate = entry.update.rate
        value = self._graph.values.get(cell_name(rate)) if rate else None
        if value is None:
            return False
        return not entry.pace.plain or abs(value - entry.pace.size) <= 1e-8 * entry.pace.size

    def _own_rate(self, update: Update, model: Update) -> bool:
        """Whether the sheet has a learning rate of its own for an update, with a name of its own."""
        if update.rate is None or model.rate is None or update.rate == model.rate:
            return False
        own, usual = label_in(self._structure, update.rate), label_in(self._structure, model.rate)
        return own != usual

    def corrections(self) -> Iterator[Fault]:
        """Yield the updates by Adam whose bias correction is wrong."""
        groups: dict[str, list[tuple[Update, Unfolded]]] = defaultdict(list)
        for update, rule in self._understood:
            groups[update.group].append((update, rule))
        for entries in groups.values():
            steps = []
            for update, moments in self._moments(entries):
                rate = self._graph.values.get(cell_name(update.rate)) if update.rate else None
                steps.append((update, moments, rate))
            wrong = [entry for entry in steps if entry[2] is None or not explains(RIGHT, [entry[1:]])]
            found = correction_of([(moments, rate) for _, moments, rate in wrong[:_MOST_STEPS]])
            if found is not None:
                kind, words = found
                for update, moments, _ in wrong:
                    yield Fault(update, kind, words, at=_corrected(moments, words))

    def _moments(self, entries: Sequence[tuple[Update, Unfolded]]) -> Iterator[tuple[Update, Moments]]:
        """Yield the updates that are steps of Adam; the first one has nothing to remember yet."""
        unknown: list[tuple[Update, Unfolded]] = []
        for update, rule in entries:
            before = self._before(rule)
            moments = moments_of(rule, before) if rule.memories else None
            if moments is None:
                unknown.append((update, rule))
                continue
            for earlier, first in unknown:
                if (start := moments_before(moments, first, before)) is not None:
                    yield earlier, start
            unknown = []
            yield update, moments

    def _before(self, rule: Unfolded) -> dict[str, str]:
        """Return what each cell remembers, for the cells between and those that they remember in turn."""
        found: dict[str, str] = {}
        ahead = list(rule.between)
        for name in ahead:
            place = place_of(name)
            for other in self._graph.uses.get(name, ()):
                there = place_of(other)
                beside = there.sheet == place.sheet and (there.column == place.column or there.row == place.row)
                remembered = other in rule.memories or (name not in rule.between and there.column == place.column)
                if beside and remembered and name not in found:
                    found[name] = other
                    ahead.append(other)
        return found

    def _called(self, name: str) -> str:
        place = place_of(name)
        label = label_in(self._structure, place)
        return f"{label} ({place.address})" if label else place.address

    def _cell(self, update: Update) -> BookCell | None:
        cell = self._book.formula_cell(update.new)
        return cell if cell is not None and cell.place == update.new and cell.fills is None else None

    def _with_cells(self, update: Update, new: dict[str, str | None]) -> str | None:
        """Return the formula with references to other cells, None where it has none of those to replace."""
        cell = self._cell(update)
        if cell is None or cell.formula is None:
            return None
        formula = Formula(cell.formula)
        swaps = []
        for node in formula.nodes:
            if isinstance(node, Reference) and node.single and node.first.row and node.first.column:
                name = cell_name(Place(node.sheet or update.new.sheet, node.first.row, node.first.column))
                if (right := new.get(name)) is not None:
                    place = place_of(right)
                    corner = node.first._replace(row=place.row, column=place.column)
                    swaps.append(Swap(node, node._replace(start=-1, first=corner, last=corner)))
        return formula.written(swaps) if swaps else None

    def _turned(self, update: Update, rule: Unfolded) -> str | None:
        """Return the formula with one + and − exchanged, so that it goes downhill by as much."""
        cell = self._cell(update)
        if cell is None or cell.formula is None:
            return None
        formula = Formula(cell.formula)
        for node in formula.nodes:
            if isinstance(node, Binary) and node.op in "+-":
                text = formula.written([Swap(node, binary("-" if node.op == "+" else "+", node.left, node.right))])
                value = self._value(update, text)
                now = self._graph.values[rule.new]
                old = self._graph.values.get(cell_name(update.old))
                if value is not None and old is not None and abs(value + now - 2 * old) <= 1e-9 * (abs(now) + abs(old)):
                    return text
        return None

    def _at_rate(self, entry: _Step, model: _Step) -> str | None:
        """Return the formula with the learning rate of another update, in the place of its own or where it lacks."""
        cell, like = self._cell(entry.update), self._cell(model.update)
        rate, usual = self._rate(entry, model), self._rate(model, model)
        if cell is None or like is None or cell.formula is None or like.formula is None or not rate or not usual:
            return None
        formula, other = Formula(cell.formula), Formula(like.formula)
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

    def _moves(self, entry: _Step, text: str, times: float) -> bool:
        """Whether a formula goes so many times as far from the old value as the cell's own does."""
        value, now = self._value(entry.update, text), self._graph.values.get(cell_name(entry.update.new))
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

    def _value(self, update: Update, text: str | None) -> float | None:
        """Return what a formula would give in an update's cell."""
        return None if text is None else worth(self._graph, text, update.new)
