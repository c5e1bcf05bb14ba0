"""References that stay where they should follow, and the reverse, in a whole run of formulas."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sheetgen.audit.beside.lines import Line, Regular
from sheetgen.audit.beside.said import finding
from sheetgen.audit.book import Area, Book, Place
from sheetgen.audit.equations import cell_name
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph
from sheetgen.audit.mistakes.trees import NEW, Swap, formula_at
from sheetgen.audit.syntax import Corner, Reference

_MOST = 0.5
"""The part of a column that has to be calculated for a reference to one of its cells to be odd; and the part of the
cells that a reference runs over which hold no number, if it was meant to stay."""


def findings_on_anchors(graph: Graph, lines: Sequence[Line], matter: Collection[str]) -> Iterator[Finding]:
    """Yield runs whose references stay or follow as they should not; ``matter`` as for `findings_on_settings`."""
    columns = {cell.place: line for line in lines if line.down for cell in line.cells}
    rows = {cell.place: line for line in lines if not line.down for cell in line.cells}
    data = _data(lines, columns, rows)
    seen: set[Place] = set()
    for line in lines:
        regular = line.regular
        first = regular and line.cells[regular.members[0]].place
        if regular is None or first in seen or cell_name(line.cells[regular.members[0]].place) not in matter:
            continue
        found = _runs_off(graph, regular) or _stays(graph, regular, columns if line.down else rows, data)
        if found:
            seen.update(place for area in found.areas for place in area.places())
            yield found


def _data(lines: Sequence[Line], columns: Mapping[Place, Line], rows: Mapping[Place, Line]) -> set[int]:
    """Return the typed lines whose numbers differ and that a run of formulas takes in turn: the data of a table."""
    found: set[int] = set()
    for line in lines:
        regular = line.regular
        for index, move in enumerate(regular.step) if regular else ():
            slot = _slots(regular, index)[0] if regular else None
            target = (columns if line.down else rows).get(slot.first) if slot and slot.is_cell and any(move) else None
            if target is not None and not target.formulas and len({cell.value for cell in target.cells}) > 1:
                found.add(id(target))
    return found


def _slots(regular: Regular, index: int) -> list[Area]:
    """Return what one of the references names in each cell that follows the pattern."""
    patterns = [regular.line.patterns[member] for member in regular.members]
    return [pattern.slots[index] for pattern in patterns if pattern]


def _runs_off(graph: Graph, regular: Regular) -> Finding | None:
    """Return that a reference starts at a typed number and then runs on to cells that hold none."""
    book = graph.equations.book
    for index, move in enumerate(regular.step):
        slots = _slots(regular, index)
        if move[0] == move[1] == 0 or not all(slot.is_cell for slot in slots):
            continue
        first, *others = [_kind(book, slot.first) for slot in slots]
        off = [kind in ("empty", "text") for kind in others]
        if first == "typed" and (any(off[:1]) or "text" in others or sum(off) > _MOST * len(off)):
            start = slots[0].first
            places = [regular.line.cells[member].place for member in regular.members[1:]]
            words = f"The reference to {start.address} runs on with the formula, to cells that hold no number;"
            words += f" ${start.address[: -len(str(start.row))]}${start.row} would stay."
            alike = [i for i in range(len(regular.step)) if _slots(regular, i) == slots]
            right = _referring(book, places[0], alike, Corner(start.row, start.column, True, True))
            return finding(book, "reference-should-stay", Weight.WRONG, words, places, right, graph)
    return None


def _kind(book: Book, place: Place) -> str:
    if book.formula_cell(place):
        return "formula"
    value = book.value(place)
    return "empty" if value is None else "text" if isinstance(value, str) else "typed"


def _stays(graph: Graph, regular: Regular, columns: Mapping[Place, Line], data: Collection[int]) -> Finding | None:
    """Return that a reference stays at one row of a table whose other rows it should take in turn.

    ``data`` are the typed lines that others take in turn. One cell of such a line alone is taken by mistake where it
    is that of the first row: several are those of a matrix.
    """
    book = graph.equations.book
    own = [line for line in [columns.get(regular.line.cells[0].place)] if line]
    followed = {id(columns.get(_slots(regular, i)[0].first)) for i, move in enumerate(regular.step) if any(move)}
    alone = not any(map(any, regular.step))
    if not followed - {id(None)} and not alone:
        return None
    for index, move in enumerate(regular.step):
        slot = _slots(regular, index)[0]
        target = columns.get(slot.first)
        if any(move) or not slot.is_cell or target is None or target in own or id(target) in followed:
            continue
        if alone and _step(slot.first, target.down) != _step(regular.line.cells[0].place, target.down):
            continue  # all rows may repeat one cell, such as the last; the first row's is what filling down leaves
        taken = {
            slots[0].first
            for i in range(len(regular.step))
            if columns.get((slots := _slots(regular, i))[0].first) is target
        }
        by_mistake = id(target) in data and len(taken) == 1 and slot.first == target.cells[0].place
        calculated = target.formulas >= _MOST * len(target.cells)
        if _runs_beside(target, regular.line) and (calculated or (by_mistake and not alone)):
            places = [regular.line.cells[member].place for member in regular.members]
            kept = [place for place in places if (place.row if target.down else place.column) != _at(slot, target)]
            words = f"The reference to {slot.first.address} stays, where those beside it go on from row to row."
            if alone:
                words = f"The reference to {slot.first.address} stays: all rows take the first one's."
            moved = slot.first.moved(*_apart(places[0], (kept or places)[0]))
            right = _referring(book, (kept or places)[0], [index], Corner(moved.row, moved.column))
            return finding(book, "reference-should-follow", Weight.WRONG, words, kept or places, right, graph)
    return None


def _apart(first: Place, last: Place) -> tuple[int, int]:
    return last.row - first.row, last.column - first.column


def _referring(book: Book, place: Place, indices: Collection[int], corner: Corner) -> str | None:
    """Return the formula of a cell in which some of its references are to another cell."""
    formula = formula_at(book, place)
    if formula is None:
        return None
    old = [node for node in formula.nodes if isinstance(node, Reference)]
    return formula.written(
        [Swap(old[i], old[i]._replace(start=NEW, end=NEW, first=corner, last=corner)) for i in indices]
    )


def _at(slot: Area, line: Line) -> int:
    return slot.top if line.down else slot.left


def _runs_beside(target: Line, line: Line) -> bool:
    """Whether two lines have steps in common: they are of one table."""
    if target.cells[0].place.sheet != line.cells[0].place.sheet:
        return False
    first, last = (_step(line.cells[end].place, line.down) for end in (0, -1))
    return _step(target.cells[0].place, line.down) <= last and first <= _step(target.cells[-1].place, line.down)


def _step(place: Place, down: bool) -> int:
    return place.row if down else place.column
