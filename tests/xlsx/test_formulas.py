"""Formulas as texts: moved as openpyxl moves them, and recognised in other spellings."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import Translator, TranslatorError

from sheetgen.network.study import Study
from sheetgen.sheets.layout import Layout
from sheetgen.template.load import load
from sheetgen.xlsx.formulas import canonical, may_be_shared, same, shifted


def translated(formula: str, rows: int, columns: int) -> str:
    """Move a formula with openpyxl, from a cell far from the edge."""
    moved = Translator(f"={formula}", origin="AA100").translate_formula(row_delta=rows, col_delta=columns)
    return str(moved)[1:]


DOLLARS = st.sampled_from(["", "$"])
COLUMNS = st.tuples(DOLLARS, st.sampled_from(["H", "Z", "AA", "AZ", "XA"])).map("".join)
ROWS = st.tuples(DOLLARS, st.integers(50, 9_999).map(str)).map("".join)
CELLS = st.tuples(COLUMNS, ROWS).map("".join)
AREAS = st.one_of([st.tuples(ends, ends).map(":".join) for ends in (CELLS, COLUMNS, ROWS)])
SHEETS = st.sampled_from(
    ["", "", "Inputs!", "'lr 0.1'!", "'It''s A1'!", "Sheet2!", "'B2'!", "'adam v2'!", "'A:A'!", "AB12!", "Jan:Mar!",
     "'Q1:Q4'!", "[1]Rows!", "'[2]rows 1:3'!"]
)  # fmt: skip
NO_REFERENCES = st.sampled_from(
    ['"A1 and $B$2"', '"say ""C3"""', '"A:A"', "1E5", "1.5E-05", "2", "0.5", "TRUE", "rate_1", "w_1", "η1", "x.A1",
     "#N/A", "Rates[A1]", "Rates[[#This Row],[B2]]", "Rates[[A]:[C]]", "SUM({50,60;70,80})"]
)  # fmt: skip
OPERANDS = st.one_of(
    st.tuples(SHEETS, CELLS).map("".join),
    st.tuples(SHEETS, AREAS).map(lambda area: f"SUM({''.join(area)})"),
    CELLS.map("LOG10({})".format),
    st.tuples(CELLS, AREAS).map(lambda operands: f"ATAN2({','.join(operands)})"),
    NO_REFERENCES,
)
FORMULAS = st.recursive(
    OPERANDS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "^", "&", "=", ">="]), inner).map("".join),
        inner.map("-({})".format),
        inner.map("1/(1+EXP(-{}))".format),
        st.tuples(inner, inner).map(lambda pair: f"IF(H50>0,{pair[0]},{pair[1]})"),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(FORMULAS, st.integers(-40, 2000), st.integers(-5, 30))
def test_it_moves_formulas_as_openpyxl_does(formula: str, rows: int, columns: int) -> None:
    assert shifted(formula, rows, columns) == translated(formula, rows, columns)


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("H5-$B$2*AI5", "H6-$B$2*AI6"),
        ("$H5+H$5", "$H6+H$5"),
        ("SUM(A1:B$3)", "SUM(A2:B$3)"),
        ("Inputs!$C$6*'lr 0.1'!N5", "Inputs!$C$6*'lr 0.1'!N6"),
        ('IF(A1="A1","A1",A1)', 'IF(A2="A1","A1",A2)'),
        ("LOG10(A1)", "LOG10(A2)"),
        ("w_1+A1", "w_1+A2"),
        ("1E5+1.5E3", "1E5+1.5E3"),
        ("AB12!C3+A1B2+A1.5", "AB12!C4+A1B2+A1.5"),
        ("SUM(1:1)+SUM(2:$3)", "SUM(2:2)+SUM(3:$3)"),
        ("SUM(A:A)+SUM('adam v2'!$A:B)", "SUM(A:A)+SUM('adam v2'!$A:B)"),
        ("A1:INDEX(B:B,C1)", "A2:INDEX(B:B,C2)"),
    ],
)
def test_one_row_down(formula: str, moved: str) -> None:
    assert shifted(formula, 1, 0) == moved
    assert shifted(moved, -1, 0) == formula
    assert shifted(formula, 0, 0) == formula


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("SUM(A:A)", "SUM(B:B)"),
        ("SUM($A:B)", "SUM($A:C)"),
        ("SUM(Inputs!Z:$AB)", "SUM(Inputs!AA:$AB)"),
        ("SUM(1:1)+SUM(1:$3)", "SUM(1:1)+SUM(1:$3)"),
        ("'adam v2'!F6*AB12!C3", "'adam v2'!G6*AB12!D3"),
    ],
)
def test_one_column_to_the_right(formula: str, moved: str) -> None:
    assert shifted(formula, 0, 1) == moved
    assert shifted(moved, 0, -1) == formula


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("SUM(XFD:XFD)+XFD1", "SUM(#REF!)+#REF!"),  # the last column has none to its right
        ("SUM(1048576:1048576)+A1048576", "SUM(#REF!)+#REF!"),
        ("XFE1+XYZ1+A1048577", "XFE1+XYZ1+A1048577"),  # no cells, so they are names
        ("Rates['[A1]+A1", "Rates['[A1]+B2"),
        ("SUM(Inputs!A1:Inputs!B2)", "SUM(Inputs!B2:Inputs!C3)"),
        ("A1:INDEX(B:B,3)", "B2:INDEX(C:C,3)"),
    ],
)
def test_where_openpyxl_is_wrong(formula: str, moved: str) -> None:
    """It knows no last row and column, no escaped bracket, and overlooks the first end of two kinds of ranges."""
    assert shifted(formula, 1, 1) == moved
    with contextlib.suppress(TokenizerError):
        assert translated(formula, 1, 1) != moved


@pytest.mark.parametrize(("formula", "moved"), [("SUM(A:B)", "SUM(#REF!)"), ("SUM(1:$3)", "SUM(#REF!)")])
def test_columns_and_rows_that_would_leave_the_sheet(formula: str, moved: str) -> None:
    assert shifted(formula, -1, -1) == moved
    with pytest.raises(TranslatorError):
        Translator(f"={formula}", origin="AA100").translate_formula(row_delta=-1, col_delta=-1)


def test_every_formula_of_the_seed_moves_as_openpyxl_moves_it() -> None:
    layout = Layout(load())
    formulas = [layout.formula(q.equation, 0, 5) for q in seed_equations(layout.study)]
    assert len(formulas) == 36
    for formula in formulas:
        assert shifted(formula, 95, 0) == translated(formula, 95, 0) != formula


def seed_equations(study: Study) -> list:  # type: ignore[type-arg]
    return [quantity for quantity in study.graph.quantities if quantity.equation is not None]


SAME = [
    ("A1+B1", "a1 + b1"),
    ("SUM( A1 : B2 )", "sum(A1:B2)"),
    ("'Inputs'!$C$6", "Inputs!$C$6"),
    ("'inputs'!$C$6", "INPUTS!$C$6"),
    ("1/(1+EXP(-N5))", "1/(1+exp(-N5))"),
    ('IF(A1,"a b","c")', 'if(A1, "a b", "c")'),
    ("'lr 0.1'!A1", "'LR 0.1'!a1"),
    ("1e-05", "1E-05"),
    ("'R1C1'!A1", "R1C1!A1"),
    ("'naïve'!A1", "naïve!A1"),
    ("'v1.5'!A1", "v1.5!A1"),
    ("(P5-N5)/SQRT(O5+1E-05)", "(P5-N5)/SQRT(O5+0.00001)"),
    ("0.00001*A1", "1.0000000000000001E-5*A1"),
    ("0.5*A1+2", ".5*A1+2.0"),
]
DIFFERENT = [
    ("A1+B1", "B1+A1"),
    ("A1", "$A1"),
    ("A1", "$A$1"),
    ('"a b"', '"ab"'),
    ('"a"', '"A"'),
    ("'lr 0.1'!A1", "'lr 0.2'!A1"),
    ("'lr 0.1'!A1", "'lr0.1'!A1"),
    ("1/(1+EXP(-N5))", "1/(1+EXP(N5))"),
    ("A1*(1-A1)", "B1*(1-B1)"),
    ('"it\'s"', '"its"'),
    ("'a+b'!A1", "a+b!A1"),
    ("A1+1E-05", "A1+1E-06"),
    ("A1+0.1", "A1+0.10000000000000003"),
    ("SUM(1:3)", "SUM(1:4)"),
    ("LOG10(A1)", "LOG2(A1)"),
    ('A1&"1E-05"', 'A1&"0.00001"'),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_other_spellings_of_one_formula(a: str, b: str) -> None:
    assert same(a, b)
    assert same(b, a)
    assert canonical(canonical(a)) == canonical(b)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_formulas_that_differ(a: str, b: str) -> None:
    assert not same(a, b)
    assert not same(b, a)


@pytest.mark.parametrize(
    ("formula", "shareable"),
    [
        ("A5*$B$2", True),
        ("A5*'Inputs'!$C$6+INDEX('Data'!$B$6:$B$9,C5)", True),
        ("'adam v2'!F6", False),
        ("adam!F6", False),
        ("A5+'Inputs'!$C$6*'o0 s1'!F6", False),
        ("'it''s A1'!F6", False),
        ('IF(A5>0,"\'v2\'!A1 ""!""",1)', True),
    ],
)
def test_what_every_reader_can_move(formula: str, shareable: bool) -> None:
    assert may_be_shared(formula) is shareable
