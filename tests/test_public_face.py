"""What `from sheetgen import …` offers: a promise that changes only with an entry in the changelog."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest
from outside import IMPORTED, ROOT

import sheetgen

OFFERED = {
    "Built", "Difference", "EngineError", "NumberError", "Report", "SheetgenError", "Study", "TemplateError",
    "Tolerance", "UsageError", "WorkbookError", "__version__", "build", "load", "loads", "override", "verify",
}  # fmt: skip

SIGNATURES = {
    "build": "(study, path=None, *, verify=True, force=False, progress=silent, told=untold)",
    "load": "(template='mlp-2-2-2')",
    "loads": "(text, source='template')",
    "override": "(study, *, values=None, rates=(), iterations=None)",
    "verify": (
        "(path, engine='embedded', *, tolerance=Tolerance(rtol=1e-12, atol=1e-14), max_diffs=100, timeout=600.0,"
        " ignore_cache=False, told=untold)"
    ),
}

FIELDS = {
    "Built": ("path", "study", "sheets", "cells", "losses", "verdict", "report", "test_losses", "players",
        "players_tested",
    ),
    "Difference": (
        "sheet", "cell", "kind", "expected", "found", "formula", "expected_formula", "quantity", "iteration", "rate",
    ),
    "Report": (
        "engine", "training_cells", "helper_cells", "mismatches", "max_abs", "max_rel", "edited", "sheets", "diffs",
        "notes", "stale", "not_covered", "unproven", "ignore_cache", "blocks",
    ),
    "Tolerance": ("rtol", "atol"),
}  # fmt: skip

ERRORS = ("TemplateError", "UsageError", "NumberError", "WorkbookError", "EngineError")


def test_what_is_offered() -> None:
    assert set(sheetgen.__all__) == OFFERED
    assert len(sheetgen.__all__) == len(OFFERED)
    assert all(getattr(sheetgen, name).__doc__ for name in OFFERED)


def test_what_type_checkers_see_is_what_is_loaded() -> None:
    module = ast.parse(Path(str(sheetgen.__file__)).read_text("utf-8"))
    typed = [node for node in ast.walk(module) if isinstance(node, ast.If)]
    seen = {
        alias.name: getattr(import_module(str(node.module)), alias.name)
        for block in typed
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen.keys() | {"__version__"} == OFFERED
    assert all(getattr(sheetgen, name) is value for name, value in seen.items())


def test_a_name_is_loaded_when_it_is_asked_for() -> None:
    script = (
        "import sys, sheetgen; late = {'sheetgen.workbook', 'numpy', 'openpyxl'}; assert not late & set(sys.modules);"
        "assert set(sheetgen.__all__) <= set(dir(sheetgen));"
        "from sheetgen import load; assert not late & set(sys.modules);"
        "import sheetgen.workbook; from sheetgen import build; assert callable(build)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": str(IMPORTED)}, timeout=60)


def test_what_is_not_offered_is_said() -> None:
    with pytest.raises(AttributeError, match="module 'sheetgen' has no attribute 'biuld'"):
        _ = sheetgen.biuld


@pytest.mark.parametrize("name", SIGNATURES)
def test_how_the_functions_are_called(name: str) -> None:
    signature = inspect.signature(getattr(sheetgen, name))
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()]
    spelled = str(inspect.Signature(bare))
    assert re.sub(r"<function (\w+) at 0x\w+>", r"\1", spelled) == SIGNATURES[name]


@pytest.mark.parametrize("name", FIELDS)
def test_the_fields_of_the_values(name: str) -> None:
    assert tuple(field.name for field in fields(getattr(sheetgen, name))) == FIELDS[name]


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_can_be_caught_by_one_name(name: str) -> None:
    assert issubclass(getattr(sheetgen, name), sheetgen.SheetgenError)


def test_it_is_typed() -> None:
    assert (ROOT / "sheetgen" / "py.typed").exists()


def test_the_readmes_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert block is not None
    monkeypatch.chdir(tmp_path)
    exec(block[1], {})
    assert (tmp_path / "backprop.xlsx").is_file()
