"""Spinners as LibreOffice understands them: which cell they count, and how far."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sample_page import write_pages
from saving import resave, resave_all

from sheetgen import build, load, override, verify
from sheetgen.page.controls import MOST_COUNTED, Spinner
from sheetgen.page.page import Page
from sheetgen.page.shapes import Spot
from sheetgen.xlsx.reader import WorkbookFile
from sheetgen.xlsx.shown_overlay import Overlays, ShownSpinner, overlays_of

FORM = "{urn:oasis:names:tc:opendocument:xmlns:form:1.0}"


def page_with_spinner(last: int) -> Page:
    page = Page("It's here", widths={2: 10.0})
    page.put("B3", 7.0)
    page.spinners.append(Spinner("B3", last, Spot(2, 3, 0.5, 0.0), Spot(2, 3, 1.0, 0.9)))
    return page


def overlays(path: Path, sheet: str) -> Overlays:
    file = WorkbookFile(path)
    return overlays_of(file, file.part(sheet), file.frame(sheet))


def test_a_spinner_is_read_back_without_notes(tmp_path: Path) -> None:
    path = write_pages(tmp_path / "w.xlsx", page_with_spinner(12))
    spinner = ShownSpinner("'It''s here'!$B$3", "0", "12", "1", ("1", "2", "2", "2"))
    assert overlays(path, "It's here") == Overlays([spinner])
    with zipfile.ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if "comments" in name]


def test_a_spinner_counts_no_further_than_excel_can(tmp_path: Path) -> None:
    path = write_pages(tmp_path / "w.xlsx", page_with_spinner(100_000))
    assert overlays(path, "It's here").spinners[0].most == str(MOST_COUNTED) == "30000"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    build(override(load(), rates=[0.5], iterations=5), tmp_path / "w.xlsx", verify=False)
    return tmp_path / "w.xlsx"


def test_libreoffice_links_it_to_the_picked_iteration(workbook: Path, tmp_path: Path, soffice: str) -> None:
    """An OpenDocument file says what LibreOffice made of it."""
    (saved,) = resave_all([workbook], tmp_path / "saved", soffice, suffix="ods")
    with zipfile.ZipFile(saved) as archive:
        content = ElementTree.fromstring(archive.read("content.xml"))
    (control,) = content.iter(f"{FORM}value-range")
    said = {name: control.get(f"{FORM}{name}") for name in ("linked-cell", "max-value", "value")}
    assert said == {"linked-cell": "Explorer.D5", "max-value": "5", "value": "0"}


def test_a_workbook_is_as_proven_without_it(workbook: Path, tmp_path: Path, soffice: str) -> None:
    """LibreOffice saves no spinner in a workbook, and leaves a shape of which nothing is seen."""
    saved = resave(workbook, tmp_path / "saved", soffice)
    report = verify(saved)
    assert (report.ok, report.unproven) == (True, [])
    assert overlays(saved, "Explorer") == Overlays()
