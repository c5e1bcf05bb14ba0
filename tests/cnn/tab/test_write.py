"""The sheet CNN as a whole: grafted beside the training sheets, and recalculated by every engine."""

from __future__ import annotations

import math
import re
import shlex
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn_support import handmade_run
from workbook_lint import lint

from cnn.cli import cli, put_result_into
from cnn.runs.commands import tab_command
from cnn.tab.finished_run import run_record
from cnn.tab.write import page, write
from sheetgen import WorkbookError, verify
from sheetgen.sheet_names import CNN
from sheetgen.xlsx.mark import NAME


@pytest.mark.parametrize("network", ["rf20", "seed"])
def test_every_cell_is_recalculated_and_right(workbook: Path, tmp_path: Path, network: str, engine_name: str) -> None:
    write(workbook, [handmade_run(tmp_path, "one", network), handmade_run(tmp_path, "two")])
    report = verify(workbook, engine_name, timeout=120)
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


def test_axes_of_accuracies_end_at_one(workbook: Path, tmp_path: Path) -> None:
    write(workbook, [handmade_run(tmp_path, "one"), handmade_run(tmp_path, "two")])
    with zipfile.ZipFile(workbook) as package:
        charts = [package.read(name).decode() for name in package.namelist() if "charts/chart" in name]
    shares = [chart for chart in charts if "accuracy" in chart]
    assert len(shares) == 2
    for chart in shares:
        axis = chart.rpartition("<c:valAx>")[2]
        assert re.search('<c:max val="1(.0)?" ?/>', axis)
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
    done = CliRunner().invoke(cli, [*arguments, str(workbook)])
    assert done.exit_code == 0
    assert f"sheetgen verify {workbook} checks it" in done.output
    assert openpyxl.load_workbook(workbook).sheetnames[-1] == CNN
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    assert "sheetgen verify" not in CliRunner().invoke(cli, [*arguments, str(tmp_path / "other.xlsx")]).output
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


def own_sheet(path: Path, name: str) -> Path:
    """Write a workbook with a sheet of the person's own, to which another refers."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = f"='{name}'!A1+1"
    book.create_sheet(name)["A1"] = "Cable News Network"
    book.save(path)
    return path


@pytest.mark.parametrize("name", ["CNN", "cnn", "Cnn"])
def test_a_person_s_own_sheet_is_never_replaced_and_no_training_begins(tmp_path: Path, name: str) -> None:
    path = own_sheet(tmp_path / "mine.xlsx", name)
    before = path.read_bytes()
    handmade_run(tmp_path / "runs", "one")
    places = ["--runs-dir", str(tmp_path / "runs"), "--workbook", str(path)]
    for words in (["tab", "one"], ["train", "--data", "synthetic", "--run", "two"]):
        done = CliRunner().invoke(cli, [*words, *places])
        assert (done.exit_code, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        assert f"{path} has a sheet '{name}' that is not ours, and it is not replaced; give that sheet another" in line
    assert path.read_bytes() == before
    assert [folder.name for folder in (tmp_path / "runs").iterdir()] == ["one"]


def unmarked(path: Path) -> None:
    """Take the mark off the sheet, as if an earlier version had written it."""
    book = openpyxl.load_workbook(path)
    del book.defined_names[NAME]
    book.save(path)


def test_a_sheet_that_an_earlier_version_wrote_is_replaced(workbook: Path, tmp_path: Path) -> None:
    run = handmade_run(tmp_path, "one")
    write(workbook, [run])
    unmarked(workbook)
    write(workbook, [run])
    book = openpyxl.load_workbook(workbook)
    assert [name for name in book.sheetnames if name.lower() == "cnn"] == [CNN]
    assert NAME in book.defined_names


@pytest.mark.parametrize(("cell", "content"), [("B1", "My network"), ("B4", None), ("C5", "goal")])
def test_a_sheet_that_resembles_ours_is_not_taken_for_it(
    workbook: Path, tmp_path: Path, cell: str, content: object
) -> None:
    run = handmade_run(tmp_path, "one")
    write(workbook, [run])
    unmarked(workbook)
    book = openpyxl.load_workbook(workbook)
    book[CNN][cell] = content
    book.save(workbook)
    with pytest.raises(WorkbookError, match="has a sheet 'CNN' that is not ours"):
        write(workbook, [run])


def test_where_the_workbook_fails_after_the_training_the_run_is_kept(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = handmade_run(tmp_path / "runs", "one")
    content = workbook.read_bytes()
    workbook.write_bytes(content[:1000])
    assert put_result_into(workbook, run) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "damaged" in line
    assert line.endswith(tab_command(run, workbook))
    workbook.write_bytes(content)
    words = shlex.split(tab_command(run, workbook))
    assert CliRunner().invoke(cli, words[words.index("tab") :]).exit_code == 0
    assert openpyxl.load_workbook(workbook).sheetnames[-1] == CNN


def sealed(path: Path) -> Path:
    """Lock the structure of a workbook, and sign it."""
    book = openpyxl.load_workbook(path)
    book.security.lockStructure = True
    book.save(path)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("_xmlsignatures/sig1.xml", "<Signature/>")
    return path


def test_a_signed_and_locked_workbook_is_written_into_with_force_only(workbook: Path, tmp_path: Path) -> None:
    before = sealed(workbook).read_bytes()
    handmade_run(tmp_path / "runs", "one")
    places = ["--runs-dir", str(tmp_path / "runs"), "--workbook", str(workbook)]
    for words in (["tab", "one"], ["train", "--data", "synthetic", "--run", "two"]):
        done = CliRunner().invoke(cli, [*words, *places])
        assert (done.exit_code, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        assert "is digitally signed, and a new sheet makes the signature invalid and has a locked structure" in line
        assert line.endswith("--force")
    assert workbook.read_bytes() == before
    assert [folder.name for folder in (tmp_path / "runs").iterdir()] == ["one"]
    done = CliRunner().invoke(cli, ["tab", "one", *places, "--force"])
    assert done.exit_code == 0
    assert f"{workbook}: its digital signature is no longer valid" in done.stderr
    assert openpyxl.load_workbook(workbook).sheetnames[-1] == CNN


def test_a_number_that_no_cell_can_hold_is_said_in_words(workbook: Path, tmp_path: Path) -> None:
    run = handmade_run(tmp_path, "one")
    endless = [replace(epoch, seconds=math.inf, learning_rate=math.nan) for epoch in run.metrics()]
    run.write_metrics(endless)
    write(workbook, [run])
    cells = [cell for row in openpyxl.load_workbook(workbook)[CNN].values for cell in row]
    assert cells.count("no number") == 2 * len(endless)
    with zipfile.ZipFile(workbook) as package:
        for name in package.namelist():
            assert not re.search(rb"<v>-?(inf|nan)</v>", package.read(name))
    assert verify(workbook).ok


def test_the_way_back_leads_to_start_where_there_is_one(workbook: Path, tmp_path: Path) -> None:
    run = handmade_run(tmp_path, "one")
    write(workbook, [run])
    cell = openpyxl.load_workbook(workbook)[CNN]["B3"]
    assert (cell.value, cell.hyperlink.location) == ("← Start", "'Start'!A1")
    other = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(other)
    write(other, [run])
    sheet = openpyxl.load_workbook(other)[CNN]
    assert sheet["B3"].value is None
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_nothing_in_the_file_says_where_on_the_machine_it_was_made(workbook: Path, tmp_path: Path) -> None:
    run = handmade_run(tmp_path / "runs of ada", "one")
    content = run.read_json("config.json")
    content["command"] = (
        f"cnn train --runs-dir '{run.folder.parent}' --workbook {workbook} --data-dir file://{tmp_path}"
    )
    run.write_json("config.json", content)
    write(workbook, [run, handmade_run(tmp_path / "runs of ada", "two")])
    with zipfile.ZipFile(workbook) as package:
        parts = [package.read(name) for name in package.namelist()]
    assert not any(str(tmp_path).encode() in part for part in parts)
    assert not any(b"/runs of ada" in part for part in parts)
