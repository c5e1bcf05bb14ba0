"""Both engines, by every road: values come from the formulas, and nothing of a run stays behind."""

from __future__ import annotations

import functools
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from engine_routes import ENGINES, SOFFICE, engine, needs_uno
from openpyxl import Workbook
from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from packed import pack
from warm_office import RUNNING, WarmOffice

from sheetgen.engines import get
from sheetgen.engines.base import CellError, Recalculation, Value
from sheetgen.errors import EngineError

# Every formula below stands over a wrong cached value, or over none.
FIRST = """
<row r="1" ht="30" customHeight="1" outlineLevel="1">
<c r="A1" t="inlineStr"><is><t xml:space="preserve">  ∂E/∂w1 </t></is></c><c r="B1"><v>2</v></c>
<c r="C1"><f>B1*3</f><v>99</v></c><c r="D1" t="str"><f>A1&amp;"x"</f><v>wrong</v></c>
<c r="E1" t="b"><f>B1=2</f><v>0</v></c><c r="F1" t="b"><v>1</v></c></row>
<row r="3"><c r="A3"><f t="shared" ref="A3:A5" si="0">B$1*ROW()+B3</f><v>7</v></c><c r="B3"><v>1</v></c>
<c r="C3" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r></is></c></row>
<row r="4" hidden="1"><c r="A4"><f t="shared" si="0"/><v>7</v></c><c r="B4"><v>0.1</v></c></row>
<row r="5"><c r="A5"><f t="shared" si="0"/><v>7</v></c><c r="E5"><f>IF(B1=2,"","x")</f></c></row>
<row r="6"><c r="A6"><f>1/0</f><v>1</v></c><c r="B6"><f>1/(1+EXP(800))</f><v>0</v></c>
<c r="C6" t="e"><f>B1</f><v>#N/A</v></c><c r="D6"><f>MATCH(9,B1:B4,0)</f></c><c r="E6"><f>A1+1</f></c>
<c r="F6"><f>NOSUCHFUNCTION(1)</f><v>5</v></c></row>
<row r="7"><c r="A7"><f>1/3</f></c><c r="B7"><v>0.30000000000000004</v></c><c r="C7"><f>B2</f></c>
<c r="D7" t="e"><v>#N/A</v></c><c r="E7"><f t="array" ref="E7">SUM(B1*2)</f><v>7</v></c>
<c r="F7"><f>FALSE</f></c></row>
"""
SECOND = """<row r="2"><c r="B2"><f>'∂ η'!C1+1</f><v>7</v></c></row>"""
WANT: list[list[Value]] = [
    ["  ∂E/∂w1 ", 2.0, 6.0, "  ∂E/∂w1 x", True, True, None],
    [None] * 7,
    [7.0, 1.0, "rich", None, None, None, None],
    [8.1, 0.1, None, None, None, None, None],
    [10.0, None, None, None, "", None, None],
    [*map(CellError, ["#DIV/0!", "#NUM!"]), 2.0, *map(CellError, ["#N/A", "#VALUE!", "#NAME?"]), None],
    [1 / 3, 0.30000000000000004, 0.0, CellError("#N/A"), 4.0, False, None],
    [None] * 7,
]


def rounded(row: list[Value]) -> list[object]:
    """What is left of a row in a converted file: about 15 digits, and no empty texts."""
    return [pytest.approx(v, rel=1e-14) if type(v) is float else None if v == "" else v for v in row]


@functools.cache
def recalculated(name: str, path: Path) -> Recalculation:
    return engine(name).recalculate(path, 120)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack(tmp_path_factory.mktemp("engines") / "∂ book.xlsx", {"∂ η": FIRST, "lr 0.1": SECOND})


@pytest.mark.parametrize("name", ENGINES)
def test_values_come_from_the_formulas_and_not_from_the_cache(name: str, book: Path) -> None:
    result = recalculated(name, book)
    got = result.grid("∂ η", 8, 7)
    for row, want in zip(got, WANT, strict=True):
        assert row == (want if result.exact else rounded(want))
        assert [isinstance(v, bool) for v in row] == [isinstance(w, bool) for w in want]


@pytest.mark.parametrize("name", ENGINES)
def test_sheets_in_tab_order_and_of_the_size_asked_for(name: str, book: Path) -> None:
    result = recalculated(name, book)
    assert result.sheet_names == ("∂ η", "lr 0.1")
    assert result.grid("lr 0.1", 3, 3) == [[None] * 3, [None, 7.0, None], [None] * 3]
    assert result.grid("lr 0.1", 3, 3, 2) == [[None, 7.0, None], [None] * 3]
    assert result.grid("∂ η", 1, 2) == [["  ∂E/∂w1 ", 2.0]]
    assert result.exact == (name != "convert")
    with pytest.raises(EngineError, match="no sheet 'Inputs'"):
        result.grid("Inputs", 1, 1)


@pytest.mark.parametrize("name", ENGINES)
def test_a_broken_formula_under_the_right_cached_value_is_found(name: str, tmp_path: Path) -> None:
    row = '<row r="1"><c r="A1"><v>2</v></c><c r="B1"><f>A1*{}</f><v>6</v></c></row>'
    path = pack(tmp_path / "broken.xlsx", {"right": row.format(3), "broken": row.format(4)})
    result = engine(name).recalculate(path, 120)
    assert [result.grid(sheet, 1, 2) for sheet in result.sheet_names] == [[[2.0, 6.0]], [[2.0, 8.0]]]


@pytest.mark.parametrize("name", ENGINES)
def test_a_file_written_by_openpyxl(name: str, tmp_path: Path) -> None:
    """Shared strings, styles, a merged cell, a link, a defined name, a date, a validation, a chart."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in (["η", 0.1, "=B1*rate", '=TEXT(B1,"0.0000")'], ["go", 2, "=SUM(B1:B2)", '="η = "&B1']):
        sheet.append(row)
    sheet["A2"].hyperlink = "#Sheet!B1"
    sheet["B2"].number_format = "0.0%"
    sheet["A4"] = "merged"
    sheet.merge_cells("A4:C4")
    workbook.defined_names["rate"] = DefinedName("rate", attr_text="Sheet!$B$2")
    validation = DataValidation(type="decimal", operator="between")
    validation.add("B1")
    sheet.add_data_validation(validation)
    chart = ScatterChart()
    values = Reference(sheet, min_col=2, min_row=1, max_row=2)
    chart.series.append(Series(values, values))
    sheet.add_chart(chart, "F1")
    path = tmp_path / "book.xlsx"
    workbook.save(path)
    got = engine(name).recalculate(path, 120).grid("Sheet", 4, 4)
    assert got[0] == ["η", 0.1, pytest.approx(0.2), "0.1000"]
    assert got[1] == ["go", 2.0, pytest.approx(2.1), "η = 0.1"]
    assert got[3] == ["merged", None, None, None]


@pytest.mark.parametrize("name", ENGINES)
def test_nothing_of_the_run_stays_behind(
    name: str, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[str] = []
    make = tempfile.mkdtemp

    def noted(*arguments: Any, **keywords: Any) -> str:
        folders.append(make(*arguments, **keywords))
        return folders[-1]

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(tempfile, "mkdtemp", noted)
    before = book.read_bytes()
    engine(name).recalculate(book, 120)
    assert bool(folders) == (name != "embedded")
    assert list(tmp_path.iterdir()) == []
    assert [entry.name for entry in book.parent.iterdir()] == [book.name]
    assert book.read_bytes() == before
    assert not [socket for folder in folders for socket in Path("/tmp").glob(f"OSL_PIPE_*{Path(folder).name}")]


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("damage", ["missing", "text", "truncated", "other zip", "malformed part"])
def test_a_file_that_cannot_be_loaded(name: str, damage: str, book: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.xlsx"
    if damage == "text":
        path.write_text("not a workbook")
    elif damage == "truncated":
        path.write_bytes(book.read_bytes()[:-200])
    elif damage == "other zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.txt", "a")
    elif damage == "malformed part":
        pack(path, {"S": '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></row>'})
    with pytest.raises(EngineError, match=r"bad\.xlsx: ") as caught:
        engine(name).recalculate(path, 120)
    assert "\n" not in str(caught.value)


def test_names_and_versions() -> None:
    assert get("embedded").version.startswith("formualizer 0.")
    assert get("embedded").name == "embedded"
    with pytest.raises(EngineError, match="no engine called 'excel': use one of embedded, libreoffice"):
        get("excel")
    with pytest.raises(EngineError, match=r"no engine called 'libre-office': did you mean 'libreoffice'\?"):
        get("libre-office")


@needs_uno
def test_a_libreoffice_that_runs_already_gives_the_same_values(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = engine("uno").recalculate(book, 120)
    assert SOFFICE is not None
    with WarmOffice(SOFFICE) as office:
        monkeypatch.setenv(RUNNING, office.pipe)
        values = [engine("uno").recalculate(book, 120) for _ in range(2)]
    for sheet in own.sheet_names:
        assert [value.grid(sheet, 40, 12) for value in values] == [own.grid(sheet, 40, 12)] * 2
