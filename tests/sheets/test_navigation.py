"""The links at the top of the sheets, as another program reads them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from gallery import TEMPLATES, small_workbook_of

from sheetgen import build, load, override
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose


def links_of(path: Path) -> dict[str, dict[str, str]]:
    """Return, for each sheet, what its links of the first row say, by the sheet that they lead to."""
    book = openpyxl.load_workbook(path)
    links = {}
    for sheet in book:
        linked = [cell for cell in sheet[1] if cell.hyperlink]
        targets = [cell.hyperlink.location.removesuffix("!A1").strip("'") for cell in linked]
        assert set(targets) <= set(book.sheetnames)
        assert all(cell.hyperlink.target is None for cell in linked)
        links[sheet.title] = dict(zip(targets, (str(cell.value) for cell in linked), strict=True))
    return links


def training_sheets(path: Path) -> list[str]:
    book = openpyxl.load_workbook(path)
    return [sheet.title for sheet in book if str(sheet["A1"].value).startswith('="Training')]


@pytest.mark.parametrize("template", sorted(set(TEMPLATES) - {"iris"}))
def test_every_sheet_leads_to_the_others(template: str, tmp_path: Path) -> None:
    path = small_workbook_of(template, tmp_path)
    links, training = links_of(path), training_sheets(path)
    others = [name for name in links if name not in training]
    assert links["Start"] == {}  # it lists them further down
    for name in others[1:]:
        assert [*links[name]] == [other for other in others if other != name] + training[:6]
        assert ("more …" in links[name].values()) == (len(training) > 6)
    for before, name in pairwise(training):
        assert links[before][name] == f"{name} ▸"
        assert links[name][before] == f"◂ {before}"
        assert {*links[name]} >= {*others}


def test_of_many_training_sheets_the_bar_has_the_first_and_where_the_others_are_listed(tmp_path: Path) -> None:
    build(override(load(), iterations=1, rates=range(1, 9)), tmp_path / "b.xlsx", verify=False)
    first_row = [cell for cell in openpyxl.load_workbook(tmp_path / "b.xlsx")["Error"][1] if cell.hyperlink]
    assert [cell.value for cell in first_row[-7:]] == [*(f"lr {k}.0" for k in range(1, 7)), "more …"]
    assert first_row[-1].hyperlink.location == "'Start'!A1"


def test_start_lists_every_sheet(tmp_path: Path) -> None:
    path = small_workbook_of("ravine", tmp_path)
    book = openpyxl.load_workbook(path)
    listed = [cell.value for row in book["Start"].iter_rows() for cell in row if cell.hyperlink]
    assert listed == book.sheetnames[1:]


def test_the_links_stand_behind_a_long_title() -> None:
    study = override(load("iris"), iterations=12)
    pages = compose(Book(study, study)).pages
    epochs = next(page for page in pages if page.name == "Epochs")
    first = [str(cell.content) for (row, _), cell in sorted(epochs.cells.items()) if row == 1]
    assert first[0] == "The whole data set after every epoch, with the weights as they are then"
    assert first[2:] == [page.name for page in pages if page.name not in ("gradient descent", "Adam")] + [
        "gradient descent", "Adam",
    ]  # fmt: skip
