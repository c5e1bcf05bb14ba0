"""The command line as a person uses it: one line for every mistake, the promised exit codes, data on stdout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from faults import change_cell, formula

from sheetgen import load, override
from sheetgen.algebra.notation import general
from sheetgen.cli import cli
from sheetgen.console import Meter
from sheetgen.network.trace import Trace
from sheetgen.version import __version__

ROOT = Path(__file__).resolve().parents[1]


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sheetgen", *arguments]
    variables = {**os.environ, **environment}
    return subprocess.run(
        command, cwd=cwd, env=variables, capture_output=True, text=True, encoding="utf-8", timeout=300
    )


def test_build_then_verify(tmp_path: Path) -> None:
    """The main job: the seed's workbook under its own name, and what each rate reached."""
    built = run("build", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    lines = built.stdout.splitlines()
    assert lines[0] == "backprop.xlsx: 15 sheets, 6 learning rates, iterations 0 to 100"
    assert lines[1] == "  η = 0.1: E_total 0.24252 → 0.133511, fell at every step"
    assert lines[-1].startswith("OK: all 27,967 formula cells agree (formualizer")
    assert "verifying" in built.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["backprop.xlsx"]
    verified = run("verify", "backprop.xlsx", "--json", cwd=tmp_path)
    assert verified.returncode == 0
    assert json.loads(verified.stdout)["ok"] is True
    again = run("build", cwd=tmp_path)
    assert again.returncode == 2
    assert "--force" in again.stderr


def test_of_several_players_it_says_what_each_reached(tmp_path: Path) -> None:
    """And not that their sum did not fall, which it need not."""
    study = override(load("gan-1d"), iterations=40)
    rows = [*Trace(study).rows()]
    reached = [
        f"{name} {rows[7][0][place]:.6g} → {rows[-1][0][place]:.6g}"
        for name in ("E_D", "E_G")
        for place in (study.graph.position[f"mean {name}"],)
    ]
    words = ["build", "gan-1d", "--iterations", "40", "--no-verify", "-o", str(tmp_path / "g.xlsx")]
    built = CliRunner().invoke(cli, words)
    assert built.stdout.splitlines()[1] == f"  η = 0.5: {', '.join(reached)}"


def test_no_number_is_said_to_be_minus_nought(tmp_path: Path) -> None:
    template = tmp_path / "t.toml"
    template.write_text('rates = [0.5]\niterations = 2\n[inputs]\nx = 1\n[parameters]\nw = 0\n[loss]\nE = "-(w*x)"\n')
    built = CliRunner().invoke(cli, ["build", str(template), "-o", str(tmp_path / "t.xlsx")])
    assert built.stdout.splitlines()[1] == "  η = 0.5: E 0 → -1, fell at every step"
    assert general(-0.0) == "0"


def test_a_dry_run_says_how_large_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = run("build", "--dry-run", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert "  lr 0.1: 105 rows, 4,172 cells (4,042 formulas)" in lines
    assert re.fullmatch(r"15 sheets, [0-9,]{6} cells \([0-9,]{6} formulas\)", lines[-2])
    assert re.fullmatch(r"estimated: \d+ kB of file, \d+ MB of memory to build, \d+ MB to verify", lines[-1])
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("sheetgen.sheets.estimate.free_memory", lambda: 2**20)
    refused = CliRunner().invoke(cli, ["build", "--dry-run"])
    assert refused.exit_code == 2
    assert refused.stdout == told.stdout
    assert re.search(r"takes about \d+ MB of memory, and 1.0 MB are free; train", refused.stderr)


def test_build_with_everything_set(tmp_path: Path) -> None:
    options = [
        "-o",
        "mine.xlsx",
        "--rate",
        "0.5",
        "--rate",
        "5",
        "--iterations",
        "3",
        "--set",
        "w1=0.2",
        "--set",
        "t1=0",
    ]
    built = run("build", "mlp-2-2-2", *options, cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    assert "2 learning rates, iterations 0 to 3" in built.stdout
    assert "η = 5" in built.stdout


def test_differences_give_exit_code_1(small_workbook: Path, tmp_path: Path) -> None:
    change_cell(small_workbook, tmp_path / "broken.xlsx", "lr 0.5", "N7", formula("F7*B7"))
    found = run("verify", "broken.xlsx", "--max-diffs", "1", cwd=tmp_path)
    assert found.returncode == 1
    assert "lr 0.5!N7 (h1 at iteration 2): the formula is =F7*B7, expected =F7*B7+G7*C7" in found.stdout
    assert " more" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bild"], "No such command 'bild'"),
        (["build", "nope"], "no template or file 'nope'"),
        (["build", "mlp-2-2-3"], "did you mean 'mlp-2-2-2'?"),
        (["build", "--rate", "fast"], "'fast' is not a valid float"),
        (["build", "--rate", "-1"], "greater than 0"),
        (["build", "--rate", "nan"], "finite number"),
        (["build", "--rate", "1", "--rate", "1.0"], "listed twice"),
        (["build", "--iterations", "0"], "from 1 to 1,048,571"),
        (["build", "--iterations", "2000000"], "from 1 to 1,048,571"),
        (["build", "--set", "w1"], "--set w1=0.2"),
        (["build", "--set", "w9=1"], "there are i1, i2, t1, t2, w1"),
        (["build", "--set", "h1=1"], "computed, not given"),
        (["build", "--set", "w1=inf"], "finite number"),
        (["build", "--set", "i1=-1e6"], "a_h1 has no value at iteration 0"),
        (["build", "-o", "b.csv"], "must end in .xlsx"),
        (["build", "-o", "no/b.xlsx"], "does not exist"),
        (["verify"], "Missing argument"),
        (["verify", "nothing.xlsx"], "there is no file nothing.xlsx"),
        (["verify", "x.toml", "--engine", "excel"], "'excel' is not one of"),
        (["verify", "x.toml", "--rtol", "1"], "0 to below 1"),
        (["verify", "x.toml", "--timeout", "0"], "above 0, at most a day"),
        (["verify", "x.toml"], "is no .xlsx workbook"),
        (["show", "x.toml"], "x.toml, line 1"),
        (["build", "x.toml"], "x.toml, line 1"),
        (["copy", "nope"], "no template"),
        (["copy", "mlp-2-2-2", "x.toml"], "--force"),
        (["copy", "mlp-2-2-2", "no/x.toml"], "cannot be written"),
    ],
)
def test_a_mistake_gets_one_line_and_exit_code_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "x.toml").write_text("this is no template\n")
    found = run(*arguments, cwd=tmp_path)
    assert found.returncode == 2
    complaint = [line for line in found.stderr.splitlines() if not line.endswith("…")]
    assert len(complaint) == 1, found.stderr
    assert said in complaint[0]
    assert found.stdout == ""
    assert [p.name for p in tmp_path.iterdir()] == ["x.toml"]


def test_an_absent_libreoffice(small_workbook: Path, tmp_path: Path) -> None:
    found = run("verify", str(small_workbook), "--engine", "libreoffice", cwd=tmp_path, SHEETGEN_SOFFICE="/no/soffice")
    assert found.returncode == 2
    assert len(found.stderr.splitlines()) == 1
    assert "LibreOffice" in found.stderr


def test_show(tmp_path: Path) -> None:
    text = run("show", cwd=tmp_path).stdout
    assert "  ∂E_total/∂h1 = ∂E_total/∂a_h1·a_h1·(1 − a_h1)" in text.splitlines()
    latex = run("show", "--format", "latex", cwd=tmp_path).stdout
    assert r"  E_{1} &= \tfrac{1}{2} \cdot {\left(t_{1} - a_{o1}\right)}^{2} \\" in latex.splitlines()
    excel = run("show", "--format", "excel", cwd=tmp_path).stdout
    assert "  H6  w3: =H5-$B$2*AI5" in excel.splitlines()


def test_output_is_utf_8_on_any_console(tmp_path: Path) -> None:
    found = run("show", cwd=tmp_path, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert found.returncode == 0
    assert "∂E_total/∂w1" in found.stdout


def test_templates_and_copy(tmp_path: Path) -> None:
    listed = json.loads(run("templates", "--json", cwd=tmp_path).stdout)
    assert all(entry.keys() == {"name", "title", "description"} for entry in listed)
    names = [entry["name"] for entry in listed]
    assert "mlp-2-2-2" in names
    assert run("copy", "mlp-2-2-2", cwd=tmp_path).returncode == 0
    built = run("build", "mlp-2-2-2.toml", "--iterations", "2", "-o", "copy.xlsx", cwd=tmp_path)
    assert built.returncode == 0, built.stderr


def test_the_version(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).stdout.strip().endswith(__version__)


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    script = f'"{sys.executable}" -m sheetgen show | head -1; exit ${{PIPESTATUS[0]}}'
    found = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0
    assert found.stderr == ""


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help_with_an_example(name: str) -> None:
    text = CliRunner().invoke(cli, [name, "--help"]).output
    assert "Example" in text


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workbooks are opened by another program there")
def test_open_hands_the_newest_workbook_to_the_desktop(tmp_path: Path) -> None:
    programs, folder = tmp_path / "bin", tmp_path / "books"
    programs.mkdir()
    folder.mkdir()
    desktop = programs / "xdg-open"
    desktop.write_text('#!/bin/sh\nprintf %s "$1" > opened\nexit "${FAILS:-0}"\n')
    desktop.chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    nothing = run("open", cwd=folder, PATH=path)
    assert (nothing.returncode, nothing.stderr.count("\n")) == (2, 1)
    assert "build one: sheetgen build" in nothing.stderr
    for age, name in enumerate(("new.xlsx", "old.xlsx")):
        (folder / name).touch()
        os.utime(folder / name, (1e9 - age, 1e9 - age))
    assert run("open", cwd=folder, PATH=path).returncode == 0
    assert (folder / "opened").read_text() == "new.xlsx"
    assert run("open", "old.xlsx", cwd=folder, PATH=path).returncode == 0
    assert (folder / "opened").read_text() == "old.xlsx"
    assert run("open", "none.xlsx", cwd=folder, PATH=path).returncode == 2
    failed = run("open", cwd=folder, PATH=path, FAILS="4")
    assert (failed.returncode, failed.stderr.count("\n")) == (2, 1)
    assert "no program here opens new.xlsx" in failed.stderr


def test_a_build_ends_with_what_to_do_next(tmp_path: Path) -> None:
    built = run("build", "diverging", "--no-verify", cwd=tmp_path)
    assert re.fullmatch(r"[0-9.]+ s; look at it: sheetgen open diverging\.xlsx", built.stderr.splitlines()[-1])


@pytest.mark.parametrize("program", ["sheetgen", "cnn"])
def test_the_version_has_a_short_option(program: str) -> None:
    command = [sys.executable, "-m", program, "-V"]
    assert __version__ in subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


def test_templates_wrap_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetgen.cli.shutil.get_terminal_size", lambda: os.terminal_size((40, 24)))
    plain = CliRunner().invoke(cli, ["templates"]).stdout
    monkeypatch.setattr("sheetgen.cli._shown_in_a_terminal", lambda: True)
    wrapped = CliRunner().invoke(cli, ["templates"]).stdout
    assert max(map(len, plain.splitlines())) > 40 >= max(map(len, wrapped.splitlines()))
    assert wrapped.split() == plain.split()


@pytest.mark.parametrize(("words", "shown"), [([], True), (["--json"], False)])
def test_no_bar_stands_beside_json(
    words: list[str], shown: bool, small_workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Noted(Meter):
        def __init__(self, what: str = "", shown: bool = True) -> None:
            asked.append(shown)
            super().__init__(what, shown)

    monkeypatch.setattr("sheetgen.cli.Meter", Noted)
    for command in (["verify", str(small_workbook)], ["sweep", "xor", "--iterations", "2", "--train-only"]):
        assert CliRunner().invoke(cli, [*command, *words]).exit_code == 0
    assert asked == [shown, shown]
