"""Texts that look like codes of characters are read back as they were written, by us and by the engines."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from engine_routes import ENGINES, engine
from hypothesis import given
from hypothesis import strategies as st
from sample_page import write_pages

from sheetgen import build, loads, verify
from sheetgen.page.page import Formula, Page
from sheetgen.xlsx.escapes import decoded, escape, escaped, quoted_attribute
from sheetgen.xlsx.reader import WorkbookFile

TEXTS = ("_x0041_", "w_x0031_", "_x0041_x0042_", "_x005F_x0041_", "_x00zz_", "_X0041_", "__x000a__", "a_x004")


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("_x0041_", "_x005F_x0041_"),
        ("_x0041_x0042_", "_x005F_x0041_x005F_x0042_"),
        ("_x004_", "_x004_"),
        ("a < b", "a &lt; b"),
        ("a\rb", "a_x000D_b"),
    ],
)
def test_how_a_text_is_spelled(text: str, spelled: str) -> None:
    assert escaped(text) == spelled


@given(st.text(alphabet="_x0041aF\r"))
def test_every_text_is_read_back(text: str) -> None:
    assert decoded(escaped(text)) == text


def test_what_no_escape_can_mean_stays() -> None:
    assert decoded("_xD83D_ _x0041_ _x41_") == "_xD83D_ A _x41_"


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = Page("P")
    for row, text in enumerate(TEXTS, start=1):
        page.put(f"A{row}", text)
        page.put(f"B{row}", Formula(f"A{row}", lambda text=text: text))  # type: ignore[misc]
        page.put(f"C{row}", Formula(f"LEN(A{row})", lambda text=text: float(len(text))))  # type: ignore[misc]
    return write_pages(tmp_path_factory.mktemp("texts") / "b.xlsx", page)


def test_we_read_what_we_wrote(texts: Path) -> None:
    rows = [[cell.value for cell in row] for row in WorkbookFile(texts).rows("P")]
    assert rows == [[text, text, len(text)] for text in TEXTS]


@pytest.mark.parametrize("name", ENGINES[:2])
def test_an_engine_reads_what_we_wrote(texts: Path, name: str) -> None:
    grid = engine(name).recalculate(texts, 60).grid("P", len(TEXTS), 3)
    assert grid == [[text, text, len(text)] for text in TEXTS]


def test_names_and_descriptions_may_look_like_codes(tmp_path: Path) -> None:
    text = (
        'title = "_x0041_"\ndescription = "_x0042_ or _x000a_"\nrates = [0.1]\niterations = 2\n[inputs]\na_x0041_ = 1\n'
        '[parameters]\nw_x0031_ = 0.5\n[forward]\nm = "tanh(w_x0031_*a_x0041_)"\n[loss]\nE_x0043_ = "m^2"\n'
    )
    path = tmp_path / "b.xlsx"
    assert build(loads(text), path).ok
    assert verify(path).ok


@given(st.text(alphabet="a&<>\"'\n\r\t;é"))
def test_a_parser_reads_back_a_content_and_an_attribute(text: str) -> None:
    element = ElementTree.fromstring(f"<a b={quoted_attribute(text)}>{escape(text)}</a>")
    assert element.get("b") == text
    assert (element.text or "") == text.replace("\r\n", "\n").replace("\r", "\n")
