"""The live checks: right workbooks pass, and every kind of check fails on a fault of its own kind, in both engines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from faults import Change, change_cell, change_sheet, constant, formula

from sheetgen import engines, load
from sheetgen.engines.base import Value
from sheetgen.sheet_names import CHECKS

NAMES = {
    "gap": "no gap and no error",
    "update": "every update is w − η·gradient",
    "w3": "∂E_total/∂w3 at iteration 0",
    "w4": "∂E_total/∂w4 at iteration 0",
}


@pytest.fixture(params=engines.NAMES)
def engine(request: pytest.FixtureRequest) -> engines.Engine:
    if request.param == "libreoffice":
        request.getfixturevalue("soffice")
    return engines.get(request.param)


def checks(engine: engines.Engine, path: Path) -> tuple[str, dict[str, Value], dict[str, list[Value]]]:
    """Return the flag, and for each check its word and its deviations, recalculated."""
    grid = engine.recalculate(path, 120).grid(CHECKS, 40, 8)
    rows = {str(row[0]): row for row in grid[8:] if row[3] in ("OK", "CHECK")}
    return str(grid[2][1]), {name: row[3] for name, row in rows.items()}, {n: row[4:6] for n, row in rows.items()}


def test_a_right_workbook_passes_every_check(engine: engines.Engine, small_workbook: Path) -> None:
    flag, words, _ = checks(engine, small_workbook)
    assert flag == f"OK: all {2 * len(words)} checks pass"
    assert len(words) == 2 + 4 + len(load().network.weights)  # gap, update; four units; a weight each
    assert set(words.values()) == {"OK"}


def wrong_sigmoid(xml: str) -> str:
    return re.sub(r"(<f[^>]*>AD\d+\*)Q(\d+)\*\(1-Q(\d+)\)", r"\g<1>P\2*(1-P\3)", xml)


@pytest.mark.parametrize(
    ("cell", "fault", "failing"),
    [
        ("AI7", lambda xml: "", {"gap", "unit h2"}),  # a cell deleted: a gap
        ("N9", formula("1/0"), {"gap", "unit h1", "unit h2", "unit o1", "unit o2", "update"}),
        ("H8", formula("H7+$B$2*AI7"), {"update"}),  # the wrong sign
        ("H8", constant, set()),  # a pasted number is right until an input changes: no check can see it
        ("AI8", formula("AF8*C8"), {"unit h2"}),  # the wrong input, at a later iteration
        ("AI5", formula("AF5*B5*1.0001"), {"unit h2", "w3"}),
    ],
)
def test_a_fault_turns_its_checks_and_the_flag(
    engine: engines.Engine, small_workbook: Path, tmp_path: Path, cell: str, fault: Change, failing: set[str]
) -> None:
    broken = change_cell(small_workbook, tmp_path / "broken.xlsx", "lr 0.5", cell, fault)
    flag, words, _ = checks(engine, broken)
    failed = {name for name, word in words.items() if word != "OK"}
    assert {NAMES.get(name, name.replace("unit", "weights into")) for name in failing} <= failed
    assert bool(failing) == flag.startswith("CHECK: ")
    assert flag.startswith("CHECK: " if failing else "OK: ")


def test_the_wrong_gradient_of_hand_made_workbooks_fails_its_checks(
    engine: engines.Engine, small_workbook: Path, tmp_path: Path
) -> None:
    """It moves the loss by less than 1e-7; the central differences see it all the same."""
    broken = change_sheet(small_workbook, tmp_path / "broken.xlsx", "lr 0.5", wrong_sigmoid)
    flag, words, deviations = checks(engine, broken)
    assert {name for name, word in words.items() if word != "OK"} == {NAMES["w3"], NAMES["w4"]}
    assert flag == "CHECK: 2 of 28 checks fail"
    for name in ("w3", "w4"):
        wrong, right = deviations[NAMES[name]]
        assert isinstance(wrong, float)
        assert isinstance(right, float)
        assert wrong > 1e-8 > 1e3 * right
