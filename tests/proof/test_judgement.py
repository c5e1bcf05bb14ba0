"""Which formulas of others are judged, which never are, and about which engines disagree."""

from __future__ import annotations

import pytest

from sheetgen.engines.base import CellError, Value
from sheetgen.proof.judgement import AddedFormula
from sheetgen.xlsx.cells import FileCell


def added(text: str, shown: Value = 1.0, fills: str | None = None) -> AddedFormula:
    return AddedFormula("Mine", FileCell(1, 1, shown, own=text, fills=fills))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NOW()", "NOW"),
        ("1+rand( )", "RAND"),
        ("TODAY()-A1", "TODAY"),
        ("SUM(OFFSET(A1,1,0,2,1))", "OFFSET"),
        ('INDIRECT("A"&1)', "INDIRECT"),
        ('CELL("row")', "CELL"),
        ('INFO("system")', "INFO"),
        ('TEXT(A1,"0.0")', "TEXT"),
        ("_xlfn.LET(_xlpm.x,1,_xlpm.x+1)", "LET"),
        ("_xlfn._xlws.SORT(A1:A3)", "SORT"),
        ("RANDBETWEEN(1,6)", "RANDBETWEEN"),
        ("_xlfn.LAMBDA(_xlpm.a,_xlpm.a)(1)", "LAMBDA"),
        ("_xlfn.XLOOKUP(1,A1:A3,B1:B3)", "XLOOKUP"),
        ("SUM(A1:A3)", None),
        ('"NOW()"&A1', None),
        ("'NOW()'!A1", None),
        ("BRAND(1)", None),
        ("A1+B1", None),
    ],
)
def test_what_is_never_judged(text: str, reason: str | None) -> None:
    assert added(text).never == reason


def test_array_formulas_are_never_judged() -> None:
    assert added("A1:A3*2", fills="B1:B3").never == "an array formula"


@pytest.mark.parametrize(
    "text",
    [
        "SUMPRODUCT(ABS(A1:A9))",
        "SUMPRODUCT((A1:A9>1)*A1:A10)",
        "MAX(A1:A9-B1:B9)",
        "SUM((A1:A9>1)*1)",
        "SUM(A1:A9 A3:B3)",
        "AND(A1:A9>0)",
        "MATCH(1,A1:A9,1)",
        "MATCH(1,A1:A9)",
        "VLOOKUP(1,A1:B9,2)",
        "INDEX(A1:A9,0)",
        '"a"&TRUE',
        "TRUE()>1",
        "MMULT(A1:B2,A3:B4)",
        "ISFORMULA(A1)",
        "DATE(2024,1,2)",
        'COUNTIF(A1:A9,"#NUM!")',
        'SUM("2",1)',
        "1E-309*1E10",
        "_xlfn.STDEV.S(A1:A9)",
        "Sales[amount]*2",
    ],
)
def test_forms_that_engines_disagree_about(text: str) -> None:
    assert added(text).disputed(2.0, beside_booleans=False)


@pytest.mark.parametrize(
    "text",
    [
        "A1*2",
        "SUM(A1:A9)",
        "SUM(A1:A9,B1)",
        "MAX(A1:A9)-MIN(A1:A9)",
        "SUMPRODUCT(A1:A9*B1:B9)",
        "A1^2",
        "MATCH(1,A1:A9,0)",
        "VLOOKUP(1,A1:B9,2,FALSE)",
        "INDEX(A1:A9,2)",
        'IF(A1=1,"yes","no")',
        '"a"&A1',
        "ROUND(A1,2)",
        "'a b'!A1+1",
        'COUNTIF(A1:A9,">1")',
        "SUM( A1 , 2 )",
    ],
)
def test_forms_that_are_judged(text: str) -> None:
    assert not added(text).disputed(2.0, beside_booleans=False)


def test_powers_are_disputed_where_one_side_is_an_error_and_counts_beside_booleans() -> None:
    assert added("(-8)^(1/3)", -2.0).disputed(CellError("#NUM!"), beside_booleans=False)
    assert not added("(-8)/(1/3)", -2.0).disputed(CellError("#NUM!"), beside_booleans=False)
    assert added("COUNT(A1:A9)").disputed(2.0, beside_booleans=True)
