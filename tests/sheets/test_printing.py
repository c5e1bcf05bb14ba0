"""How the sheet Error is printed, read as another program reads it: no chart is cut."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries

from sheetgen import build, load, override

CHARTED = [("mlp-2-2-2", 1), ("mlp-2-2-2", 100), ("ravine", 20), ("xor", 3), ("logistic-regression", 60), ("iris", 30)]


@pytest.fixture(scope="module", params=CHARTED, ids=lambda case: "-".join(map(str, case)))
def error(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The sheet Error, as openpyxl reads it."""
    template, iterations = request.param
    path = tmp_path_factory.mktemp("printed") / "b.xlsx"
    build(override(load(template), iterations=iterations), path, verify=False)
    return openpyxl.load_workbook(path)["Error"]


def test_no_chart_is_cut_by_what_is_printed(error: Any) -> None:
    left, top, right, bottom = range_boundaries(error.print_area.rpartition("!")[2])
    assert (left, top) == (1, 1)
    assert len(error._charts) >= 2
    for chart in error._charts:
        start, size = chart.anchor._from, chart.anchor.ext
        pixels, column = size.width / 9525, start.col + 1
        while pixels > 0:
            letter = get_column_letter(column)
            pixels, column = pixels - 7 * error.column_dimensions[letter].width - 5, column + 1
        assert column - 1 <= right
        assert start.row + 1 + size.height / 9525 / 20 <= bottom + 1  # a row has 20 pixels


def test_no_chart_is_cut_by_a_page(error: Any) -> None:
    margins, scale = error.page_margins, error.page_setup.scale / 100
    assert not (error.sheet_properties.pageSetUpPr and error.sheet_properties.pageSetUpPr.fitToPage)
    high = (8.27 - margins.top - margins.bottom) * 72 / scale  # points of the sheet
    _, _, right, last = range_boundaries(error.print_area.rpartition("!")[2])
    widths = [error.column_dimensions[get_column_letter(column)].width for column in range(1, right + 1)]
    assert sum(7 * width + 5 for width in widths) / 96 * scale <= 11.69 - margins.left - margins.right
    first, end = map(int, error.print_title_rows.replace("$", "").split(":"))
    heights = {row: error.row_dimensions[row].height or 15 for row in range(1, last + 1)}
    begun = {brk.id + 1 for brk in error.row_breaks.brk}
    page_of, page, used = {}, 0, 0.0
    for row, height in heights.items():
        if row in begun or used + height > high:
            page, used = page + 1, sum(heights[above] for above in range(first, end + 1))
        page_of[row], used = page, used + height
    for chart in error._charts:
        top = chart.anchor._from.row + 1
        bottom = top + int(chart.anchor.ext.height / 9525 / 20)
        assert page_of[top - 1] == page_of[bottom]  # the row above too: not even the chart's edge is on another page
