"""Rows compared many at once: the same is found as when they are compared cell by cell, wherever anything differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sheetgen import Tolerance
from sheetgen.engines.base import CellError, Value
from sheetgen.page.page import PREVIOUS_ROW, ROW, Column, Page, Table
from sheetgen.page.style import PLAIN
from sheetgen.proof.compare import compare
from sheetgen.proof.compare_formula import SheetOutcome
from sheetgen.proof.compare_table import TableComparison
from sheetgen.proof.expected import ExpectedSheet, PlainFormats
from sheetgen.proof.report import Kind
from sheetgen.xlsx.alike_rows import AlikeRows
from sheetgen.xlsx.cells import FileCell, SharedFormula

FIRST, COUNT = 5, 12
ROWS = [(float(k), 0.1**k, k - 6.0) for k in range(COUNT)]
COLUMNS = (
    Column("iteration", 0.0, f"A{PREVIOUS_ROW}+1", PLAIN, PLAIN),
    Column("w", "Inputs!C3", f"B{PREVIOUS_ROW}/10", PLAIN, PLAIN),
    Column("z", f"A{ROW}-6", f"'adam v2'!C{ROW}", PLAIN, PLAIN),
)
MIDDLE = FIRST + 6


def the_page() -> Page:
    page = Page("lr 0.5", table=Table(FIRST, COUNT, COLUMNS, lambda: iter(ROWS)))
    page.put("A3", "iteration")
    return page


def first_three() -> list[list[FileCell]]:
    rows = [
        [FileCell(5, 1, 0.0), FileCell(5, 2, 1.0, own="Inputs!C3"), FileCell(5, 3, -6.0, own="A5-6")],
    ]
    for row in (6, 7):
        count, w, z = ROWS[row - FIRST]
        shared = [SharedFormula("A5+1", 6, 1), SharedFormula("B5/10", 6, 2)]
        cells = [FileCell(row, 1, count, shared=shared[0]), FileCell(row, 2, w, shared=shared[1])]
        rows.append([*cells, FileCell(row, 3, z, own=f"'adam v2'!C{row}")])
    return [[FileCell(3, 1, "iteration")], *rows]


def alike(first: int = 8, last: int = FIRST + COUNT - 1) -> AlikeRows:
    values = np.array([ROWS[min(row - FIRST, COUNT - 1)] for row in range(first, last + 1)])
    return AlikeRows(first_three()[-1], [None, None, f"'adam v2'!C{ROW}"], first, values)


def with_value(row: int, column: int, value: float) -> AlikeRows:
    rows = alike()
    rows.values[row - rows.first, column - 1] = value
    return rows


def with_cell(column: int, **changes: object) -> AlikeRows:
    rows = alike()
    cells = [cell._replace(**changes) if cell.column == column else cell for cell in rows.like]  # type: ignore[arg-type]
    return replace(rows, like=cells)


class Formats(PlainFormats):
    """Formats of which one, 7, shows another number than the cell holds, and one, 8, hardly any."""

    def codes(self, style: str) -> tuple[str, ...]:
        return ('"-"0',) if style == "7" else ("General",)

    def veils(self, style: str) -> tuple[str, ...]:
        return ("in tiny letters",) if style == "8" else ()


def outcome(rows: list[AlikeRows], many: bool, **recalculated: Value) -> SheetOutcome:
    values: list[list[Value]] = [[None] * 4 for _ in range(FIRST - 1)] + [[*row, None] for row in ROWS]
    for where, value in recalculated.items():
        values[int(where[1:]) - 1]["ABC".index(where[0])] = value
    sheet = ExpectedSheet(the_page(), values, Tolerance(), 0.5, formats=Formats())
    return compare(sheet, [*first_three(), *(rows if many else [cells for piece in rows for cells in piece.rows()])])


def test_what_is_right_is_not_looked_at_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []
    plain: Callable[..., None] = TableComparison._row

    def counting(self: TableComparison, row: list[FileCell], number: int, *rest: object) -> None:
        looked_at.append(number)
        plain(self, row, number, *rest)

    monkeypatch.setattr(TableComparison, "_row", counting)
    found = outcome([alike(8, 12), alike(13)], many=True)
    assert looked_at == [5, 6, 7]
    assert (found.differences, found.formulas, found.table_formulas) == ([], 3 * COUNT - 1, 3 * COUNT - 1)


DIFFERENT: dict[str, tuple[list[AlikeRows], dict[str, Value], Kind]] = {
    "a value that the file shows": ([with_value(MIDDLE, 2, 0.5)], {}, Kind.CACHED),
    "a value in the first row": ([with_value(8, 1, 0.5)], {}, Kind.CACHED),
    "a value in the last row": ([with_value(FIRST + COUNT - 1, 3, 0.5)], {}, Kind.CACHED),
    "a value that is recalculated": ([alike()], {f"B{MIDDLE}": 0.5}, Kind.VALUE),
    "a value that both have": ([with_value(MIDDLE, 2, 0.5)], {f"B{MIDDLE}": 0.5}, Kind.VALUE),
    "an error that is recalculated": ([alike()], {f"B{MIDDLE}": CellError("#NUM!")}, Kind.VALUE),
    "a truth value that is recalculated": ([alike()], {"C12": True}, Kind.VALUE),
    "nothing that is recalculated": ([alike()], {f"C{MIDDLE}": None}, Kind.VALUE),
    "another formula": ([replace(alike(), formulas=[None, None, f"'adam v3'!C{ROW}"])], {}, Kind.FORMULA),
    "a formula of the row above": (
        [replace(alike(), formulas=[None, None, f"'adam v2'!C{PREVIOUS_ROW}"])], {}, Kind.FORMULA
    ),
    "another shared formula": ([with_cell(1, shared=SharedFormula("A5+2", 6, 1))], {}, Kind.FORMULA),
    "a formula that others share": ([with_cell(1, shared=SharedFormula("B5/10", 6, 2))], {}, Kind.FORMULA),
    "arrays": ([with_cell(3, fills="C7:C8")], {}, Kind.FORMULA),
    "no formula": ([with_cell(2, shared=None)], {}, Kind.CONSTANT),
    "another number format": ([with_cell(2, style="7")], {}, Kind.FORMAT),
    "pictures": ([with_cell(2, rich=True)], {}, Kind.FORMAT),
    "a row left out": ([alike(8, 10), alike(12)], {}, Kind.MISSING),
    "rows that end too early": ([alike(8, 14)], {}, Kind.MISSING),
    "rows beyond the last": ([alike(8, FIRST + COUNT)], {}, Kind.EXTRA),
    "rows twice": ([alike(8, 12), alike(8, 12), alike(13)], {}, Kind.EXTRA),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "recalculated", "kind"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_differs(rows: list[AlikeRows], recalculated: dict[str, Value], kind: Kind) -> None:
    found = outcome(rows, many=True, **recalculated)
    assert found == outcome(rows, many=False, **recalculated)
    assert {difference.kind for difference in found.differences} == {kind}


def test_rows_that_are_hard_to_read_are_counted() -> None:
    found = outcome([with_cell(2, style="8")], many=True)
    assert found == outcome([with_cell(2, style="8")], many=False)
    assert (found.differences, found.veiled) == ([], {"in tiny letters": len(alike().values)})


def test_rows_like_the_first_one_are_not_like_those_below_it() -> None:
    """The formula of the first row, shared with the rows below, is none of theirs."""
    of_the_first = [cell._replace(row=FIRST) for cell in alike().like]
    of_the_first[0] = of_the_first[0]._replace(shared=None, own="A4+1")
    of_the_first[1] = of_the_first[1]._replace(shared=SharedFormula("Inputs!C2", 4, 2))
    rows = replace(alike(), like=of_the_first, formulas=[f"A{PREVIOUS_ROW}+1", *alike().formulas[1:]])
    found = outcome([rows], many=True)
    assert found == outcome([rows], many=False)
    assert Kind.FORMULA in {difference.kind for difference in found.differences if difference.cell == "B8"}


def test_cells_beside_the_table_are_seen() -> None:
    rows = alike()
    wider = replace(
        rows,
        like=[*rows.like, FileCell(7, 4, 1.0)],
        formulas=[*rows.formulas, None],
        values=np.hstack([rows.values, np.ones((len(rows.values), 1))]),
    )
    found = outcome([wider], many=True)
    assert found == outcome([wider], many=False)
    assert [(cell.row, cell.column) for cell in found.extra] == [(row, 4) for row in range(8, FIRST + COUNT)]


def test_a_rounded_value_is_one_that_agrees() -> None:
    rows = with_value(MIDDLE, 2, ROWS[MIDDLE - FIRST][1] * (1 + 1e-15))
    assert outcome([rows], many=True) == outcome([rows], many=False)
    assert outcome([rows], many=True).differences == []


def test_how_far_the_engine_is_off_is_told_of_many_rows_as_of_one() -> None:
    value = ROWS[MIDDLE - FIRST][1]
    off = {f"B{MIDDLE}": value * (1 + 5e-13)}
    found = outcome([alike()], many=True, **off)
    assert found == outcome([alike()], many=False, **off)
    assert found.differences == []
    assert found.max_rel == pytest.approx(5e-13, rel=1e-3)
    assert found.max_abs == pytest.approx(abs(value) * 5e-13, rel=1e-3)
