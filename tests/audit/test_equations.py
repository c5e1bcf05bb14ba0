"""Formulas as equations: their values against those that people, other programs and other files give."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
from engine_routes import needs_soffice
from formula_books import SHEET, Content, address_of, book_of, reason, saved, value_in, worth
from outside import hand_made

from sheetgen.algebra.evaluate import evaluate
from sheetgen.algebra.expr import Var, names
from sheetgen.audit.book import Place
from sheetgen.audit.equations import NotUnderstood, cell_name, equations_of, expression, place_of
from sheetgen.audit.read import read_book
from sheetgen.engines import get

CELLS: dict[str, Content] = {
    "A1": 1.0, "B1": 2.0, "C1": 3.0,
    "A2": 4.0, "B2": 5.0, "C2": 6.0,
    "A3": -0.5, "B3": 0.25, "C3": "text",
    "A4": True, "C4": "=A1*2",
}  # fmt: skip
"""B4 is empty."""

ORDINARY: dict[str, float] = {
    "A1+B1*C1": 7,
    "SUM(A1:C2)": 21,
    "SUM(A1:C4)": 22.75,  # a text and TRUE are passed over in cells
    "SUM(A1,TRUE,)": 2,
    "SUM((A1:A2,C1))": 8,
    "SUM(A1:B2 B1:C2)": 7,
    "SUM(A1:INDEX(A1:C2,2,2))": 12,
    "SUM(INDEX(A1:C2,0,2))": 7,
    "SUM(INDEX(A1:C2,2,0))": 15,
    "INDEX(A1:C1,3)": 3,
    "INDEX(A1:A3,2)": 4,
    "AVERAGE(A1:C4)": 22.75 / 9,
    "COUNT(A1:C4)": 9,
    "ROWS(A1:C4)*10+COLUMNS(A1:C4)": 43,
    "MAX(A1:C3,10)-MIN(A1:C3)": 10.5,
    "SUMSQ(A1:C1)": 14,
    "PRODUCT(A1:C2)": 720,
    "SUMPRODUCT(A1:C1,A2:C2)": 32,
    "SUMPRODUCT((A1:C1>1)*A2:C2)": 11,
    "SUMPRODUCT(--(A1:C2>2),A1:C2)": 18,
    "SUMXMY2(A1:C1,A2:C2)": 27,
    "SUM(MMULT(A1:C2,TRANSPOSE(A1:C2)))": 14 + 32 + 32 + 77,
    "IF(A3>0,A1,B1)": 2,
    "IF(A1,5)": 5,
    "IF(A3>0,1)": 0,
    "IF(AND(A1>0,B1>0,OR(A3>0,B3>0)),7,8)": 7,
    "IF(NOT(A1=1),7,8)": 8,
    "IF(A1<>1,7,8)": 8,
    'IF(C3="TEXT",1,2)': 1,
    'IF(B4="",1,2)': 1,
    'IF(A1="",1,2)': 2,
    'IF("b">"A",1,2)': 1,
    "(A1>0)*B1+(A3>0)*C1": 2,
    "A4+1": 2,
    "B4+1": 1,
    "N(C3)+N(A2)": 4,
    "IFERROR(A1/B1,0)": 0.5,
    "LOG(8,2)": 3,
    "LOG(100)": 2,
    "LOG10(1000)": 3,
    "LN(EXP(2))": 2,
    "SQRT(POWER(3,2)+4^2)": 5,
    "ABS(A3)*SIGN(A3)": -0.5,
    "TANH(1)": math.tanh(1),
    "SINH(1)+COSH(1)": math.e,
    "SIN(PI()/2)+COS(0)": 2,
    "MOD(-3,2)+INT(-1.5)": -1,
    "VARP(A1:C1)": 2 / 3,
    "STDEV(A1:C1)": 1,
    "_xlfn.VAR.S(A1:C1)": 1,
    "SUM({1,2;3,4}*2)": 20,
    "SUM(A:A)": 4.5,
    "SUM(1:1)": 6,
    "C4*10%": 0.2,
    "-A1^2": 1,
    "CHOOSE(2,A1,B1)": 2,
    "ROW(B10)*100+COLUMN(C1)": 1003,
    "1/(1+EXP(-A3))": 1 / (1 + math.exp(0.5)),
    "+".join(["A2"] * 500): 2000,
    "-".join(["A2"] * 200): 4 - 199 * 4,
}  # fmt: skip
ARRAYS: dict[str, tuple[str, list[float]]] = {
    "=A1:C1*A2:C2": ("1x3", [4, 10, 18]),
    "=A1:C1+A1:A2": ("2x3", [2, 3, 4, 5, 6, 7]),
    "=2*A1": ("1x2", [2, 2]),
    "=MMULT(A1:B2,B1:C2)": ("2x2", [12, 15, 33, 42]),
    "=TRANSPOSE(A1:C2)": ("3x2", [1, 4, 2, 5, 3, 6]),
    "=IF(A1:C1>1,A2:C2,0)": ("1x3", [0, 5, 6]),
    "=SUM(A1:C1*A2:C2)": ("1x1", [32]),
    "=SUM(IF(A1:C1>1,A1:C1))": ("1x1", [5]),
    "=EXP(A1:B1)/SUM(EXP(A1:B1))": ("1x2", [1 / (1 + math.e), math.e / (1 + math.e)]),
    "=MAX(ABS(A1:C1-2))": ("1x1", [1]),
    "=MMULT(A1:C1,{1;1;1})": ("1x1", [6]),
    "=MMULT(TRANSPOSE(A1:C1),A2:B2)": ("3x2", [4, 5, 8, 10, 12, 15]),
    "=ROW(A1:A2)": ("2x1", [1, 2]),
}


def made() -> tuple[dict[str, Content], dict[str, float]]:
    """Return a sheet that holds all these formulas, and the value of each of their cells by its address."""
    cells, values = dict(CELLS), dict[str, float]()
    for row, (text, value) in enumerate(ORDINARY.items(), start=10):
        cells[f"A{row}"] = f"={text}"
        values[f"A{row}"] = value
    for index, (text, (size, elements)) in enumerate(ARRAYS.items()):
        top = 10 + 4 * index
        rows, columns = map(int, size.split("x"))
        cells[f"F{top}:{'FGHI'[columns - 1]}{top + rows - 1}"] = f"{{{text}}}"
        for place, value in enumerate(elements):
            values[f"{'FGHI'[place % columns]}{top + place // columns}"] = value
    return cells, values


def comparable(cells: dict[str, Content]) -> dict[str, Content]:
    """Return a sheet without TRUE and formulas of whole rows and columns, which would refer to themselves in it."""
    left_out = ("=SUM(A:A)", "=SUM(1:1)", "=A4+1")
    return {address: content for address, content in cells.items() if content not in left_out}


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_formula_has_the_value_that_it_has_by_hand(text: str) -> None:
    assert worth({**CELLS, "K10": f"={text}"}, "K10") == pytest.approx(ORDINARY[text], rel=1e-14)


@pytest.mark.parametrize("text", ARRAYS)
def test_an_array_formula_has_the_values_that_it_has_by_hand(text: str) -> None:
    size, values = ARRAYS[text]
    rows, columns = map(int, size.split("x"))
    area = [f"{'FGHI'[column]}{10 + row}" for row in range(rows) for column in range(columns)]
    equations = equations_of(book_of({**CELLS, f"{area[0]}:{area[-1]}": f"{{{text}}}"}))
    assert [value_in(equations, f"{SHEET}!{cell}") for cell in area] == pytest.approx(values, rel=1e-14)


@needs_soffice
def test_libreoffice_gives_the_same_values(tmp_path: Path) -> None:
    cells, values = made()
    cells = comparable(cells)
    cells["A4"] = ""  # LibreOffice counts TRUE in a cell as 1, as Excel does not
    path = saved(cells, tmp_path / "made.xlsx")
    equations = equations_of(read_book(path))
    theirs = get("libreoffice").recalculate(path, 120).grid(SHEET, 80, 9)
    compared = 0
    for address, value in values.items():
        place = place_of(f"{SHEET}!{address}")
        shown = theirs[place.row - 1][place.column - 1]
        if f"{SHEET}!{address}" in equations.exprs:
            assert isinstance(shown, float | bool), (address, cells.get(address), shown)
            assert shown == pytest.approx(value, rel=1e-12), (address, cells.get(address))
            assert value_in(equations, f"{SHEET}!{address}") == pytest.approx(float(shown), rel=1e-12)
            compared += 1
    assert compared == len(values) - 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A1+C3", "text 'text'"),
        ("ROUND(A1,2)", "function ROUND"),
        ("RAND()", "function RAND"),
        ("[1]Sheet1!A1", "another workbook"),
        ("Other!A1", "absent sheet"),
        ("S:T!A1", "several sheets"),
        ("unknown+1", "name 'unknown'"),
        ("A1:C2+1", "range A1:C2"),
        ("#REF!+1", "error #REF!"),
        ("MMULT(A1:C2,A1:C2)", "MMULT multiplies 2×3 by 2×3"),
        ('"a"&A1', "text"),
        ("INDEX(A1:C2,C4,1)", "calculated"),
        ("INDEX(A1:C2,3,1)", "leads out"),
        ("SUM(B1:ZZ9999)", "more than 100,000 cells"),
        ("Table1[w1]", "'[w1]'"),
        ("1+", "cannot stand"),
        ("A1>TRUE", "TRUE or FALSE"),
    ],
)
def test_what_is_not_understood_says_why(text: str, words: str) -> None:
    assert words in reason({**CELLS, "K10": f"={text}"}, "K10")


def test_what_is_not_understood_keeps_its_cached_value(tmp_path: Path) -> None:
    book = book_of({"A1": 2.0, "B1": "=ROUND(A1,0)", "C1": "=B1*A1"})
    cell = book.cells[Place(SHEET, 1, 2)]
    cells = {**book.cells, cell.place: type(cell)(cell.place, 5.0, cell.formula)}
    equations = equations_of(type(book)(book.path, book.sheets, cells))
    assert equations.numbers[f"{SHEET}!B1"] == 5
    assert value_in(equations, f"{SHEET}!C1") == 10


def test_an_ordinary_formula_takes_of_a_range_the_cell_of_its_own_row_or_column() -> None:
    cells = {"A1": 1.0, "A2": 2.0, "B2": "=A1:A2*10", "A4": 5.0, "B4": 6.0, "B5": "=SQRT(A4:B4)^2"}
    assert worth(cells, "B2") == 20
    assert worth(cells, "B5") == pytest.approx(6)
    assert "range" in reason({**cells, "D9": "=A1:A2*10"}, "D9")


def test_names_of_cells_of_areas_of_formulas_and_of_one_sheet() -> None:
    names = {"η": "S!$A$1", "xs": "S!$A$1:$C$1", "double": "2*η", "S!own": "S!$B$1", "next": "S!B1", "loop": "loop+1"}
    cells = {"A1": 3.0, "B1": 4.0, "C1": 5.0, "D1": "=η*10", "D2": "=SUM(XS)", "D3": "=double+own", "D4": "=loop"}
    equations = equations_of(book_of(cells, names))
    assert [value_in(equations, f"S!D{row}") for row in (1, 2, 3)] == [30, 12, 10]
    assert "without end" in equations.unread["S!D4"]


def test_let_and_spilled_arrays_and_at_signs() -> None:
    cells = {
        "A1": 2.0, "A2": 3.0, "B1:B2": "{=A1:A2*2}",
        "C1": "=_xlfn.LET(_xlpm.x,A1+1,_xlpm.y,_xlpm.x^2,_xlpm.y-_xlpm.x)",
        "C2": "=SUM(_xlfn.ANCHORARRAY(B1))", "D2": "=_xlfn.SINGLE(A1:A2)*7",
    }  # fmt: skip
    assert [worth(cells, address) for address in ("C1", "C2", "D2")] == [6, 10, 21]


def test_an_expression_of_another_text_in_a_cell() -> None:
    book = book_of({**CELLS, "F1:G2": "{=A1:B2*2}"})
    first = Place(SHEET, 1, 6)
    plus = expression("A1:B2+1", first, book, (1, 0))
    assert list(names(plus)) == [f"{SHEET}!A2"]
    assert expression("A1", Place(SHEET, 9, 9), book) == Var(f"{SHEET}!A1")
    with pytest.raises(NotUnderstood):
        expression("A1:B2+1", Place(SHEET, 9, 9), book)


def test_names_of_cells() -> None:
    place = Place("a!b 'c", 12, 28)
    assert cell_name(place) == "a!b 'c!AB12"
    assert place_of(cell_name(place)) == place
    assert address_of("S!AB12") == "AB12"


@pytest.mark.parametrize(
    ("name", "digits"),
    [("handmade-right-2-2-2.xlsx", 14), ("handmade-wrong-gradients.xlsx", 8), ("handmade-matrix-transformer.xlsx", 12)],
)
def test_the_cached_values_of_workbooks_of_others(name: str, digits: int) -> None:
    """Each formula, with the cached values of the cells it refers to, gives its own cached value."""
    book = read_book(hand_made(name))
    equations = equations_of(book)
    assert not equations.unread
    cached = {cell_name(place): cell.value for place, cell in book.cells.items() if isinstance(cell.value, float)}
    scale = 1e-16  # what is left where a difference is 0 is set to 0 by Excel
    for cell, expr in equations.exprs.items():
        value = evaluate(expr, lambda other: cached.get(other, 0.0))
        assert value == pytest.approx(cached[cell], rel=2 * 10.0**-digits, abs=scale), cell


def test_ten_thousand_formulas_take_little_time() -> None:
    cells: dict[str, Content] = {"A1": 0.5, "B1": 0.25}
    for row in range(2, 5002):
        cells[f"A{row}"] = f"=A{row - 1}-0.1*($A$1*A{row - 1}*(1-B{row - 1})+SUM(A{row - 1}:B{row - 1}))"
        cells[f"B{row}"] = f"=1/(1+EXP(-A{row}*B{row - 1}))"
    book = book_of(cells)
    start = time.process_time()
    equations = equations_of(book)
    assert time.process_time() - start < 8  # 0.8 s on a machine that does nothing else
    assert len(equations.exprs) == 10_000


def test_formulas_that_were_filled_down_are_those_that_each_reads_by_itself() -> None:
    formulas = [
        "=1/(1+EXP(-(A{0}*$B$1+B{0})))",
        "=IF(A{0}>B{0},A{0}-2^-B{0},-A{0}%)",
        "=ROW(A{0})*A{0}",
        "=LOG10(B{0})+A1",
    ]
    cells: dict[str, float | str] = {f"{column}{row}": row + 0.5 for column in "AB" for row in range(1, 12)}
    for column, formula in zip("CDEF", formulas, strict=True):
        cells |= {f"{column}{row}": formula.format(row) for row in range(1, 12)}
    cells["A7"] = "a text"
    book = book_of(cells)
    equations = equations_of(book)
    for place, cell in book.cells.items():
        if cell.formula is not None and cell_name(place) in equations.exprs:
            assert equations.exprs[cell_name(place)] == expression(cell.formula, place, book)
    assert set(equations.unread) == {cell_name(Place(SHEET, 7, column)) for column in (3, 4, 5)}
