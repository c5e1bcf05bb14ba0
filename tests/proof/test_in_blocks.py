"""Recalculated in blocks of rows, a workbook gets the values and the report that it gets at once, however changed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from faults import Change, cached, change_cell, change_sheet, constant, formula
from gallery import TEMPLATES, small_workbook_of

from sheetgen import EngineError, build, load, override, verify
from sheetgen.engines import embedded, get
from sheetgen.engines.base import Recalculation
from sheetgen.engines.libreoffice import LibreOffice
from sheetgen.proof import in_blocks
from sheetgen.proof.recorded import study_recorded
from sheetgen.proof.report import Block, Kind
from sheetgen.sheets.layout import FIRST_ROW
from sheetgen.xlsx.reader import WorkbookFile

ROWS, COLUMNS = 3, 40
"""The rows of a block here, and the columns of a training sheet of the network that is built by default."""


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Have every workbook recalculated in blocks; those of the default network have three rows each."""
    monkeypatch.setattr(in_blocks, "WIDE", 0)
    monkeypatch.setattr(in_blocks, "MOST_LOOKS", 0)
    monkeypatch.setattr(in_blocks, "BLOCK_CELLS", ROWS * COLUMNS + COLUMNS - 1)
    return monkeypatch


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training sheet of eleven rows, 5 to 15: blocks begin in rows 5, 8, 11 and 14."""
    path = tmp_path_factory.mktemp("blocks") / "seed.xlsx"
    build(override(load(), rates=[0.5], iterations=10), path, verify=False)
    return path


def report_of(path: Path) -> dict[str, Any]:
    """Return the report but for the blocks; those are what was asked for."""
    report = verify(path, max_diffs=10_000, timeout=120).to_dict()
    assert bool(report.pop("blocks")) == (in_blocks.MOST_LOOKS == 0)
    return report


def at_once(path: Path) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_blocks, "MOST_LOOKS", 10**12)
        return report_of(path)


def values_of(path: Path) -> dict[str, str]:
    """Return the values that the embedded engine gives in blocks, by the sheets, to the last bit."""
    file = WorkbookFile(path)
    study, _ = study_recorded(file)
    shares: list[float] = []
    values, blocks = in_blocks.recalculate(get("embedded"), file, study, 60, shares.append)
    assert len(blocks) > 2
    assert len(set(shares)) == len(blocks)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return spelled(path, values)


def values_at_once(path: Path) -> dict[str, str]:
    return spelled(path, get("embedded").recalculate(path, 60))


def spelled(path: Path, values: Recalculation) -> dict[str, str]:
    book = openpyxl.load_workbook(path)
    assert values.sheet_names == tuple(book.sheetnames)
    grids = {sheet.title: values.grid(sheet.title, sheet.max_row, sheet.max_column) for sheet in book}
    # A block goes on from a row of the file, where a nothing may be -0.0 that the engine makes 0.0; they are equal.
    return {title: re.sub(r"-0\.0(?=[],])", "0.0", repr(grid)) for title, grid in grids.items()}


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_value_is_that_of_the_whole_workbook(template: str, tmp_path: Path, blocks: pytest.MonkeyPatch) -> None:
    path = small_workbook_of(template, tmp_path, iterations=7)
    blocks.setattr(in_blocks, "BLOCK_CELLS", 40)
    assert values_of(path) == values_at_once(path)
    report = report_of(path)
    assert report["ok"], report["diffs"][:3]
    assert report == at_once(path)


CHANGES: dict[str, Callable[[int], Change]] = {
    "another number shown": lambda row: cached("0.123"),
    "another formula": lambda row: formula(f"F{row - 1}+B{row}*1E-9"),
    "a number too large": lambda row: formula("EXP(800)"),
    "a text": lambda row: formula('"abc"'),
}


@pytest.mark.parametrize("row", [7, 8, 10, 11, 13, 14, 15])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.usefixtures("blocks")
def test_what_is_changed_at_the_border_of_a_block_is_found(seed: Path, tmp_path: Path, change: str, row: int) -> None:
    cells = {f"A{row}", f"F{row}", f"AN{row}"}
    for cell in cells:
        seed = change_cell(seed, tmp_path / f"{cell}.xlsx", "lr 0.5", cell, CHANGES[change](row))
    report = report_of(seed)
    assert cells <= {difference["cell"] for difference in report["diffs"]}
    assert report == at_once(seed)


@pytest.mark.parametrize("cell", ["F5", "AN5", "A6", "AN6"])
@pytest.mark.usefixtures("blocks")
def test_a_number_that_a_first_row_only_shows_is_found(seed: Path, tmp_path: Path, cell: str) -> None:
    broken = change_cell(seed, tmp_path / "broken.xlsx", "lr 0.5", cell, cached("0.123"))
    report = report_of(broken)
    assert [(difference["cell"], difference["kind"]) for difference in report["diffs"]] == [(cell, Kind.CACHED)]
    assert report == at_once(broken)


@pytest.mark.parametrize("row", [7, 8, 10, 15])
@pytest.mark.usefixtures("blocks")
def test_a_wrong_number_in_place_of_a_formula_goes_on_into_the_blocks_below(
    seed: Path, tmp_path: Path, row: int
) -> None:
    def forged(xml: str) -> str:
        return constant(cached("0.7")(xml))

    broken = change_cell(seed, tmp_path / "broken.xlsx", "lr 0.5", f"F{row}", forged)
    report = report_of(broken)
    assert report == at_once(broken)
    kinds = {difference["cell"]: difference["kind"] for difference in report["diffs"]}
    assert kinds[f"F{row}"] == Kind.CONSTANT
    assert row == 15 or kinds["F15"] == Kind.VALUE


def without_rows(*rows: int) -> Change:
    def drop(xml: str) -> str:
        for row in rows:
            xml, count = re.subn(rf'<row r="{row}".*?</row>', "", xml)
            assert count == 1
        return xml

    return drop


@pytest.mark.parametrize("rows", [(10,), (11,), (8, 9, 10), (15,), (14, 15), (5, 6, 7)])
@pytest.mark.usefixtures("blocks")
def test_rows_that_are_gone_are_told(seed: Path, tmp_path: Path, rows: tuple[int, ...]) -> None:
    """Shared formulas are spelled out first: their first row may be among those that go."""
    openpyxl.load_workbook(seed).save(tmp_path / "plain.xlsx")
    broken = change_sheet(tmp_path / "plain.xlsx", tmp_path / "broken.xlsx", "lr 0.5", without_rows(*rows))
    report = report_of(broken)
    assert Kind.MISSING in {difference["kind"] for difference in report["diffs"]}
    assert report == at_once(broken)


@pytest.mark.usefixtures("blocks")
def test_what_others_added_is_recalculated_from_all_blocks(seed: Path, tmp_path: Path) -> None:
    path = tmp_path / "added.xlsx"
    book = openpyxl.load_workbook(seed)
    sheet = book["lr 0.5"]
    sheet["AQ8"], sheet["AQ20"], sheet["A18"] = "=SUM(F5:F15)", "=F14*2", "=A15+1"
    book.create_sheet("Mine")["A1"] = "=MAX('lr 0.5'!X5:X15)+'lr 0.5'!AQ8"
    book.save(path)
    assert values_of(path) == values_at_once(path)
    report = report_of(path)
    assert [difference["cell"] for difference in report["diffs"]] == ["A18"]
    assert report == at_once(path)


@pytest.mark.parametrize("text", ["'lr 0.5'!F9", "far*2", 'INDIRECT("B9")'])
@pytest.mark.usefixtures("blocks")
def test_inputs_that_need_other_sheets_are_recalculated_at_once(seed: Path, tmp_path: Path, text: str) -> None:
    """Only then the values of another sheet are there when they are needed."""
    book = openpyxl.load_workbook(seed)
    book["Inputs"]["C10"] = f"={text}"
    book.defined_names["far"] = openpyxl.workbook.defined_name.DefinedName("far", attr_text="'lr 0.5'!$F$9")
    book.save(tmp_path / "typed.xlsx")
    file = WorkbookFile(tmp_path / "typed.xlsx")
    assert in_blocks.recalculate(get("embedded"), file, study_recorded(file)[0], 60)[1] == []


@pytest.mark.usefixtures("blocks")
def test_inputs_of_which_one_is_a_formula_of_others_are_recalculated_in_blocks(seed: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(seed)
    book["Inputs"]["C7"] = "=C6*4"
    book.save(tmp_path / "typed.xlsx")
    report = verify(tmp_path / "typed.xlsx")
    assert report.ok
    assert len(report.blocks) == 4
    assert [edit.now for edit in report.edited] == [0.2]


@pytest.mark.usefixtures("blocks")
def test_libreoffice_is_given_the_whole_workbook(seed: Path, soffice: str) -> None:
    """It has ISFORMULA, by which a sheet counts its formulas: those of values alone are none."""
    report = verify(seed, "libreoffice", timeout=120)
    assert report.ok
    assert report.blocks == []


@pytest.mark.usefixtures("blocks")
def test_where_libreoffice_ends_at_a_large_workbook_the_engine_that_does_not_is_named(
    seed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(self: LibreOffice, path: Path, timeout: float) -> None:
        raise EngineError(f"{path}: LibreOffice took longer than {timeout:g} s and was stopped: allow more time")

    monkeypatch.setattr(LibreOffice, "recalculate", stopped)
    large = "allow more time, or use --engine embedded, which goes through the rows block by block"
    with pytest.raises(EngineError, match=large):
        verify(seed, engine="libreoffice", timeout=9)
    monkeypatch.undo()
    monkeypatch.setattr(LibreOffice, "recalculate", stopped)
    with pytest.raises(EngineError, match=r"allow more time$"):
        verify(seed, engine="libreoffice", timeout=9)


@pytest.mark.usefixtures("blocks")
def test_the_report_says_what_was_covered_and_how(small_workbook: Path) -> None:
    report = verify(small_workbook)
    assert report.blocks == [
        Block(sheet, first, min(first + ROWS - 1, 10))
        for sheet in ("lr 0.5", "lr 2.0")
        for first in range(FIRST_ROW, 11, ROWS)
    ]
    assert report.to_dict()["blocks"][0] == {"sheet": "lr 0.5", "first": 5, "last": 7}
    assert (
        "recalculated in 4 blocks of at most 3 rows: 12 rows of 2 training sheets, each block from the row before it, "
        "then all other sheets" in list(report.lines())
    )


@pytest.mark.usefixtures("blocks")
def test_an_engine_that_takes_too_long_says_at_which_rows_of_which_file(seed: Path) -> None:
    with pytest.raises(EngineError, match=re.escape(f"{seed}, rows 5 to 7 of lr 0.5: the embedded engine took longer")):
        verify(seed, timeout=1e-9)


def test_wide_sheets_are_given_to_the_engine_without_shared_formulas(
    seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shared formulas, of which each column has one, are looked at again at every cell: 11 rows of 40² here."""
    shared_formulas: list[int] = []
    recalculate = embedded.Embedded.recalculate

    def seen(self: embedded.Embedded, path: Path, *rest: Any) -> embedded.EmbeddedRecalculation:
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]
        shared_formulas.append(sum(part.count(b't="shared"') for part in parts))
        return recalculate(self, path, *rest)

    monkeypatch.setattr(embedded.Embedded, "recalculate", seen)
    broken = change_cell(seed, tmp_path / "broken.xlsx", "lr 0.5", "F8", CHANGES["another formula"](8))
    as_it_is = at_once(broken)
    cells = 11 * COLUMNS
    for wide, looks, block, shared, blocks in (
        (COLUMNS, cells * COLUMNS - 1, cells, True, []),
        (COLUMNS - 1, cells * COLUMNS, cells, True, []),
        (COLUMNS - 1, cells * COLUMNS - 1, cells, False, []),
        (COLUMNS - 1, cells * COLUMNS - 1, cells - 1, False, [Block("lr 0.5", 5, 14), Block("lr 0.5", 15, 15)]),
    ):
        shared_formulas.clear()
        monkeypatch.setattr(in_blocks, "WIDE", wide)
        monkeypatch.setattr(in_blocks, "MOST_LOOKS", looks)
        monkeypatch.setattr(in_blocks, "BLOCK_CELLS", block)
        report = verify(broken, max_diffs=10_000, timeout=120)
        assert report.blocks == blocks
        assert bool(shared_formulas[0]) is shared
        assert len(shared_formulas) == (len(blocks) + 1 if blocks else 1)
        as_dict = report.to_dict()
        del as_dict["blocks"]
        assert as_dict == as_it_is


def test_where_memory_is_short_a_workbook_is_recalculated_in_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block, of which the other sheets are empty, needs less than the whole; and less is no less right."""
    path = tmp_path / "long.xlsx"
    build(override(load("mazur"), rates=[0.5], iterations=1_500), path, verify=False)
    with zipfile.ZipFile(path) as archive:
        need = 5 * sum(part.file_size for part in archive.infolist())
    monkeypatch.setattr(in_blocks, "BLOCK_CELLS", 20_000)
    monkeypatch.setattr(embedded, "free_memory", lambda: need)
    report = verify(path)
    assert report.ok
    assert len(report.blocks) > 1
    monkeypatch.setattr(embedded, "free_memory", lambda: need * 4 // 3 + 2)
    assert verify(path).blocks == []
