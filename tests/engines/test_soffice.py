"""LibreOffice as a program: found where it is, run in a folder of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sheetgen.engines.soffice import find_soffice, find_uno_python, profile_option, run_in, write_profile
from sheetgen.errors import EngineError


def executable(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_chosen_one_before_those_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SHEETGEN_SOFFICE", raising=False)
    other = executable(tmp_path / "libreoffice", "true")
    assert find_soffice() == str(other)
    usual = executable(tmp_path / "soffice", "true")
    assert find_soffice() == str(usual)
    chosen = executable(tmp_path / "chosen", "true")
    monkeypatch.setenv("SHEETGEN_SOFFICE", str(chosen))
    assert find_soffice() == str(chosen)


def test_its_own_python_comes_first_where_it_can_import_uno(tmp_path: Path) -> None:
    soffice = executable(tmp_path / "with" / "soffice", "true")
    python = executable(tmp_path / "with" / "python", "exit 0")
    assert find_uno_python(str(soffice)) == str(python)
    executable(tmp_path / "without" / "python", "exit 1")
    assert find_uno_python(str(tmp_path / "without" / "soffice")) in (None, "/usr/bin/python3")


def test_a_profile_has_every_workbook_recalculated_and_numbers_spelled_in_english(tmp_path: Path) -> None:
    write_profile(tmp_path)
    root = ElementTree.parse(tmp_path / "profile" / "user" / "registrymodifications.xcu").getroot()
    names = [element.get("{http://openoffice.org/2001/registry}name") for element in root.iter("prop")]
    values = [element.text for element in root.iter("value")]
    assert dict(zip(names, values, strict=True)) == {"OOXMLRecalcMode": "0", "ooSetupSystemLocale": "en-US"}
    assert profile_option(tmp_path) == f"-env:UserInstallation=file://{tmp_path}/profile"


def test_it_runs_without_what_belongs_to_our_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("VIRTUAL_ENV", "/nowhere")
    script = "import os; print(*(os.environ.get(name) for name in ('PYTHONPATH', 'VIRTUAL_ENV', 'TMPDIR')))"
    assert run_in(tmp_path, [sys.executable, "-c", script], 60).output == f"None None {tmp_path}\n"


def test_a_program_that_cannot_be_started(tmp_path: Path) -> None:
    (tmp_path / "soffice").write_text("no program")
    with pytest.raises(EngineError, match="soffice could not be started: "):
        run_in(tmp_path, [str(tmp_path / "soffice")], 5)
