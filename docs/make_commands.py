"""Write docs/commands.md from the commands' own help: run `make docs`."""

from __future__ import annotations

from pathlib import Path

import click

from sheetgen.cli import cli

_HEAD = """# Commands

Data goes to stdout, progress and errors to stderr. Exit codes: 0 fine, 1 differences found, 2 could not run.
This page is made from the commands' own help.
"""


def reference() -> str:
    """Return the page."""
    pages = [_HEAD]
    for name, command in sorted(cli.commands.items()):
        context = click.Context(command, info_name=f"sheetgen {name}", max_content_width=100, terminal_width=100)
        pages.append(f"## sheetgen {name}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(pages)


if __name__ == "__main__":
    (Path(__file__).parent / "commands.md").write_text(reference(), "utf-8")
