"""What a command loads before it works, seen from outside: nothing that takes long where that is not needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from outside import IMPORTED

SLOW = {"numpy", "openpyxl", "PIL", "lxml", "orjson", "formualizer", "torch", "torchvision", "scipy", "matplotlib"}
SLOW |= {"urllib.request", "http.client", "ssl", "xml.sax", "multiprocessing", "asyncio"}

LOADED = """
import sys
from {program}.cli import main
try:
    main({words!r})
finally:
    print(*sys.modules, sep="\\n", file=sys.stderr)
"""


def loaded(program: str, *words: str, folder: Path) -> set[str]:
    """Return the modules that a command line has loaded at its end."""
    script = LOADED.format(program=program, words=list(words))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=folder,
        env={"PYTHONPATH": str(IMPORTED), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert (done.returncode, bool(done.stdout)) == (0, True), done.stderr
    return set(done.stderr.split("\n"))


@pytest.mark.parametrize(
    "words",
    ["--help", "build --help", "verify --help", "templates", "templates --json", "show", "show iris --format excel",
     "copy iris"],
)  # fmt: skip
def test_a_command_that_computes_no_numbers_loads_nothing_slow(words: str, tmp_path: Path) -> None:
    assert not loaded("sheetgen", *words.split(), folder=tmp_path) & SLOW


@pytest.mark.parametrize("words", ["--help", "verify --help", "--version"])
def test_help_loads_no_network(words: str, tmp_path: Path) -> None:
    found = loaded("sheetgen", *words.split(), folder=tmp_path)
    assert "sheetgen.cli" in found
    assert not found & {"sheetgen.network.study", "sheetgen.algebra", "sheetgen.template.load", "sheetgen.proof"}


@pytest.mark.parametrize("words", ["--help", "train --help", "summary", "runs"])
def test_the_companion_loads_nothing_slow_before_it_trains(words: str, tmp_path: Path) -> None:
    assert not loaded("cnn", *words.split(), folder=tmp_path) & SLOW


def test_a_build_needs_no_network_of_computers(tmp_path: Path) -> None:
    found = loaded("sheetgen", "build", "--iterations", "2", folder=tmp_path)
    assert "openpyxl" in found
    assert not found & {"urllib.request", "http.client", "ssl", "xml.sax", "asyncio"}


def test_a_build_that_proves_nothing_loads_no_proof_and_no_engine(tmp_path: Path) -> None:
    found = loaded("sheetgen", "build", "--iterations", "2", "--no-verify", folder=tmp_path)
    assert "openpyxl" in found
    assert not found & {"sheetgen.proof.verify", "formualizer", "statistics"}


def test_a_build_of_scalars_loads_nothing_that_derives_tensors(tmp_path: Path) -> None:
    found = loaded("sheetgen", "build", "--iterations", "2", "--no-verify", folder=tmp_path)
    pages = {"sheetgen.sheets.matrices.sheet", "sheetgen.sheets.explorer.tensor_sheet"}
    assert not found & {"sheetgen.tensors.adjoint", "sheetgen.tensors.matrices", *pages}
    assert pages < loaded("sheetgen", "build", "softmax-temperature", "--no-verify", folder=tmp_path)
