"""The Equations sheet of a network in tensors: its equations as matrices, and below them the numbers of a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sheetgen.network.graph import ITERATION, Section, section_of
from sheetgen.page import style
from sheetgen.page.block import Listing
from sheetgen.page.cell_names import column_letter
from sheetgen.page.fields import filling
from sheetgen.page.marks import size_rules
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import by_width
from sheetgen.page.ranges import ranges
from sheetgen.page.style import Style
from sheetgen.sheet_names import EQUATIONS, EXPLORER
from sheetgen.sheets import lookup
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import Verdict, flag
from sheetgen.sheets.lookup import Lookup
from sheetgen.sheets.matrices.elements import Elements, Slab
from sheetgen.sheets.matrices.form import Line, sections, update_lines
from sheetgen.sheets.matrices.grids import FIRST, LAST, MOST_COLUMNS, MOST_NUMBERS, MOST_ROWS, Grids
from sheetgen.sheets.picks import EXPLORER_ITERATION, EXPLORER_VARIANT, picked_sample
from sheetgen.sheets.section_style import SECTION_COLOURS
from sheetgen.sheets.section_words import section_headings
from sheetgen.sheets.ways import ways
from sheetgen.tensors.matrix_text import words
from sheetgen.tensors.program import Tensors

NUMBERS = "The numbers of the step that is picked on Explorer"
"""The heading of the second part, in column A."""
ALL_NUMBERS = "The numbers"
"""The same where there is one row only, so that nothing is picked."""
_NOTE = "The equations over matrices; below them their numbers, live, at the step picked on Explorer."
_NOTE_ON_ONE = "The equations over matrices; below them their numbers, live."
_FIRST_ROW = 4
_MOST_GIVEN = MOST_NUMBERS // 2
"""The most numbers that are shown of the tensors that are given."""
_NUMBER, _ROW = "training sheet, by number", "row in it"
_SIGNS = (
    "A·B: product of matrices (or with a number)   A ⊙ B: place by place   a ⊗ b: every element of a with every one"
    " of b   Aᵀ: transposed   1[…]: 1 where it holds, else 0"
)
_WIDTH = 9.0
_HELPERS = LAST + 3


def page(book: Book, verdict: Verdict, tensors: Tensors) -> Page:
    """Return the Equations sheet."""
    page = Page(EQUATIONS, freeze="A4", tab_colour="6941C6")
    page.widths = {1: 2.0} | dict.fromkeys(range(FIRST, LAST + 1), _WIDTH) | {_HELPERS: 24.0, _HELPERS + 3: 18.0}
    page.heights = {1: 28}
    page.put("A1", "Equations", style.TITLE)
    flag(page, "D1:F1", verdict)
    page.bar = 8
    page.put("A2", _NOTE if book.study.rows > 1 else _NOTE_ON_ONE, style.NOTE)
    written = list(sections(book.study, tensors))
    whole: dict[int, int] = {}
    row = _matrix_form(page, book, tensors, written, whole)
    grids = Grids(page, _lookup(page, book))
    row = _numbers(page, book, tensors, written, grids, whole, row)
    page.colour(" ".join(ranges(page.formatted(style.SHORT))), *size_rules(style.SHORT))
    page.zoom = filling(page, LAST)
    page.decorate.append(lambda sheet: _print(sheet, page, row, whole))
    return page


# --- the matrix form ---


def _matrix_form(
    page: Page,
    book: Book,
    tensors: Tensors,
    written: Iterable[tuple[Section, list[Line]]],
    whole: dict[int, int],
) -> int:
    """List the equations; return the next free row. ``whole`` is told which rows belong together."""
    used, row = [], _FIRST_ROW
    headings = section_headings(book.study.network)
    for section, lines in written:
        row = _listed(page, headings[section], lines, SECTION_COLOURS[section][0], whole, row)
        used += [equation.right for line in lines for equation in line.equations]
    for variant, heading in ways(book.study) if book.study.trains else ():
        graph = book.study.graphs[variant]
        counters = [q for q in graph.section(Section.STEP) if q.name != ITERATION]
        updated = [q for q in graph.section(Section.WEIGHTS) if q.equation is not None]
        quantities = [*counters, *graph.section(Section.MEANS, Section.OPTIMIZER), *updated]
        lines = list(update_lines(book.study, tensors, variant, quantities))
        row = _listed(page, heading, lines, SECTION_COLOURS[Section.WEIGHTS][0], whole, row)
    notes = (_SIGNS, *words(used))
    for line, text in enumerate(notes, start=row):
        page.put(f"B{line}", text, style.NOTE)
    whole[row] = row + len(notes) - 1
    return row + len(notes) + 1


def _listed(page: Page, heading: str, lines: Iterable[Line], colour: str, whole: dict[int, int], row: int) -> int:
    """List some equations below a heading; return the next free row. An equation stays with its steps."""
    start, row = row, page.heading("A", row, heading)
    begun = False
    for line in lines:
        if begun and not line.inner:
            whole[start] = row - 1
            start = row
        begun = True
        look = Style(colour=style.GREY, size=12) if line.inner else Style(colour=colour, size=13)
        page.put(f"{'C' if line.inner else 'B'}{row}", line.text, look)
        row += 1
    whole[start] = row - 1
    return row + 1


# --- the numbers ---


def _picked(page: Page, book: Book, row: int) -> int:
    """Say which step is picked, and where another can be; return the next free row."""
    study, step, sample = book.study, book.picks.explorer, picked_sample(book.study)
    shown: list[tuple[str, Formula]] = []
    if study.trains:
        shown.append(
            ("training sheet", Formula(EXPLORER_VARIANT.reference, lambda: study.variants[step.variant].sheet))
        )
        shown.append(("iteration", Formula(EXPLORER_ITERATION.reference, lambda: float(step.iteration))))
    if study.batch > 1:
        shown.append(("sample", Formula(sample.reference, lambda: float(step.sample))))
    if not shown:
        return row
    column = FIRST
    for name, formula in shown:
        page.put(f"{column_letter(column)}{row}", name, style.NAME)
        page.put(f"{column_letter(column + 2)}{row}", formula, replace(style.LINK_GENERAL, bold=True, align="left"))
        column += 4
    cell = f"{column_letter(column)}{row}"
    page.put(cell, "pick on Explorer", style.LINK_TEXT)
    page.links[cell] = EXPLORER
    return row + 2


def _lookup(page: Page, book: Book) -> Lookup:
    """Put what the numbers are looked up by, right of them; return what looks them up."""
    helpers = Listing.at(4, (_NUMBER, _ROW), _HELPERS)
    sheets = lookup.sheets(book.layout, 3, _HELPERS + 3)
    step = Lookup(book, book.picks.explorer, helpers.absolute(_NUMBER), helpers.absolute(_ROW))
    lookup.put_sheets(page, sheets, book.layout)
    quiet = replace(style.BUILT, align="center")
    helpers.put(page, _NUMBER, step.number_formula(EXPLORER_VARIANT, sheets, elsewhere=True), quiet, style.BUILT)
    row = step.row_formula(EXPLORER_ITERATION, picked_sample(book.study), elsewhere=True)
    helpers.put(page, _ROW, row, quiet, style.BUILT)
    return step


def _numbers(
    page: Page,
    book: Book,
    tensors: Tensors,
    written: Iterable[tuple[Section, list[Line]]],
    grids: Grids,
    whole: dict[int, int],
    row: int,
) -> int:
    """Put the grids of what is given, and of every equation; return the next free row."""
    elements, start = Elements(book.study.network, tensors), row
    row = _picked(page, book, page.heading("A", row, NUMBERS if book.study.rows > 1 else ALL_NUMBERS))
    given: list[tuple[Slab, Section]] = []
    left_out = 0
    for name, one in tensors.given.items():
        more = [(slab, section_of(one.table)) for slab in elements.of_given(name)]
        if grids.hold([*given, *more], _MOST_GIVEN):
            given += more
        else:
            left_out += 1
    row = grids.put(given, row, captions=True)
    whole[start] = row - 1
    for section, lines in written:
        for line in lines:
            slabs = [(slab, section) for equation in line.equations for slab in elements.of_target(equation)]
            if not slabs:
                continue
            if not grids.hold(slabs):
                left_out += 1
                continue
            page.put(f"B{row}", line.text, Style(colour=SECTION_COLOURS[section][0], size=13))
            start, row = row, grids.put(slabs, row + 1, captions=len(slabs) > 1)
            whole[start] = row - 1
    return _said(page, grids, left_out, row)


def _said(page: Page, grids: Grids, left_out: int, row: int) -> int:
    """Say what there was no room for, and what an empty cell is; return the next free row."""
    what = "one more tensor" if left_out == 1 else f"{left_out} more tensors"
    sentences = (
        ("An empty cell: the element is a number, or moves with no weight.", grids.has_gaps),
        (f"Of a larger tensor the first {MOST_ROWS} rows and {MOST_COLUMNS} columns are shown.", grids.cut),
        (f"There is no room for the numbers of {what}: the training sheets have them.", left_out > 0),
    )
    for sentence, holds in sentences:
        if holds:
            page.put(f"B{row}", sentence, style.NOTE)
            row += 1
    return row


def _print(sheet: Any, page: Page, row: int, whole: Mapping[int, int]) -> None:
    by_width(sheet, page, LAST, whole, range(0))
    sheet.print_area = f"A1:{column_letter(LAST)}{row}"
