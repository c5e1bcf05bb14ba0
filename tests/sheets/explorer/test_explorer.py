"""The Explorer: any step of any training sheet, drawn; what it shows is computed here by other means."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from autograd import by_autograd
from faults import change_sheet, sheet_part
from networks import ODD
from picking import boxes, pick, weights
from saving import kinds, resave

from sheetgen import WorkbookError, build, engines, load, loads, override, verify
from sheetgen.proof.report import Kind
from sheetgen.sheet_names import EXPLORER, GRADIENT_CHECK, PICTURES
from sheetgen.sheets import picks
from sheetgen.sheets.layout import Layout
from sheetgen.sheets.picks import CHECK_ITERATION, EXPLORER_ITERATION, EXPLORER_VARIANT


@pytest.mark.parametrize(("sheet", "iteration"), [("lr 0.5", 0), ("lr 2.0", 4), ("lr 0.5", 5)])
def test_it_shows_the_numbers_of_the_picked_step(
    engine: engines.Engine, small_workbook: Path, tmp_path: Path, sheet: str, iteration: int
) -> None:
    workbook = small_workbook
    if sheet != "lr 0.5":
        workbook = pick(workbook, tmp_path / "a.xlsx", EXPLORER_VARIANT, sheet)
    if iteration:
        workbook = pick(workbook, tmp_path / "b.xlsx", EXPLORER_ITERATION, iteration)
    values = engine.recalculate(workbook, 120)
    expected_neurons, expected_weights = by_autograd(float(sheet.removeprefix("lr ")), iteration)
    neurons = boxes(values)
    assert neurons["i1"] == (0.05, None)  # nothing needs the derivative by an input
    for name, expected in expected_neurons.items():
        assert neurons[name] == pytest.approx(expected, rel=1e-12), name
    weight_numbers = weights(values)
    assert weight_numbers.keys() >= expected_weights.keys()
    for name, expected in expected_weights.items():
        assert weight_numbers[name] == pytest.approx(expected, rel=1e-11), name


def test_another_pick_verifies_and_is_noted(small_workbook: Path, tmp_path: Path, soffice: str) -> None:
    """A pick changes what is shown, not what was trained: a note, no edit."""
    workbook = pick(small_workbook, tmp_path / "a.xlsx", EXPLORER_VARIANT, "lr 2.0")
    workbook = pick(workbook, tmp_path / "picked.xlsx", EXPLORER_ITERATION, 3)
    stale = verify(workbook, max_diffs=10_000)
    assert kinds(stale) == {Kind.CACHED}
    assert {difference.sheet for difference in stale.diffs} == {EXPLORER, PICTURES}
    report = verify(resave(workbook, tmp_path / "saved", soffice))
    assert report.ok, report.diffs
    assert report.edited == []
    assert [note for note in report.notes if note.startswith("picked")] == [
        "picked: Explorer!D4 'lr 0.5' → 'lr 2.0'",
        "picked: Explorer!D5 0.0 → 3.0",
    ]


def test_a_formula_may_pick(small_workbook: Path, tmp_path: Path) -> None:
    typed = pick(small_workbook, tmp_path / "p.xlsx", EXPLORER_ITERATION, 2)
    report = verify(change(typed, tmp_path / "f.xlsx", r'(<c r="D5"[^>]*>)<v>2</v>', r"\1<f>1+1</f><v>2</v>"))
    assert kinds(report) == {Kind.CACHED}  # of what was drawn before; the pick itself is read


def change(source: Path, target: Path, old: str, new: str) -> Path:
    """Copy a workbook with the XML of the Explorer changed."""

    def substitute(xml: str) -> str:
        changed, count = re.subn(old, new, xml)
        assert count == 1
        return changed

    return change_sheet(source, target, EXPLORER, substitute)


@pytest.mark.parametrize(
    ("cell", "value", "message"),
    [
        (EXPLORER_VARIANT, "lr 0.7", r"Explorer!D4 holds 'lr 0.7' as training sheet; pick one of lr 0.5 … lr 2.0"),
        (EXPLORER_VARIANT, "LR 0.5", "pick one of"),
        (EXPLORER_ITERATION, 6, r"Explorer!D5 holds 6.0 as iteration; pick a whole number from 0 to 5"),
        (EXPLORER_ITERATION, -1, "from 0 to 5"),
        (EXPLORER_ITERATION, 1.5, "from 0 to 5"),
        (CHECK_ITERATION, 99, r"Gradient check!B5 holds 99.0"),
    ],
)
def test_an_impossible_pick_gets_one_line(
    small_workbook: Path, tmp_path: Path, cell: object, value: str | float, message: str
) -> None:
    with pytest.raises(WorkbookError, match=message):
        verify(pick(small_workbook, tmp_path / "p.xlsx", cell, value))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "holds nothing"), ("<f>1/0</f><v>0</v>", "#DIV/0!"), ("<f>1=1</f><v>1</v>", "holds True")],
)
def test_a_pick_that_is_no_number(small_workbook: Path, tmp_path: Path, content: str, message: str) -> None:
    broken = change(small_workbook, tmp_path / "p.xlsx", r'(<c r="D5"[^>]*>)<v>[^<]*</v>', rf"\g<1>{content}")
    with pytest.raises(WorkbookError, match=message):
        verify(broken)


def test_the_cells_have_drop_downs(seed_workbook: Path) -> None:
    with zipfile.ZipFile(seed_workbook) as package:
        xml = package.read(sheet_part(seed_workbook, EXPLORER)).decode()
    validations = re.findall(r'<dataValidation [^>]*sqref="(\w+)"[^>]*type="(\w+)".*?<formula1>(.*?)</formula1>', xml)
    lists = {cell: (kind, source) for cell, kind, source in validations}
    assert lists["D5"] == ("list", "'Error'!$A$5:$A$105")
    assert lists["D4"][0] == "list"
    letter, first, last = re.fullmatch(r"\$(\w+)\$(\d+):\$\1\$(\d+)", lists["D4"][1]).groups()  # type: ignore[union-attr]
    sheets = [re.search(rf'<c r="{letter}{row}".*?<t[^>]*>(.*?)</t>', xml) for row in range(int(first), int(last) + 1)]
    assert [match[1] for match in sheets if match] == ["lr 0.1", "lr 0.2", "lr 0.5", "lr 0.8", "lr 1.0", "lr 2.0"]
    assert xml.count("<colorScale>") == 4  # neurons, weights, and the derivatives of each


def test_very_many_iterations_are_typed_rather_than_listed(tmp_path: Path) -> None:
    build(override(load(), rates=[0.5], iterations=2000), tmp_path / "long.xlsx", verify=False)
    with zipfile.ZipFile(tmp_path / "long.xlsx") as package:
        xml = package.read(sheet_part(tmp_path / "long.xlsx", EXPLORER)).decode()
    assert re.search(r'sqref="D5"[^>]*type="whole"', xml)
    assert "<formula1>0</formula1><formula2>2000</formula2>" in xml


def test_a_formula_chooses_among_as_many_training_sheets_as_it_can() -> None:
    layout = Layout(override(load(), rates=[0.30000000000000004 + k / 10 for k in range(250)]))
    count = picks.offered(layout)
    assert 100 < count < 250
    longest = picks.choice(layout, layout.study.network.names[-1], "$XFD$99", "$XFD$99", count)
    assert 8192 - 120 < len(longest) < 8192


def test_more_training_sheets_than_can_be_picked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picks, "MAX_FORMULA", 140)
    path = tmp_path / "many.xlsx"
    built = build(override(load(), rates=[0.1, 0.2, 0.5], iterations=1), path)
    assert built.ok, built.report
    for sheet, row in ((EXPLORER, 3), (GRADIENT_CHECK, 3)):
        cells = engines.get("embedded").recalculate(path, 120).grid(sheet, row, 2)[row - 1]
        assert any(str(cell).startswith("The first 2 of the 3 training sheets can be picked") for cell in cells)
    with pytest.raises(WorkbookError, match=r"training sheet; pick one of lr 0.1 … lr 0.2"):
        verify(pick(path, tmp_path / "p.xlsx", EXPLORER_VARIANT, "lr 0.5"))


@pytest.mark.parametrize("sheet", ["lr 0.3", "lr 0.05"])
def test_any_network_is_drawn(engine: engines.Engine, tmp_path: Path, sheet: str) -> None:
    """A skip connection, shared weights, a weight in the loss, a quantity that leads nowhere."""
    build(loads(ODD), tmp_path / "odd.xlsx", verify=False)
    path = tmp_path / "odd.xlsx"
    if sheet != "lr 0.3":
        path = pick(path, tmp_path / "p.xlsx", EXPLORER_VARIANT, sheet)
    assert verify(path, engine.name, timeout=120).ok is (sheet == "lr 0.3")  # the cached values are of lr 0.3
    neurons = boxes(engine.recalculate(path, 120))
    assert {"x1", "x2", "z1", "y1", "z2", "y2", "watched", "E1", "penalty", "L"} <= neurons.keys()
    assert neurons["watched"][1] is None
    assert neurons["E1"][1] == neurons["penalty"][1] == neurons["L"][1] == 1.0


def test_a_deep_chain_is_drawn_in_bands(tmp_path: Path) -> None:
    depth = 30
    forward = "\n".join(f'a{k} = "tanh(w{k}*{f"a{k - 1}" if k > 1 else "x"})"' for k in range(1, depth + 1))
    parameters = "\n".join(f"w{k} = 1.1" for k in range(1, depth + 1))
    text = (
        f"rates = [0.1]\niterations = 2\n[inputs]\nx = 0.5\n[targets]\nt = 0.3\n[parameters]\n{parameters}\n"
        f'[forward]\n{forward}\n[loss]\nE = "(t - a{depth})^2"\n'
    )
    built = build(loads(text), tmp_path / "deep.xlsx")
    assert built.ok, built.report
    values = engines.get("embedded").recalculate(tmp_path / "deep.xlsx", 120)
    grid = values.grid(EXPLORER, 40, 60)
    rows: dict[object, int] = {}
    for number, row in enumerate(grid[7:]):
        for name in row:
            rows.setdefault(name, number)  # the drawing comes first, then the table of look-ups
    assert rows["x"] < rows["a10"] < rows["a20"] < rows["E"]
