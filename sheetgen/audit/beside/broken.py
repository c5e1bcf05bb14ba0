"""Cells that do not do what the cells above and below them do: a number typed over, a formula that was changed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from sheetgen.audit.beside.lines import Line, Regular
from sheetgen.audit.beside.said import finding
from sheetgen.audit.book import Area, Place
from sheetgen.audit.equations import cell_name
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph
from sheetgen.audit.worth import worth
from sheetgen.xlsx.formulas import shifted

_FEW = 0.1
"""The part of a line up to which what differs is an exception, and no part of how it is made."""
_ALL = 0.9
_SAME = 1e-12
_DIAGONAL = 3
"""The rows, and the columns, in which one other formula stands, from which on it is a part of how a table is made."""
_SEVERAL = 3
"""The lines side by side of which one alone cannot end where the others go on."""
_RELATIVE = re.compile(r"(?:^|[^A-Za-z0-9_.$])(?:[A-Z]{1,3}\$?|\$[A-Z]{1,3})[0-9]+(?![0-9A-Za-z_(])")
"""A reference of which a row or a column moves when a formula is filled."""


def findings_on_lines(lines: Sequence[Line], graph: Graph) -> Iterator[Finding]:
    """Yield the numbers typed among formulas, and the formulas that differ from their neighbours."""
    regular = [found for line in lines if (found := line.regular)]
    rows = {down: _Rows([line for line in regular if line.line.down == down]) for down in (True, False)}
    seen: set[Place] = set()
    for line in regular:
        beside = rows[line.line.down]
        exceptions = [index for index in _exceptions(line, beside) if not beside.ends_a_part(line, index)]
        exceptions = [*_typed_ahead(line, beside, graph), *exceptions]
        places = [line.line.cells[index].place for index in exceptions]
        fresh = [index for index, place in zip(exceptions, places, strict=True) if place not in seen]
        seen.update(places)
        typed = [index for index in fresh if line.line.patterns[index] is None]
        if typed:
            yield _typed(line, typed, graph)
        changed = [index for index in fresh if line.line.patterns[index] is not None]
        if changed:
            yield _changed(line, changed, graph)


class _Rows:
    """What the lines that run side by side do at each step: where several change at once, a new part begins."""

    def __init__(self, lines: Sequence[Regular]) -> None:
        self._covered: Counter[tuple[str, int]] = Counter()
        self._typed: Counter[tuple[str, int]] = Counter()
        self._others: Counter[tuple[str, int]] = Counter()
        self._forms: dict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)
        self._begun = {
            (
                line.line.cells[line.members[0]].place.sheet,
                line.line.down,
                _step(line.line.cells[1].place, line.line.down),
            )
            for line in lines
            if line.members[0] == 1 and line.line.patterns[0] is None
        }
        for line in lines:
            for index, cell in enumerate(line.line.cells):
                self._covered[_step(cell.place, line.line.down)] += index >= line.members[0]
            for index in line.others:
                step = _step(line.line.cells[index].place, line.line.down)
                self._others[step] += 1
                pattern = line.line.patterns[index]
                self._typed[step] += pattern is None
                if pattern is not None:
                    place = line.line.cells[index].place
                    self._forms[place.sheet, pattern.shape].add((place.row, place.column))

    def ends_a_part(self, line: Regular, index: int) -> bool:
        """Whether other lines leave their patterns there too, though not all of them for typed numbers.

        Or elsewhere, one after the other for the same formula: that is a diagonal, such as a table has that moves one
        parameter in each row.
        """
        if self._on_a_diagonal(line, index):
            return True
        step = _step(line.line.cells[index].place, line.line.down)
        pasted = self._typed[step] >= max(2, _ALL * self._covered[step])
        alone = index > line.members[-1] and self._covered[step] == self._others[step]
        return (self._others[step] > 1 and not pasted) or alone

    def begins(self, place: Place, down: bool) -> bool:
        """Whether a line begins at a step, behind a number that is typed, as a parameter does at its first update."""
        return (place.sheet, down, _step(place, down)) in self._begun

    def go_on(self, line: Regular, index: int) -> bool:
        """Whether several lines go on as before where this one alone has another formula."""
        step = _step(line.line.cells[index].place, line.line.down)
        return self._others[step] == 1 and self._covered[step] > _SEVERAL

    def _on_a_diagonal(self, line: Regular, index: int) -> bool:
        pattern, model = line.line.patterns[index], line.line.patterns[line.members[0]]
        if pattern is None or model is None or pattern.shape == model.shape:
            return False
        return (line.line.cells[index].place.sheet, pattern.shape) in self._spread

    @cached_property
    def _spread(self) -> set[tuple[str, str]]:
        """The other formulas that stand in several rows and in several columns of a sheet."""
        return {
            form
            for form, places in self._forms.items()
            if all(len(set(along)) >= _DIAGONAL for along in zip(*places, strict=True))
        }


def _step(place: Place, down: bool) -> tuple[str, int]:
    return place.sheet, place.row if down else place.column


def _exceptions(line: Regular, beside: _Rows) -> list[int]:
    """Return the cells that differ where a line goes on as before, or where it ends and others beside it go on.

    Where it ends with the others it is an exception only with a reference that stays, or with numbers typed.
    """
    inside = [] if _is_rhythm(line.inside) or len(line.inside) > _few(line) else list(line.inside)
    behind = line.behind
    stray = [i for i in behind if line.line.patterns[i] is None or _stopped(line, i) or beside.go_on(line, i)]
    return inside + (stray if len(stray) == len(behind) and _may_end(line, behind) else [])


def _typed_ahead(line: Regular, beside: _Rows, graph: Graph) -> list[int]:
    """Return the number typed over the first formula of a line, where others beside it begin with one there.

    A number that the formula gives, as in a column that counts 0, 1, 2, is no mistake.
    """
    if line.members[0] != 2 or line.line.patterns[0] is not None or line.line.patterns[1] is not None:
        return []
    place = line.line.cells[1].place
    if not beside.begins(place, line.line.down):
        return []
    value, right = graph.values.get(cell_name(place)), worth(graph, _model(line, 1), place)
    if value is None or right is None or abs(value - right) <= _SAME * max(abs(value), abs(right)):
        return []
    return [1]


def _few(line: Regular) -> float:
    return max(1.0, _FEW * len(line.line.cells))


def _is_rhythm(places: Sequence[int]) -> bool:
    """Whether exceptions come again and again at the same distance, as the first sample of each batch does."""
    distances = {b - a for a, b in pairwise(places)}
    return len(places) > 2 and len(distances) == 1 and distances != {1}


def _may_end(line: Regular, behind: Sequence[int]) -> bool:
    """Whether what differs behind is a part of the line: typed numbers only where they are few."""
    typed = sum(line.line.patterns[index] is None for index in behind)
    return not typed or len(behind) <= _few(line)


def _stopped(line: Regular, index: int) -> bool:
    """Whether a formula behind the others is theirs but for references that stand still, or move, where theirs do not.

    References that only jump, and go on as before, are those of another part. Formulas whose references are all
    absolute were not filled: they are written one by one, as the factors of a product, and may end with another.
    """
    if not _RELATIVE.search(line.line.cells[line.members[-1]].formula or ""):
        return False
    before, here = line.line.patterns[index - 1], line.line.patterns[index]
    model = line.line.patterns[line.members[-1]]
    if before is None or here is None or model is None or here.shape != model.shape:
        return False
    expected = model.moved(line.step, index - line.members[-1])
    step = before.step_to(here)
    if expected is None or step is None:
        return False
    differ = [i for i, (a, b) in enumerate(zip(here.slots, expected.slots, strict=True)) if a != b]
    follows = [any(line.step[i]) for i in differ]
    return any(follows) and (index == len(line.line.cells) - 1 or any(step[i] != line.step[i] for i in differ))


def _model(line: Regular, index: int) -> str:
    """Return the formula that a cell would have if it followed its line."""
    nearest = min(line.members, key=lambda member: abs(member - index))
    cell, place = line.line.cells[nearest], line.line.cells[index].place
    return shifted(cell.formula or "", place.row - cell.place.row, place.column - cell.place.column)


def _typed(line: Regular, typed: Sequence[int], graph: Graph) -> Finding:
    cells = [line.line.cells[index] for index in typed]
    where = "column" if line.line.down else "row"
    right = _model(line, typed[0])
    words = f"A number is typed here; the other cells of the {where} calculate it, so it follows nothing that changes."
    if len(cells) > 1:
        words = f"Numbers are typed here; the other cells of the {where} calculate theirs, so these follow nothing."
    book = graph.equations.book
    return finding(book, "typed-number", Weight.WRONG, words, [cell.place for cell in cells], right, graph)


def _changed(line: Regular, changed: Sequence[int], graph: Graph) -> Finding:
    book = graph.equations.book
    places = [line.line.cells[index].place for index in changed]
    right = _model(line, changed[0])
    if all(_is_same(line, index, graph) for index in changed):
        words = "The formula is written in another way than those around it, and gives the same."
        return finding(book, "other-formula", Weight.NOTICE, words, places, right, graph)
    where = "above and below it" if line.line.down else "left and right of it"
    words = f"The formula does not follow the pattern of those {where}{_how(line, changed[0])}."
    return finding(book, "broken-pattern", Weight.WRONG, words, places, right, graph)


def _is_same(line: Regular, index: int, graph: Graph) -> bool:
    """Whether a formula of another shape gives the value that the pattern would give."""
    place = line.line.cells[index].place
    model, here = line.line.patterns[line.members[0]], line.line.patterns[index]
    if model is None or here is None or model.shape == here.shape:
        return False
    value, right = graph.values.get(cell_name(place)), worth(graph, _model(line, index), place)
    return value is not None and right is not None and abs(value - right) <= _SAME * max(abs(value), abs(right))


def _how(line: Regular, index: int) -> str:
    """Return, as the end of a sentence, which references are not those of the pattern."""
    here, place = line.line.patterns[index], line.line.cells[index].place
    model = line.line.patterns[line.members[0]]
    expected = model.moved(line.step, index - line.members[0]) if model else None
    if here is None or expected is None or here.shape != expected.shape:
        return ""
    pairs = [(a, b) for a, b in zip(here.slots, expected.slots, strict=True) if a != b]
    told = [f"{_named(a, place)} where {_named(b, place)} is meant" for a, b in pairs if b.top > 0 and b.left > 0]
    return f": it takes {' and '.join(dict.fromkeys(told))}" if told else ""


def _named(slot: Area, place: Place) -> str:
    sheet = "" if slot.sheet == place.sheet else f"{slot.sheet}!"
    return sheet + slot.address
