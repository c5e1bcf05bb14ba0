"""The drawing of a network in tensors: a box an equation, on Start and by itself."""

from __future__ import annotations

import itertools
import re

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


def test_a_long_program_goes_on_below_and_nothing_lies_over_anything() -> None:
    long = "\n".join(f'a{k} = "tanh(a{k - 1} @ transposed_and_long_name_of_a_matrix)"' for k in range(1, 12))
    text = (
        'title = "t"\nrates = [0.1]\niterations = 1\nseed = 1\n[inputs]\na0 = { shape = [2] }\n[targets]\ny = 1\n'
        f"[parameters]\ntransposed_and_long_name_of_a_matrix = {{ shape = [2, 2] }}\n[forward]\n{long}\n"
        '[loss]\nE = "(sum(a11) - y)^2"\n'
    )
    study = loads(text)
    assert study.tensors
    plan = plan_boxes(study.tensors)
    assert len(plan.bands) > 1
    assert sum(plan.widths.values()) <= 170
    page = alone.drawing(study)
    boxes = [place for place, cell in page.cells.items() if cell.style.bold]
    assert len(boxes) == 14
    for (row, column), (other, beside) in itertools.combinations(boxes, 2):
        assert column != beside or abs(row - other) > 1
