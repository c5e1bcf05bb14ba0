"""Data validations: what each lets in, and the text by which it refuses anything else."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from sheetgen.page.page import Page
from sheetgen.page.validation import any_number, decimal, one_of, positive_number, whole
from sheetgen.xlsx import shell
from sheetgen.xlsx.cells import MAIN

KINDS: list[tuple[Callable[[], DataValidation], tuple[str | None, ...], tuple[str, str]]] = [
    (lambda: one_of("$A$1:$A$3", "a letter"), ("list", None, "$A$1:$A$3", None),
     ("Not here", "Pick a letter from the list.")),
    (lambda: whole(1, 4), ("whole", "between", "1", "4"), ("Not here", "Type a whole number from 1 to 4.")),
    (lambda: decimal(1e-12, 0.1), ("decimal", "between", "1E-12", "0.1"),
     ("Not here", "Type a number from 1E-12 to 0.1.")),
    (any_number, ("decimal", "between", "-1E+300", "1E+300"), ("Not a number", "Type a number, for example 0.25.")),
    (positive_number, ("decimal", "greaterThan", "0", None),
     ("Not a number", "Type a number greater than 0, for example 0.25.")),
]  # fmt: skip


@pytest.mark.parametrize(("validation", "rule", "message"), KINDS)
def test_what_it_lets_in_and_what_it_says(
    validation: Callable[[], DataValidation], rule: tuple[str | None, ...], message: tuple[str, str]
) -> None:
    rules = validation()
    assert (rules.type, rules.operator, rules.formula1, rules.formula2) == rule
    assert (rules.errorTitle, rules.error) == message
    assert rules.showErrorMessage is True
    assert rules.allow_blank is False


def test_a_guard_stands_on_all_its_cells() -> None:
    page = Page("Guarded")
    page.put("A1", 1.0)
    page.guard(any_number(), "A1", "C2:C4")
    parts = shell.make([page], "", "2020-01-01T00:00:00Z").parts
    (guarded,) = ElementTree.fromstring(parts["xl/worksheets/sheet1.xml"]).iter(f"{MAIN}dataValidation")
    assert set(guarded.get("sqref", "").split()) == {"A1", "C2:C4"}
