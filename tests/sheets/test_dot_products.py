"""Sums of products whose factors stand side by side are one SUMPRODUCT; engines calculate it, no counterfeit passes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from counterfeit.formulas import text
from counterfeit.judged import Verdict, judged
from counterfeit.workbook import Workbook
from engine_routes import needs_uno

from sheetgen import build, loads, verify
from sheetgen.algebra.parser import parse
from sheetgen.network.study import Study
from sheetgen.sheets.dot_products import DotProducts
from sheetgen.sheets.layout import FIRST_ROW, Layout

NAMES = [*(f"x{k}" for k in range(5)), *(f"w{k}" for k in range(5)), "b"]
FOUR = "x0*w0 + x1*w1 + x2*w2 + x3*w3"


@pytest.mark.parametrize(
    ("equation", "formula"),
    [
        (FOUR, "SUMPRODUCT(x0:x3,w0:w3)"),
        ("x0*w0 + x1*w1 + x2*w2", "x0*w0+x1*w1+x2*w2"),
        (f"{FOUR} + b", "SUMPRODUCT(x0:x3,w0:w3)+b"),
        (f"b + {FOUR}", "b+SUMPRODUCT(x0:x3,w0:w3)"),
        (f"b + ({FOUR}) + b*b", "b+SUMPRODUCT(x0:x3,w0:w3)+b*b"),
        (f"b - ({FOUR})", "b-SUMPRODUCT(x0:x3,w0:w3)"),
        (f"b - ({FOUR} + b)", "b-(SUMPRODUCT(x0:x3,w0:w3)+b)"),
        (f"-({FOUR})/4", "(-SUMPRODUCT(x0:x3,w0:w3))/4"),
        (f"({FOUR} + b)^2", "(SUMPRODUCT(x0:x3,w0:w3)+b)^2"),
        (f"tanh({FOUR})", "TANH(SUMPRODUCT(x0:x3,w0:w3))"),
        (f"{FOUR} + x0*w1 + x1*w2 + x2*w3 + x3*w4", "SUMPRODUCT(x0:x3,w0:w3)+SUMPRODUCT(x0:x3,w1:w4)"),
        (f"{FOUR} + x0*w4", "SUMPRODUCT(x0:x3,w0:w3)+x0*w4"),
        ("x0*x0 + x1*x1 + x2*x2 + x3*x3", "SUMPRODUCT(x0:x3,x0:x3)"),
        ("x3*w3 + x2*w2 + x1*w1 + x0*w0", "x3*w3+x2*w2+x1*w1+x0*w0"),
        ("x0*w0 + x1*w2 + x2*w4 + x3*b", "x0*w0+x1*w2+x2*w4+x3*b"),
        ("x0*w0 + w1*x1 + x2*w2 + w3*x3", "x0*w0+w1*x1+x2*w2+w3*x3"),
        ("x0*w0 - x1*w1 + x2*w2 + x3*w3", "x0*w0-x1*w1+x2*w2+x3*w3"),
        ("2*w0 + x1*w1 + x2*w2 + x3*w3 + x4*w4", "2*w0+SUMPRODUCT(x1:x4,w1:w4)"),
        ("x0*η + x1*w1 + x2*w2 + x3*w3", "x0*η+x1*w1+x2*w2+x3*w3"),
    ],
)
def test_what_stands_side_by_side_is_one_function(equation: str, formula: str) -> None:
    column = {name: place for place, name in enumerate(NAMES)}.get
    assert DotProducts(lambda name: name, lambda name: name, column).write(parse(equation)) == formula


NETWORK = """
rates = [0.1]
iterations = 3
[inputs]
x = [0.5, -0.25, 1.0, 0.75, -0.5]
[targets]
t = [1, 0, 0, 1, 0]
[parameters]
W = [[0.1, 0.2, -0.3, 0.4, 0.5], [-0.6, 0.7, 0.8, -0.9, 0.1]]
b = [0.1, -0.1]
V = [[0.3, -0.2, 0.1, 0.5, -0.4], [0.2, 0.6, -0.7, 0.3, 0.8]]
[forward]
h = "tanh(x @ W.T + b)"
y = "sigmoid(h @ V)"
[loss]
E = "sum(squared_error(y, t))"
"""


def formulas(study: Study) -> dict[str, str]:
    layout = Layout(study)
    equations = {quantity.name: quantity.equation for quantity in study.graph.quantities if quantity.equation}
    return {name: layout.formula(equation, 0, FIRST_ROW) for name, equation in equations.items()}


def test_rows_of_a_matrix_are_ranges_forward_and_backward() -> None:
    found = formulas(loads(NETWORK))
    assert found["h_pre_1"] == "SUMPRODUCT(B5:F5,Q5:U5)+W5"
    assert found["y_pre_0"] == "AJ5*X5+AK5*AC5"
    assert found["∂E/∂h_0"] == "SUMPRODUCT(BB5:BF5,X5:AB5)"


def test_a_template_of_scalars_keeps_its_sums() -> None:
    numbers = "".join(f"w{k} = 0.{k}\n" for k in range(1, 5))
    sums = " + ".join(f"x{k}*w{k}" for k in range(1, 5))
    inputs = "".join(f"x{k} = {k}\n" for k in range(1, 5))
    text = f'rates = [0.1]\niterations = 1\n[inputs]\n{inputs}[parameters]\n{numbers}[forward]\ny = "{sums}"\n'
    assert formulas(loads(f'{text}[loss]\nE = "y^2"\n'))["y"] == "B5*F5+C5*G5+D5*H5+E5*I5"


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("products") / "w.xlsx"
    assert build(loads(NETWORK), path).ok
    return path


@needs_uno
def test_libreoffice_calculates_it_too(workbook: Path) -> None:
    assert verify(workbook, "libreoffice").ok


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"SUMPRODUCT\(B5:F5,Q5:U5\)", "SUMPRODUCT(B5:F5,P5:T5)"),
        (r"SUMPRODUCT\(B5:F5,Q5:U5\)", "SUMPRODUCT(B5:E5,Q5:T5)"),
        (r"SUMPRODUCT\(B5:F5,Q5:U5\)", "SUM(B5:F5,Q5:U5)"),
        (r"SUMPRODUCT\(B6:F6,Q6:U6\)", "SUMPRODUCT(B6:F6,Q5:U5)"),
    ],
)
def test_a_range_that_lies_elsewhere_is_told(old: str, new: str, workbook: Path, tmp_path: Path) -> None:
    book = Workbook.read(workbook)
    text(old, new)(book, random.Random(1))
    verdict, line = judged(book.write(tmp_path / "w.xlsx"))
    assert verdict == Verdict.DIFFERENT, line
