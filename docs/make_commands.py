"""Write docs/commands.md from the commands' own help: run `make docs`."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from sheetgen.cli import cli

_HEAD = """# Commands

Data goes to stdout, progress and errors to stderr. Exit codes: 0 fine, 1 differences found, 2 could not run.
This page is made from the commands' own help.
"""


def help_of(name: str) -> str:
    """Return what `sheetgen NAME --help` prints on a terminal 100 columns wide."""
    shown = CliRunner().invoke(cli, [name, "--help"], prog_name="sheetgen", terminal_width=100)
    return shown.output.rstrip("\n")


def reference() -> str:
    """Return the page."""
    pages = [_HEAD]
    for name in sorted(cli.commands):
        pages.append(f"## sheetgen {name}\n\n```\n{help_of(name)}\n```\n")
    return "\n".join(pages)


if __name__ == "__main__":
    (Path(__file__).parent / "commands.md").write_text(reference(), "utf-8")
