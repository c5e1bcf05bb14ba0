"""What is installed: types, templates, the console script, and nothing heavy behind the base."""

from __future__ import annotations

import subprocess
import sys
from configparser import ConfigParser
from importlib.metadata import entry_points, requires
from importlib.resources import files

from outside import ROOT

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
    assert sorted(line.rstrip("<>=.,0123456789") for line in base) == [
        "click",
        "formualizer",
        "numpy",
        "openpyxl",
        "orjson",
    ]


def test_the_command_line_starts_without_heavy_imports() -> None:
    heavy = "{'torch', 'torchvision', 'matplotlib', 'sympy', 'pandas'}"  # openpyxl takes Pillow where it is there
    code = f"import sys, sheetgen.cli; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
