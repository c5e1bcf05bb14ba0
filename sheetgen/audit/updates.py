"""Update rules: whether each parameter's next value takes the right gradient, in the right direction, at one rate."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.adjoints import Adjoints
from sheetgen.audit.areas import areas_of
from sheetgen.audit.book import Book, Place
from sheetgen.audit.causes import relative_formula
from sheetgen.audit.claims import Claim, Structure, Update
from sheetgen.audit.corrections import Fault, corrections
from sheetgen.audit.doubles import doubles_of
from sheetgen.audit.equations import Equations, cell_name, place_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph
from sheetgen.audit.mistakes.roles import label_in
from sheetgen.audit.outcome import Tally
from sheetgen.audit.paces import alike, pace_of
from sheetgen.audit.sources import source_of
from sheetgen.audit.unfolded import Unfolded, unfolded
from sheetgen.audit.update_formulas import Step, UpdateFormulas

PLUS = "update-plus"
OTHER_GRADIENT = "update-other-gradient"
OTHER_RATE = "update-other-rate"
OTHER_WEIGHT = "update-other-weight"
_ALIKE = 1e-9
_FEWEST = 3
"""The updates of one step from which on one that has another rate stands out."""


@dataclass(frozen=True)
class UpdatesJudged:
    """The findings on updates, and how many updates are right, wrong and not understood."""

    findings: tuple[Finding, ...]
    tally: Tally


def judge_updates(structure: Structure, equations: Equations, graph: Graph, book: Book) -> UpdatesJudged:
    """Return a finding for each cause of wrong updates; of what is not understood nothing is said but the number."""
    updates = _Updates(structure, equations, graph, book)
    by_adam = list(corrections(updates.rules, graph))
    spared = {fault.update.group for fault in by_adam}
    faults = [*updates.simple(), *updates.rates(spared), *by_adam]
    groups: dict[tuple[str, ...], list[Fault]] = defaultdict(list)
    for fault in faults:
        cell = book.formula_cell(fault.place)
        if cell is not None:
            which = fault.words if fault.at else ""  # a cell of its own for each moment
            groups[fault.kind, fault.update.group, relative_formula(cell), which].append(fault)
    every, understood = {update.new for update in structure.updates}, updates.understood
    wrong = {fault.update.new for fault in faults if not fault.is_meant}
    tally = Tally(right=len(understood - wrong), wrong=len(wrong), unknown=len(every - understood - wrong))
    return UpdatesJudged(tuple(_finding(group, book, graph) for group in groups.values()), tally)


def _finding(faults: Sequence[Fault], book: Book, graph: Graph) -> Finding:
    first = min(faults, key=lambda fault: (book.sheets.index(fault.place.sheet), fault.place.row, fault.place.column))
    cell = book.formula_cell(first.place)
    assert cell is not None
    return Finding(
        kind=first.kind,
        weight=Weight.NOTICE if first.is_meant else Weight.WRONG,
        words=f"The update {first.words}{', as the sheet says' if first.is_meant else ''}.",
        first=first.place,
        areas=areas_of(fault.place for fault in faults),
        label=first.update.label,
        formula=cell.formula,
        value=graph.values.get(cell_name(first.place)),
        right_formula=first.right_formula,
        right_value=first.right_value,
    )


class _Updates:
    """The updates of a workbook."""

    def __init__(self, structure: Structure, equations: Equations, graph: Graph, book: Book) -> None:
        self._structure, self._equations, self._graph, self._book = structure, equations, graph, book
        self._claims = {cell_name(claim.cell): claim for claim in structure.claims}
        self._adjoints: dict[str, Adjoints] = {}
        self._formulas = UpdateFormulas(graph, book)

    @cached_property
    def _gradient_of(self) -> dict[str, str]:
        return {cell_name(claim.by): name for name, claim in self._claims.items() if claim.sure and not claim.above}

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
    def rules(self) -> list[tuple[Update, Unfolded]]:
        """The updates that are understood, with what each follows from."""
        return self._understood

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
        others = [name for name in rule.gradients if not self._is_own(name, update)]
        for name in others:
            about = self._claims[name]
            cells = {about.by, *about.summed}
            before = self._is_earlier(about.by, update.old)
            if before and (about.above or len(others) < len(rule.gradients)):
                continue
            if self._is_of_all(name, update, rule):
                continue
            if not all(cell_name(cell) in self._graph.ends for cell in cells) and not self._mistaken(update, rule):
                continue
            right = self._gradient_of.get(old)
            needed = self._called(right) if right else f"that of {self._called(old)}"
            words = f"takes the gradient {self._called(name)} where {needed} is needed"
            formula = self._formulas.with_cells(update, {name: right}) if right else None
            yield Fault(update, OTHER_GRADIENT, words, formula, right_value=self._formulas.value(update, formula))
        if old not in self._graph.uses.get(rule.new, ()):
            others = [n for n in self._graph.uses.get(rule.new, ()) if n in self._graph.ends and self._kept(rule, n)]
            if len(others) == 1:
                words = f"starts from {self._called(others[0])} where {self._called(old)} is needed"
                formula = self._formulas.with_cells(update, {others[0]: old})
                yield Fault(update, OTHER_WEIGHT, words, formula, right_value=self._formulas.value(update, formula))

    def _is_own(self, name: str, update: Update) -> bool:
        """Whether a cell is the derivative by the parameter of an update."""
        about = self._claims[name]
        cells, old = (about.by, *about.summed), update.old
        return old in cells or any(self._source(cell) == self._source(old) for cell in cells)

    def _is_of_all(self, name: str, update: Update, rule: Unfolded) -> bool:
        """Whether an update takes a gradient for a number that it shares with others of its step: a length of all."""
        alike = self._together[update.new.sheet, self._step(update), frozenset(rule.gradients)]
        apart = rule.apart
        return alike > 1 and name not in apart and any(self._is_own(one, update) for one in apart)

    @cached_property
    def _together(self) -> Counter[tuple[str, int, frozenset[str]]]:
        """How many updates of a step take the same gradients."""
        return Counter((u.new.sheet, self._step(u), frozenset(rule.gradients)) for u, rule in self._understood)

    @staticmethod
    def _is_earlier(place: Place, other: Place) -> bool:
        """Whether a cell has what another's column had in a row above: a gradient may run through that row, too."""
        return (place.sheet, place.column) == (other.sheet, other.column) and place.row < other.row

    def _source(self, place: Place) -> Place:
        """Return the cell whose number a cell has, by references or because it is typed there again."""
        source = source_of(self._equations, place)
        return self._first_typed.get(source, source)

    @cached_property
    def _first_typed(self) -> dict[Place, Place]:
        """For each cell that is typed again the one that was typed first."""
        doubles = doubles_of(self._graph, self._structure)
        pairs = [(first, again) for first, *others in doubles for again in others]
        return {p: q for first, again in pairs for p, q in zip(again.places, first.places, strict=True)}

    def _mistaken(self, update: Update, rule: Unfolded) -> bool:
        """Whether an update takes the derivative by another quantity for the gradient itself, and that is another."""
        pace, old = pace_of(rule, cell_name(update.old)), cell_name(update.old)
        right = self._gradient_of.get(old)
        if pace is None or not pace.plain or right is None or not self._is_stated(Step(update, rule, pace)):
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
        formula = self._formulas.turned(update, rule)
        yield Fault(update, PLUS, words, formula, right_value=self._formulas.value(update, formula))

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
        steps: dict[tuple[str, int, tuple[float, ...]], list[Step]] = defaultdict(list)
        for update, rule in self._understood:
            pace = pace_of(rule, cell_name(update.old))
            if pace is not None and update.group not in spared:
                steps[update.new.sheet, self._step(update), pace.rule].append(Step(update, rule, pace))
        for entries in steps.values():
            yield from self._other_rates(entries)

    def _step(self, update: Update) -> int:
        """Return the row of a table in which an update stands; those outside tables are taken to be of one step."""
        new = update.new
        tables = (table for table in self._structure.tables if table.sheet == new.sheet and new.column in table.labels)
        return new.row if any(table.first <= new.row <= table.last for table in tables) else 0

    def _other_rates(self, entries: Sequence[Step]) -> Iterator[Fault]:
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
                formula = self._formulas.at_rate(entry, usual[0])
                yield Fault(
                    entry.update, OTHER_RATE, words, formula, right_value=self._formulas.value(entry.update, formula)
                )

    def _rate_words(self, entry: Step, model: Step) -> str:
        rate, usual = self._formulas.rate(entry, model), self._formulas.rate(model, model)
        if rate is None or usual is None:
            times = entry.pace.size / model.pace.size
            return f"a step {times:.6g} times as long as the other parameters do by the same rule"
        return f"the learning rate {rate:.6g} where the other parameters of this step take {usual:.9g}"

    def _is_stated(self, entry: Step) -> bool:
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

    def _called(self, name: str) -> str:
        place = place_of(name)
        label = label_in(self._structure, place)
        return f"{label} ({place.address})" if label else place.address
