"""The cells that a person may change: on the sheets that the page of the workbook names, and on no other."""

from __future__ import annotations

import re

from outside import ROOT

from sheetgen import load, override
from sheetgen.page import style
from sheetgen.sheet_names import START
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import pages

SENTENCE = re.compile(
    r"Blue on yellow: a number a person may change, on (.+?), or what is picked, on (.+?); (.+?) has one as an example"
)


def test_blue_on_yellow_stands_where_the_page_of_the_workbook_says() -> None:
    study = override(load("xor"), iterations=2)
    assert study.samples
    composed, _ = pages(Book(study, study))
    looks = {page.name: {cell.style for cell in page.cells.values() if style.is_input(cell.style)} for page in composed}
    input_sheets = {name for name, inputs in looks.items() if style.INPUT in inputs}
    pick_sheets = {name for name, inputs in looks.items() if style.PICK in inputs}
    assert input_sheets | pick_sheets == {name for name, inputs in looks.items() if inputs}

    sentence = SENTENCE.search(" ".join((ROOT / "docs/workbook.md").read_text("utf-8").split()))
    assert sentence is not None
    numbers, picks, example = (set(sheets.split(" and ")) for sheets in sentence.groups())
    assert example == {START}
    assert (numbers, picks) == (input_sheets - example, pick_sheets)
    assert example <= input_sheets
