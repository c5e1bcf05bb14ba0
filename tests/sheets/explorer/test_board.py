"""The Explorer of networks in tensors: every grid shows the numbers of the picked step, none lies over another."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from boards import Board, Numbers
from openpyxl.utils.cell import range_boundaries
from picking import pick
from pictured import training

from sheetgen import build, engines
from sheetgen.engines.base import Recalculation
from sheetgen.network.study import Study
from sheetgen.sheet_names import EXPLORER
from sheetgen.sheets.explorer.board import WIDTH, width_of
from sheetgen.sheets.explorer.board_writer import Writer
from sheetgen.sheets.explorer.grids import Grids
from sheetgen.sheets.explorer.tensor_grid import MOST_SIDE
from sheetgen.sheets.explorer.tensor_sheet import MOST_NUMBERS, plan_board
from sheetgen.sheets.picks import EXPLORER_ITERATION, EXPLORER_SAMPLE
from sheetgen.template.load import loads
from sheetgen.tensors.program import Tensors

LAYER = """
title = "A layer"
rates = [0.5]
iterations = 4
[inputs]
X = [[1, 0, 2], [0, 1, 1]]
[targets]
T = [[1, 0], [0, 1]]
[parameters]
W = [[0.1, -0.2, 0.3, 0.4], [0.5, 0.6, -0.7, 0.8], [0.9, -1.0, 1.1, 0.2]]
b = { shape = [4], init = "zeros" }
V = [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6], [-0.7, 0.8]]
[forward]
H = "tanh(X @ W + b)"
P = "softmax(H @ V)"
[loss]
E = "sum(cce(P, T))"
"""

LOOP = """
title = "A loop, and how it looks back"
rates = [0.1]
iterations = 4
batch = 2
[data]
inputs = ["x"]
targets = ["y"]
rows = [[[[1,0],[0,1],[1,1]], 1], [[[0,0],[0,1],[1,1]], 0], [[[1,0],[0,1],[1,0]], 1]]
[parameters]
Wx = [[0.5, -0.5], [0.25, 0.75]]
Wh = [[0.2, 0.1], [-0.3, 0.4]]
b = [0.1, -0.1]
v = [0.5, 0.25]
[forward]
"h[0]" = "zeros(2)"
"h[t] for t in 1..3" = "tanh(x[t-1] @ Wx + h[t-1] @ Wh + b)"
o = "sigmoid(h[-1] @ v)"
K = "softmax(mask(h @ h.T/sqrt(2))) @ h"
[loss]
E = "bce(o, y) + 0.01*sum(K^2)"
"""

IMAGE = """
title = "An image"
rates = [0.05]
iterations = 2
[inputs]
X = {image}
[targets]
t = 1
[parameters]
K = [[0.1, -0.2, 0.3], [0.4, 0.5, -0.6], [0.7, -0.8, 0.9]]
[forward]
Y = "relu(conv2d(X, K, stride=2))"
M = "maxpool(Y, 3, stride=2)"
[loss]
E = "(mean(M) - t)^2"
"""


def image(size: int) -> str:
    """Return the template of a square image of so many pixels a side."""
    return IMAGE.format(image=[[round((r * 7 + c * 3) % 10 / 10, 1) for c in range(size)] for r in range(size)])


def recalculated(text: str, tmp_path: Path, iteration: int, sample: int = 1) -> Recalculation:
    """Return the workbook of a template, calculated anew at a step that is picked."""
    path = tmp_path / "built.xlsx"
    build(loads(text), path, verify=False)
    picked = pick(path, tmp_path / "picked.xlsx", EXPLORER_ITERATION, iteration)
    if sample > 1:
        picked = pick(picked, tmp_path / "sample.xlsx", EXPLORER_SAMPLE, sample)
    return engines.get("embedded").recalculate(picked, 120)


def matrix(numbers: Numbers) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rows, columns = (max(axis) + 1 for axis in zip(*numbers, strict=True))
    return np.array([[numbers[row, column] for column in range(columns)] for row in range(rows)], dtype=float)


@pytest.mark.parametrize("iteration", [0, 3])
def test_the_grids_of_a_layer_show_the_picked_step(tmp_path: Path, iteration: int) -> None:
    values = recalculated(LAYER, tmp_path, iteration)
    board, sheet = Board(values), training(values, "lr 0.5", 5, 200)
    shapes = {"X": (2, 3), "W": (3, 4), "H_pre": (2, 4), "H": (2, 4), "V": (4, 2), "P_pre": (2, 2), "P": (2, 2)}
    for name, (rows, columns) in shapes.items():
        title = f"{name}  {rows}×{columns}"
        places = list(itertools.product(range(rows), range(columns)))
        expected = {(r, c): sheet[f"{name}_{r}_{c}"][iteration] for r, c in places}
        grids = board.values(title)
        assert grids, name
        assert all(grid == pytest.approx(expected, rel=1e-12) for grid in grids), name
        if name != "X":
            slopes = {(r, c): sheet[f"∂E/∂{name}_{r}_{c}"][iteration] for r, c in places}
            shown = board.slopes(f"∂E/∂{name}", title)
            assert shown, name
            assert all(grid == pytest.approx(slopes, rel=1e-12) for grid in shown), name
    (b,) = board.values("b  4")
    assert b == pytest.approx({(0, c): sheet[f"b_{c}"][iteration] for c in range(4)})
    x, w, h = (matrix(board.values(title)[0]) for title in ("X  2×3", "W  3×4", "H  2×4"))
    assert np.tanh(x @ w + [b[0, c] for c in range(4)]) == pytest.approx(h, rel=1e-12)  # read off the board itself
    assert not board.places("∂E/∂X")


@pytest.mark.parametrize(("iteration", "sample"), [(0, 1), (3, 2)])
def test_the_turns_of_a_loop_stand_side_by_side(tmp_path: Path, iteration: int, sample: int) -> None:
    values = recalculated(LOOP, tmp_path, iteration, sample)
    board, sheet = Board(values), training(values, "lr 0.1", 10, 300)
    row = 2 * iteration + sample - 1
    columns = [board.places(f"t = {t}") for t in range(4)]
    assert len({place[0][0] for place in columns}) == 1
    assert [place[0][1] for place in columns] == sorted({place[0][1] for place in columns})
    for t in range(1, 4):
        (turn,) = columns[t]
        for name, label in ((f"h_pre[{t}]", f"h_pre_{t}"), (f"h[{t}]", f"h_{t}")):
            (grid,), (slopes,) = board.values(f"{name}  2"), board.slopes(f"∂E/∂{name}", f"{name}  2")
            assert board.places(f"{name}  2") == [(board.places(f"{name}  2")[0][0], turn[1])]
            assert grid == pytest.approx({(0, c): sheet[f"{label}_{c}"][row] for c in (0, 1)})
            assert slopes == pytest.approx({(0, c): sheet[f"∂E/∂{label}_{c}"][row] for c in (0, 1)})
        (x,) = board.values(f"x[{t - 1}]  2")
        assert x == pytest.approx({(0, c): sheet[f"x_{t - 1}_{c}"][row] for c in (0, 1)})
    (start,) = board.values("h[0]  2")
    assert start == {(0, 0): 0.0, (0, 1): 0.0}


def test_attention_is_a_matrix_of_shares(tmp_path: Path) -> None:
    """What the mask hides is no share, and what no quantity of the training sheet holds stands there as a number."""
    board = Board(recalculated(LOOP, tmp_path, 2))
    shares, scores = matrix(board.values("K_softmax  4×4")[0]), board.values("K_softmax_pre  4×4")[0]
    assert shares.sum(axis=1) == pytest.approx(np.ones(4), rel=1e-12)
    assert (shares[np.triu_indices(4, 1)] == 0).all()
    assert [scores[r, c] for r, c in zip(*np.triu_indices(4, 1), strict=True)] == ["−∞"] * 6
    h, transposed = matrix(board.values("h  4×2")[0]), matrix(board.values("h.T  2×4")[0])
    assert (transposed == h.T).all()
    book = openpyxl.load_workbook(tmp_path / "built.xlsx")
    scales = {str(r.sqref): rule for r in book[EXPLORER].conditional_formatting for rule in r.rules if rule.colorScale}
    shared = [area for area, rule in scales.items() if [v.type for v in rule.colorScale.cfvo] == ["num", "num"]]
    assert len(shared) == 1
    assert len(shared[0].split()) == 2  # K_softmax, as a result and as an operand


@pytest.mark.parametrize("size", [8, 16])
def test_an_image_and_what_windows_make_of_it(tmp_path: Path, size: int) -> None:
    values = recalculated(image(size), tmp_path, 1)
    board, sheet = Board(values), training(values, "lr 0.05", 3, 2 * size * size + 300)
    for name, side in (("X", size), ("Y", (size - 3) // 2 + 1)):
        (grid, *_) = board.values(f"{name}  {side}×{side}")
        assert grid == pytest.approx({(r, c): sheet[f"{name}_{r}_{c}"][1] for r in range(side) for c in range(side)})
    book = openpyxl.load_workbook(tmp_path / "built.xlsx")
    (row, column), *_ = board.places(f"X  {size}×{size}")
    assert not any(
        merged.min_row == row + 3 and column < merged.max_col <= column + size for merged in book[EXPLORER].merged_cells
    )  # a pixel is one square cell


@pytest.mark.parametrize("text", [LAYER, LOOP, image(16)])
def test_nothing_lies_over_anything(tmp_path: Path, text: str) -> None:
    build(loads(text), tmp_path / "b.xlsx", verify=False)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")[EXPLORER]
    taken: set[tuple[int, int]] = set()
    for merged in sheet.merged_cells:
        left, top, right, bottom = range_boundaries(str(merged))
        cells = set(itertools.product(range(top, bottom + 1), range(left, right + 1)))
        assert not taken & cells, merged
        taken |= cells
        assert all(sheet.cell(r, c).value is None for r, c in cells - {(top, left)}), merged


def bands_of(text: str) -> tuple[Study, Tensors, Grids]:
    study = loads(text)
    assert study.tensors
    return study, study.tensors, Grids(study, study.tensors)


def test_operands_stand_beside_their_product_with_the_signs_between() -> None:
    _, tensors, grids = bands_of(LAYER)
    first, second, third = Writer(tensors, grids).bands()
    assert first.typed == ("H = tanh(X @ W + b)",)
    spelled = [[getattr(piece, "text", "") or piece.name for piece in line] for line in first.lines]  # type: ignore[union-attr]
    assert spelled == [["X", "@", "W", "+", "b", "=", "H_pre", "tanh →", "H"]]
    assert [getattr(p, "text", "") or p.name for p in second.lines[0]][-2:] == ["softmax →", "P"]  # type: ignore[union-attr]
    assert [getattr(p, "text", "") or p.name for p in third.lines[0]] == ["sum(cce(", "P", ",", "T", "))", "=", "E"]  # type: ignore[union-attr]


def test_a_board_is_bounded() -> None:
    """Large tensors are drawn in part, and say so; where there are too many numbers, less is drawn twice."""
    size = 36
    text = (
        'title = "t"\nrates = [0.1]\niterations = 1\nseed = 1\n[inputs]\n'
        f"X = {{ shape = [{size}, 2] }}\n[targets]\nt = 1\n[parameters]\nW = {{ shape = [2, {size}] }}\n"
        '[forward]\nA = "X @ W"\nB = "tanh(A)"\nC = "A*B"\n[loss]\nE = "(mean(C) - t)^2"\n'
    )
    study, tensors, grids = bands_of(text)
    bands, left_out = plan_board(tensors, grids)
    assert sum(band.count for band in bands) <= MOST_NUMBERS < len(study.network.names)
    assert left_out > 0
    drawn = [grid for band in bands for grid in band.grids]
    assert {grid.title for grid in drawn} >= {f"A  {size}×{size}, the first {MOST_SIDE}×{MOST_SIDE}"}
    assert all(width_of(line) <= 2 * WIDTH for band in bands for line in band.lines)


def test_another_name_for_a_tensor_has_no_derivatives_of_its_own() -> None:
    """The loss depends on W by itself too, so that its derivatives are not those by F."""
    text = (
        'title = "t"\nrates = [0.1]\niterations = 1\n[inputs]\nx = 1\n[targets]\nt = 1\n[parameters]\n'
        'W = [[1, 2], [3, 4]]\n[forward]\nF = "flatten(W)"\nG = "F^2"\n[loss]\nE = "x*sum(G) + sum(W) - t"\n'
    )
    _, tensors, grids = bands_of(text)
    named = {grid.name: grid for band in Writer(tensors, grids).bands() for grid in band.grids}
    assert named["F"].slopes is None
    assert named["W"].slopes is not None
