"""The sheet Pictures: what is drawn is computed here by NumPy, from the weights that the training sheets hold."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from faults import change_cell as with_cell
from faults import change_sheet, constant, formula
from openpyxl.utils import get_column_letter
from picking import pick
from pictured import POINTS, Array, Sheet, training
from saving import kinds, resave

from sheetgen import TemplateError, build, engines, load, loads, override, verify
from sheetgen.engines.base import Recalculation
from sheetgen.network.pictures import matrices, pictures_of
from sheetgen.network.study import Study
from sheetgen.proof.report import Kind
from sheetgen.sheet_names import PICTURES
from sheetgen.sheets.book import Book
from sheetgen.sheets.picks import EXPLORER_ITERATION, EXPLORER_VARIANT
from sheetgen.sheets.pictures import sheet as pictures
from sheetgen.template.shipped import template_names

DEFAULTS = {
    "autoencoder": ["gradients"],
    "dropout": ["weights"],
    "gan-1d": ["weights"],
    "house-prices": ["line", "path", "weights"],
    "matrix-factorisation": ["gradients"],
    "word2vec": ["gradients"],
    "attention-head": ["gradients"],
    "attention-walked-through": [],
    "batch-norm": ["gradients"],
    "batch-norm-running": ["weights"],
    "adam-by-hand": ["weights"],
    "char-rnn": ["gradients"],
    "conv-edges": ["kernels", "weights"],
    "dead-relu": ["line", "weights"],
    "diverging": ["weights"],
    "gpt-small": ["gradients"],
    "iris": ["confusion"],
    "layer-norm": ["gradients"],
    "lenet-small": ["confusion", "kernels"],
    "linear-regression": ["line", "path", "weights"],
    "logistic-regression": ["line", "confusion", "weights"],
    "lstm-adding": ["gradients"],
    "mazur": ["weights"],
    "micrograd": ["path", "weights"],
    "mlp-2-2-2": ["weights"],
    "overfitting": ["line", "weights"],
    "perceptron": ["regions", "weights"],
    "perceptron-rule": ["regions", "weights"],
    "ravine": ["path", "weights"],
    "residual": ["gradients"],
    "rnn-echo": ["gradients"],
    "rosenbrock": ["path", "weights"],
    "softmax-temperature": ["weights"],
    "transformer-block": ["gradients"],
    "vanishing-gradients": ["gradients", "weights"],
    "xor": ["regions", "weights"],
}


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def built(study: Study, path: Path) -> Path:
    assert build(study, path).ok
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def xor(folder: Path) -> Path:
    return built(override(load("xor"), rates=[1.0, 2.0], iterations=12), folder / "xor.xlsx")


def picked(path: Path, target: Path, sheet: str, iteration: int, engine: engines.Engine) -> Recalculation:
    """Recalculate a workbook in which a step is picked on Explorer."""
    workbook = pick(path, target / "sheet.xlsx", EXPLORER_VARIANT, sheet)
    workbook = pick(workbook, target / "step.xlsx", EXPLORER_ITERATION, iteration) if iteration else workbook
    return engine.recalculate(workbook, 120)


def test_the_pictures_of_the_gallery_suit_its_networks() -> None:
    assert {name: [picture.kind for picture in pictures_of(load(name))] for name in template_names()} == DEFAULTS


def test_regions_are_the_network_over_its_inputs(xor: Path, tmp_path: Path, engine: engines.Engine) -> None:
    values = picked(xor, tmp_path, "lr 2.0", 7, engine)
    sheet, w = Sheet(values), training(values, "lr 2.0", 13 * 4)
    x, y = np.meshgrid(sheet.axis("x1"), sheet.axis("x2")[::-1])
    assert (x[0, 3], x[0, 17]) == pytest.approx((0, 1))  # the samples lie on points of the grid
    for iteration, titles in (
        (7, ("the hidden unit a_h1", "the hidden unit a_h2", "the output a_o1")),
        (12, ("the output a_o1",)),
    ):
        at = {name: column[iteration * 4] for name, column in w.items()}
        h1 = np.tanh(at["w1"] * x + at["w2"] * y + at["b1"])
        h2 = np.tanh(at["w3"] * x + at["w4"] * y + at["b2"])
        out = sigmoid(at["w5"] * h1 + at["w6"] * h2 + at["b3"])
        for title, expected in zip(titles, (h1, h2, out)[-len(titles) :], strict=True):
            np.testing.assert_allclose(
                sheet.square(f"{title}, iteration {iteration}"), expected, rtol=1e-11, atol=1e-12
            )


def test_samples_are_marked_by_their_target(xor: Path, engine: engines.Engine) -> None:
    sheet = Sheet(engine.recalculate(xor, 120))
    row, column = sheet.find("full dot (1) or empty (0)")
    marks = [line[column - 2 : column + 1] for line in sheet.values[row + 1 : row + 5]]
    assert marks == [[4, 18, 0], [4, 4, 1], [18, 18, 1], [18, 4, 0]]  # column, row from the top, dot


def test_a_line_is_the_network_over_its_input(tmp_path: Path, engine: engines.Engine) -> None:
    workbook = built(override(load("logistic-regression"), iterations=6), tmp_path / "line.xlsx")
    values = picked(workbook, tmp_path, "momentum", 4, engine)
    sheet, w = Sheet(values), training(values, "momentum", 7 * 20)
    x = sheet.axis("hours", 25)
    assert (x[0], x[-1]) == pytest.approx((0, 6))
    row, column = sheet.find("hours, along the axis")
    start = column + 4
    for offset, iteration in enumerate((0, 4, 6)):
        assert sheet.values[row][start + offset] == f"iteration {iteration}"
        found = [line[start + offset] for line in sheet.values[row + 1 : row + 26]]
        expected = sigmoid(w["w"][iteration * 20] * x + w["b"][iteration * 20])
        np.testing.assert_allclose(np.array(found, float), expected, rtol=1e-12)


def test_a_path_lies_on_the_loss_of_all_samples(tmp_path: Path, engine: engines.Engine) -> None:
    study = override(load("linear-regression"), iterations=8)
    workbook = built(study, tmp_path / "path.xlsx")
    values = picked(workbook, tmp_path, "lr 0.3", 2, engine)
    sheet, trained = Sheet(values), training(values, "lr 0.3", 9 * 10)
    w, b = np.meshgrid(sheet.axis("w"), sheet.axis("b")[::-1])
    x, t = np.array(study.samples["x"]), np.array(study.samples["t"])
    loss = np.mean((w[..., None] * x + b[..., None] - t) ** 2, axis=-1)
    np.testing.assert_allclose(sheet.square("E (mean of all samples) over w and b"), loss, rtol=1e-11)
    row, column = sheet.find("picked, start or later")
    places = [line[column - 2 : column + 1] for line in sheet.values[row + 1 : row + 11]]
    assert [place[2] for place in places] == ["picked", "start", *["later"] * 8]
    for place, iteration in zip(places, (2, *range(9)), strict=True):
        nearest = np.abs(sheet.axis("w") - trained["w"][iteration * 10]).argmin()
        assert place[0] == nearest + 1
        assert place[1] == POINTS - np.abs(sheet.axis("b") - trained["b"][iteration * 10]).argmin()


def test_a_confusion_table_counts_what_the_network_says(tmp_path: Path, engine: engines.Engine) -> None:
    study = override(load("iris"), iterations=11)
    workbook = built(study, tmp_path / "iris.xlsx")
    values = picked(workbook, tmp_path, "Adam", 7, engine)
    sheet, trained = Sheet(values), training(values, "Adam", 12 * 15, 300)
    inputs = np.array([study.samples[name] for name in study.network.inputs]).T
    true = np.array([study.samples[name] for name in study.network.targets]).argmax(axis=0)
    for iteration in (7, 11):
        w = {name: column[iteration * 15] for name, column in trained.items()}
        first = np.array([w[f"w{n}"] for n in range(1, 21)]).reshape(5, 4)
        second = np.array([w[f"w{n}"] for n in range(21, 36)]).reshape(3, 5)
        hidden = np.tanh(inputs @ first.T + [w[f"b{n}"] for n in range(1, 6)])
        said = (hidden @ second.T + [w[f"b{n}"] for n in range(6, 9)]).argmax(axis=1)
        row, column = table(sheet, f"iteration {iteration}")
        found = [[sheet.values[row + 2 + i][column + 5 * (1 + j)] for j in range(3)] for i in range(3)]
        assert found == [[np.sum((true == i) & (said == j)) for j in range(3)] for i in range(3)]
        assert [sheet.values[row + 1][column + 5 * n] for n in (1, 2, 3)] == ["setosa", "versicolor", "virginica"]
        assert sheet.values[row + 5][column] == f"{np.sum(true == said)} of 150 right"


def table(sheet: Sheet, heading: str) -> tuple[int, int]:
    """Return the row and column of the heading of a table among the pictures, which the margin repeats."""
    places = [(r, c) for r, row in enumerate(sheet.values) for c, value in enumerate(row[:75]) if value == heading]
    assert len(places) == 1
    return places[0]


def image_study(side: int) -> Study:
    """Return a study of images: three units, and two samples an iteration."""
    names = [f"x{number}" for number in range(1, side**2 + 1)]
    rng = np.random.default_rng(7)
    rows = [[*rng.integers(0, 9, side**2).tolist(), sample % 2] for sample in range(4)]
    return loads(
        f'title = "images"\nrates = [0.1, 0.2]\niterations = 5\nbatch = 2\n[data]\ninputs = {names}\n'
        f'targets = ["t"]\nrows = {rows}\n[layers]\nsizes = [{side**2}, 3, 1]\nactivation = "tanh"\nseed = 2\n'
    )


def test_filters_are_the_weights_where_their_inputs_stand(tmp_path: Path, engine: engines.Engine) -> None:
    study = image_study(4)
    assert "filters" in [picture.kind for picture in pictures_of(study)]
    values = picked(built(study, tmp_path / "images.xlsx"), tmp_path, "lr 0.2", 3, engine)
    sheet, trained = Sheet(values), training(values, "lr 0.2", 6 * 2, 200)
    row = 3 * 2  # the first sample of iteration 3
    for unit in (1, 2, 3):
        expected = [trained[f"w1_{unit}_{number}"][row] for number in range(1, 17)]
        np.testing.assert_array_equal(sheet.square(f"z1_{unit}", 4).ravel(), expected)
        largest = sheet.column(f"largest size, z1_{unit}", 1)
        assert largest == [np.abs(expected).max()]
    inputs = [trained[f"x{number}"][row] for number in range(1, 17)]
    np.testing.assert_array_equal(sheet.square("inputs", 4).ravel(), inputs)
    assert inputs == [study.samples[f"x{number}"][2] for number in range(1, 17)]


def test_of_many_units_the_first_filters_are_shown() -> None:
    """The heading says how many of how many."""
    inputs = "".join(f"x{number} = 1\n" for number in range(1, 17))
    layers = '[layers]\nsizes = [16, 40, 1]\nactivation = "tanh"\nseed = 1\n'
    study = loads(f"rates = [1]\niterations = 1\n[inputs]\n{inputs}[targets]\nt = 1\n{layers}")
    (page,) = pictures.pages(Book(study, study), lambda: "")
    contents = [str(cell.content) for cell in page.cells.values()]
    heading = next(content for content in contents if content.startswith("What each unit looks for"))
    first, units = map(int, re.findall(r"the first (\d+) of (\d+)", heading)[0])
    assert units == 40
    titles = [content for content in contents if re.fullmatch(r"z1_\d+", content)]
    assert titles == [f"z1_{unit}" for unit in range(1, first + 1)]


def test_inputs_that_fill_no_square_have_no_filters() -> None:
    assert all("filters" not in [picture.kind for picture in pictures_of(load(name))] for name in template_names())
    assert "filters" not in [picture.kind for picture in pictures_of(image_study(3))]  # few pixels: only where asked


def convolved(kernels: str, equation: str, more: str = "") -> Study:
    image = [[0.1 * (r + c) for c in range(5)] for r in range(5)]
    return loads(
        f"rates = [0.1, 0.4]\niterations = 16\n{more}[inputs]\nX = {image}\n"
        f"[targets]\nt = 2\n[parameters]\n{kernels}\n[forward]\nY = '{equation}'\n[loss]\nE = '(mean(Y) - t)^2'\n"
    )


def test_kernels_are_the_weights_at_each_iteration(tmp_path: Path, engine: engines.Engine) -> None:
    study = convolved("K = { shape = [2, 2, 3] }", "conv2d(X, K)")
    assert [picture.kind for picture in pictures_of(study)] == ["kernels", "weights"]
    values = picked(built(study, tmp_path / "kernels.xlsx"), tmp_path, "lr 0.4", 5, engine)
    sheet, trained = Sheet(values), training(values, "lr 0.4", 17, 200)
    for number in (0, 1):
        kernels = np.array([[trained[f"K_{number}_{r}_{c}"] for c in range(3)] for r in range(2)])
        moments = {f"iteration {iteration}": iteration for iteration in (0, 2, 4, 8, 16)} | {"picked iteration 5": 5}
        for title, iteration in moments.items():
            row, column = sheet.find(f"K[{number}], {title}")
            image = [line[column + 2 : column + 5] for line in sheet.values[row + 1 : row + 3]]
            np.testing.assert_array_equal(np.array(image, dtype=float), kernels[..., iteration])
        largest = np.abs(kernels[..., [*moments.values()]]).max()
        assert sheet.column(f"largest size, K[{number}]", 1) == [largest]


def test_matrices_of_weights_are_drawn_where_that_is_asked_for() -> None:
    asked = "[[pictures]]\nkind = 'kernels'\n"
    plain = convolved("W = { shape = [5, 4] }\nV = { shape = [5, 17] }", "X @ W + sum(V)")
    assert "kernels" not in [picture.kind for picture in pictures_of(plain)]
    study = convolved("W = { shape = [5, 4] }\nV = { shape = [5, 17] }", "X @ W + sum(V)", asked)
    assert list(matrices(study)) == ["W"]
    with pytest.raises(
        TemplateError, match="kernels needs a trained matrix of at most 16 rows and columns, in tensors"
    ):
        convolved("w = 1", "X*w", asked)


def test_of_many_kernels_the_first_are_shown() -> None:
    study = convolved("K = { shape = [9, 2, 2] }", "conv2d(X, K)")
    (page,) = pictures.pages(Book(study, study), lambda: "")
    contents = [str(cell.content) for cell in page.cells.values()]
    assert any("weights in the course of the training (the first 8 of 9)" in content for content in contents)
    assert {"K[7], iteration 16"} == {c for c in contents if re.fullmatch(r"K\[[78]\], iteration 16", c)}


def test_gradients_are_as_long_as_those_of_each_layer(xor: Path, tmp_path: Path, engine: engines.Engine) -> None:
    text = Path(tmp_path / "xor.toml")
    asked = '\n[[pictures]]\nkind = "gradients"\n\n[data]\n'
    text.write_text(Path("templates/xor.toml").read_text("utf-8").replace("\n[data]\n", asked), "utf-8")
    workbook = built(override(load(text), rates=[0.5, 1.0], iterations=150), tmp_path / "gradients.xlsx")
    values = picked(workbook, tmp_path, "lr 1.0", 0, engine)
    sheet, trained = Sheet(values), training(values, "lr 1.0", 151 * 4)
    for names, label in ((("w1", "w2", "w3", "w4", "b1", "b2"), "∂ by w1 … b2"), (("w5", "w6", "b3"), "∂ by w5 … b3")):
        lengths = np.sqrt(sum(trained[f"mean ∂E_total/∂{name}"][3::4] ** 2 for name in names))
        shown = [round(1.5 * step) for step in range(101)]
        np.testing.assert_allclose(np.array(sheet.column(label, 101), float), lengths[shown], rtol=1e-11)


def test_weights_are_those_of_the_picked_sheet(small_workbook: Path, tmp_path: Path, engine: engines.Engine) -> None:
    values = picked(small_workbook, tmp_path, "lr 2.0", 3, engine)
    sheet, trained = Sheet(values), training(values, "lr 2.0", 6)
    column = sheet.values[3].index("w5")
    assert [line[column] for line in sheet.values[4:10]] == pytest.approx(list(trained["w5"]), rel=1e-15)


def test_where_a_network_has_no_number_none_is_shown(tmp_path: Path, engine_name: str) -> None:
    """Below b = 0 there is no root; at 0, up to rounding, an engine may find one."""
    study = loads(
        'title = "roots"\nrates = [0.1]\niterations = 3\n[data]\ninputs = ["a", "b"]\ntargets = ["t"]\n'
        "rows = [[1, 0, 1], [1, 1, 0], [1, 2, 0]]\n[parameters]\nw = 1\nv = -2\n"
        '[forward]\ny = "ln(a)*w + sqrt(b)*v"\n[loss]\nE = "half_squared_error(y, t)"\n'
    )
    workbook = built(study, tmp_path / "roots.xlsx")
    assert verify(workbook, engine_name).ok
    sheet = Sheet(engines.get(engine_name).recalculate(workbook, 120))
    row, column = sheet.find("the output y, iteration 0")
    bottom, top = (sheet.values[row + below][column + 5 : column + POINTS] for below in (POINTS, 1))
    assert set(bottom) <= {"", None}
    assert np.array(top, float) == pytest.approx(np.log(sheet.axis("a")[5:]) - 2 * np.sqrt(sheet.axis("b")[-1]))


@pytest.mark.parametrize("change", [formula("0.5"), constant])
def test_a_cell_of_a_grid_that_is_another_is_told(xor: Path, tmp_path: Path, change: object) -> None:
    sheet = Sheet(engines.get("embedded").recalculate(xor, 120))
    row, column = sheet.find("the output a_o1, iteration 12")
    cell = f"{get_column_letter(column + 5)}{row + 8}"
    report = verify(with_cell(xor, tmp_path / "changed.xlsx", PICTURES, cell, change))  # type: ignore[arg-type]
    assert [(d.sheet, d.cell) for d in report.diffs] == [(PICTURES, cell)]


def test_a_rule_that_hides_other_numbers_is_told(xor: Path, tmp_path: Path) -> None:
    """Grids hide their numbers behind colours by a rule; over other cells it hides what is to be seen."""

    def wider(xml: str) -> str:
        changed, count = re.subn(r'(sqref="[A-Z]+)10:([A-Z]+30")', r"\g<1>9:\2", xml)
        assert count == 3, count
        return changed

    assert Sheet(engines.get("embedded").recalculate(xor, 120)).find("the hidden unit a_h1, iteration 0")[0] == 8
    report = verify(change_sheet(xor, tmp_path / "hidden.xlsx", PICTURES, wider))
    assert kinds(report) == {Kind.FORMAT}


def test_what_libreoffice_saves_is_proven(xor: Path, tmp_path: Path, soffice: str) -> None:
    workbook = pick(xor, tmp_path / "picked.xlsx", EXPLORER_ITERATION, 9)
    stale = verify(workbook, max_diffs=10_000)
    assert kinds(stale) == {Kind.CACHED}
    assert PICTURES in {difference.sheet for difference in stale.diffs}
    report = verify(resave(workbook, tmp_path / "saved", soffice))
    assert report.ok, report.diffs
    assert not [note for note in report.unproven if PICTURES in note]
