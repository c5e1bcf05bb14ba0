"""A report as a person and as a program read it."""

from __future__ import annotations

import json

import pytest

from sheetgen.proof.report import Difference, Edit, Kind, Report, SheetReport, Status


def difference(kind: Kind, **other: object) -> Difference:
    cell = {"sheet": "lr 0.5", "cell": "N7", "kind": kind, "expected": 0.25, "found": 0.5}
    texts = {"formula": "A1+B1", "expected_formula": "A1*B1"}
    return Difference(**{**cell, **texts, **other})  # type: ignore[arg-type]


SENTENCES = [
    (difference(Kind.LABEL, expected="h1", found=None), "lr 0.5!N7: 'h1' was expected, nothing stands there"),
    (difference(Kind.FORMULA), "lr 0.5!N7: the formula is =A1+B1, expected =A1*B1"),
    (difference(Kind.CONSTANT), "lr 0.5!N7: 0.5 stands where the formula =A1*B1 was expected"),
    (difference(Kind.MISSING, found=None), "lr 0.5!N7: nothing stands where 0.25 was expected"),
    (difference(Kind.EXTRA, expected=None, found=True), "lr 0.5!N7: True stands beyond the last iteration"),
    (difference(Kind.REFERENCE), "lr 0.5!N7: the network gives 0.25, the independent reference 0.5"),
    (difference(Kind.VALUE, found="#NUM!"), "lr 0.5!N7: recalculated it is '#NUM!', expected 0.25"),
    (difference(Kind.CACHED), "lr 0.5!N7: the file shows 0.5, recalculated it is 0.25"),
    (difference(Kind.FORMAT, expected="0.00", found=";;;"), "lr 0.5!N7: the number format is ';;;', expected '0.00'"),
    (difference(Kind.CHART, expected="a", found="b"), "lr 0.5!N7: b stands where a was expected"),
    (difference(Kind.COLOUR, expected="a", found="b"), "lr 0.5!N7: the flag has b, expected a"),
    (difference(Kind.CHOICE, expected="a", found="b"), "lr 0.5!N7: the cell lets in b, expected a"),
    (
        difference(Kind.VALUE, quantity="h1", iteration=2, found=0.1),
        "lr 0.5!N7 (h1 at iteration 2): recalculated it is 0.1, expected 0.25",
    ),
    (difference(Kind.LABEL, quantity="h1"), "lr 0.5!N7 (h1): 0.25 was expected, 0.5 stands there"),
]


@pytest.mark.parametrize(("cell", "sentence"), SENTENCES, ids=[str(cell.kind) for cell, _ in SENTENCES])
def test_each_kind_has_a_sentence(cell: Difference, sentence: str) -> None:
    assert str(cell) == sentence


def test_every_kind_is_tried() -> None:
    assert {cell.kind for cell, _ in SENTENCES} == set(Kind)


def report() -> Report:
    sheets = [("Start", Status.RECALCULATED, 0), ("lr 0.5", Status.PROVEN, 3), ("Odd", Status.NOT_COVERED, 0)]
    return Report(
        "formualizer 0.13.0",
        training_cells=12_000,
        helper_cells=345,
        mismatches=3,
        max_abs=1.5e-13,
        max_rel=float("inf"),
        edited=[Edit("w1", 0.15, 0.2)],
        sheets=[SheetReport(name, status, 100, mismatches) for name, status, mismatches in sheets],
        diffs=[difference(Kind.FORMULA)],
        notes=["the workbook recalculates only when told to (calculation mode manual)"],
    )


def test_the_lines_for_a_person() -> None:
    assert list(report().lines()) == [
        "DIFFERENT: 3 cells differ among 12,345 formulas (formualizer 0.13.0)",
        "largest deviation of a training cell: 1.5e-13 absolute, inf relative",
        "edited: w1 0.15 → 0.2",
        "note: the workbook recalculates only when told to (calculation mode manual)",
        "proven: lr 0.5",
        "recalculated: Start",
        "not covered: Odd",
        "  lr 0.5!N7: the formula is =A1+B1, expected =A1*B1",
        "  … and 2 more",
    ]


def test_the_first_line_of_a_good_report_and_of_one_difference() -> None:
    good = Report("LibreOffice 7.4.7.2", training_cells=1, helper_cells=2)
    assert good.ok
    assert next(good.lines()) == "OK: all 3 formula cells agree (LibreOffice 7.4.7.2)"
    for beside in ({"unproven": ["hidden: Checks"]}, {"not_covered": 1}):
        some = Report("LibreOffice 7.4.7.2", training_cells=1, helper_cells=2, **beside)  # type: ignore[arg-type]
        shown = "3 formula cells agree; not all that the workbook shows is proven"
        assert next(some.lines()) == f"OK: {shown} (LibreOffice 7.4.7.2)"
    single = Report("LibreOffice 7.4.7.2", mismatches=1, diffs=[difference(Kind.VALUE)])
    assert not single.ok
    assert next(single.lines()) == "DIFFERENT: 1 cell differs among 0 formulas (LibreOffice 7.4.7.2)"
    assert not any("more" in line for line in single.lines())


def test_the_values_for_a_program() -> None:
    values = json.loads(json.dumps(report().to_dict(), allow_nan=False))
    assert list(values)[:2] == ["ok", "cells"]
    assert (values["ok"], values["cells"], values["max_rel"]) == (False, 12_345, "inf")
    assert values["edited"] == [{"name": "w1", "built": 0.15, "now": 0.2}]
    assert values["sheets"][1] == {"name": "lr 0.5", "status": "proven", "cells": 100, "mismatches": 3}
    assert values["diffs"] == [
        {"sheet": "lr 0.5", "cell": "N7", "kind": "formula", "expected": 0.25, "found": 0.5, "formula": "A1+B1",
         "expected_formula": "A1*B1", "quantity": None, "iteration": None, "rate": None}
    ]  # fmt: skip


def test_formulas_without_cached_values_are_noted_where_there_are_any() -> None:
    noted = Report("formualizer 0.13.0")
    noted.note_uncached("Notes", 0)
    noted.note_uncached("lr 0.5", 1234)
    assert noted.notes == ["lr 0.5: 1,234 formulas carry no cached value; previews and pandas will show them empty"]
