"""The sheet CNN as a whole: grafted beside the training sheets, and recalculated by every engine."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn_support import handmade_run
from workbook_lint import lint

from cnn.cli import cli
from cnn.tab.finished_run import run_record
from cnn.tab.write import page, write
from sheetgen import engines, verify
from sheetgen.sheet_names import CNN


@pytest.mark.parametrize("network", ["rf20", "seed"])
@pytest.mark.parametrize("engine", engines.NAMES)
def test_every_cell_is_recalculated_and_right(
    workbook: Path, tmp_path: Path, network: str, engine: str, request: pytest.FixtureRequest
) -> None:
    if engine == "libreoffice":
        request.getfixturevalue("soffice")
    write(workbook, [handmade_run(tmp_path, "one", network), handmade_run(tmp_path, "two")])
    report = verify(workbook, engine, timeout=120)
    assert report.ok, report.diffs
    (sheet,) = (sheet for sheet in report.sheets if sheet.name == CNN)
    assert sheet.status == "recalculated"
    assert sheet.cells > 200
    assert lint(workbook) == []


def test_a_replaced_tab_leaves_no_trace_of_the_first(workbook: Path, tmp_path: Path) -> None:
    run = handmade_run(tmp_path, "one")
    write(workbook, [run])
    once = workbook.read_bytes()
    write(workbook, [run])
    assert workbook.read_bytes() == once


def test_pages_begin_with_a_section_and_accuracies_end_at_one(workbook: Path, tmp_path: Path) -> None:
    write(workbook, [handmade_run(tmp_path, "one"), handmade_run(tmp_path, "two")])
    sheet = openpyxl.load_workbook(workbook)[CNN]
    starts = [sheet.cell(page_break.id + 1, 2).value for page_break in sheet.row_breaks.brk]
    assert starts == ["The network, layer by layer", "The worst mistakes"]
    with zipfile.ZipFile(workbook) as package:
        charts = [package.read(name).decode() for name in package.namelist() if "charts/chart" in name]
    shares = [chart for chart in charts if "accuracy" in chart]
    assert len(shares) == 3
    for chart in shares:
        axis = chart.rpartition("<valAx>")[2]
        assert re.search('<max val="1(.0)?" ?/>', axis)
        assert 'formatCode="0.0%"' in axis


def test_drawn_digits_are_never_called_mnist(tmp_path: Path) -> None:
    run = handmade_run(tmp_path, "one")
    content = run.read_json("config.json")
    content["data"] |= {"name": "synthetic", "is_mnist": False}
    run.write_json("config.json", content)
    cells = [cell.content for cell in page([run_record(run)]).cells.values() if isinstance(cell.content, str)]
    assert any("drawn digits, not MNIST" in text for text in cells)
    assert any("synthetic digits, NOT MNIST" in text for text in cells)


def test_the_command(workbook: Path, tmp_path: Path) -> None:
    handmade_run(tmp_path / "runs", "one")
    arguments = ["tab", "one", "--runs-dir", str(tmp_path / "runs"), "--workbook"]
    assert CliRunner().invoke(cli, [*arguments, str(workbook)]).exit_code == 0
    assert openpyxl.load_workbook(workbook).sheetnames[-1] == CNN
    absent = CliRunner().invoke(cli, [*arguments, str(tmp_path / "no.xlsx")])
    assert absent.exit_code == 2
    assert "there is no file" in absent.output
    unknown = CliRunner().invoke(
        cli, ["tab", "nine", "--runs-dir", str(tmp_path / "runs"), "--workbook", str(workbook)]
    )
    assert unknown.exit_code == 2
    assert "no run 'nine'" in unknown.output


def test_the_workbook_is_checked_before_the_first_epoch(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra cnn is not installed")
    (tmp_path / "b.xlsx").write_text("no workbook")
    arguments = ["train", "--data", "synthetic", "--runs-dir", str(tmp_path / "runs"), "--workbook"]
    for name in ("b.xlsx", "absent.xlsx"):
        result = CliRunner().invoke(cli, [*arguments, str(tmp_path / name)])
        assert result.exit_code == 2
    assert not (tmp_path / "runs").exists()
