"""The drawing of a network: planned from the graph and the look alone, and then put once, within its plan."""

from __future__ import annotations

import pytest
from networks import ODD

from sheetgen import load, loads
from sheetgen.network.study import Study
from sheetgen.page.page import Page
from sheetgen.sheets.book import Book
from sheetgen.sheets.drawing import painter
from sheetgen.sheets.drawing.painter import DrawnNumbers
from sheetgen.sheets.drawing.plan import FIRST_DRAWN_COLUMN, Look, plan_drawing
from sheetgen.sheets.explorer import sheet as explorer


@pytest.mark.parametrize("study", [load(), loads(ODD), load("iris")], ids=["seed", "odd", "iris"])
@pytest.mark.parametrize("slopes", [False, True])
def test_a_drawing_stands_in_the_columns_that_were_planned(study: Study, slopes: bool) -> None:
    plan = plan_drawing(study.network, Look(slopes=slopes))
    page = Page("sheet")
    cells = painter.draw(page, plan, DrawnNumbers(lambda name: 1.0, lambda name: 2.0), 5)
    columns = {column for _, column in page.cells}
    assert min(columns) >= FIRST_DRAWN_COLUMN
    assert max(columns) == plan.last_column
    assert columns <= plan.widths.keys()
    assert max(row for row, _ in page.cells) < cells.row
    names = {cell.content for cell in page.cells.values()}
    assert {quantity.name for quantity in study.network.equations if quantity.name == study.network.loss} <= names
    assert set(study.network.inputs) <= names
    assert (2.0 in names) is slopes


def test_the_explorer_draws_its_network_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[int] = []
    draw = painter.draw

    def count_and_draw(page: Page, *arguments: object) -> painter.DrawnCells:
        rows.append(len(page.cells))
        return draw(page, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(painter, "draw", count_and_draw)
    explorer.page(Book(load(), load()), lambda: "")
    assert rows == [0]
