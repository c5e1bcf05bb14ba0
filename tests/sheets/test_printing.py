"""How sheets with charts are printed, read as another program reads them: no chart is cut."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries

from sheetgen import build, load, override

CHARTED = [("mlp-2-2-2", 1), ("mlp-2-2-2", 100), ("ravine", 20), ("xor", 3), ("logistic-regression", 60), ("iris", 30)]


CASES = [
    *((template, iterations, "Error") for template, iterations in CHARTED),
    *((template, 20, "Pictures") for template in ("dead-relu", "xor", "linear-regression", "logistic-regression")),
]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: "-".join(map(str, case)))
def charted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A sheet with charts, as openpyxl reads it."""
    template, iterations, sheet = request.param
    path = tmp_path_factory.mktemp("printed") / "b.xlsx"
    build(override(load(template), iterations=iterations), path, verify=False)
    return openpyxl.load_workbook(path)[sheet]


def last_row(sheet: Any, chart: Any) -> int:
    """Return the row that a chart reaches into; a point is 12,700 of its units."""
    row, points = chart.anchor._from.row, chart.anchor.ext.height / 12_700
    while points > 0:
        row += 1
        points -= sheet.row_dimensions[row].height or 15
    return int(row)


def test_no_chart_is_cut_by_what_is_printed(charted: Any) -> None:
    left, top, right, bottom = range_boundaries(charted.print_area.rpartition("!")[2])
    assert (left, top) == (1, 1)
    assert charted._charts
    for chart in charted._charts:
        start, size = chart.anchor._from, chart.anchor.ext
        pixels, column = size.width / 9525, start.col + 1
        while pixels > 0:
            letter = get_column_letter(column)
            pixels, column = pixels - 7 * charted.column_dimensions[letter].width - 5, column + 1
        assert column - 1 <= right
        assert last_row(charted, chart) <= bottom


def test_no_chart_is_cut_by_a_page(charted: Any) -> None:
    margins, scale = charted.page_margins, charted.page_setup.scale / 100
    assert not (charted.sheet_properties.pageSetUpPr and charted.sheet_properties.pageSetUpPr.fitToPage)
    high = (8.27 - margins.top - margins.bottom) * 72 / scale  # points of the sheet
    _, _, right, last = range_boundaries(charted.print_area.rpartition("!")[2])
    widths = [charted.column_dimensions[get_column_letter(column)].width for column in range(1, right + 1)]
    assert sum(7 * width + 5 for width in widths) / 96 * scale <= 11.69 - margins.left - margins.right
    first, end = map(int, (charted.print_title_rows or "1:0").replace("$", "").split(":"))
    heights = {row: charted.row_dimensions[row].height or 15 for row in range(1, last + 1)}
    begun = {brk.id + 1 for brk in charted.row_breaks.brk}
    page_of, page, used = {}, 0, 0.0
    for row, height in heights.items():
        if row in begun or used + height > high:
            page, used = page + 1, sum(heights[above] for above in range(first, end + 1))
        page_of[row], used = page, used + height
    for chart in charted._charts:
        top = chart.anchor._from.row + 1
        # The row above too: not even the chart's edge is on another page.
        assert page_of[top - 1] == page_of[last_row(charted, chart)]
