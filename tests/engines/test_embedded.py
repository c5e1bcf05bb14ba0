"""The embedded engine: its time limit, and errors that are its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from packed import pack

from sheetgen.engines import embedded, get
from sheetgen.engines.base import CellError
from sheetgen.errors import EngineError


def test_the_embedded_engine_stops_when_its_time_is_up(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{r}"><c r="A{r}"><f>SUM(A$1:A{r - 1})+1</f></c></row>' for r in range(2, 6000))
    with pytest.raises(EngineError, match=r"longer than 0\.05 s"):
        get("embedded").recalculate(pack(tmp_path / "slow.xlsx", {"S": rows}), 0.05)


def test_a_formula_the_engine_cannot_read_is_an_error_of_its_own(tmp_path: Path) -> None:
    cells = ["1+", "+".join(["1"] * 300), "SUM(B1:B2 B1:C1)", "1/0"]
    data = "".join(f'<row r="{i}"><c r="A{i}"><f>{f}</f><v>1</v></c></row>' for i, f in enumerate(cells, 1))
    grid = get("embedded").recalculate(pack(tmp_path / "odd.xlsx", {"S": data}), 60).grid("S", 4, 1)
    codes = [row[0] for row in grid]
    assert codes == list(map(CellError, ["#ERROR!", "#ERROR!", "#N/IMPL!", "#DIV/0!"]))
    assert [code.unsupported for code in codes if isinstance(code, CellError)] == [True, True, True, False]


def test_a_workbook_that_needs_more_memory_than_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told before the engine begins, by the size of the sheets."""
    path = pack(tmp_path / "book.xlsx", {"S": '<row r="1"><c r="A1"><v>1</v></c></row>' * 1000})
    monkeypatch.setattr(embedded, "free_memory", lambda: 100_000)
    with pytest.raises(
        EngineError, match=r"needs about 2\d\d kB of memory, and 100 kB are free; .*--engine libreoffice"
    ):
        get("embedded").recalculate(path, 20)


def test_formualizer_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "formualizer", None)
    with pytest.raises(EngineError, match="pip install formualizer"):
        get("embedded").recalculate(pack(tmp_path / "book.xlsx", {"S": ""}), 20)
