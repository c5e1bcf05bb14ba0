"""The command as a person uses it: what it prints and writes, its exit codes, one line for every mistake."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest
from audit_reports import as_asked, commented_workbook
from click.testing import CliRunner, Result
from homework import write_homework

from sheetgen.audit.many import Order
from sheetgen.audit.outcome import Report
from sheetgen.cli import cli

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def canned(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """Let files have the reports that their names ask for; return what was asked, as it is asked."""
    asked: list[Order] = []

    def audits(orders: Sequence[Order], jobs: int) -> Iterator[Report]:
        asked.extend(orders)
        return map(as_asked, reversed(orders))

    def closable(orders: Sequence[Order], jobs: int) -> Iterator[Report]:
        yield from audits(orders, jobs)

    monkeypatch.setattr("sheetgen.audit.many.audits", closable)
    return asked


def audit(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["audit", *map(str, arguments)])


def refused(*arguments: str | Path) -> str:
    """Return the one line that says why an audit could not be carried out."""
    result = audit(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def small_workbook(path: Path, right: bool = True) -> Path:
    """Write a table of one weight: 10 steps of gradient descent, whose gradient may have the wrong sign."""
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    sheet.append(["x", "t", "w", "a", "E", "∂E/∂w", "η"])
    for row in range(2, 12):
        weight = 0.3 if row == 2 else f"=C{row - 1}-G{row - 1}*F{row - 1}"
        gradient = f"=(D{row}-B{row})*A{row}" if right else f"=(B{row}-D{row})*A{row}"
        sheet.append([0.5, 1.0, weight, f"=C{row}*A{row}", f"=0.5*(B{row}-D{row})^2", gradient, 0.1])
    book.save(path)
    return path


def test_the_report_and_the_exit_code(canned: list[Order], tmp_path: Path) -> None:
    wrong, right = audit(tmp_path / "wrong.xlsx"), audit(tmp_path / "right.xlsx")
    assert (wrong.exit_code, right.exit_code) == (1, 0)
    assert wrong.stdout.startswith("wrong.xlsx: WRONG\n")
    assert "\x1b" not in wrong.stdout
    assert max(map(len, wrong.stdout.splitlines())) <= 80
    assert right.stdout.startswith("right.xlsx: RIGHT\n  All 8 gradients are right; all 8 updates are right.\n")


def test_json_of_one_file_and_of_several(canned: list[Order], tmp_path: Path) -> None:
    one, several = audit(tmp_path / "wrong.xlsx", "--json"), audit("right.xlsx", "wrong.xlsx", "--json")
    assert json.loads(one.stdout)["findings"][0]["cell"] == "AB5"
    assert [report["file"] for report in json.loads(several.stdout)] == ["right.xlsx", "wrong.xlsx"]
    assert (one.exit_code, several.exit_code) == (1, 1)


def test_several_files_have_a_table_in_their_order(canned: list[Order], tmp_path: Path) -> None:
    for name in ("b right.xlsx", "a wrong.xlsx", "right.xlsm"):
        (tmp_path / name.replace("a wrong", "wrong a").replace("b right", "right b")).touch()
    result = audit(tmp_path, "--jobs", "2")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.split("  ")[0] for line in lines[:-1]] == ["right b.xlsx", "right.xlsm", "wrong a.xlsx"]
    assert lines[-1] == "3 files: 2 right and 1 wrong"


def test_what_is_told_is_passed_on(canned: list[Order]) -> None:
    audit("right.xlsx", "--loss", "X5", "--pairs", "W1:dW1", "--pairs", "B2:C3:F2:G3", "--sheet", "Net", "--thorough")
    (order,) = canned
    assert (order.told.loss, order.told.pairs, order.told.sheet) == ("X5", ("W1:dW1", "B2:C3:F2:G3"), "Net")
    assert order.thorough


def test_the_page_and_the_copy_are_written_once(canned: list[Order], tmp_path: Path) -> None:
    book, page, copy = commented_workbook(tmp_path / "wrong.xlsx"), tmp_path / "r.html", tmp_path / "m.xlsx"
    result = audit(book, "--html", page, "--xlsx", copy)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [f"wrote {page}", f"wrote {copy}"]
    assert "column AB, rows 5–104" in page.read_text("utf-8")
    assert openpyxl.load_workbook(copy).sheetnames[0] == "Audit"
    assert "exists; replace it with --force" in refused(book, "--html", page)
    assert audit(book, "--html", page, "--force").exit_code == 1
    assert "a marked copy is of one workbook, and there are 2" in refused(
        book, "right.xlsx", "--xlsx", tmp_path / "n.xlsx"
    )


def test_a_copy_never_takes_the_place_of_the_original(canned: list[Order], tmp_path: Path) -> None:
    book = commented_workbook(tmp_path / "wrong.xlsx")
    before = book.read_bytes()
    assert "would take the place of the workbook" in refused(book, "--xlsx", tmp_path / "." / "wrong.xlsx", "--force")
    assert "would take the place of the workbook" in refused(book, "--html", book, "--force")
    assert book.read_bytes() == before


def test_a_file_that_cannot_be_read_has_a_page_too(tmp_path: Path) -> None:
    broken, page = tmp_path / "broken.xlsx", tmp_path / "r.html"
    broken.write_bytes(b"PK\x03\x04")
    result = audit(broken, "--html", page)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == f"wrote {page}"
    assert "broken.xlsx" in page.read_text("utf-8")


def test_a_workbook_that_is_right_and_one_that_is_wrong(tmp_path: Path) -> None:
    """The whole way, in processes of their own."""
    right = audit(small_workbook(tmp_path / "right.xlsx"), "--json")
    wrong = audit(small_workbook(tmp_path / "wrong.xlsx", right=False), "--json")
    assert (right.exit_code, wrong.exit_code) == (0, 1), right.output + wrong.output
    report = json.loads(wrong.stdout)
    assert "∂E/∂w" in {finding["label"] for finding in report["findings"]}
    assert report["confirmed_by"]


def test_the_homework_of_the_document(tmp_path: Path) -> None:
    """What docs/audit.md shows is what the command prints, but for the engine that was asked."""
    result = audit(write_homework(tmp_path / "homework.xlsx"))
    assert result.exit_code == 1
    shown = (ROOT / "docs" / "audit.md").read_text("utf-8").partition("```\nhomework.xlsx: ")[2].partition("```")[0]
    assert without_engine(f"homework.xlsx: {shown}") == without_engine(result.stdout)


def without_engine(text: str) -> str:
    return re.sub(r"\b(IronCalc|formualizer|LibreOffice) [\d.]*\d", "ENGINE", " ".join(text.split()))


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["absent.xlsx"], "there is no file absent.xlsx"),
        (["old.xls"], "encrypted or an old .xls"),
        (["text.xlsx"], "no .xlsx workbook"),
        (["right.xlsx", "--loss", "Z99"], "Z99"),
        (["right.xlsx", "--loss", "A0"], "--loss A0: not a cell"),
        (["right.xlsx", "--loss", "Other!A1"], "no sheet 'Other'"),
        (["right.xlsx", "--pairs", "C2:C5:F2:F4"], "have two shapes"),
        (["right.xlsx", "--pairs", "C2"], "--pairs C2: expected"),
        (["right.xlsx", "--sheet", "Other"], "Other"),
        (["empty folder"], "there is no workbook in the folder"),
        (["right.xlsx", "--timeout", "0"], "not a number of seconds above 0"),
        (["right.xlsx", "--xlsx", "copy.xls"], "a marked copy is an .xlsx workbook"),
        ([], "Missing argument 'FILE...'"),
    ],
)
def test_every_mistake_has_one_line(
    arguments: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    small_workbook(Path("right.xlsx"))
    Path("old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    Path("text.xlsx").write_text("no zip at all")
    Path("empty folder").mkdir()
    said = refused(*arguments)
    assert line in said
    assert said.startswith("sheetgen: ")


def test_help_loads_nothing_of_the_audit() -> None:
    code = "import sys\nfrom sheetgen.cli import cli\n"
    code += "try: cli.main(['audit', '--help'])\nexcept SystemExit: pass\n"
    code += "print([name for name in sys.modules if name.startswith(('sheetgen.audit', 'openpyxl', 'numpy'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "Exit code 0: right. 1: wrong. 2: not understood" in done.stdout


def test_colours_are_for_terminals_that_want_them(tmp_path: Path) -> None:
    small_workbook(tmp_path / "w.xlsx", right=False)
    command = [sys.executable, "-m", "sheetgen", "audit", "w.xlsx"]
    pty = pytest.importorskip("pty", reason="there are no terminals here")

    def shown(**environment: str) -> bytes:
        master, slave = pty.openpty()
        env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | environment
        subprocess.run(command, stdout=slave, stderr=subprocess.DEVNULL, env=env, cwd=tmp_path, timeout=120)
        os.close(slave)
        return bytes(os.read(master, 1 << 16))

    assert b"\x1b[" in shown()
    assert b"\x1b[" not in shown(NO_COLOR="1")
