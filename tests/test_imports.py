"""The import rules: what points where, and who may speak."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "sheetgen"
MODULES = sorted(PACKAGE.rglob("*.py"))
CORE = (
    "errors", "limits", "ops", "expr", "parser", "numeric", "calculus", "notation", "graph", "chains",
    "layer_options", "layers",
)  # fmt: skip

# The modules in order: each may import those before it, of the part that this rule is about.
ORDER = (
    "errors", "limits", "ops", "expr", "parser", "numeric", "calculus", "graph", "study",
    "layer_options", "layers", "template", "trace", "layout",
)  # fmt: skip


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted names a module imports, those inside functions included."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def of_package(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported(path) if name.startswith("sheetgen.")}


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 30
    assert {f"{name}.py" for name in CORE + ORDER} <= {path.name for path in MODULES}
    assert "numpy" in roots(PACKAGE / "reference.py")
    assert "graph" in of_package(PACKAGE / "trace.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_sheetgen_imports_neither_cnn_nor_torch(path: Path) -> None:
    assert not roots(path) & {"cnn", "torch", "torchvision", "pandas", "sympy"}


@pytest.mark.parametrize("name", CORE)
def test_the_core_is_plain_python(name: str) -> None:
    assert not roots(PACKAGE / f"{name}.py") & {"openpyxl", "numpy", "click", "formualizer"}
    assert of_package(PACKAGE / f"{name}.py") <= set(CORE)


def test_the_reference_stands_alone() -> None:
    for name in ("reference", "reference_training"):
        assert "sheetgen" not in roots(PACKAGE / f"{name}.py")


@pytest.mark.parametrize("index", range(len(ORDER)))
def test_imports_point_one_way(index: int) -> None:
    assert not of_package(PACKAGE / f"{ORDER[index]}.py") & set(ORDER[index:])


def speaks(path: Path) -> Iterator[str]:
    """Yield each way in which a module writes to the console."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        spoken = ast.unparse(node.func)
        if spoken in ("print", "click.echo", "click.secho", "echo", "sys.stdout.write", "sys.stderr.write"):
            yield spoken


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_speaks(path: Path) -> None:
    # The child runs in the system's Python and answers on its standard output.
    allowed = path.name in ("cli.py", "uno_child.py")
    assert allowed or not list(speaks(path))
    assert path.name == "cli.py" or "click" not in roots(path)


def test_the_command_line_does_speak() -> None:
    assert list(speaks(PACKAGE / "cli.py"))
