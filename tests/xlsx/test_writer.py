"""What is written is read back by openpyxl to the last bit, from a zip in the order that Excel writes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from sample_page import sample_page, write_pages
from workbook_lint import lint

from sheetgen.errors import UsageError
from sheetgen.xlsx.writer import entry, timestamp


def test_the_parts_come_in_the_order_of_excel(tmp_path: Path) -> None:
    path = write_pages(tmp_path / "b.xlsx", sample_page())
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert names[:2] == ["[Content_Types].xml", "_rels/.rels"]
    assert len(set(names)) == len(names)
    assert lint(path) == []


def test_every_kind_of_cell_is_read_back(tmp_path: Path) -> None:
    path = write_pages(tmp_path / "b.xlsx", sample_page())
    formulas, values = (openpyxl.load_workbook(path, data_only=cached)["CNN"] for cached in (False, True))
    assert [formulas[f"A{row}"].value for row in range(1, 6)] == [
        "The network", "first", 0.25, "=A3*2", '="twice "&A3',
    ]  # fmt: skip
    assert [values[f"A{row}"].value for row in range(1, 6)] == ["The network", "first", 0.25, 0.5, "twice 0.25"]
    assert [values[f"D{row}"].value for row in range(3, 8)] == [9.0, 16.0, 25.0, 36.0, 49.0]
    assert formulas.dimensions == "A1:D7"


def test_each_page_gets_a_sheet_in_its_place(tmp_path: Path) -> None:
    pages = [sample_page("one"), sample_page("two")]
    pages[1].name = "It's <another>"
    workbook = openpyxl.load_workbook(write_pages(tmp_path / "b.xlsx", *pages))
    assert [(sheet.title, sheet["A2"].value) for sheet in workbook] == [("CNN", "one"), ("It's <another>", "two")]


@pytest.mark.parametrize(
    ("seconds", "date"),
    [("", (1980, 1, 1, 0, 0, 0)), ("0", (1980, 1, 1, 0, 0, 0)), ("1700000000", (2023, 11, 14, 22, 13, 20)),
     ("4354819199", (2107, 12, 31, 23, 59, 59))],
)  # fmt: skip
def test_a_workbook_carries_the_date_of_its_source(
    seconds: str, date: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
    assert timestamp().timetuple()[:6] == date
    assert entry("xl/workbook.xml").date_time == date


@pytest.mark.parametrize("seconds", ["yesterday", "-1", "1.5", "4354819200", "²"])
def test_a_date_that_no_zip_can_hold(seconds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
    with pytest.raises(UsageError, match="a number of seconds up to 4354819199"):
        timestamp()
