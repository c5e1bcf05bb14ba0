"""The Pythons of this machine that can run the package, and the distributions it is installed from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from outside import ROOT

VERSIONS = [f"3.{minor}" for minor in range(11, 16)]


def python_of(version: str) -> str:
    """Return a Python of a version, such as 3.12, wherever it stands, or skip the test."""
    found = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    found += [sys.executable] if version == ".".join(map(str, sys.version_info[:2])) else []
    asks = "import sys, ensurepip; print(*sys.version_info[:2], sep='.')"
    for python in filter(None, found):
        told = subprocess.run([python, "-c", asks], capture_output=True, text=True)
        if told.stdout.strip() == version:  # the name may be that of a program which then finds no such Python
            return str(python)
    pytest.skip(f"there is no Python {version} here")


def distributions(folder: Path) -> list[Path]:
    """Build the sdist, and from it the wheel, of a copy of the project; or skip the test."""
    pytest.importorskip("build", reason="build is not installed (pip install sheetgen[dev])")
    setuptools = pytest.importorskip("setuptools", reason="setuptools is not installed (pip install sheetgen[dev])")
    if tuple(map(int, setuptools.__version__.split(".")[:2])) < (70, 1):
        pytest.skip(f"setuptools {setuptools.__version__} is older than 70.1 (pip install sheetgen[dev])")
    copy = folder / "project"
    shutil.copytree(ROOT, copy, ignore=_made)
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist"), str(copy)]
    done = subprocess.run(build, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return sorted((folder / "dist").iterdir())


def _made(folder: str, names: list[str]) -> set[str]:
    """Return what of a folder of the checkout is no part of the project, but was made there."""
    at_the_top = {".git", ".venv", "build", "dist", "runs", "data"} if Path(folder) == ROOT else set()
    return {name for name in names if name in at_the_top or name.endswith(("_cache", ".egg-info", "__pycache__"))}


def clean() -> dict[str, str]:
    """Return the environment of a process that is told nothing of this checkout."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def environment(folder: Path, python: str, wheel: Path, *options: str) -> Path:
    """Make a fresh environment, install the wheel into it by this process's pip, and return its folder of programs."""
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True, capture_output=True)
    programs = folder / "bin"
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", *options, str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, env=clean())
    if done.returncode and "Could not find a version" in done.stderr:
        pytest.skip(f"no package index, or none with what this Python needs: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return programs
