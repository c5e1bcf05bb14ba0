"""Texts in formulas, in pieces that every program takes; and names of sheets, in quotes wherever they stand."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from engine_routes import ENGINES, engine
from networks import one_weight
from openpyxl.formula import Tokenizer
from packed import pack

from sheetgen import build, loads
from sheetgen.page.page import quoted, text_literal

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


TEXTS = ("", "a", "q" * 255, "q" * 256, "x" * 1000, '"' * 300, 'say "it"', "😀" * 200, "_x0041_", "a_x0041_x0042_b")


@pytest.mark.parametrize("text", TEXTS)
def test_no_piece_of_a_text_is_too_long_or_would_be_decoded(text: str) -> None:
    pieces = re.findall(r'"((?:[^"]|"")*)"(?:&|$)', text_literal(text))
    assert "".join(pieces).replace('""', '"') == text
    assert all(len(piece.encode("utf-16-le")) <= 2 * 255 for piece in pieces)
    assert not any(re.search("_x[0-9A-Fa-f]{4}_", piece) for piece in pieces)


@pytest.mark.parametrize("name", ENGINES[:2])
def test_a_text_in_a_formula_is_that_text(tmp_path: Path, name: str) -> None:
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><f>{escape(text_literal(text))}</f></c></row>'
        for row, text in enumerate(TEXTS[1:], start=1)
    )
    grid = engine(name).recalculate(pack(tmp_path / "b.xlsx", {"S": rows}), 60).grid("S", len(TEXTS) - 1, 1)
    assert [row[0] for row in grid] == list(TEXTS[1:])
