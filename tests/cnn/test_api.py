"""The Python API: it is light, typed as it is loaded, and its page is a script that runs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from cnn_support import environment, handmade_run
from outside import ROOT

import cnn
from cnn import SheetgenError, load_run

OFFERED = {"Layer", "Network", "Recipe", "SheetgenError", "TrainedRun", "load_run", "read_network", "read_recipe",
           "train"}  # fmt: skip


def test_what_is_offered_is_what_type_checkers_see() -> None:
    assert set(cnn.__all__) == OFFERED
    module = ast.parse(Path(str(cnn.__file__)).read_text("utf-8"))
    seen = {
        alias.name: getattr(import_module(str(node.module)), alias.name)
        for branch in ast.walk(module)
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == {name: getattr(cnn, name) for name in OFFERED}
    assert all(value.__doc__ for value in seen.values())
    with pytest.raises(AttributeError, match="module 'cnn' has no attribute 'nothing'"):
        cnn.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import cnn", {"numpy", "torch", "click", "openpyxl", "PIL"}),
        ("from cnn import Network, Layer, Recipe, read_network, read_recipe", {"numpy", "torch", "openpyxl", "PIL"}),
        ("from cnn import train, load_run", {"torch", "openpyxl", "PIL", "matplotlib"}),
    ],
)
def test_an_import_is_light(code: str, heavy: set[str], tmp_path: Path) -> None:
    code += f"; import sys; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_the_page_is_a_script_that_runs(tmp_path: Path) -> None:
    for package in ("torch", "PIL"):
        pytest.importorskip(package, reason="the extra cnn is not installed")
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs/api.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 5
    script = "\n".join(blocks)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "first rf20 fast" in done.stdout
    assert "network 'little': layer 6 (batch norm), the last one, gives 12 maps of 10 × 10" in done.stdout
    assert done.stdout.splitlines()[-1] == "conv (6, 1, 5, 5) True linear (10, 12)"


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason="Pillow is not installed")
    run = load_run(handmade_run(tmp_path, "one").folder)
    assert (run.name, run.accuracy, run.recipe.name, len(run.epochs)) == ("one", 0.99, "fast", 3)
    with pytest.raises(SheetgenError, match="did you mean 'one'"):
        load_run("onw", tmp_path)
    pytest.importorskip("torch", reason="torch is not installed")
    for images, says in (
        (np.zeros((28, 27)), r"pictures of the shape \(28, 27\); \(n, 28, 28\) or \(28, 28\) is expected"),
        (np.full((28, 28), 256), "no numbers from 0 to 255"),
        (np.full((28, 28), np.nan), "no numbers from 0 to 255"),
    ):
        with pytest.raises(SheetgenError, match=says):
            run.predict(images)
    run.run.path("summary.json").unlink()
    with pytest.raises(SheetgenError, match=r"no epoch of .* is over"):
        _ = run.accuracy
