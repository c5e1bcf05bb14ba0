"""Without torch, or with one that does not fit its torchvision, there is one line that says what to type."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cnn_support import environment, handmade_run
from outside import IMPORTED, ROOT

MISMATCH = "raise RuntimeError('operator torchvision::nms does not exist')\n"


TRAIN = ("train", "--data", "synthetic")


def with_modules(fake: dict[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``cnn`` with these modules in the place of the real ones."""
    for name, code in fake.items():
        (folder / f"{name}.py").write_text(code)
    env = {**environment(), "PYTHONPATH": f"{folder}{os.pathsep}{IMPORTED}"}
    return subprocess.run(
        [sys.executable, "-m", "cnn", *words], cwd=folder, env=env, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("fake", "says"),
    [
        (
            {"torch": "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n"},
            "pip install 'sheetgen[cnn]'",
        ),
        ({"torch": "raise OSError('libtorch_cpu.so: cannot open shared object file')\n"}, "libtorch_cpu.so"),
        ({"torch": "import nothing_of_the_kind\n"}, "nothing_of_the_kind"),
    ],
    ids=["absent", "library", "dependency"],
)
def test_one_line_says_what_to_type(fake: dict[str, str], says: str, tmp_path: Path) -> None:
    result = with_modules(fake, tmp_path, *TRAIN)
    assert result.returncode == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert says in result.stderr
    assert not (tmp_path / "runs").exists()


def test_what_to_type_where_torch_and_torchvision_do_not_fit(tmp_path: Path) -> None:
    """The published recipe changes pictures with torchvision's transforms."""
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("PIL", reason="Pillow is not installed")
    result = with_modules({"torchvision": MISMATCH}, tmp_path, *TRAIN, "--recipe", "seed")
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert "pip install --force-reinstall torch torchvision" in result.stderr
    assert not (tmp_path / "runs").exists()


IMPORTS = """
import sys
from cnn.cli import main
try:
    main(sys.argv[1:])
finally:
    print("imported:", *sorted({"torch", "torchvision", "torch._dynamo"} & sys.modules.keys()), file=sys.stderr)
"""


def test_what_each_command_imports(tmp_path: Path) -> None:
    """torchvision, torch and its compiler each take seconds to import."""
    for package in ("torch", "PIL", "scipy"):
        pytest.importorskip(package, reason="the extra cnn is not installed")
    from PIL import Image

    from cnn.digits.synthetic import draw

    Image.fromarray(draw(1, 1).train.images[0].numpy()).save(tmp_path / "digit.png")
    for words, wanted in (
        ("--help", ""),
        ("train --data synthetic --epochs 1 --recipe fast --run one", "torch"),
        ("train --run one --resume", "torch"),
        ("evaluate one", "torch"),
        ("predict one digit.png", "torch"),
        ("runs", ""),
        ("summary", ""),
    ):
        command = [sys.executable, "-c", IMPORTS, *words.split()]
        done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        assert done.stderr.splitlines()[-1] == f"imported: {wanted}".rstrip(), (words, done.stderr)


@pytest.mark.parametrize("words", [("predict", "one", "7.png"), ("tab", "one", "--image", "7.png", "--workbook")])
def test_pictures_are_read_with_scipy_and_nothing_else_needs_it(
    words: tuple[str, ...], tmp_path: Path, small_workbook: Path
) -> None:
    for package in ("torch", "PIL"):
        pytest.importorskip(package, reason="the extra cnn is not installed")
    fake = {"scipy": "raise ModuleNotFoundError(\"No module named 'scipy'\", name='scipy')\n"}
    (tmp_path / "runs" / "one").mkdir(parents=True)
    (tmp_path / "runs" / "one" / "config.json").write_text("{}")
    result = with_modules(fake, tmp_path, *words, *([str(small_workbook)] if words[0] == "tab" else []))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "cnn: this needs scipy, which is not installed; type: pip install 'sheetgen[cnn]'\n"
    code = "from cnn.digits.synthetic import draw; draw(20, 10); import cnn.training.fit"
    env = {**environment(), "PYTHONPATH": f"{tmp_path}{os.pathsep}{IMPORTED}"}
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env).returncode == 0


def test_runs_are_listed_and_written_into_a_workbook_without_torch(tmp_path: Path, small_workbook: Path) -> None:
    pytest.importorskip("PIL", reason="the extra cnn is not installed")
    handmade_run(tmp_path / "runs", "one")
    fake = {"torch": "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n"}
    for words in (("runs",), ("tab", "one", "--workbook", str(small_workbook))):
        result = with_modules(fake, tmp_path, *words)
        assert result.returncode == 0, result.stderr


def imported(path: Path) -> set[str]:
    """Return the packages that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_sheetgen_imports_neither_cnn_nor_torch() -> None:
    for path in (ROOT / "sheetgen").rglob("*.py"):
        assert not imported(path) & {"cnn", "torch", "torchvision"}, path


def test_only_the_command_line_prints_data() -> None:
    for path in (ROOT / "cnn").glob("*.py"):
        calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        prints = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]
        assert path.name == "cli.py" or all(any(k.arg == "file" for k in c.keywords) for c in prints), path
