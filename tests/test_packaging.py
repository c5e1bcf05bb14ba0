"""What is installed: types, templates, the console script, and nothing heavy behind the base."""

from __future__ import annotations

import re
import site
import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from importlib.metadata import entry_points, requires
from importlib.resources import files
from pathlib import Path

import pytest
from outside import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pythons import VERSIONS, clean, distributions, environment, python_of

from sheetgen import load
from sheetgen.template.shipped import template_names


def test_types_and_templates_are_installed() -> None:
    assert files("sheetgen").joinpath("py.typed").is_file()
    assert "mlp-2-2-2" in template_names()
    for name in template_names():
        assert load(name).title != name


def test_every_folder_of_modules_is_installed() -> None:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")
    folders = {path.parent for package in ("sheetgen", "cnn") for path in (ROOT / package).rglob("__init__.py")}
    packages = {".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert set(config["options"]["packages"].split()) == packages | {"sheetgen.templates"}


def test_the_console_script() -> None:
    (script,) = entry_points(group="console_scripts", name="sheetgen")
    assert script.value == "sheetgen.cli:main"


def test_the_base_is_light() -> None:
    base = [line.split(";")[0] for line in requires("sheetgen") or () if "extra ==" not in line]
    assert sorted(Requirement(line).name for line in base) == [
        "click",
        "formualizer",
        "isal",
        "numpy",
        "openpyxl",
        "orjson",
    ]


def test_the_command_line_starts_without_heavy_imports() -> None:
    heavy = "{'torch', 'torchvision', 'matplotlib', 'sympy', 'pandas'}"  # openpyxl takes Pillow where it is there
    code = f"import sys, sheetgen.cli; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# --- what is built, and installed elsewhere ---


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheel and the sdist."""
    return distributions(tmp_path_factory.mktemp("distributions"))


def test_the_sdist_holds_all_that_its_own_tests_read(built: list[Path]) -> None:
    (sdist,) = (path for path in built if path.name.endswith(".tar.gz"))
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("this is no checkout")
    assert set(tracked.stdout.split()) - names == {".gitignore"}


def test_the_wheel_holds_the_packages_and_the_templates_and_nothing_else(built: list[Path]) -> None:
    (wheel,) = (path for path in built if path.suffix == ".whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    modules = {
        str(path.relative_to(ROOT)) for package in ("sheetgen", "cnn") for path in (ROOT / package).rglob("*.py")
    }
    templates = {f"sheetgen/templates/{path.name}" for path in (ROOT / "templates").glob("*.*")}
    assert names == modules | templates | {"sheetgen/py.typed", "cnn/py.typed"}


def works(programs: Path, folder: Path) -> None:
    """Build and verify from another folder, in an environment that knows nothing of this one."""
    script = "import sheetgen; print(sheetgen.__file__)"
    for command, said in (
        (["python", "-c", script], str(programs.parent)),
        (["sheetgen", "templates"], "mlp-2-2-2"),
        (["sheetgen", "build", "iris", "--iterations", "20"], "OK: all"),
        (["sheetgen", "verify", "iris.xlsx"], "OK: all"),
        (["cnn", "--help"], "train"),
    ):
        program = [str(programs / command[0]), *command[1:]]
        done = subprocess.run(program, cwd=folder, env=clean(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert said in done.stdout
    assert (folder / "iris.xlsx").is_file()


def test_the_wheel_works_from_another_folder(built: list[Path], tmp_path: Path) -> None:
    """What it needs of others is that of this environment."""
    (wheel,) = (path for path in built if path.suffix == ".whl")
    programs = environment(tmp_path / "venv", sys.executable, wheel, "--no-deps")
    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (packages / "of_others.pth").write_text("\n".join(site.getsitepackages()))
    works(programs, tmp_path)


@pytest.mark.stress
@pytest.mark.parametrize("version", VERSIONS)
def test_the_wheel_works_on_every_python_here(version: str, built: list[Path], tmp_path: Path) -> None:
    """With what it needs from the package index."""
    (wheel,) = (path for path in built if path.suffix == ".whl")
    works(environment(tmp_path / "venv", python_of(version), wheel), tmp_path)


# --- the versions it is tested with ---


def pinned() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def test_constraints_name_one_version_of_all_that_is_asked_for() -> None:
    pins = pinned()
    for line in requires("sheetgen") or ():
        asked = Requirement(line)
        if asked.name != "sheetgen":
            (pin,) = pins[canonicalize_name(asked.name)].specifier
            assert pin.operator == "=="
            assert asked.specifier.contains(pin.version), f"{line}, but {pin}"


def test_constraints_name_no_place() -> None:
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert not re.search(r"://|@|^-|(?<!\w)/", text.replace("sys_platform", ""), re.MULTILINE)
