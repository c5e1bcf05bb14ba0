"""A sheet's name as formulas, charts, links and names write it: in quotes, whatever it is."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from networks import one_weight
from openpyxl.formula import Tokenizer

from sheetgen import build, loads
from sheetgen.page.page import quoted

LIKE_REFERENCES = ("A1", "Q1", "R", "C", "RC", "R1C1", "RC123Test", "TRUE", "2024", "it's A1")


@pytest.mark.parametrize("name", LIKE_REFERENCES)
def test_a_name_is_one_word_to_a_reader_of_formulas(name: str) -> None:
    tokens = Tokenizer(f"={quoted(name)}!$D$5").items
    assert [token.value for token in tokens] == [quoted(name) + "!$D$5"]
    assert quoted(name)[1:-1].replace("''", "'") == name


PLACES = {
    "formula": ("xl/worksheets/", r"<f[^>]*>([^<]+)</f>"),
    "chart": ("xl/charts/", r"<(?:c:)?f>([^<]+)</(?:c:)?f>"),
    "link": ("xl/worksheets/", r'<hyperlink [^>]*location="([^"]*)"'),
    "name": ("xl/workbook.xml", r"<definedName[^>]*>([^<]*)</definedName>"),
    "choice": ("xl/worksheets/", r"<formula1>([^<]*)</formula1>"),
}
"""Where a workbook names a sheet: in which parts, and how that is found in their XML."""


def test_no_sheet_stands_bare_anywhere_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    assert build(loads(one_weight(LIKE_REFERENCES)), path).ok
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    for kind, (folder, pattern) in PLACES.items():
        texts = [text for name, xml in parts.items() if name.startswith(folder) for text in re.findall(pattern, xml)]
        assert any("'!" in text for text in texts), kind
        for text in texts:
            assert "!" not in re.sub(r"'(?:[^']|'')*'!|\"[^\"]*\"", "", text), (kind, text)
