"""Gradient check: right gradients pass at any step and ε, a broken one turns the sheet red."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from autograd import by_autograd
from faults import change_cell, formula, sheet_part
from networks import ODD, odd_loss, template
from picking import checked, parameters, pick, verdict
from saving import kinds, resave

from sheetgen import UsageError, WorkbookError, build, engines, load, loads, override, verify
from sheetgen.proof.report import Kind
from sheetgen.sheet_names import GRADIENT_CHECK
from sheetgen.sheets.picks import CHECK_EPSILON, CHECK_ITERATION, CHECK_PARAMETER, CHECK_VARIANT

GOOD = "OK: all 8 gradients of this step, taken together, agree with the central difference"
BAD = "CHECK: a gradient of this step is wrong: all 8 together differ from the central difference"
SATURATED = template('y = "sigmoid(w*x)"', 'L = "(t - y)^2"', "w = 80.0")
LARGE = template('y = "w*x*2000"', 'L = "0.5*(t*3000 - y)^2"', "w = 0.9", rates="1e-7")
STEEP = template('y = "tanh(40*w*x)"', 'L = "(t - y)^2"', "w = 0.03", rates="1e-5")


def components(count: int) -> list[float]:
    """Return the components of the direction, drawn anew: every third number of the generator, as ±(0.5 … 1)."""
    state, drawn = 1, []
    for _ in range(3 * count):
        state = 48271 * state % (2**31 - 1)
        u = state / (2**31 - 1) - 0.5
        drawn.append(round(0.5 + u if u > 0 else u - 0.5, 4))
    return drawn[::3]


@pytest.mark.parametrize(("sheet", "iteration", "picked"), [("lr 0.5", 1, "w1"), ("lr 2.0", 5, "w7")])
def test_the_gradients_stand_beside_central_differences(
    engine: engines.Engine, small_workbook: Path, tmp_path: Path, sheet: str, iteration: int, picked: str
) -> None:
    path = small_workbook
    if sheet != "lr 0.5":
        path = pick(path, tmp_path / "a.xlsx", CHECK_VARIANT, sheet)
        path = pick(path, tmp_path / "b.xlsx", CHECK_ITERATION, iteration)
        path = pick(path, tmp_path / "c.xlsx", CHECK_PARAMETER, picked)
    values = engine.recalculate(path, 120)
    _, expected = by_autograd(float(sheet.removeprefix("lr ")), iteration)
    listed = parameters(values)
    assert list(listed) == [f"w{i}" for i in range(1, 9)]
    for name, (weight, slope) in expected.items():
        assert listed[name][0] == pytest.approx(weight, rel=1e-13)
        assert listed[name][1] == pytest.approx(slope, rel=1e-11)
    slopes = [slope for _, slope in expected.values()]
    along = sum(slope * component for slope, component in zip(slopes, components(8), strict=True))
    lines = checked(values)
    assert list(lines) == [picked, "all at once"]
    for (_, gradient, central, difference, relative, allowed, word), slope in zip(
        lines.values(), (expected[picked][1], along), strict=True
    ):
        assert gradient == pytest.approx(slope, rel=1e-11)
        assert central == pytest.approx(slope, abs=5e-11)
        assert difference == abs(gradient - central)  # type: ignore[operator]
        assert relative == pytest.approx(difference / max(abs(gradient), abs(central)), rel=1e-12)  # type: ignore[operator,arg-type]
        assert difference < 0.1 * allowed < 2e-9  # type: ignore[operator]
        assert word == "OK"
    assert verdict(values) == ("OK", GOOD)


@pytest.mark.parametrize("name", ["u", "b", "v", "s"])
def test_another_network_by_plain_python(odd_workbook: Path, tmp_path: Path, name: str) -> None:
    """Shared weights, a skip connection, a weight in the loss; iteration 0, whose numbers the template gives."""
    path = pick(odd_workbook, tmp_path / "i.xlsx", CHECK_ITERATION, 0)
    path = path if name == "u" else pick(path, tmp_path / "p.xlsx", CHECK_PARAMETER, name)
    lines = checked(engines.get("embedded").recalculate(path, 120))
    values = dict(loads(ODD).values)
    high, low = (odd_loss(values | {name: values[name] + step}) for step in (1e-5, -1e-5))
    assert lines[name][2] == pytest.approx((high - low) / 2e-5, abs=3e-11)
    moves = dict(zip(("u", "b", "v", "s"), components(4), strict=True))
    high, low = (odd_loss(values | {w: values[w] + step * v for w, v in moves.items()}) for step in (1e-5, -1e-5))
    assert lines["all at once"][2] == pytest.approx((high - low) / 2e-5, abs=3e-11)
    assert (lines[name][6], lines["all at once"][6]) == ("OK", "OK")


@pytest.fixture(scope="module")
def odd_workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("odd") / "odd.xlsx"
    build(loads(ODD), path, verify=False)
    return path


@pytest.mark.parametrize("text", [None, ODD, SATURATED, LARGE, STEEP], ids=["seed", "odd", "flat", "large", "steep"])
@pytest.mark.parametrize("epsilon", [1e-12, 1e-9, 1e-7, 1e-5, 1e-3, 0.01, 0.1])
def test_no_epsilon_raises_a_false_alarm(tmp_path: Path, text: str | None, epsilon: float) -> None:
    if text == STEEP and epsilon == 0.1:
        pytest.skip("within ±0.2 this loss runs through its whole range: no difference over it is a derivative")
    study = override(loads(text) if text else load(), iterations=3)
    build(study, tmp_path / "b.xlsx", verify=False)
    path = tmp_path / "b.xlsx"
    if epsilon != 1e-5:
        path = pick(path, tmp_path / "p.xlsx", CHECK_EPSILON, epsilon)
    values = engines.get("embedded").recalculate(path, 120)
    assert verdict(values)[0] == "OK", checked(values)
    assert str(verdict(values)[1]).startswith("OK: "), checked(values)


BROKEN = [
    ("AI6", formula("AF6*B6*1.001"), {"w3"}),
    ("AI6", formula("AF6*B6*1.0001"), {"w3"}),
    ("AM6", formula("0"), {"w7"}),
    ("AG6", formula("1/0"), {"w1"}),
    ("AG6", formula('"none"'), {"w1"}),
    ("AF6", formula("AD6*P6*(1-P6)"), {"w3", "w4"}),  # the mistake of hand-made workbooks
    ("AI7", formula("AF7*B7*2"), set()),  # another iteration is another step
]


@pytest.mark.parametrize(("cell", "fault", "wrong"), BROKEN)
def test_a_broken_gradient_turns_the_sheet_red(
    engine: engines.Engine, small_workbook: Path, tmp_path: Path, cell: str, fault: object, wrong: set[str]
) -> None:
    broken = change_cell(small_workbook, tmp_path / "broken.xlsx", "lr 0.5", cell, fault)  # type: ignore[arg-type]
    for name in sorted(wrong) or ["w3"]:
        picked = broken if name == "w1" else pick(broken, tmp_path / f"{name}.xlsx", CHECK_PARAMETER, name)
        values = engine.recalculate(picked, 120)
        word = "CHECK" if wrong else "OK"
        assert {name: line[6] for name, line in checked(values).items()} == {name: word, "all at once": word}
        assert verdict(values) == (word, BAD if wrong else GOOD)
    others = pick(broken, tmp_path / "other.xlsx", CHECK_PARAMETER, "w5")
    assert verdict(engine.recalculate(others, 120)) == ("OK", BAD if wrong else GOOD)


def test_other_picks_verify(small_workbook: Path, tmp_path: Path, soffice: str) -> None:
    path = small_workbook
    chosen = ((CHECK_VARIANT, "lr 2.0"), (CHECK_ITERATION, 4), (CHECK_PARAMETER, "w6"), (CHECK_EPSILON, 0.001))
    for number, (cell, value) in enumerate(chosen):
        path = pick(path, tmp_path / f"p{number}.xlsx", cell, value)
    stale = verify(path)
    assert kinds(stale) == {Kind.CACHED}
    assert {difference.sheet for difference in stale.diffs} == {GRADIENT_CHECK}
    report = verify(resave(path, tmp_path / "saved", soffice))
    assert report.ok, report.diffs
    assert [note for note in report.notes if note.startswith("picked")] == [
        "picked: Gradient check!B4 'lr 0.5' → 'lr 2.0'",
        "picked: Gradient check!B5 1.0 → 4.0",
        "picked: Gradient check!B6 'w1' → 'w6'",
        "picked: Gradient check!B7 1e-05 → 0.001",
    ]


@pytest.mark.parametrize(
    ("cell", "value", "message"),
    [
        (CHECK_PARAMETER, "w9", "Gradient check!B6 holds 'w9' as parameter; pick one of w1 … w8"),
        (CHECK_EPSILON, 0.0, "Gradient check!B7 holds 0.0 as ε; pick a number from 1e-12 to 0.1"),
        (CHECK_EPSILON, -1e-5, "from 1e-12 to 0.1"),
        (CHECK_EPSILON, 0.2, "from 1e-12 to 0.1"),
    ],
)
def test_an_impossible_pick_gets_one_line(
    small_workbook: Path, tmp_path: Path, cell: object, value: str | float, message: str
) -> None:
    with pytest.raises(WorkbookError, match=message):
        verify(pick(small_workbook, tmp_path / "p.xlsx", cell, value))  # type: ignore[arg-type]


def test_a_step_over_the_edge_of_a_function_gets_one_line(tmp_path: Path) -> None:
    text = template('y = "sqrt(w*x)"', 'L = "(t - y)^2"', "w = 0.02", rates="1e-6")
    build(loads(text), tmp_path / "b.xlsx")
    with pytest.raises(UsageError, match="pick another iteration or a smaller ε"):
        verify(pick(tmp_path / "b.xlsx", tmp_path / "p.xlsx", CHECK_EPSILON, 0.05))


def test_the_cells_have_drop_downs(seed_workbook: Path) -> None:
    with zipfile.ZipFile(seed_workbook) as package:
        xml = package.read(sheet_part(seed_workbook, GRADIENT_CHECK)).decode()
    validations = re.findall(r'<dataValidation [^>]*sqref="(\w+)"[^>]*type="(\w+)".*?<formula1>(.*?)</formula1>', xml)
    assert {cell: (kind, source) for cell, kind, source in validations} == {
        "B4": ("list", "$J$11:$J$16"),
        "B5": ("list", "'Error'!$A$5:$A$105"),
        "B6": ("list", "$A$25:$A$32"),
        "B7": ("decimal", "1E-12"),
    }
