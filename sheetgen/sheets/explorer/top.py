"""The top of the Explorer: its title, what is picked, and the error in large beside the first one."""

from __future__ import annotations

from dataclasses import replace

from sheetgen.network.graph import Section
from sheetgen.network.study import Study
from sheetgen.network.tolerance import Tolerance
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.controls import Spinner
from sheetgen.page.fields import across, field, pixels, span
from sheetgen.page.page import Formula, Page, text_literal
from sheetgen.page.shapes import Spot
from sheetgen.page.style import Style
from sheetgen.page.validation import one_of_words, whole
from sheetgen.sheets import lookup, picks
from sheetgen.sheets.book import Book
from sheetgen.sheets.explorer.table import TOP, LookupTable
from sheetgen.sheets.flag import Verdict, flag
from sheetgen.sheets.picks import EXPLORER_ITERATION, EXPLORER_VARIANT, THE_RUN, THE_STEP
from sheetgen.sheets.section_style import SECTION_COLOURS

_FIRST_COLUMN = 4
"""Where the flag stands, and what is picked; over one column or several, as their widths ask."""
_ARROWS = 24.0
"""How wide the arrows are that count the iteration, in pixels."""
_BIG = Style(bold=True, size=26, colour=SECTION_COLOURS[Section.LOSS][0])


def put(page: Page, book: Book, table: LookupTable, verdict: Verdict) -> None:
    """Put the title, the picks and the error."""
    page.heights |= {1: 34, 2: 22} | ({4: 34, 5: 34, 7: 12} if book.study.trains else {})
    page.put("B1", "Explorer", style.TITLE)
    end = span(page, _FIRST_COLUMN, 24.0)
    flag(page, _cells(1, end), verdict)
    page.bar = end + 1
    page.put("B2", _note(book, table), style.NOTE)
    if limit := lookup.limit(book.layout):
        page.put("B3", limit, style.NOTE)
    end = span(page, _FIRST_COLUMN, 20.0)
    contents = picks.shown(book.study, book.picks)
    study, sample = book.study, picks.picked_sample(book.study)
    labels = {EXPLORER_VARIANT: "training sheet", EXPLORER_ITERATION: "iteration"} if study.trains else {}
    if study.batch > 1:
        labels[sample] = study.position
        page.heights[sample.row] = 26
    if picks.picks_colours(study):
        labels[table.colours] = "colours over"
        page.heights[table.colours.row] = 26
    moved = picks.window_picks(book.study)
    labels |= {pick.cell: label for label, pick in moved.items()}
    page.heights |= dict.fromkeys((pick.cell.row for pick in moved.values()), 26)
    for pick, label in labels.items():
        page.put(f"B{pick.row}", label, Style(bold=True, size=12))
        page.put(pick.cell, contents[pick], style.PICK)
        if end > _FIRST_COLUMN:
            page.merges.append(_cells(pick.row, end))
    if study.trains:
        page.spinners.append(_spinner(page, book, end))
        _error(page, table, end + 1)


def below(study: Study, row: int) -> int:
    """Return the first row below the picks: ``row``, or where nothing is trained an earlier one."""
    if study.trains:
        return row
    return picks.colours_cell(study).row + 2 if picks.picks_colours(study) else TOP


def _cells(row: int, end: int) -> str:
    """Return the cells of a row up to a column, or the one cell that is wide enough."""
    first = f"{column_letter(_FIRST_COLUMN)}{row}"
    return first if end == _FIRST_COLUMN else f"{first}:{column_letter(end)}{row}"


def guard(page: Page, book: Book, table: LookupTable) -> None:
    """Let in only what can be picked."""
    if book.study.trains:
        page.guard(lookup.of_sheets(table.sheets), EXPLORER_VARIANT.cell)
        page.guard(lookup.iterations(book.layout), EXPLORER_ITERATION.cell)
    if picks.picks_colours(book.study):
        page.guard(one_of_words((THE_RUN, THE_STEP), "what the colours are scaled over"), table.colours.cell)
    if book.study.batch > 1:
        page.guard(whole(1, book.study.batch), picks.picked_sample(book.study).cell)
    for pick in picks.window_picks(book.study).values():
        page.guard(whole(0, pick.last), pick.cell.cell)


def _spinner(page: Page, book: Book, column: int) -> Spinner:
    """Return the arrows that count the picked iteration, at the right end of its cell, which ends with a column."""
    row, left = EXPLORER_ITERATION.row, 1 - _ARROWS / pixels(page, column)
    return Spinner(
        EXPLORER_ITERATION.cell, book.study.iterations, Spot(column, row, left, 0.05), Spot(column, row, 1.0, 0.95)
    )


def _note(book: Book, table: LookupTable) -> Formula:
    """Return what to do; where something is picked that is not there, what can be picked."""
    if not book.study.trains:
        return _note_untrained(book)
    last, iteration = book.study.iterations, EXPLORER_ITERATION.absolute
    note = "Pick a training sheet and an iteration in the yellow cells (Alt+↓ opens the list): the network follows."
    wrong = f"There is no such step: pick a training sheet of the list, and type a whole number from 0 to {last}."
    right = f"ISNUMBER({table.sheet_number})*{_is_whole(iteration, last)}=1"
    return Formula(_told(right, _of_windows(book, text_literal(note)), text_literal(wrong)), lambda: note)


def _note_untrained(book: Book) -> Formula:
    """Return what to do where nothing is trained: a sample is picked, if there are several."""
    if (count := book.study.batch) == 1:
        note = "The network at its numbers on Inputs: change one there, and it follows."
        return Formula(_of_windows(book, text_literal(note)), lambda: note)
    note = "Pick a sample in the yellow cell: the network follows."
    wrong = f"There is no such sample: type a whole number from 1 to {count}."
    cell = picks.picked_sample(book.study).absolute
    right = f"{_is_whole(cell, count)}*({cell}>0)=1"
    return Formula(_told(right, _of_windows(book, text_literal(note)), text_literal(wrong)), lambda: note)


def _of_windows(book: Book, note: str) -> str:
    """Return the formula of a note; where windows are moved to a place that is not there, of what can be picked."""
    moved = picks.window_picks(book.study)
    if not moved:
        return note
    offered = ", ".join(f"from 0 to {pick.last} as its {label.split()[-1]}" for label, pick in moved.items())
    right = "*".join(_is_whole(pick.cell.absolute, pick.last) for pick in moved.values())
    return _told(f"{right}=1", note, text_literal(f"There is no such window: type a whole number {offered}."))


def _is_whole(cell: str, last: int) -> str:
    """Return factors that are 1 where a cell has a whole number from 0 to a last one; else one of them is 0."""
    return f"({cell}>=0)*({cell}<={last})*({cell}=INT({cell}))"


def _told(right: str, note: str, wrong: str) -> str:
    return f"IFERROR(IF({right},{note},{wrong}),{wrong})"


def _error(page: Page, table: LookupTable, column: int) -> None:
    """Put the error in large, and beside it how it compares with the first one."""
    loss = table.graph.loss
    quiet = Style(align="right", colour=style.GREY, size=12)
    column, name = field(page, TOP, column, 12.0 + 1.9 * len(loss), rows=2)
    page.put(name, f"{loss} =", replace(_BIG, size=20, align="right"))
    column, number = field(page, TOP, column, 24.0, rows=2)
    page.put(number, table.show(loss), replace(_BIG, number=style.NUMBER, align="left", indent=1))
    numbers, label = field(page, TOP, column, 20.0)
    page.put(label, "at iteration 0", quiet)
    across(page, TOP + 1, column, numbers - column, "of which are left", quiet)
    end, first = field(page, TOP, numbers, 16.0)
    page.put(first, table.step.first(loss), Style(number=style.NUMBER, align="left", indent=1, size=12))
    look = Style(number="0.0%", align="left", indent=1, size=12)
    across(page, TOP + 1, numbers, end - numbers, _share(table, first), look)


def _share(table: LookupTable, first: str) -> Formula:
    """Return what is left of the first error; nothing where that was 0."""
    loss = table.graph.loss
    first_loss = table.step.first(loss)

    def value() -> float | str:
        start = float(first_loss.value())
        return table.step.value(loss) / start if start else ""

    def error() -> float:
        start = abs(float(first_loss.value()))
        return table.step.error(loss) / start + 1 if start else 0.0

    def may_show(share: object, recalculated: object) -> bool:
        """Whether the first error is 0 but for rounding, which leaves no share of it to be right about."""
        return abs(float(first_loss.value())) <= Tolerance.atol * table.step.first_error(loss)

    return Formula(f'IF({first}=0,"",{table.cell(loss)}/{first})', value, error, may_show)
