"""A sheet against its page, cell by cell: what a comparison counts, and every way in which a cell can differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sheetgen import Tolerance
from sheetgen.engines.base import Value
from sheetgen.page.page import PREVIOUS_ROW, Column, Formula, Page, Table
from sheetgen.page.style import INPUT, PLAIN
from sheetgen.proof.compare import compare
from sheetgen.proof.compare_formula import SheetOutcome
from sheetgen.proof.expected import ExpectedSheet, PlainFormats
from sheetgen.proof.report import Kind
from sheetgen.xlsx.cells import FileCell, SharedFormula

ROWS = [(0.0, 8.0), (1.0, 4.0), (2.0, 2.0), (3.0, 1.0)]
"""A table of a count and of what is halved in each row; it begins in row 5, below the labels in row 3."""
HALVED = SharedFormula("B5/2", 6, 2)
COUNTED = SharedFormula("A5+1", 6, 1)


def page() -> Page:
    columns = (
        Column("iteration", 0.0, f"A{PREVIOUS_ROW}+1", PLAIN, PLAIN),
        Column("w", "$D$1*16", f"B{PREVIOUS_ROW}/2", PLAIN, PLAIN),
    )
    page = Page("lr 0.5", table=Table(5, len(ROWS), columns, lambda: iter(ROWS)))
    page.put("A1", "a title")
    page.put("D1", 0.5, INPUT)
    page.put("A2", Formula("D1*2", lambda: 1.0, scale=1.0))
    page.put("B2", None)
    page.put("C2", "")
    page.put("C1", 1 / 3)
    page.put("A3", "iteration")
    page.put("B3", "w")
    return page


def right() -> dict[str, FileCell]:
    """The cells of a file that is as it must be, by their coordinates."""
    cells = [FileCell(1, 1, "a title"), FileCell(1, 4, 0.5), FileCell(2, 1, 1.0, own="D1*2"), FileCell(2, 2, None)]
    cells += [
        FileCell(1, 3, 1 / 3),
        FileCell(3, 1, "iteration"),
        FileCell(3, 2, "w"),
        FileCell(5, 1, 0.0),
        FileCell(5, 2, 8.0, own="$D$1*16"),
    ]
    for row, (count, weight) in enumerate(ROWS[1:], start=6):
        cells += [FileCell(row, 1, count, shared=COUNTED), FileCell(row, 2, weight, shared=HALVED)]
    return {f"{'ABCDEFG'[cell.column - 1]}{cell.row}": cell for cell in cells}


def compared(cells: dict[str, FileCell], rate: float | None = 0.5, **recalculated: Value) -> SheetOutcome:
    """Compare cells with the page; the engine gives what the file should show, but for some cells."""
    values: list[list[Value]] = [[None] * 4 for _ in range(8)]
    for where, cell in right().items():
        values[cell.row - 1][cell.column - 1] = recalculated.get(where, cell.value)
    rows: dict[int, list[FileCell]] = {}
    for cell in sorted(cells.values(), key=lambda cell: (cell.row, cell.column)):
        rows.setdefault(cell.row, []).append(cell)
    return compare(ExpectedSheet(page(), values, Tolerance(), rate), rows.values())


def test_what_is_right_has_no_difference_and_every_formula_is_counted() -> None:
    outcome = compared(right())
    assert outcome.differences == []
    assert (outcome.formulas, outcome.table_formulas, outcome.uncached, outcome.extra) == (8, 7, 0, [])
    assert (outcome.max_abs, outcome.max_rel) == (0.0, 0.0)


def test_formulas_of_the_table_are_counted_where_a_number_is_rounded_otherwise_too() -> None:
    cells = right()
    cells["B7"] = cells["B7"]._replace(value=2.0 + 4e-16)
    outcome = compared(cells)
    assert outcome.differences == []
    assert (outcome.formulas, outcome.table_formulas) == (8, 7)
    cells["B7"] = cells["B7"]._replace(shared=None)
    assert compared(cells).table_formulas == 6


def kinds(outcome: SheetOutcome) -> list[tuple[str, Kind]]:
    return [(difference.cell, difference.kind) for difference in outcome.differences]


@pytest.mark.parametrize(
    ("where", "change", "kind"),
    [
        ("A1", {"value": "another"}, Kind.LABEL),
        ("A1", {"own": "D1"}, Kind.LABEL),
        ("B2", {"value": 1.0}, Kind.LABEL),
        ("D1", {"value": 0.25}, Kind.LABEL),
        ("D1", {"own": "1/4"}, None),
        ("D1", {"rich": True}, Kind.FORMAT),
        ("A2", {"rich": True}, Kind.FORMAT),
        ("B2", {"rich": True}, None),
        ("A2", {"own": None}, Kind.CONSTANT),
        ("A2", {"own": "D1+D1"}, Kind.FORMULA),
        ("A2", {"value": 2.0}, Kind.CACHED),
        ("A2", {"value": True}, Kind.CACHED),
        ("A2", {"fills": "A2"}, Kind.FORMULA),
        ("A2", {"value": 1.0 + 5e-13}, None),
        ("A2", {"own": "d1 * 2"}, None),
        ("A5", {"value": 1.0}, Kind.LABEL),
        ("A5", {"own": "0"}, Kind.LABEL),
        ("A5", {"value": False}, Kind.LABEL),
        ("B5", {"own": "8"}, Kind.FORMULA),
        ("B5", {"own": None, "shared": HALVED}, Kind.FORMULA),
        ("B7", {"shared": None}, Kind.CONSTANT),
        ("B7", {"shared": None, "own": "B6/2"}, None),
        ("B7", {"shared": None, "own": "B5/2"}, Kind.FORMULA),
        ("B7", {"shared": SharedFormula("B5/4", 6, 2)}, Kind.FORMULA),
        ("B7", {"shared": SharedFormula("A5/2", 6, 1)}, None),
        ("B7", {"value": 2.5}, Kind.CACHED),
        ("B5", {"rich": True}, Kind.FORMAT),
        ("B7", {"rich": True}, Kind.FORMAT),
        ("A7", {"shared": HALVED}, Kind.FORMULA),
    ],
)
def test_one_changed_cell(where: str, change: dict[str, object], kind: Kind | None) -> None:
    cells = right()
    cells[where] = cells[where]._replace(**change)  # type: ignore[arg-type]
    assert kinds(compared(cells)) == ([] if kind is None else [(where, kind)])


@pytest.mark.parametrize(("where", "count"), [("A1", 8), ("A2", 7), ("B3", 8), ("B5", 7), ("A8", 7)])
def test_one_missing_cell(where: str, count: int) -> None:
    cells = right()
    del cells[where]
    outcome = compared(cells)
    assert kinds(outcome) == [(where, Kind.MISSING)]
    assert outcome.formulas == count


def test_a_missing_cell_is_told_with_what_belongs_there() -> None:
    cells = right()
    del cells["B6"]
    assert [difference.expected for difference in compared(cells).differences] == [4.0]


def test_an_empty_cell_may_be_missing() -> None:
    cells = right()
    del cells["B2"]
    assert compared(cells).differences == []


@pytest.mark.parametrize(("rows", "missing"), [([6], ["A6"]), ([5, 7], ["A5", "A7"]), ([8], ["A8"])])
def test_missing_rows(rows: list[int], missing: list[str]) -> None:
    cells = {where: cell for where, cell in right().items() if cell.row not in rows}
    outcome = compared(cells)
    assert kinds(outcome) == [(where, Kind.MISSING) for where in missing]
    assert [d.expected for d in outcome.differences] == [f"the row of iteration {row - 5}" for row in rows]


def test_cells_that_others_added() -> None:
    cells = right()
    more = {"C3": FileCell(3, 3, "w"), "C6": FileCell(6, 3, 1.0), "F1": FileCell(1, 6, None)}
    more |= {"A9": FileCell(9, 1, 4.0), "B9": FileCell(9, 2, 0.5)}
    below = [("A9", Kind.EXTRA), ("B9", Kind.EXTRA)]
    outcome = compared(cells | more)
    assert kinds(outcome) == [("C3", Kind.EXTRA), *below]
    assert outcome.extra == [more["F1"], more["C6"]]
    assert kinds(compared(cells | more, rate=None)) == below  # labels count on training sheets only


def test_the_engine_disagrees() -> None:
    outcome = compared(right(), A2=3.0, B7=2.0 + 1e-14, B8=1.5)
    assert kinds(outcome) == [("A2", Kind.VALUE), ("B8", Kind.VALUE)]
    assert outcome.max_abs == 0.5
    assert outcome.max_rel == pytest.approx(1 / 3)


def test_a_difference_names_its_quantity_and_iteration_on_a_training_sheet() -> None:
    cells = right()
    cells["B7"] = cells["B7"]._replace(value=2.5)
    difference = compared(cells).differences[0]
    assert (difference.quantity, difference.iteration, difference.rate) == ("w", 2, 0.5)
    assert (difference.formula, difference.expected_formula) == ("B6/2", "B6/2")
    assert (difference.found, difference.expected) == (2.5, 2.0)
    other = compared(cells, rate=None).differences[0]
    assert (other.quantity, other.iteration, other.rate) == (None, None, None)


def test_missing_cached_values_are_counted() -> None:
    cells = {where: cell._replace(value=None) if cell.has_formula else cell for where, cell in right().items()}
    outcome = compared(cells)
    assert outcome.differences == []
    assert outcome.uncached == outcome.formulas == 8


def test_a_typed_formula_must_show_its_own_value() -> None:
    cells = right()
    cells["D1"] = FileCell(1, 4, 0.25, own="1/4")
    assert kinds(compared(cells, D1=0.25)) == [("D1", Kind.VALUE)]
    assert compared(cells).formulas == compared(right()).formulas + 1
    assert kinds(compared(cells, D1=0.5)) == [("D1", Kind.CACHED)]


@pytest.mark.parametrize("empty", [None, FileCell(2, 3, None), FileCell(2, 3, "")])
def test_an_empty_text_may_be_left_out(empty: FileCell | None) -> None:
    """LibreOffice and openpyxl save no empty texts."""
    cells = right() | ({"C2": empty} if empty else {})
    assert compared(cells).differences == []


def test_a_text_where_an_empty_one_belongs_is_found() -> None:
    (difference,) = compared(right() | {"C2": FileCell(2, 3, "mine")}).differences
    assert (difference.cell, difference.kind, difference.found) == ("C2", Kind.LABEL, "mine")


def test_a_constant_may_lose_the_digits_that_programs_do_not_save() -> None:
    third, saved, other = FileCell(1, 3, 1 / 3), FileCell(1, 3, 0.333333333333333), FileCell(1, 3, 0.33333333333)
    assert [compared(right() | {"C1": cell}).differences != [] for cell in (third, saved, other)] == [
        False, False, True,
    ]  # fmt: skip


class OfTwoDecimals(PlainFormats):
    """Formats by which every cell shows two decimals."""

    def codes(self, style: str) -> tuple[str, ...]:
        return ("0.00",)


def test_the_first_row_is_held_against_its_own_number_format() -> None:
    """It may be finer than that of the rows below, by which a format that cells before it have shows all there is."""
    coarse, fine = replace(PLAIN, number="0.00"), replace(PLAIN, number="0.000000")
    rows = [(0.125, 0.125), (0.0625, 0.0625)]
    columns = (
        Column("u", 0.125, f"A{PREVIOUS_ROW}/2", coarse, coarse),
        Column("w", 0.125, f"B{PREVIOUS_ROW}/2", fine, coarse),
    )
    table = Page("lr 0.5", table=Table(1, len(rows), columns, lambda: iter(rows)))
    file = [
        [FileCell(1, 1, 0.125), FileCell(1, 2, 0.125)],
        [FileCell(2, 1, 0.0625, own="A1/2"), FileCell(2, 2, 0.0625, own="B1/2")],
    ]
    values: list[list[Value]] = [list(row) for row in rows]
    outcome = compare(ExpectedSheet(table, values, Tolerance(), formats=OfTwoDecimals()), file)
    assert (outcome.differences, outcome.rounded) == ([], 1)


class WithoutDecimals(PlainFormats):
    """Formats of which one shows whole numbers only."""

    def codes(self, style: str) -> tuple[str, ...]:
        return ("0",) if style == "whole" else ("General",)


def test_a_format_that_shows_all_of_one_column_may_round_the_next() -> None:
    whole, fine = replace(PLAIN, number="0"), replace(PLAIN, number="0.000000")
    rows = [(0.0, 0.5), (1.0, 0.25), (2.0, 0.125)]
    columns = (
        Column("iteration", 0.0, f"A{PREVIOUS_ROW}+1", whole, whole),
        Column("w", 0.5, f"B{PREVIOUS_ROW}/2", fine, fine),
    )
    table = Page("lr 0.5", table=Table(1, len(rows), columns, lambda: iter(rows)))
    file = [
        [FileCell(1, 1, 0.0, style="whole"), FileCell(1, 2, 0.5)],
        [FileCell(2, 1, 1.0, own="A1+1", style="whole"), FileCell(2, 2, 0.25, own="B1/2")],
        [FileCell(3, 1, 2.0, own="A2+1", style="whole"), FileCell(3, 2, 0.125, own="B2/2", style="whole")],
    ]
    values: list[list[Value]] = [list(row) for row in rows]
    outcome = compare(ExpectedSheet(table, values, Tolerance(), formats=WithoutDecimals()), file)
    assert (outcome.differences, outcome.rounded) == ([], 1)


def test_what_stands_beside_the_rows_below_the_table_is_not_of_the_table() -> None:
    cells = right()
    cells |= {"A9": FileCell(9, 1, None), "C9": FileCell(9, 3, "a remark"), "D9": FileCell(9, 4, 1.0, own="1+0")}
    outcome = compared(cells)
    assert outcome.differences == []
    assert [(cell.row, cell.column) for cell in outcome.extra] == [(9, 3), (9, 4)]
