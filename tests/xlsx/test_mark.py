"""The mark on a sheet of ours."""

from __future__ import annotations

import pytest

from sheetgen.xlsx.mark import NAME, is_mark, is_marked, mark_of, marks_in
from sheetgen.xlsx.markup import Markup


def workbook(names: str) -> Markup:
    return Markup(f'<workbook xmlns="m"><definedNames>{names}</definedNames></workbook>'.encode())


@pytest.mark.parametrize("sheet", ["CNN", "my sheet", "It's <ours> & theirs", "a!b", "run1", "∂"])
def test_a_sheet_bears_the_mark_that_was_put_on_it(sheet: str) -> None:
    marked = workbook(mark_of(sheet))
    assert is_marked(marked, sheet)
    assert is_marked(marked, sheet.upper())
    assert not is_marked(marked, sheet + "2")
    assert [mark.get("hidden") for mark in marks_in(marked)] == ["1"]


@pytest.mark.parametrize(
    ("reference", "marked"),
    [
        ("CNN!$A$1", True),
        ("'CNN'!$A$1", True),
        ("$CNN.$A$1", False),
        ("#REF!$A$1", False),
        ("#REF!", False),
        ("", False),
    ],
)
def test_what_other_programs_make_of_it(reference: str, marked: bool) -> None:
    assert is_marked(workbook(f'<definedName name="{NAME.upper()}">{reference}</definedName>'), "cnn") is marked


def test_marks_of_several_sheets_have_names_of_their_own() -> None:
    marks = mark_of("one") + mark_of("two", [NAME]) + mark_of("three", [NAME.upper(), f"{NAME}_2"])
    marked = workbook(marks)
    assert [mark.get("name") for mark in marks_in(marked)] == [NAME, f"{NAME}_2", f"{NAME}_3"]
    assert all(is_marked(marked, sheet) for sheet in ("one", "two", "three"))
    assert all(map(is_mark, (NAME, f"{NAME}_2")))
    assert not is_mark(f"{NAME}s")


def test_a_workbook_without_names_bears_none() -> None:
    assert not is_marked(Markup(b"<workbook/>"), "CNN")
    assert not is_marked(workbook('<definedName name="other">CNN!$A$1</definedName>'), "CNN")
