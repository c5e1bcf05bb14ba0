"""The sheet on paper: no chart is cut, whatever the number of runs and epochs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn_support import EPOCHS, handmade_run
from saving import resave_all

from cnn.runs.metrics import Epoch
from cnn.tab.write import write
from sheetgen.sheet_names import CNN

MANY = [(1, 1), (1, 60), (3, 3), (14, 18), (30, 7)]
CM_PER_POINT = 2.54 / 72


def epochs(count: int) -> list[Epoch]:
    """Return epochs of which the second, or else the only one, is the best."""
    return [replace(EPOCHS[0], epoch=number, correct=180 + 10 * (number == 2)) for number in range(1, count + 1)]


def paper(folder: Path, runs: int, count: int) -> Path:
    """Write a workbook that has nothing to print but the sheet of so many runs."""
    path = folder / f"{runs}-{count}.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Nothing"
    book.save(path)
    best = min(2, count)
    made = [handmade_run(folder / f"{runs}", f"r{number}", epochs=epochs(count), best=best) for number in range(runs)]
    write(path, made)
    return path


@pytest.mark.parametrize(("runs", "count"), MANY)
def test_a_chart_lies_between_two_page_breaks_and_on_one_page(tmp_path: Path, runs: int, count: int) -> None:
    sheet = openpyxl.load_workbook(paper(tmp_path, runs, count))[CNN]
    breaks = [0, *(page_break.id for page_break in sheet.row_breaks.brk), 10**6]

    def height(row: int) -> float:
        return (sheet.row_dimensions[row].height or 15.0) * CM_PER_POINT

    pixels = sum(7 * sheet.column_dimensions[letter].width + 5 for letter in "ABCDEFGHIJKLMNO")
    scale = (29.7 - 2.54 * (sheet.page_margins.left + sheet.page_margins.right)) / (pixels / 96 * 2.54)
    page = (21.0 - 2.54 * (sheet.page_margins.top + sheet.page_margins.bottom)) / scale
    for chart in sheet._charts:
        first = chart.anchor._from.row + 1
        start = max(end for end in breaks if end < first) + 1
        above = sum(map(height, range(start, first)))
        tall = chart.anchor.ext.height / 360_000
        assert above + tall < page, first
        end, covered = first, 0.0
        while covered < tall:
            covered, end = covered + height(end), end + 1
        assert not any(first - 1 <= page_break < end - 1 for page_break in breaks)
        assert not any(sheet.cell(row, column).value for row in range(first, end) for column in range(1, 16))


def test_libreoffice_begins_pages_where_the_sheet_says_so(tmp_path: Path, soffice: str) -> None:
    paths = [paper(tmp_path, runs, count) for runs, count in [(1, 1), (3, 3), (14, 18)]]
    for path, pdf in zip(paths, resave_all(paths, tmp_path / "printed", soffice, suffix="pdf"), strict=True):
        printed = pdf.read_bytes()
        breaks = openpyxl.load_workbook(path)[CNN].row_breaks.brk
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == len(breaks) + 1
