"""Central differences bring their own bounds: no right gradient is called wrong, and a wrong one is seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from networks import template
from recalculated import Recalculated

from sheetgen import build, loads, verify
from sheetgen.network.study import EPSILON, Study
from sheetgen.sheet_names import CHECKS
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.sheets.layout import FIRST_ROW, Layout


def perceptron(activation: str, rows: str = "[0, 0, 0], [1, 0, 1]", sizes: str = "2, 3, 3, 1", seed: int = 3) -> str:
    return f"""rates = [1e-9]
iterations = 1
batch = "full"
[data]
inputs = ["x1", "x2"]
targets = ["t"]
rows = [{rows}]
[layers]
sizes = [{sizes}]
activation = "{activation}"
output = "sigmoid"
seed = {seed}
"""


def equations(loss: str, x: float = 1.0, w: float = 1.0, t: float = 1.0, z: str = "w*x + b") -> str:
    return f"""rates = [1e-15]
iterations = 1
[inputs]
x = {x}
[targets]
t = {t}
[parameters]
w = {w}
b = 0
[forward]
z = "{z}"
[loss]
E = "{loss}"
"""


RIGHT = {
    "relu at 0": perceptron("relu"),
    "leaky relu at 0": perceptron("leaky_relu"),
    "leaky relu at 0, deep": perceptron("leaky_relu", sizes="2, 4, 4, 4, 1", seed=7),
    "unscaled": perceptron("tanh", "[60, 45, 0], [10, 91, 1]"),
    "age and income": equations("bce(sigmoid(z), t)", 50000.0, 1e-5),
    "house prices": equations("half_squared_error(z, t)", 2104.0, 0.0, 399900.0),
    "tiny": equations("bce(sigmoid(z), t)", 1e-9, 0.3),
    "abs at 0": equations("abs(z - t)"),
    "max of equals": equations("(max(w*x, z, t) - 2)^2"),
    "clip at its end": equations("(max(0, min(1, z)) - 0.5)^2"),
    "hinge at its corner": equations("max(0, 1 - t*z)"),
    "perceptron at 0": equations("max(0, -(t*z))", w=0.0),
    "huber at its corner": equations("huber(z, t)", w=2.0),
    "a perfect start": equations("squared_error(z, t)", 50000.0, 1.0, 50000.0),
    "saturated": equations("squared_error(tanh(z), t)", w=700.0),
    "saturated inside": equations("bce(sigmoid(z), t)", w=25.0),
    "a probability below the digits of 1": equations("bce(sigmoid(z), t)", w=-35.0, t=0.0),
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("epsilon", [0.1, 1e-5, 1e-9])
def test_a_right_gradient_is_never_called_wrong(name: str, epsilon: float) -> None:
    study = loads(RIGHT[name])
    study = replace(study, settings={**study.settings, EPSILON: epsilon})
    if name == "age and income" and epsilon == 0.1:
        pytest.skip("the moved loss has no value, and the workbook says so")
    assert compose(Book(study, study)).verdict.startswith("OK: ")


@pytest.mark.parametrize("name", ["relu at 0", "unscaled", "saturated inside", "a perfect start"])
def test_the_sheet_computes_the_same(name: str, tmp_path: Path) -> None:
    built = build(loads(RIGHT[name]), tmp_path / "w.xlsx")
    assert built.ok, built.report


def words(workbook: Recalculated, study: Study) -> dict[str, str]:
    """Return the word of the central difference of each weight."""
    rows = {str(workbook.workbook.get_value(CHECKS, row, 1)): row for row in range(13, 200)}
    gradient = {weight: f"∂{study.network.loss}/∂{weight}" for weight in study.network.weights}
    return {w: str(workbook.evaluated(CHECKS, rows[f"{label} at iteration 0"], 4)) for w, label in gradient.items()}


@pytest.mark.parametrize("text", [perceptron("tanh", "[60, 45, 0], [10, 91, 1]"), perceptron("sigmoid", "[1, 2, 0]")])
def test_a_gradient_wrong_by_a_millionth_is_seen(text: str, tmp_path: Path) -> None:
    study = loads(text)
    build(study, tmp_path / "w.xlsx", verify=False)
    workbook, layout = Recalculated(tmp_path / "w.xlsx"), Layout(study)
    assert set(words(workbook, study).values()) == {"OK"}
    first = dict(zip(study.graph.names, next(Book(study, study).trace.rows_of(0)), strict=True))
    sheet, seen = study.variants[0].sheet, 0
    for weight in study.network.weights:
        label = f"∂{study.network.loss}/∂{weight}"
        if abs(first[label]) > 1e-3:
            with workbook.moved(sheet, FIRST_ROW, layout.tables[0].index(label), 1e-6 * first[label]):
                assert workbook.flag.startswith("CHECK: ")
                assert words(workbook, study)[weight] == "CHECK"
                seen += 1
    assert seen >= 4


def test_at_a_kink_is_said_and_a_slope_of_neither_side_is_wrong(tmp_path: Path) -> None:
    study = loads(template('z = "w*x"', 'E = "max(0, z)*t"', "w = 0.0"))
    build(study, tmp_path / "w.xlsx", verify=False)
    workbook, layout = Recalculated(tmp_path / "w.xlsx"), Layout(study)
    assert words(workbook, study) == {"w": "OK at a kink"}
    assert workbook.flag.startswith("OK: ")
    assert workbook.evaluated(CHECKS, 6, 2) == 1
    column = layout.tables[0].index("∂E/∂w")
    for by, word in ((0.1, "OK at a kink"), (-0.1, "CHECK"), (9.0, "CHECK")):
        with workbook.moved(study.variants[0].sheet, FIRST_ROW, column, by):
            assert words(workbook, study) == {"w": word}


def test_a_bound_that_is_all_rounding_is_the_same_to_every_engine(soffice: str, tmp_path: Path) -> None:
    """The gradients of b1 and b2 are 0; LibreOffice takes the losses on both sides for equal, others do not."""
    text = """rates = [0.1]
iterations = 1
batch = "full"
[data]
inputs = ["x1", "x2"]
targets = ["t"]
rows = [[0, 0, 0]]
[layers]
sizes = [2, 2, 1]
activation = "gelu"
seed = 3
l1 = 0.001
l2 = 0.01
"""
    build(loads(text), tmp_path / "w.xlsx")
    report = verify(tmp_path / "w.xlsx", "libreoffice", timeout=120)
    assert report.ok, report.diffs[:3]
