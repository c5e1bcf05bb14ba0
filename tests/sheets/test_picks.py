"""What can be picked: any of many training sheets, and one whose name a look-up would interpret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from engine_routes import ENGINES, engine
from networks import one_weight, one_weight_losses
from packed import pack
from picking import pick

from sheetgen import build, loads
from sheetgen.limits import MAX_FORMULA
from sheetgen.network.study import Study
from sheetgen.sheets import picks
from sheetgen.sheets.layout import Layout
from sheetgen.sheets.picks import CHECK_VARIANT, EXPLORER_VARIANT

NAMES = ("first", "lr ~1", "~~", "o0 s1", "v2")


@pytest.fixture(scope="module")
def interpreted_names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names") / "b.xlsx"
    build(loads(one_weight(NAMES)), path, verify=False)
    return path


@pytest.mark.parametrize("name", ENGINES[:2])
def test_a_picked_sheet_is_found_by_its_name_as_it_is_written(
    interpreted_names: Path, tmp_path: Path, name: str
) -> None:
    one = pick(interpreted_names, tmp_path / "one.xlsx", EXPLORER_VARIANT, "lr ~1")
    both = pick(one, tmp_path / "both.xlsx", CHECK_VARIANT, "~~")
    values = engine(name).recalculate(both, 60)
    explorer = [number for row in values.grid("Explorer", 60, 60) for number in row]
    check = [number for row in values.grid("Gradient check", 60, 12) for number in row]
    assert one_weight_losses(0.2)[0] in explorer
    assert pytest.approx(one_weight_losses(0.3)[1], rel=1e-14) in [x for x in check if isinstance(x, float)]


def many(count: int) -> Layout:
    return Layout(loads(one_weight([f"r{number}" for number in range(count)])))


@pytest.mark.parametrize("name", ENGINES[:2])
def test_among_many_sheets_the_picked_one_is_chosen(tmp_path: Path, name: str) -> None:
    """Each column that the formula names becomes a cell of one sheet, which holds the number of the variant."""
    numbers = (1, 2, 30, 31, 60, 61, 90, 91, 200)
    column = re.compile(r"'r(\d+)'![$A-Z\d]+:[$A-Z\d]+")
    formula = column.sub(lambda match: f"$A${int(match[1]) + 1}:$A${int(match[1]) + 1}", picks.choice(
        many(200), "E", "$C{row}", "1", 200
    ))  # fmt: skip
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row}</v></c>'
        + (
            f'<c r="C{row}"><v>{numbers[row - 1]}</v></c><c r="D{row}"><f>{formula.format(row=row)}</f></c>'
            if row <= len(numbers)
            else ""
        )
        + "</row>"
        for row in range(1, 201)
    ).replace("<=", "&lt;=")
    grid = engine(name).recalculate(pack(tmp_path / "b.xlsx", {"S": rows}), 60).grid("S", len(numbers), 4)
    assert [row[3] for row in grid] == list(numbers)


def test_no_choice_has_more_values_than_libreoffice_takes() -> None:
    for count in (1, 29, 30, 31, 61, 200):
        formula = picks.choice(many(count), "E", "$B$4", "1", count)
        assert formula.count("INDEX(") == count
        assert all(part.count("INDEX(") <= 30 for part in formula.split("CHOOSE("))


def test_as_many_are_offered_as_a_formula_holds() -> None:
    short, long = (
        many(200),
        Layout(loads(one_weight([f"{number:03} a name of thirty characters"[:31] for number in range(255)]))),
    )
    assert picks.offered(short) == 200
    offered = picks.offered(long)
    assert 100 < offered < 255
    assert MAX_FORMULA - 200 < len(picks.choice(long, "∂E/∂w", "$XFD$99", "$XFD$99", offered)) < MAX_FORMULA


def test_an_optimizer_of_the_first_sheet_alone_is_no_obstacle() -> None:
    text = one_weight(["a", "b"]).replace("rate = 0.1\n", 'rate = 0.1\noptimiser = "adam"\n')
    study: Study = loads(text)
    assert picks.offered(Layout(study)) == 2
