"""The house rules: which room may import which, and who may speak to the console.

A room is a folder, or a module that stands beside the folders. Every module of both packages is looked at, so a new
one has to be given a floor before it passes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest
from outside import ROOT

# From the ground up: a room imports rooms of lower floors only, so rooms of one floor stand side by side.
SHEETGEN = (
    {"interrupts", "late", "algebra", "errors", "version", "sheet_names", "machine", "shares"},
    {"limits", "drafts", "jobs"},
    {"tensors"},
    {"files", "console", "engines", "network", "page"},
    {"template", "xlsx", "figure"},
    {"sheets"},
    {"proof", "audit"},
    {"workbook", "show", "render", "animation"},
    {"sweep"},
    {"__init__", "cli"},
    {"__main__"},
)
CNN = (
    {"errors"},
    {"extra", "json_form"},
    {"toml_file"},
    {"net"},
    {"digits"},
    {"runs"},
    {"training"},
    {"trained", "sweep", "seeds"},
    {"predict", "export"},
    {"tab", "live", "show", "sweep_table", "options"},
    {"api"},
    {"__init__"},
    {"cli"},
    {"__main__"},
)
FLOORS = {"sheetgen": SHEETGEN, "cnn": CNN}

OF_SHEETGEN_FOR_CNN = {
    "page",
    "xlsx",
    "console",
    "engines",
    "files",
    "errors",
    "interrupts",
    "late",
    "jobs",
    "machine",
    "template",  # how TOML is read, with its lines
    "version",
    "sheet_names",
}
"""What the companion uses of sheetgen, besides its public names."""

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for package in FLOORS
    for path in sorted((ROOT / package).rglob("*.py"))
}


def named(path: Path) -> Iterator[str]:
    """Yield what a module imports, as dotted names; imports inside functions and for type checkers count too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield str(node.module)  # importing from a folder runs its __init__
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def of_ours(name: str) -> str | None:
    """Return the module of ours that a dotted name lies in, or None; a folder is its ``__init__``."""
    while name:
        for module in (name, f"{name}.__init__"):
            if module in MODULES:
                return module
        name = name.rpartition(".")[0]
    return None


def imports(module: str) -> set[str]:
    """Return the modules of ours that a module imports."""
    return {other for name in named(MODULES[module]) if (other := of_ours(name))} - {module}


def others(module: str) -> set[str]:
    """Return the names of the packages of others that a module imports."""
    return {name.split(".")[0] for name in named(MODULES[module])}


def room(module: str) -> tuple[str, str]:
    """Return the package and the room of a module."""
    package, first, *_ = module.split(".")
    return package, first


def floor(module: str) -> int:
    """Return the floor of a module's room, from 0."""
    package, name = room(module)
    floors = [number for number, rooms in enumerate(FLOORS[package]) if name in rooms]
    assert len(floors) == 1, f"{module}: give the room {name!r} one floor in {__name__}"
    return floors[0]


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    for other in imports(module):
        if room(other)[0] == room(module)[0]:
            down = room(other) == room(module) or floor(other) < floor(module)
            assert down, f"{module} imports {other}, which does not lie below it"


def test_there_are_no_circles() -> None:
    TopologicalSorter({module: imports(module) for module in MODULES}).prepare()


def test_every_room_that_has_a_floor_is_there() -> None:
    assert {(package, name) for package in FLOORS for name in chain(*FLOORS[package])} == set(map(room, MODULES))


@pytest.mark.parametrize("module", [module for module in MODULES if room(module)[0] == "sheetgen"])
def test_sheetgen_knows_neither_its_companion_nor_torch(module: str) -> None:
    assert not others(module) & {"cnn", "torch", "torchvision", "pandas", "sympy"}


@pytest.mark.parametrize("module", [module for module in MODULES if room(module)[0] == "cnn"])
def test_the_companion_uses_what_it_may(module: str) -> None:
    used = {room(other)[1] for other in imports(module) if room(other)[0] == "sheetgen"}
    assert used <= OF_SHEETGEN_FOR_CNN | {"__init__"}


def reach(module: str) -> set[str]:
    """Return the modules of ours that importing a module brings in, by itself or by what it imports."""
    reached: set[str] = set()
    ahead = {module}
    while ahead:
        reached |= ahead
        ahead = set().union(*map(imports, ahead)) - reached
    return reached - {module}


@pytest.mark.parametrize("module", [m for m in MODULES if room(m)[0] == "sheetgen" and room(m)[1] in ("page", "xlsx")])
def test_a_page_and_its_file_know_nothing_of_networks(module: str) -> None:
    assert not {room(other)[1] for other in reach(module)} & {"network", "template", "sheets", "proof"}


@pytest.mark.parametrize("module", [module for module in MODULES if room(module) == ("sheetgen", "algebra")])
def test_algebra_is_plain_python(module: str) -> None:
    assert not others(module) & {"openpyxl", "numpy", "click", "formualizer", "orjson"}
    assert all(room(other) == ("sheetgen", "algebra") for other in imports(module))


REFERENCE = {module for module in MODULES if module.startswith("sheetgen.proof.reference")}


@pytest.mark.parametrize("module", sorted(REFERENCE))
def test_the_reference_stands_alone(module: str) -> None:
    assert imports(module) - {"sheetgen.proof.__init__"} <= REFERENCE


def speaks(path: Path) -> set[str]:
    """Return the ways in which a module writes to the console."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    ways = {"print", "click.echo", "click.secho", "echo", "sys.stdout.write", "sys.stderr.write"}
    return {ast.unparse(node.func) for node in calls} & ways


SPEAKERS = {"sheetgen.cli", "sheetgen.console", "cnn.cli", "cnn.show", "cnn.training.stop"}
"""The command lines and what they share; `cnn.training.stop` answers a Ctrl-C at once."""


@pytest.mark.parametrize("module", MODULES)
def test_only_the_command_lines_speak(module: str) -> None:
    assert module in SPEAKERS or not speaks(MODULES[module])
    assert "click" not in others(module) or room(module)[1] in ("cli", "console", "options")


def test_this_test_sees_what_it_looks_for() -> None:
    assert "sheetgen.network.graph" in imports("sheetgen.network.row_program")
    assert "sheetgen.network.graph" in reach("sheetgen.workbook") - imports("sheetgen.workbook")
    assert imports("sheetgen.__init__") >= {"sheetgen.workbook", "sheetgen.version"}
    assert "numpy" in others("sheetgen.proof.reference")
    assert speaks(MODULES["sheetgen.cli"])
