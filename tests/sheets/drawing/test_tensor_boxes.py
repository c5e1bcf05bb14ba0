"""The drawing of a network in tensors: a box an equation, on Start and by itself."""

from __future__ import annotations

import itertools
import re

import openpyxl

from sheetgen.network.study import Study
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import pages
from sheetgen.sheets.drawing import alone
from sheetgen.sheets.drawing.tensor_boxes import plan_boxes
from sheetgen.show import drawing
from sheetgen.template.load import loads

TEXT = """
title = "A loop"
rates = [0.1]
iterations = 2
seed = 1
[inputs]
x = { shape = [6, 2] }
[targets]
y = 1
[parameters]
Wx = { shape = [2, 20] }
Wh = { shape = [20, 20] }
v = { shape = [20] }
[forward]
"h[0]" = "zeros(20)"
"h[t] for t in 1..6" = "tanh(x[t-1] @ Wx + h[t-1] @ Wh)"
o = "sigmoid(h[6] @ v)"
[loss]
E = "bce(o, y)"
"""


def test_each_equation_is_a_box_and_a_loop_is_one() -> None:
    page = alone.drawing(loads(TEXT))
    texts = {place: str(cell.content) for place, cell in page.cells.items() if cell.content is not None}
    assert sorted(texts.values()) == sorted(
        ["x  6×2", "y", "h[t]  20, for t in 1..6", "= tanh(x[t-1] @ Wx + h[t-1] @ Wh)", "Wx 2×20, Wh 20×20",
         "o", "= sigmoid(h[6] @ v)", "v 20", "E", "= bce(o, y)"]
    )  # fmt: skip
    columns = {text: column for (_, column), text in texts.items()}
    assert columns["x  6×2"] < columns["h[t]  20, for t in 1..6"] < columns["o"] < columns["E"]
    assert {shape.alt for shape in page.shapes} == {"x → h", "h → o", "o → E"}


def test_it_is_a_picture() -> None:
    svg = drawing(loads(TEXT), "svg").decode()
    assert svg.count("<line") == 3
    assert len(re.findall("<text", svg)) == 10


def long_study(count: int) -> Study:
    long = "\n".join(f'a{k} = "tanh(a{k - 1} @ transposed_and_long_name_of_a_matrix)"' for k in range(1, count + 1))
    return loads(
        'title = "t"\nrates = [0.1]\niterations = 1\nseed = 1\n[inputs]\na0 = { shape = [2] }\n[targets]\ny = 1\n'
        f"[parameters]\ntransposed_and_long_name_of_a_matrix = {{ shape = [2, 2] }}\n[forward]\n{long}\n"
        f'[loss]\nE = "(sum(a{count}) - y)^2"\n'
    )


def test_a_long_program_is_printed_on_pages_that_cut_no_band() -> None:
    study = long_study(40)
    page = pages(Book(study, study))[0][0]
    sheet = openpyxl.Workbook().active
    for decorate in page.decorate:
        decorate(sheet)
    assert study.tensors
    bands = list(plan_boxes(study.tensors).rows(6))
    assert min(row for (row, _), cell in page.cells.items() if cell.style.fill) in range(6, 9)
    breaks = [one.id for one in sheet.row_breaks.brk]
    assert breaks
    assert not [(first, last) for first, last in bands for one in breaks if first <= one < last]
    assert sheet.page_setup.scale >= 50
    assert not sheet.sheet_properties.pageSetUpPr.fitToPage
    a4 = (8.27 - 1.0) * 72  # points of height within the margins
    for first, last in itertools.pairwise([0, *breaks]):
        heights = [page.heights.get(row, 15.0) for row in range(first + 1, last + 1)]
        assert sum(heights) * sheet.page_setup.scale / 100 <= a4


def test_a_long_program_goes_on_below_and_nothing_lies_over_anything() -> None:
    study = long_study(11)
    assert study.tensors
    plan = plan_boxes(study.tensors)
    assert len(plan.bands) > 1
    assert sum(plan.widths.values()) <= 170
    page = alone.drawing(study)
    boxes = [place for place, cell in page.cells.items() if cell.style.bold]
    assert len(boxes) == 14
    for (row, column), (other, beside) in itertools.combinations(boxes, 2):
        assert column != beside or abs(row - other) > 1
