"""LibreOffice as an engine when it hangs, fails, writes nothing or is absent."""

from __future__ import annotations

import os
import re
import stat
import time
from pathlib import Path

import pytest
from engine_routes import engine, needs_soffice, needs_uno
from packed import pack

from sheetgen.engines import get
from sheetgen.engines.libreoffice import LibreOffice
from sheetgen.errors import EngineError


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack(tmp_path_factory.mktemp("engines") / "book.xlsx", {"S": '<row r="1"><c r="A1"><v>2</v></c></row>'})


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    path = tmp_path / "soffice"
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("SHEETGEN_SOFFICE", str(path))


@pytest.mark.parametrize("route", ["convert", pytest.param("uno", marks=needs_uno)])
def test_a_hanging_libreoffice_is_killed_with_all_it_started(
    route: str, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, monkeypatch, f'sleep 61 & echo $! > "{tmp_path}/pid"; wait')
    start = time.monotonic()
    with pytest.raises(EngineError, match="longer than 3 s and was stopped"):
        engine(route).recalculate(book, 3)
    assert time.monotonic() - start < 30
    assert gone(int((tmp_path / "pid").read_text()))


def gone(pid: int) -> bool:
    """Whether a process is no more, or a zombie that nobody reaped yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("route", ["convert", pytest.param("uno", marks=needs_uno)])
def test_a_failing_libreoffice(route: str, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "echo no display; exit 7")
    with pytest.raises(EngineError, match=r"LibreOffice failed .*(status 7|no display)"):
        engine(route).recalculate(book, 20)
    assert get("libreoffice").version == "LibreOffice"


def test_a_libreoffice_that_writes_nothing(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "exit 0")
    with pytest.raises(EngineError, match="cannot load the file"):
        LibreOffice("convert").recalculate(book, 20)


def test_libreoffice_absent(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.delenv("SHEETGEN_SOFFICE", raising=False)
    with pytest.raises(EngineError, match=r"not found: install it .*, or verify with --engine embedded"):
        get("libreoffice").recalculate(book, 20)
    monkeypatch.setenv("SHEETGEN_SOFFICE", "/nowhere/soffice")
    with pytest.raises(EngineError, match="not found at SHEETGEN_SOFFICE=/nowhere/soffice"):
        _ = get("libreoffice").version


@needs_soffice
def test_libreoffice_says_its_version() -> None:
    assert re.fullmatch(r"LibreOffice \d+\.\d+\S*", get("libreoffice").version)


@needs_soffice
@pytest.mark.parametrize("route", ["convert", pytest.param("uno", marks=needs_uno)])
def test_numbers_are_spelled_in_english_whatever_the_surroundings_say(
    route: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs set to German write 0,5; LibreOffice takes its language from the surroundings without a word."""
    for variable in ("LC_ALL", "LANG", "LANGUAGE"):
        monkeypatch.setenv(variable, "de_DE.UTF-8")
    cells = '<c r="A1"><f>"η = "&amp;1/2</f></c><c r="B1"><f>"2.5"*2</f></c><c r="C1"><f>TEXT(1234.5,"0.00")</f></c>'
    book = pack(tmp_path / "book.xlsx", {"S": f'<row r="1">{cells}</row>'})
    assert engine(route).recalculate(book, 120).grid("S", 1, 3) == [["η = 0.5", 5.0, "1234.50"]]
