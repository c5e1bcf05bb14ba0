"""Write what is read off the code: commands.md from the commands' help, modules.md from the docstrings, and the
drawings of the shipped templates' networks, images/network-NAME.svg.

Run `make docs`; a test holds all of them to what this would write.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click
from click.testing import CliRunner

import cnn.cli
import sheetgen.cli
from sheetgen import load
from sheetgen.show import drawing
from sheetgen.template.shipped import template_names

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS: dict[str, click.Group] = {"sheetgen": sheetgen.cli.cli, "cnn": cnn.cli.cli}

_COMMANDS = """# Commands

Data goes to stdout, progress and errors to stderr. Exit codes: 0 fine, 1 differences found, 2 could not run,
130 stopped by Ctrl-C. This page is made from the commands' own help.
"""

_MODULES = """# Modules

Every module with the first sentence of its docstring; this page is made from them. A folder is a room: a module imports
from rooms that lie below its own, never above (`tests/test_house.py` holds the floors). A folder in a room holds the
modules of one thing, such as one sheet.
"""


def help_of(program: str, command: str) -> str:
    """Return what `PROGRAM COMMAND --help` prints on a terminal 100 columns wide."""
    shown = CliRunner().invoke(PROGRAMS[program], [command, "--help"], prog_name=program, terminal_width=100)
    return shown.output.rstrip("\n")


def commands() -> str:
    """Return the page of the commands, those of sheetgen before those of cnn."""
    pages = [_COMMANDS]
    for program, group in PROGRAMS.items():
        pages += [f"## {program} {name}\n\n```\n{help_of(program, name)}\n```\n" for name in sorted(group.commands)]
    return "\n".join(pages)


def first_sentence(path: Path) -> str:
    """Return the first sentence of a module's docstring, on one line."""
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    paragraph = " ".join(docstring.split("\n\n")[0].split())
    return re.split(r"(?<=\.) (?=[A-Z])", paragraph)[0].rstrip(":.").replace("|", "\\|")


def rooms(package: str) -> Iterator[tuple[str, list[Path]]]:
    """Yield each room of a package, itself first, with its modules; then the folders in the room, with theirs.

    What is only linked into it, as the templates may be, is no room of it.
    """
    top = ROOT / package
    folders = sorted(path.parent for path in top.rglob("*/__init__.py") if not path.parent.is_symlink())
    for folder in (top, *folders):
        yield folder.relative_to(ROOT).as_posix(), sorted(folder.glob("[!_]*.py"))


def modules() -> str:
    """Return the page of the modules, a table a room."""
    pages = [_MODULES]
    for package in PROGRAMS:
        for room, paths in rooms(package):
            rows = "\n".join(f"| `{path.stem}` | {first_sentence(path)} |" for path in paths)
            about = first_sentence(ROOT / room / "__init__.py")
            pages.append(f"## {room}\n\n{about}.\n\n| module | what is in it |\n|---|---|\n{rows}\n")
    return "\n".join(pages)


def network(template: str) -> str:
    """Return the drawing of a template's network."""
    return drawing(load(template), "svg").decode()


PAGES: dict[str, Callable[[], str]] = {"commands.md": commands, "modules.md": modules}
PAGES |= {f"images/network-{name}.svg": partial(network, name) for name in template_names()}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page(), "utf-8")
