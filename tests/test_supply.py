"""Nothing of the machine gets out: no command asks the network for anything, no workbook tells where it was made."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from cnn_support import handmade_run
from outside import IMPORTED, ROOT

WATCH = """
import os, sys
def watch(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"):
        told = f"{event} {arguments}"
    elif event == "socket.connect" and isinstance(arguments[1], tuple):  # a text is the name of a local socket
        told = f"{event} {arguments[1]}"
    else:
        return
    with open(os.environ["WATCHED"], "a") as out:
        out.write(told + "\\n")
    raise ConnectionRefusedError("no network here")
sys.addaudithook(watch)
"""
"""Runs in every Python that a command starts: it notes each attempt to reach another machine, and refuses it."""

MARK = "zqx-nobody"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder, the home, and a folder for temporary files, in a place with a mark."""
    for name in ("home", "tmp", "work", "watch"):
        (tmp_path / MARK / name).mkdir(parents=True)
    (tmp_path / MARK / "watch" / "sitecustomize.py").write_text(WATCH)
    return tmp_path / MARK


def run(place: Path, *commands: Sequence[str]) -> list[str]:
    """Run commands where no other machine can be reached; return what they tried to reach."""
    watched = place / "watch" / "log"
    told = {"HOME": str(place / "home"), "TMPDIR": str(place / "tmp"), "WATCHED": str(watched), "OMP_NUM_THREADS": "1"}
    paths = {"PYTHONPATH": os.pathsep.join([str(place / "watch"), str(IMPORTED)])}
    environment = {**os.environ, **told, **paths, "USER": MARK, "LOGNAME": MARK, "USERNAME": MARK}
    for module, *words in commands:
        command = [*without_network(), sys.executable, "-m", module, *words]
        done = subprocess.run(command, cwd=place / "work", env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    return watched.read_text().splitlines() if watched.exists() else []


def without_network() -> list[str]:
    """Return the words that run a command in a network of its own, of no devices, where that is allowed."""
    words = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True).returncode == 0:
        return words
    return []


def test_the_watch_sees_what_it_looks_for(place: Path) -> None:
    (place / "work" / "caller.py").write_text(
        "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 1)\nexcept OSError:\n    pass\n"
    )
    assert "192.0.2.1" in " ".join(run(place, ["caller"]))


def test_sheetgen_reaches_for_nothing(place: Path) -> None:
    commands = (
        "templates --json", "show mlp-2-2-2 --format latex", "copy perceptron mine.toml",
        "build mine.toml -o mine.xlsx", "verify mine.xlsx --json",
    )  # fmt: skip
    assert run(place, *(["sheetgen", *command.split()] for command in commands)) == []


@pytest.mark.usefixtures("soffice")
def test_libreoffice_is_asked_by_a_local_socket(place: Path) -> None:
    """LibreOffice itself gets no network either, where this machine lets a test take it away."""
    commands = ("build perceptron", "verify perceptron.xlsx --engine libreoffice")
    assert run(place, *(["sheetgen", *command.split()] for command in commands)) == []


def test_the_companion_reaches_for_nothing(place: Path) -> None:
    for package in ("torch", "torchvision", "PIL"):
        pytest.importorskip(package, reason="the extra cnn is not installed")
    train = "train --data synthetic --epochs 1 --net rf20 --device cpu --run one"
    commands = (
        "sheetgen build perceptron",
        f"cnn {train} --workbook perceptron.xlsx",
        "cnn runs",
        "cnn summary --net rf20",
        "cnn tab one --workbook perceptron.xlsx",
    )
    assert run(place, *map(str.split, commands)) == []


# --- what a workbook tells ---


def parts(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the parts of a workbook, and each entry's name and remarks beside them."""
    with zipfile.ZipFile(path) as archive:
        yield "the archive", archive.comment
        for entry in archive.infolist():
            yield entry.filename, archive.read(entry) + entry.filename.encode() + entry.comment + entry.extra


def tells(path: Path, place: Path) -> list[tuple[str, str]]:
    """Return what the parts of a workbook tell of the machine: its user, its name, and places on it."""
    words = [MARK, str(place), getpass.getuser(), socket.gethostname(), str(Path.home()), str(ROOT), sys.executable]
    words += ["/home/", "/tmp/", "/root/", "/usr/", "/Users/", "C:\\", "file:/"]
    patterns = {word: re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])".encode()) for word in words[:4]}
    patterns |= {word: re.compile(re.escape(word.encode())) for word in words[4:]}
    found = [(name, word) for name, data in parts(path) for word, pattern in patterns.items() if pattern.search(data)]
    return [(name, word) for name, word in found if word not in HARMLESS]


HARMLESS = {"root", "localhost"}
"""Words of a user or a machine that are words of XML, too; the mark stands for them."""


def test_a_workbook_tells_nothing_of_the_machine(place: Path) -> None:
    run(place, ["sheetgen", "copy", "perceptron", "mine.toml"], ["sheetgen", "build", "mine.toml", "-o", "mine.xlsx"])
    assert tells(place / "work" / "mine.xlsx", place) == []


def test_the_sheet_of_the_companion_tells_nothing_of_the_machine(place: Path) -> None:
    pytest.importorskip("PIL", reason="the extra cnn is not installed")
    work = place / "work"
    handmade_run(work / "runs", "one")
    config = work / "runs" / "one" / "config.json"
    typed = f"cnn train --data-dir {place}/home/data --runs-dir={work}/runs --workbook {work}/perceptron.xlsx"
    config.write_text(config.read_text().replace('"cnn train"', f'"{typed}"'))
    tab = ["cnn", "tab", "one", "--runs-dir", str(work / "runs"), "--workbook", str(work / "perceptron.xlsx")]
    run(place, ["sheetgen", "build", "perceptron"], tab)
    assert tells(work / "perceptron.xlsx", place) == []


def test_this_test_sees_a_place(place: Path) -> None:
    with zipfile.ZipFile(place / "w.xlsx", "w") as archive:
        archive.writestr("docProps/core.xml", f"<creator>{MARK}</creator>")
        archive.writestr("xl/workbook.xml", f'<x url="{place}/book.xlsx"/>')
    assert {name for name, _ in tells(place / "w.xlsx", place)} == {"docProps/core.xml", "xl/workbook.xml"}
