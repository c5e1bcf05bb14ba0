"""The sheet Equations of a network in tensors: its grids hold, live, what torch and the training sheets have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from numpy.typing import NDArray

from sheetgen import build, loads
from sheetgen.network.study import Study
from sheetgen.page.page import Formula, Page
from sheetgen.sheet_names import EQUATIONS, EXPLORER, START
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import pages
from sheetgen.sheets.matrices.grids import MOST_NUMBERS
from sheetgen.sheets.matrices.sheet import NUMBERS
from sheetgen.sheets.picks import EXPLORER_ITERATION

PERCEPTRON = """
rates = [0.1, 0.4]
iterations = 5
[inputs]
X = [[1, 0, 2], [0, 1, 1]]
[targets]
T = [[1, 0], [0, 1]]
[parameters]
W = [[0.1, -0.2, 0.3, 0.4], [0.5, 0.6, -0.7, 0.8], [0.9, -1.0, 1.1, 1.2]]
b = { shape = [4], init = "zeros" }
V = [[0.3, -0.1], [0.2, 0.7], [-0.6, 0.4], [0.1, 0.5]]
[forward]
H = "tanh(X @ W + b)"
P = "softmax(H @ V)"
[loss]
E = "sum(cce(P, T))"
"""

WIDE = f"""
rates = [0.1]
iterations = 2
[inputs]
X = {[[0.1] * 20] * 2}
[parameters]
{"".join(f"W{number} = {{ shape = [20, 20] }}{chr(10)}" for number in range(5))}
[forward]
H0 = "tanh(X @ W0)"
{"".join(f'H{number} = "tanh(H{number - 1} @ W{number})"{chr(10)}' for number in range(1, 5))}
[loss]
E = "sum(H4^2)"
"""


def equations_page(study: Study) -> Page:
    return next(page for page in pages(Book(study, study))[0] if page.name == EQUATIONS)


def row_of(page: Page, text: str, last: bool = True) -> int:
    """Return the row in which a text stands, the last of several."""
    rows = [row for (row, _), cell in page.cells.items() if cell.content == text]
    return max(rows) if last else min(rows)


def grid(path: Path, page: Page, text: str, shape: tuple[int, int], iteration: int) -> NDArray[np.float64]:
    """Return the numbers below an equation, recalculated at an iteration that is picked on Explorer."""
    formualizer = pytest.importorskip("formualizer")
    workbook = formualizer.load_workbook(str(path))
    workbook.set_value(EXPLORER, EXPLORER_ITERATION.row, 4, float(iteration))
    workbook.evaluate_all()
    top = row_of(page, text) + 2
    return np.array(
        [
            [workbook.evaluate_cell(EQUATIONS, top + row, 3 + column) for column in range(shape[1])]
            for row in range(shape[0])
        ],
        dtype=float,
    )


def by_torch(iteration: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return ∂E/∂W, ∂E/∂P_pre and ∂E/∂H after so many updates, trained with torch."""
    torch = pytest.importorskip("torch")

    def tensor(rows: list[list[float]]) -> object:
        return torch.tensor(rows, dtype=torch.float64)

    x, t = tensor([[1, 0, 2], [0, 1, 1]]), tensor([[1, 0], [0, 1]])
    w = tensor([[0.1, -0.2, 0.3, 0.4], [0.5, 0.6, -0.7, 0.8], [0.9, -1.0, 1.1, 1.2]])
    v = tensor([[0.3, -0.1], [0.2, 0.7], [-0.6, 0.4], [0.1, 0.5]])
    b = torch.zeros(4, dtype=torch.float64)
    for parameter in (w, b, v):
        parameter.requires_grad_()
    for step in range(iteration + 1):
        hidden = torch.tanh(x @ w + b)
        scores = hidden @ v
        scores.retain_grad()
        slopes = torch.autograd.grad(-(t * torch.log_softmax(scores, -1)).sum(), [w, b, v, scores, hidden])
        if step < iteration:
            with torch.no_grad():
                for parameter, slope in zip((w, b, v), slopes, strict=False):
                    parameter -= 0.1 * slope
    return slopes[0].numpy(), slopes[3].numpy(), slopes[4].numpy()


@pytest.mark.parametrize("iteration", [0, 4])
def test_the_grids_follow_the_step_that_is_picked(tmp_path: Path, iteration: int) -> None:
    study, path = loads(PERCEPTRON), tmp_path / "t.xlsx"
    build(study, path, verify=False)
    page = equations_page(study)
    along_w, along_scores, _ = by_torch(iteration)
    np.testing.assert_allclose(grid(path, page, "∂E/∂W = Xᵀ·∂E/∂H_pre", (3, 4), iteration), along_w, rtol=1e-9)
    softmax = "∂E/∂P_pre = P − T"
    np.testing.assert_allclose(grid(path, page, softmax, (2, 2), iteration), along_scores, rtol=1e-9, atol=1e-15)


RENAMED = PERCEPTRON.replace('"softmax(H @ V)"', '"softmax(G @ V)"').replace(
    "P = ", 'F = "flatten(H)"\nG = "reshape(F, [2, 4])"\nP = '
)


def test_a_tensor_by_another_name_has_the_derivatives_of_what_it_names(tmp_path: Path) -> None:
    study, path = loads(RENAMED), tmp_path / "t.xlsx"
    build(study, path, verify=False)
    page = equations_page(study)
    *_, along_h = by_torch(4)
    np.testing.assert_allclose(grid(path, page, "∂E/∂G = (∂E/∂P_pre)·Vᵀ", (2, 4), 4), along_h, rtol=1e-9)
    flat = grid(path, page, "∂E/∂F = reshape(∂E/∂G, [8])", (1, 8), 4)
    np.testing.assert_allclose(flat, along_h.reshape(1, 8), rtol=1e-9)


@pytest.mark.parametrize("more", ["sum(H)", "sum(F^2)"])
def test_a_tensor_by_another_name_beside_which_the_other_is_used_has_none(more: str) -> None:
    """The derivatives in the columns of H are then more than those by G."""
    page = equations_page(loads(RENAMED.replace('"sum(cce(P, T))"', f'"sum(cce(P, T)) + {more}"')))
    row = row_of(page, "∂E/∂G = (∂E/∂P_pre)·Vᵀ")
    numbers = [page.cells.get((row + 2, column)) for column in range(3, 7)]
    assert [cell.content for cell in numbers if cell] == [None] * 4


def test_the_matrix_form_comes_first() -> None:
    page = equations_page(loads(PERCEPTRON))
    numbers = row_of(page, NUMBERS)
    for line in ("H = tanh(X @ W + b)", "∂E/∂b = Σ over rows of ∂E/∂H_pre", "W := W − η·∂E/∂W"):
        assert row_of(page, line, last=False) < numbers
    assert not any(
        row < numbers and isinstance(cell.content, Formula) and "INDEX" in cell.content.text
        for (row, column), cell in page.cells.items()
        if column < 25
    )


def test_ways_of_training_are_told_apart() -> None:
    fast, plain = 'schedule = { name = "step", step_size = 2 }', ""
    variants = "".join(
        f'[[variants]]\nsheet = "{sheet}"\nrate = 0.1\n{schedule}\n' for sheet, schedule in (("a", fast), ("b", plain))
    )
    page = equations_page(loads(PERCEPTRON.replace("rates = [0.1, 0.4]", "") + variants))
    said = [str(cell.content) for cell in page.cells.values() if str(cell.content).startswith("Update")]
    assert said == [
        "Update: from one iteration to the next (gradient descent, steps, on the sheet a)",
        "Update: from one iteration to the next (gradient descent, constant, on the sheet b)",
    ]


def test_start_says_what_the_sheet_has() -> None:
    study = loads(PERCEPTRON)
    start = next(page for page in pages(Book(study, study))[0] if page.name == START)
    said = [str(cell.content) for cell in start.cells.values()]
    assert "the equations, and below them the numbers of the step picked on Explorer" in said


def test_a_large_network_does_not_blow_the_sheet_up() -> None:
    study = loads(WIDE)
    assert len(study.network.weights) > 1000
    page = equations_page(study)
    formulas = [cell for cell in page.cells.values() if isinstance(cell.content, Formula)]
    assert len(formulas) < MOST_NUMBERS + 20
    said = [cell.content for cell in page.cells.values() if isinstance(cell.content, str)]
    assert "Of a larger tensor the first 16 rows and 12 columns are shown." in said
    assert any(text.startswith("There is no room for the numbers of ") for text in said)


def test_what_a_mask_hides_and_what_has_no_derivative_are_told() -> None:
    masked = PERCEPTRON.replace("softmax(H @ V)", "softmax(mask(H @ V))")
    page = equations_page(loads(masked))
    contents = [cell.content for cell in page.cells.values()]
    assert contents.count("masked") == 1
    assert "An empty cell: the element is a number, or moves with no weight." in contents


def test_a_long_list_of_equations_begins_below_the_title() -> None:
    """On paper nothing but an equation with its steps stays whole, so that no page is left empty."""
    layers = "\n".join(f'H{number} = "tanh(H{number - 1} @ W2)"' for number in range(1, 40))
    template = PERCEPTRON.replace("[forward]", 'W2 = { shape = [4, 4] }\n[forward]\nH0 = "tanh(X @ W + b)"\n' + layers)
    page = equations_page(loads(template.replace('"softmax(H @ V)"', '"softmax(H39 @ V) + 0*H @ V"')))
    sheet = openpyxl.Workbook().active
    for decorate in page.decorate:
        decorate(sheet)
    assert min(page_break.id for page_break in sheet.row_breaks.brk) > 20
