"""The window of a convolution on Explorer: where it lies for a picked output, and what it gives, beside NumPy."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import openpyxl
import pytest
from boards import Board
from picking import pick
from saving import kinds

from sheetgen import WorkbookError, build, engines, verify
from sheetgen.proof.report import Kind
from sheetgen.sheet_names import EQUATIONS, EXPLORER
from sheetgen.sheets.picks import COLUMN, ROW, window_picks
from sheetgen.template.load import loads

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
IMAGE = np.round(np.sin(np.arange(49).reshape(7, 7)), 2)
KERNEL = np.array([[0.1, -0.2, 0.3], [0.4, 0.5, -0.6], [0.7, -0.8, 0.9]])
TEXT = f"""
title = "A window"
rates = [0.1]
iterations = 2
[inputs]
X = {IMAGE.tolist()}
[targets]
t = 1
[parameters]
K = {KERNEL.tolist()}
[forward]
Y = "conv2d(X, K, stride=2, padding=1) + 0.5"
M = "maxpool(Y, 2)"
[loss]
E = "(mean(M) - t)^2"
"""


def read(board: Board, title: str) -> Numbers:
    (numbers,) = board.values(title)
    side = 1 + max(row for row, _ in numbers)
    return np.array([[numbers[row, column] for column in range(side)] for row in range(side)], dtype=float)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("windows") / "built.xlsx"
    assert build(loads(TEXT), path).ok
    return path


def moved(built: Path, folder: Path, row: float, column: float) -> Path:
    cells = [picked.cell for picked in window_picks(loads(TEXT)).values()]
    return pick(pick(built, folder / "a.xlsx", cells[0], row), folder / "b.xlsx", cells[1], column)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 3), (3, 2)])
def test_the_window_of_a_picked_output(built: Path, tmp_path: Path, row: int, column: int) -> None:
    board = Board(engines.get("embedded").recalculate(moved(built, tmp_path, row, column), 120))
    (on_x,) = board.values("window on X  3×3")
    seen = np.pad(IMAGE, 1)[2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
    assert on_x == {(r, c): seen[r, c] for r in range(3) for c in range(3)}
    assert read(board, "kernel  3×3") == pytest.approx(KERNEL)
    assert read(board, "products  3×3") == pytest.approx(seen * KERNEL, rel=1e-12)
    ((line, place),) = board.places("sum")
    assert board.rows[line + 1][place] == pytest.approx((seen * KERNEL).sum(), rel=1e-12)
    assert board.values("Y  4×4")[0][row, column] == pytest.approx((seen * KERNEL).sum() + 0.5, rel=1e-12)
    y = np.array([[board.values("Y  4×4")[0][r, c] for c in range(4)] for r in range(4)], dtype=float)
    at_row, at_column = 2 * min(row, 1), 2 * min(column, 1)
    ((line, place),) = board.places("max")
    assert board.rows[line + 1][place] == y[at_row : at_row + 2, at_column : at_column + 2].max()


def test_products_place_by_place_have_the_sign_that_equations_explains(built: Path) -> None:
    workbook = openpyxl.load_workbook(built, read_only=True)
    signs = [cell for row in workbook[EXPLORER].iter_rows(values_only=True) for cell in row if cell in ("⊙", "·")]
    assert signs == ["⊙"]
    said = [str(cell) for row in workbook[EQUATIONS].iter_rows(values_only=True) for cell in row if cell]
    assert any("A ⊙ B: place by place" in text for text in said)


def test_a_moved_window_is_verified(built: Path, tmp_path: Path) -> None:
    """What is picked changes what is shown, and nothing that was trained."""
    report = verify(moved(built, tmp_path, 3, 2), max_diffs=10_000)
    assert kinds(report) == {Kind.CACHED}
    assert {difference.sheet for difference in report.diffs} == {EXPLORER}
    assert report.edited == []


def test_a_window_beyond_the_last_is_refused(built: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match=r"Explorer!D7 holds 4.0 as window: row; pick a whole number from 0 to 3"):
        verify(moved(built, tmp_path, 4, 0))


def marks(path: Path, picked: Mapping[str, int]) -> list[set[tuple[int, int]]]:
    """Return which rows and columns of each matrix are marked, where something is picked in cells."""
    sheet = openpyxl.load_workbook(path)[EXPLORER]
    rules = [
        (next(iter(area.sqref.ranges)), rule.formula[0])
        for area in sheet.conditional_formatting
        for rule in area.rules
        if rule.type == "expression" and "$D$7" in rule.formula[0]
    ]
    marked = []
    for area, formula in sorted(rules, key=lambda pair: (pair[0].min_row, pair[0].min_col)):
        text = formula.replace("AND(", "all_of(").replace("MIN(", "min(").replace("INT(", "int(")
        text = re.sub(r"(?<![<>])=", "==", text)
        for cell, number in picked.items():
            text = text.replace(cell, str(number))
        cells = itertools.product(range(area.min_row, area.max_row + 1), range(area.min_col, area.max_col + 1))
        functions = {"all_of": lambda *all_: all(all_), "MOD": lambda a, b: a % b}
        holds = {
            (r - area.min_row, c - area.min_col)
            for r, c in cells
            if eval(text.replace("ROW()", str(r)).replace("COLUMN()", str(c)), functions)  # the formula is our own
        }
        marked.append(holds)
    return marked


@pytest.mark.parametrize(("row", "column"), [(0, 0), (2, 3)])
def test_the_window_is_marked_where_it_lies(built: Path, row: int, column: int) -> None:
    """The rules of the image, and of what the window gives, hold in those cells alone; the padding is cut off."""
    marked = marks(built, {"$D$7": row, "$D$8": column})
    on_x = {(r, c) for r in range(2 * row - 1, 2 * row + 2) for c in range(2 * column - 1, 2 * column + 2)}
    assert marked[0] == {(r, c) for r, c in on_x if 0 <= r < 7 and 0 <= c < 7}
    assert {(r, c // 3) for r, c in marked[1]} == {(row, column)}
    assert len(marked) == 4  # and those of the pooling


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [(3, 0, "Pick a training sheet"), (4, 0, "There is no such window"), (0, -1, "There is no such window"),
     (0, 1.5, "There is no such window")],
)  # fmt: skip
def test_a_window_that_is_not_there_is_told(built: Path, tmp_path: Path, row: float, column: float, said: str) -> None:
    recalculated = engines.get("embedded").recalculate(moved(built, tmp_path, row, column), 120)
    note = str(Board(recalculated).rows[1][1])
    assert note.startswith(said)
    assert "from 0 to 3 as its row, from 0 to 3 as its column" in note or "window" not in said


def test_only_what_moves_windows_has_a_place_to_pick() -> None:
    picked = window_picks(loads(TEXT))
    assert {label: (str(pick.cell), pick.last) for label, pick in picked.items()} == {
        ROW: ("Explorer!D7", 3),
        COLUMN: ("Explorer!D8", 3),
    }
    plain = TEXT.replace("conv2d(X, K, stride=2, padding=1) + 0.5", "X").replace("maxpool(Y, 2)", "sum(Y @ X)*sum(K)")
    assert not window_picks(loads(plain))


# --- several kernels, several channels, one axis ---


def several(inputs: str, kernels: list[int], equation: str, then: str = "maxpool(Y, 2)") -> str:
    return f"""
title = "Windows"
rates = [0.1]
iterations = 2
seed = 5
[inputs]
X = {inputs}
[targets]
t = 1
[parameters]
K = {{ shape = {kernels} }}
[forward]
Y = "{equation}"
M = "{then}"
[loss]
E = "(mean(M) - t)^2"
"""


def noise(*shape: int) -> Numbers:
    return np.round(np.sin(np.arange(np.prod(shape)) * 1.7).reshape(shape), 2)


class Case(NamedTuple):
    """A convolution, the pooling behind it, and what both are to be held against."""

    shape: tuple[int, ...]
    kernels: list[int]
    axes: int
    stride: int
    padding: int
    pool: str
    dilation: int = 1
    groups: int = 1

    @property
    def text(self) -> str:
        options = f", stride={self.stride}, padding={self.padding}, dilation={self.dilation}, groups={self.groups}"
        equation = f"conv{self.axes}d(X, K{options})"
        return several(str(noise(*self.shape).tolist()), self.kernels, equation, self.pool)

    def result(self, kernels: Numbers) -> Numbers:
        """Return the convolution, place by place: of several channels their sum, a kernel by itself first."""
        image = noise(*self.shape)
        image = image if image.ndim > self.axes else image[None]
        kernels = kernels if kernels.ndim > self.axes else kernels[None]
        kernels = kernels if kernels.ndim > self.axes + 1 else kernels[:, None]
        image = np.pad(image, [(0, 0), *[(self.padding, self.padding)] * self.axes])
        reach = [self.dilation * (k - 1) + 1 for k in kernels.shape[2:]]
        sizes = [(n - k) // self.stride + 1 for n, k in zip(image.shape[1:], reach, strict=True)]
        made = np.empty((len(kernels), *sizes))
        for out, *place in np.ndindex(*made.shape):
            starts = [p * self.stride for p in place]
            spans = [slice(s, s + k, self.dilation) for s, k in zip(starts, reach, strict=True)]
            first = out // (len(kernels) // self.groups) * kernels.shape[1]
            seen = image[(slice(first, first + kernels.shape[1]), *spans)]
            made[(out, *place)] = (seen * kernels[out]).sum()
        return made


CASES = {
    "three kernels": Case((6, 6), [3, 2, 2], 2, 2, 0, "maxpool(Y, 2)"),
    "two channels, three kernels": Case((2, 5, 5), [3, 2, 3, 3], 2, 1, 1, "avgpool(Y, 2)"),
    "gaps, in two groups": Case((4, 5, 5), [4, 2, 2, 2], 2, 1, 1, "maxpool(Y, 2)", 2, 2),
    "one axis, gaps, in groups": Case((4, 8), [4, 2, 2], 1, 2, 1, "maxpool(Y, 2, axes=1)", 2, 2),
    "one axis": Case((9,), [3], 1, 2, 1, "maxpool(Y, 2)"),
    "one axis, two kernels": Case((9,), [2, 4], 1, 1, 2, "maxpool(Y, 2, axes=1)"),
    "one axis, two channels": Case((2, 8), [3, 2, 3], 1, 2, 1, "avgpool(Y, 2, axes=1)"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_the_window_follows_the_picked_output_through_channels(case: Case, tmp_path: Path) -> None:
    """What is drawn of the last output is the sum of its window and kernel; pooling sees the picked channel alone."""
    study = loads(case.text)
    path = tmp_path / "built.xlsx"
    assert build(study, path).ok
    picked = window_picks(study)
    for label, (cell, last) in picked.items():
        path = pick(path, tmp_path / f"{label[8:]}.xlsx", cell, last)
    kernels = np.array([study.at_sample(0)[weight] for weight in study.network.weights]).reshape(case.kernels)
    y = case.result(kernels)
    board = Board(engines.get("embedded").recalculate(path, 120))
    last = tuple(size - 1 for size in y.shape)
    (line, place), *_ = board.places("sum")
    assert board.rows[line + 1][place] == pytest.approx(y[last], rel=1e-12)
    fold, word = (np.max, "max") if "max" in case.pool else (np.mean, "mean")
    window = y[(last[0], *(slice(n // 2 * 2 - 2, n // 2 * 2) for n in y.shape[1:]))]
    (line, place), *_ = board.places(word)
    assert board.rows[line + 1][place] == pytest.approx(fold(window), rel=1e-12)
    report = verify(path, max_diffs=10_000)
    assert kinds(report) == {Kind.CACHED}
    assert {difference.sheet for difference in report.diffs} == {EXPLORER}


def test_one_channel_of_the_result_is_marked_and_all_of_the_image(tmp_path: Path) -> None:
    case = CASES["two channels, three kernels"]
    build(loads(case.text), tmp_path / "built.xlsx", verify=False)
    marked = marks(tmp_path / "built.xlsx", {"$D$7": 0, "$D$8": 2, "$D$9": 1})
    on_image = {(r, c) for r in (0, 1) for c in (1, 2, 3)}  # one row is padding
    assert marked[:5] == [on_image, on_image, set(), {(0, 2)}, set()]


def test_of_groups_only_the_channels_that_are_seen_are_marked_with_their_gaps(tmp_path: Path) -> None:
    case = CASES["gaps, in two groups"]
    build(loads(case.text), tmp_path / "built.xlsx", verify=False)
    marked = marks(tmp_path / "built.xlsx", {"$D$7": 1, "$D$8": 2, "$D$9": 3})
    seen = {(r, c) for r in (0, 2) for c in (1, 3)}
    assert marked[:4] == [set(), set(), seen, seen]
