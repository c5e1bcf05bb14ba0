"""The seed's numbers against workbooks that others made by hand for the same network."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from openpyxl import load_workbook
from outside import hand_made
from tracing import trace

from sheetgen import load, override

# handmade-right-2-2-2.xlsx, Sheet1, η = 2: the rows 107, 108, 157 and 206 hold the iterations 0, 1, 50 and 99.
GOLDEN: Mapping[int, Mapping[str, float]] = {
    0: {
        "h1": 0.027500000000000004,
        "a_h1": 0.5068745667645342,
        "a_o2": 0.6304808354506348,
        "E1": 0.17789284250924053,
        "E2": 0.06462701483913676,
        "E_total": 0.24251985734837728,
        "∂E_total/∂w1": 0.0001882556669401121,
        "∂E_total/∂w3": 0.0002248134625761188,
        "∂E_total/∂w5": 0.07215707291213626,
        "∂E_total/∂w8": -0.04276924828006376,
    },
    1: {"w1": 0.14962348866611977, "w8": 0.6355384965601276, "E_total": 0.21490159884256635},
    50: {"w4": 0.4657701621920122, "o1": -1.9393780576030966, "∂E_total/∂w4": -0.0011331802439872312},
    99: {
        "w2": 0.448926767319072,
        "w5": -2.327171946011217,
        "a_o1": 0.0840563335497202,
        "E_total": 0.005225481544351025,
        "∂E_total/∂w4": -0.0006381124191139442,
        "∂E_total/∂w7": -0.002683881175364248,
    },
}


def rows(rate: float, iterations: int) -> list[Mapping[str, float]]:
    study = override(load(), rates=[rate], iterations=iterations)
    return [dict(zip(study.graph.names, row, strict=True)) for chunk in trace(study) for row in chunk.rows[0]]


@pytest.mark.parametrize(("iteration", "figures"), GOLDEN.items())
def test_figures_of_a_workbook_made_by_hand(iteration: int, figures: Mapping[str, float]) -> None:
    row = rows(2.0, 99)[iteration]
    assert {name: row[name] for name in figures} == pytest.approx(figures, rel=1e-12)


def peer(name: str, sheet: str) -> list[list[object]]:
    book = load_workbook(hand_made(name), data_only=True, read_only=True)
    try:
        return [list(row) for row in book[sheet].iter_rows(values_only=True)]
    finally:
        book.close()


def quantity(label: object) -> str:
    """Return our name of a column: its label up to the equation, in our spelling."""
    name = str(label).split("=")[0].strip().replace("out_", "a_")
    return name.replace("E_Total", "E_total").replace("∂E/", "∂E_total/")


def table(cells: list[list[object]], header: str) -> list[Mapping[str, float]]:
    """Return the rows below the labels, as far as they are numbers."""
    top = next(index for index, row in enumerate(cells) if header in row)
    columns = {quantity(label): index for index, label in enumerate(cells[top]) if label is not None}
    found: list[Mapping[str, float]] = []
    for row in cells[top + 1 :]:
        numbers = {name: row[index] for name, index in columns.items()}
        values = {name: value for name, value in numbers.items() if isinstance(value, int | float)}
        if len(values) < len(columns):
            break
        found.append(values)
    return found


def test_a_right_workbook_agrees_column_by_column() -> None:
    theirs = table(peer("handmade-right-2-2-2.xlsx", "Sheet1"), "t1")
    assert len(theirs) == 100
    assert len(theirs[0]) == 31
    for mine, row in zip(rows(2.0, 99), theirs, strict=True):
        assert {name: mine[name] for name in row} == pytest.approx(row, rel=1e-12)


def test_a_wrong_workbook_differs_in_the_gradients_of_the_first_layer() -> None:
    """It multiplies by h·(1 − h) where the sigmoid's derivative is a_h·(1 − a_h); its cells show 10 digits."""
    (theirs, *_) = table(peer("handmade-wrong-gradients.xlsx", "Backpropagation Table"), "t1")
    (mine, *_) = rows(0.8, 1)
    differ = {name for name in mine if name in theirs and theirs[name] != pytest.approx(mine[name], rel=1e-9)}
    assert len(theirs) == 32
    assert differ == {f"∂E_total/∂w{k}" for k in (1, 2, 3, 4)}
