"""Each form of formula a workbook may use: both engines against Python, before and after a seeded fault."""

from __future__ import annotations

import functools
import itertools
import math
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from engine_routes import ENGINES, engine
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula
from workbook_lint import FUNCTIONS, functions_in

from sheetgen.algebra.expr import Apply, Var
from sheetgen.algebra.notation import Excel
from sheetgen.engines.base import CellError, Value

A = [0.5, 0.25, 0.75, 1.5, 1.5, 2.0, -0.5, 0.125, 3.0, 4.0]
TEXTS = ["η", "∂E_total/∂w1", "σ(h1)", "h1", "E"]
Cells = Mapping[str, Value]
INPUTS: dict[str, Value] = {"F1": True, "F2": "abc", "F3": 800.0, "F4": 0.0}
INPUTS |= {f"A{i}": a for i, a in enumerate(A, 1)}
INPUTS |= {f"B{i}": 0.1 * a + 0.05 * i for i, a in enumerate(A, 1)}
INPUTS |= {f"D{i}": text for i, text in enumerate(TEXTS, 1)}
DIV, NUM, NA, VALUE = (CellError(f"#{code}") for code in ("DIV/0!", "NUM!", "N/A", "VALUE!"))


def column(cells: Cells, letter: str, first: int = 1, last: int = 10) -> list[float]:
    values = [cells[f"{letter}{row}"] for row in range(first, last + 1)]
    return [value for value in values if type(value) is float]


def number(cells: Cells, address: str) -> float:
    (value,) = column(cells, address[0], int(address[1:]), int(address[1:]))
    return value


def gd_residual(c: Cells) -> float:
    rows = zip(column(c, "A", 2, 10), column(c, "A", 1, 9), column(c, "B", 1, 9), strict=True)
    return math.fsum((new - (old - number(c, "B2") * slope)) ** 2 for new, old, slope in rows)


def sum_of_squares(c: Cells, row: float) -> float:
    return sum(n(c, f"{letter}{row:.0f}") ** 2 for letter in "AB")


n = number
# formula (@ stands for the input sheet), the same in Python, the cell that a fault changes and to what
FORMS: list[tuple[str, Callable[[Cells], Value], str, Value]] = [
    (
        "@A1+@A2*@A3-@A4/@A6",
        lambda c: n(c, "A1") + n(c, "A2") * n(c, "A3") - n(c, "A4") / n(c, "A6"),
        "A6",
        3.0,
    ),
    ("@A1-@A2-@A3", lambda c: n(c, "A1") - n(c, "A2") - n(c, "A3"), "A3", 0.7),
    ("@A1/@A4/@A6", lambda c: n(c, "A1") / n(c, "A4") / n(c, "A6"), "A6", 3.0),
    ("-(@A4^2)", lambda c: -(n(c, "A4") ** 2), "A4", 1.25),
    ("(-@A4)^2", lambda c: (-n(c, "A4")) ** 2, "A4", 1.25),
    ("@A4^(@A6^@A9)", lambda c: n(c, "A4") ** (n(c, "A6") ** n(c, "A9")), "A9", 2.0),
    ("@A6^-1", lambda c: n(c, "A6") ** -1, "A6", 4.0),
    ("@A1*-@A2", lambda c: n(c, "A1") * -n(c, "A2"), "A2", 0.3),
    ("1/(1+EXP(-@A1))", lambda c: 1 / (1 + math.exp(-n(c, "A1"))), "A1", 0.51),
    ("1/(1+EXP(@F3))", lambda c: NUM if n(c, "F3") > 709 else 1 / (1 + math.exp(n(c, "F3"))), "F3", 1.0),
    ("EXP(-@F3)", lambda c: math.exp(-n(c, "F3")), "F3", 745.0),
    ("PI()*@A1", lambda c: math.pi * n(c, "A1"), "A1", 0.51),
    ("SIGN(@A7)", lambda c: math.copysign(1.0, n(c, "A7")), "A7", 0.5),
    ("LN(@A1)", lambda c: math.log(n(c, "A1")), "A1", 0.51),
    ("SQRT(@A1)", lambda c: math.sqrt(n(c, "A1")), "A1", 0.51),
    ("ABS(@A7)", lambda c: abs(n(c, "A7")), "A7", 0.4),
    ("TANH(@A1)", lambda c: math.tanh(n(c, "A1")), "A1", 0.51),
    ("SIN(@A1)+COS(@A1)", lambda c: math.sin(n(c, "A1")) + math.cos(n(c, "A1")), "A1", 0.51),
    ("MAX(0,@A7)", lambda c: max(0.0, n(c, "A7")), "A7", 0.4),
    ("MAX(@A1:A10)", lambda c: max(column(c, "A")), "A4", 9.0),
    ("MIN(@A1:A10)", lambda c: min(column(c, "A")), "A4", -9.0),
    ("SUM(@A1:A10)", lambda c: math.fsum(column(c, "A")), "A4", 9.0),
    (
        "SUM(@A1:A3,@B1:B3,1)",
        lambda c: math.fsum([*column(c, "A", 1, 3), *column(c, "B", 1, 3), 1]),
        "B3",
        9.0,
    ),
    ("AVERAGE(@A1:A10)", lambda c: math.fsum(column(c, "A")) / len(column(c, "A")), "A4", "abc"),
    ("STDEV(@A1:A10)", lambda c: statistics.stdev(column(c, "A")), "A4", "abc"),
    ("VARP(@A1:A10)", lambda c: statistics.pvariance(column(c, "A")), "A4", "abc"),
    ("COUNT(@A1:A10)", lambda c: float(len(column(c, "A"))), "A4", "abc"),
    ("IF(@A1>0.4,@A2,@A3)", lambda c: n(c, "A2") if n(c, "A1") > 0.4 else n(c, "A3"), "A1", 0.3),
    ("AND(@A1>0,@A2>0)", lambda c: n(c, "A1") > 0 and n(c, "A2") > 0, "A2", -1.0),
    ("OR(@A1<0,@A2<0)", lambda c: n(c, "A1") < 0 or n(c, "A2") < 0, "A2", -1.0),
    ("NOT(@A1=0.5)", lambda c: n(c, "A1") != 0.5, "A1", 0.4),
    ('@D1="η"', lambda c: c["D1"] == "η", "D1", "σ"),
    ("(@A1>0)*2", lambda c: 2.0 * (n(c, "A1") > 0), "A1", -1.0),
    ("INDEX(@A1:A10,@A6)", lambda c: n(c, f"A{n(c, 'A6'):.0f}"), "A6", 3.0),
    ("INDEX(@A1:B10,3,@A6)", lambda c: n(c, "AB"[int(n(c, "A6")) - 1] + "3"), "A6", 1.0),
    ("MATCH(@A6,@A1:A10,0)", lambda c: 1.0 + column(c, "A").index(n(c, "A6")), "A3", 2.0),
    (
        "MATCH(99,@A1:A10,0)",
        lambda c: 1.0 + column(c, "A").index(99) if 99 in column(c, "A") else NA,
        "A3",
        99.0,
    ),
    ('MATCH("∂E_total/∂w1",@D1:D5,0)', lambda c: NA if c["D2"] == "x" else 2.0, "D2", "x"),
    ('INDEX(@A1:A5,MATCH("σ(h1)",@D1:D5,0))', lambda c: n(c, "A3"), "A3", 7.0),
    ('MATCH(SUBSTITUTE("lr ~1","~","~~"),@D1:D5,0)', lambda c: 2.0 if c["D2"] == "lr ~1" else NA, "D2", "lr ~1"),
    ("SUMSQ(INDEX(@A1:B10,@A6,0))", lambda c: sum_of_squares(c, n(c, "A6")), "B2", 3.0),
    (
        "SQRT(SUMSQ(CHOOSE(@A6,INDEX(@A1:B10,3,0),INDEX(@A1:B10,4,0))))",
        lambda c: math.sqrt(sum_of_squares(c, n(c, "A6") + 2)),
        "A6",
        1.0,
    ),
    ("CHOOSE(@A6,@A1,@A2,@A3)", lambda c: n(c, f"A{n(c, 'A6'):.0f}"), "A6", 3.0),
    ('REPT("█",ROUND(@A9,0))', lambda c: "█" * round(n(c, "A9")), "A9", 1.0),
    ("MOD(@A7,2)", lambda c: n(c, "A7") % 2, "A7", 3.25),
    ("INT(@A7)", lambda c: float(math.floor(n(c, "A7"))), "A7", 3.5),
    ("ROUND(@A2*10,0)", lambda c: math.floor(n(c, "A2") * 10 + 0.5) * 1.0, "A2", 0.35),
    (
        "SUMPRODUCT(@A1:A10,@B1:B10)",
        lambda c: math.fsum(n(c, f"A{i}") * n(c, f"B{i}") for i in range(1, 11)),
        "B9",
        1.0,
    ),
    ("SUMPRODUCT((@A2:A10-@A1:A9)*1)", lambda c: n(c, "A10") - n(c, "A1"), "A10", 1.0),
    (
        "SUMPRODUCT((@A2:A10>=@A1:A9)*1)",
        lambda c: float(sum(b >= a for a, b in zip(column(c, "A"), column(c, "A", 2), strict=False))),
        "A10",
        1.0,
    ),
    ("SUMPRODUCT((@A2:A10-(@A1:A9-@B2*@B1:B9))^2)", gd_residual, "B5", 0.0),
    (
        "SUMPRODUCT((@A1:A9-@B1:B9)*(@A1:A9-@B1:B9))",
        lambda c: math.fsum((a - b) ** 2 for a, b in zip(column(c, "A", 1, 9), column(c, "B", 1, 9), strict=True)),
        "B9",
        0.0,
    ),
    (
        "SUMPRODUCT((@A1:A10>1)*(@B1:B10<0.7))",
        lambda c: sum((n(c, f"A{i}") > 1) * (n(c, f"B{i}") < 0.7) for i in range(1, 11)) * 1.0,
        "B4",
        1.0,
    ),
    (
        'SUMPRODUCT((@D1:D5="h1")*1)',
        lambda c: float(sum(c[f"D{i}"] == "h1" for i in range(1, 6))),
        "D1",
        "h1",
    ),
    ('COUNTIF(@A1:A10,">1")', lambda c: float(sum(a > 1 for a in column(c, "A"))), "A1", 5.0),
    ('COUNTIF(@D1:D5,"η")', lambda c: float(sum(c[f"D{i}"] == "η" for i in range(1, 6))), "D3", "η"),
    (
        'SUMIF(@A1:A10,">1",@B1:B10)',
        lambda c: math.fsum(n(c, f"B{i}") for i in range(1, 11) if n(c, f"A{i}") > 1),
        "B4",
        1.0,
    ),
    ("ISNUMBER(@A1)", lambda c: type(c["A1"]) is float, "A1", "abc"),
    ("ISERROR(1/@F4)", lambda c: c["F4"] == 0, "F4", 2.0),
    ("IFERROR(1/@F4,-1)", lambda c: 1 / n(c, "F4") if n(c, "F4") else -1.0, "F4", 2.0),
    ("SUM(@A1:A10)/@F4", lambda c: math.fsum(column(c, "A")) / n(c, "F4") if n(c, "F4") else DIV, "F4", 2.0),
    ("@F2+1", lambda c: n(c, "F2") + 1 if type(c["F2"]) is float else VALUE, "F2", 2.0),
    ("@F1+1", lambda c: 2.0 if c["F1"] is True else 1.0, "F1", False),
    ("@G1+@A1", lambda c: n(c, "A1"), "A1", 3.0),
    ("@A1*1E308*10", lambda c: NUM if n(c, "A1") else 0.0, "A1", 0.0),
    ('@D1&" = "&@A1', lambda c: f"{c['D1']} = {c['A1']}", "A1", 0.1),
    ('"x"&ROUND(@B1/3,6)', lambda c: f"x{round(n(c, 'B1') / 3, 6)}", "B1", 0.5),
    ('TEXT(@B1,"0.000000")', lambda c: f"{n(c, 'B1'):.6f}", "B1", 0.5),
    ('TEXT(@B1,"0.0000")', lambda c: f"{n(c, 'B1'):.4f}", "B1", 0.5),
    ('TEXT(@A10,"0")', lambda c: f"{n(c, 'A10'):.0f}", "A10", 7.0),
]


def rows(c: Cells) -> list[tuple[float, float]]:
    return list(zip(column(c, "A"), column(c, "B"), strict=True))


# The same for array formulas, which Checks uses: what is safe over ranges there.
FORMS += [
    ("{MAX(0,(@A1:A10-@B1:B10)*(2*((@A1:A10-@B1:B10)>0)-1))", lambda c: max(abs(a - b) for a, b in rows(c)), "B9", 9.0),
    ("{SUM(IF(@A1:A10>0,@A1:A10^0.5,3))", lambda c: math.fsum(a**0.5 if a > 0 else 3 for a, _ in rows(c)), "A8", 7.0),
    ("{SUM(IFERROR(1/(@A1:A10>1),9))", lambda c: math.fsum(1 if a > 1 else 9 for a, _ in rows(c)), "A1", 7.0),
    (
        "{SUM(ATAN2(COS(@A1:A10),SIN(@A1:A10)))",
        lambda c: math.fsum(math.atan2(math.sin(a), math.cos(a)) for a, _ in rows(c)),
        "A8",
        1.0,
    ),
    (
        "{MAX((@A1:A10=TRANSPOSE(@A1:A3))*(@B1:B10-TRANSPOSE(@B1:B3)))",
        lambda c: max((a == x) * (b - y) for a, b in rows(c) for x, y in rows(c)[:3]),
        "A9",
        0.25,
    ),
    (
        "{MATCH(1,((@A2:A10-@A1:A9)>1)*1,0)",
        lambda c: 1.0 + [b - a > 1 for (a, _), (b, _) in itertools.pairwise(rows(c))].index(True),
        "A2",
        9.0,
    ),
]


def write(path: Path) -> Path:
    """A sheet of right inputs, a sheet of faulty ones for each form, and the formulas over both in turn."""
    workbook = Workbook()
    out = workbook.worksheets[0]
    out.title = "η out"
    for row, (formula, _, fault, value) in enumerate(FORMS, 1):
        for place, (title, cells) in enumerate(
            [(f"lr 0.{row}", INPUTS), (f"∂ fault {row}", INPUTS | {fault: value})], 1
        ):
            sheet = workbook.create_sheet(title)
            for address, content in cells.items():
                sheet[address] = content
            text = "=" + formula.removeprefix("{").replace("@", f"'{title}'!")
            cell = out.cell(row, place)
            cell.value = ArrayFormula(cell.coordinate, text) if formula.startswith("{") else text
    workbook.save(path)
    return path


@functools.cache
def answers(name: str, folder: Path) -> list[list[Value]]:
    return engine(name).recalculate(write(folder / f"{name}.xlsx"), 120).grid("η out", len(FORMS), 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forms")


@pytest.mark.parametrize("index", range(len(FORMS)), ids=[form[0] for form in FORMS])
@pytest.mark.parametrize("name", ENGINES[:2])
def test_form(name: str, index: int, folder: Path) -> None:
    _, python, fault, value = FORMS[index]
    got = answers(name, folder)[index]
    want = [python(INPUTS), python(INPUTS | {fault: value})]
    assert want[0] != want[1], "the fault must change the answer"
    for mine, theirs in zip(want, got, strict=True):
        assert type(theirs) is type(mine)
        assert theirs == (pytest.approx(mine, rel=4e-15, abs=1e-15) if type(mine) is float else mine)


def test_every_function_that_a_workbook_may_use_is_tried() -> None:
    assert {function for form, *_ in FORMS for function in functions_in(form)} >= FUNCTIONS


# Each has 16 digits or fewer, so that every program writes and reads it whole.
WHOLE_BUT_FOR_ROUNDING = (0.9999999999999999, 7.999999999999999, -8.000000000000002, 5.0, -5.0, 0.0, 2.5, -2.5, 1e-17)


@pytest.mark.parametrize("name", ENGINES[:2])  # by conversion values have 15 digits
def test_floor_is_that_of_the_number_and_not_of_its_neighbour(name: str, tmp_path: Path) -> None:
    """LibreOffice's INT(7.999999999999999) is 8; the formula of floor is 7 in every engine."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "S"
    floor = Excel(lambda name: f"A{name}")
    for row, number in enumerate(WHOLE_BUT_FOR_ROUNDING, start=1):
        sheet.cell(row, 1, number)
        sheet.cell(row, 2, "=" + floor.write(Apply("floor", (Var(str(row)),))))
    workbook.save(tmp_path / "w.xlsx")
    grid = engine(name).recalculate(tmp_path / "w.xlsx", 120).grid("S", len(WHOLE_BUT_FOR_ROUNDING), 2)
    assert [row[0] for row in grid] == list(WHOLE_BUT_FOR_ROUNDING)
    assert [row[1] for row in grid] == [math.floor(number) for number in WHOLE_BUT_FOR_ROUNDING]
