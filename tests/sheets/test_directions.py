"""Directions along which all weights move: the components, and that no single wrong gradient hides from them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from networks import layered
from recalculated import Recalculated

from sheetgen import build, loads, verify
from sheetgen.limits import FEW_WEIGHTS
from sheetgen.network.study import Study
from sheetgen.sheet_names import CHECKS, GRADIENT_CHECK
from sheetgen.sheets.book import Book
from sheetgen.sheets.directions import MIXED, checked_directions, mixed
from sheetgen.sheets.layout import FIRST_ROW, Layout

FORTY = [2, 7, 2]
"""The sizes of a network of 37 weights, just more than have a line each."""


def names(count: int) -> list[str]:
    return [f"w{number}" for number in range(count)]


def test_few_weights_are_moved_one_by_one_and_many_at_once() -> None:
    alone = checked_directions(names(FEW_WEIGHTS))
    assert [dict(direction.components) for direction in alone] == [{name: 1.0} for name in names(FEW_WEIGHTS)]
    together = checked_directions(names(FEW_WEIGHTS + 1))
    assert len(together) == MIXED
    assert all(list(direction.components) == names(FEW_WEIGHTS + 1) for direction in together)


def test_no_component_is_small_and_no_direction_is_like_another() -> None:
    directions = mixed(names(5000), MIXED)
    rows = [list(direction.components.values()) for direction in directions]
    for components in rows:
        assert 0.5 <= min(map(abs, components)) < 0.501
        assert 0.999 < max(map(abs, components)) <= 1
        assert abs(sum(components)) < 3 * (5000 * 7 / 12) ** 0.5  # as many of either sign
        assert all(float(f"{component:.4f}") == component for component in components)
    for first, second in ((0, 1), (0, 2), (1, 2)):
        product = sum(a * b for a, b in zip(rows[first], rows[second], strict=True))
        assert abs(product) < 3 * (5000 * (7 / 12) ** 2) ** 0.5
    assert [round(x, 4) for x in rows[0][:2]] == [-1.0, 0.8916]  # fixed for ever: workbooks hold them


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Recalculated]:
    study = loads(layered(FORTY))
    path = tmp_path_factory.mktemp("forty") / "w.xlsx"
    build(study, path, verify=False)
    return study, Recalculated(path)


def labelled(workbook: Recalculated, sheet: str, label: str, rows: range, columns: range) -> tuple[int, int]:
    """Return the row and column of the first cell that holds a text."""
    return next((r, c) for r in rows for c in columns if workbook.workbook.get_value(sheet, r, c) == label)


def words(workbook: Recalculated, study: Study) -> list[object]:
    """Return the words of the three checks of all gradients."""
    row, _ = labelled(workbook, CHECKS, "all gradients, direction 1", range(13, 13 + 200), range(1, 2))
    return [workbook.evaluated(CHECKS, row + index, 4) for index in range(MIXED)]


def test_every_single_gradient_wrong_by_one_percent_turns_every_direction(forty: tuple[Study, Recalculated]) -> None:
    study, workbook = forty
    layout, first = Layout(study), dict(zip(study.graph.names, next(Book(study, study).trace.rows_of(0)), strict=True))
    assert words(workbook, study) == ["OK"] * MIXED
    for weight in study.network.weights:
        label = f"∂{study.network.loss}/∂{weight}"
        column = layout.tables[0].index(label)
        with workbook.moved(study.variants[0].sheet, FIRST_ROW, column, 0.01 * first[label]):
            assert words(workbook, study) == ["CHECK"] * MIXED, weight
            assert workbook.flag.startswith("CHECK: ")
    assert words(workbook, study) == ["OK"] * MIXED


def test_an_error_shows_from_where_the_sheet_says(forty: tuple[Study, Recalculated]) -> None:
    """Just above the size in `error that shows` any gradient's error is seen; a tenth of it is not, as is said."""
    study, workbook = forty
    layout, sheet = Layout(study), study.variants[0].sheet
    row, column = labelled(workbook, CHECKS, "error that shows", range(100, 260), range(5, 20))
    shown = [workbook.evaluated(CHECKS, row + index, column) for index in range(1, MIXED + 1)]
    for weight in study.network.weights[::5]:
        gradient = layout.tables[0].index(f"∂{study.network.loss}/∂{weight}")
        for direction, least in enumerate(shown):
            assert isinstance(least, float)
            assert 1e-11 < least < 1e-8
            for sign in (1, -1):
                with workbook.moved(sheet, FIRST_ROW, gradient, sign * 1.01 * least):
                    assert words(workbook, study)[direction] == "CHECK"
                with workbook.moved(sheet, FIRST_ROW, gradient, sign * 0.1 * least):
                    assert words(workbook, study)[direction] == "OK"


def test_on_gradient_check_too(forty: tuple[Study, Recalculated]) -> None:
    """At iteration 1, where it stands; the line of all at once sees what the line of the picked weight does not."""
    study, workbook = forty
    layout, sheet = Layout(study), study.variants[0].sheet
    picked, column = labelled(workbook, GRADIENT_CHECK, "verdict", range(10, 30), range(1, 12))
    lines = [(picked + 1, column), (picked + 2, column)]
    assert [workbook.evaluated(GRADIENT_CHECK, *line) for line in lines] == ["OK", "OK"]
    for number, weight in enumerate(study.network.weights):
        gradient = layout.tables[0].index(f"∂{study.network.loss}/∂{weight}")
        value = float(str(workbook.evaluated(sheet, FIRST_ROW + 1, gradient)))
        with workbook.moved(sheet, FIRST_ROW + 1, gradient, 0.01 * value):
            expected = ["CHECK" if number == 0 else "OK", "CHECK"]
            assert [workbook.evaluated(GRADIENT_CHECK, *line) for line in lines] == expected, weight
            assert str(workbook.evaluated(GRADIENT_CHECK, 9, 2)).startswith("CHECK: a gradient of this step is wrong")


def test_a_text_among_the_gradients_is_no_zero(forty: tuple[Study, Recalculated]) -> None:
    study, workbook = forty
    column = Layout(study).tables[0].index(f"∂{study.network.loss}/∂{study.network.weights[4]}")
    sheet = study.variants[0].sheet
    formula = workbook.workbook.get_formula(sheet, FIRST_ROW, column)
    workbook.workbook.set_value(sheet, FIRST_ROW, column, "none")
    assert words(workbook, study) == ["CHECK"] * MIXED
    workbook.workbook.set_formula(sheet, FIRST_ROW, column, formula)


def test_at_a_kink_a_direction_proves_nothing_and_says_so(tmp_path: Path) -> None:
    """All inputs are 0, so every relu of the first layer stands at its kink."""
    text = re.sub(r"(i\d) = .*", r"\1 = 0", layered(FORTY, activation="relu"))
    built = build(loads(text), tmp_path / "w.xlsx")
    assert built.ok, built.report
    workbook = Recalculated(tmp_path / "w.xlsx")
    assert words(workbook, loads(text)) == ["OK at a kink"] * MIXED
    assert workbook.flag.startswith("OK: ")
    assert workbook.evaluated(CHECKS, 6, 2) == MIXED
    assert workbook.evaluated(GRADIENT_CHECK, 9, 2) == "OK at a kink: no proof of the 37 gradients of this step"


@pytest.mark.parametrize("sizes", [FORTY, [8, 8, 4]])
def test_the_workbook_is_proven_in_libreoffice_too(sizes: list[int], tmp_path: Path, soffice: str) -> None:
    assert build(loads(layered(sizes)), tmp_path / "w.xlsx").ok
    report = verify(tmp_path / "w.xlsx", "libreoffice", timeout=120)
    assert report.ok, report.diffs[:3]
