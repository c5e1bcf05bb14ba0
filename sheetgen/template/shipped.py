"""The texts of templates: those that come with the package, and a person's own files."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from sheetgen.errors import UsageError, did_you_mean
from sheetgen.files import read_file
from sheetgen.template.document import Document

LARGEST = 10_000_000
"""The bytes of a template, or of a CSV file, that are read."""


def template_names() -> tuple[str, ...]:
    """Return the names of the templates that come with the package."""
    folder = files("sheetgen.templates")
    return tuple(sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")))


def template_text(template: str) -> str:
    """Return a template's text, from a shipped name or a path.

    Raises UsageError where there is none, or it is not text.
    """
    if template in template_names():
        return files("sheetgen.templates").joinpath(f"{template}.toml").read_text("utf-8")
    try:
        return read_file(Path(template), LARGEST).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        names = template_names()
        hint = did_you_mean(template, names, f"the shipped ones are {', '.join(names)}")
        raise UsageError(f"there is no template or file {template!r}", hint) from None
    except UnicodeDecodeError as error:
        problem = f"{template} is not UTF-8 text (byte {error.start})"
        raise UsageError(problem, "a template is a .toml file, saved as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{template} cannot be read: {error.strerror}", "a template is a .toml file") from None


def template_data(template: str) -> dict[str, str]:
    """Return the CSV file that a shipped template reads, by its name, if it reads one."""
    if template not in template_names():
        return {}
    name = Document.decode(template_text(template), template).table("data").get("file")
    return {name: files("sheetgen.templates").joinpath(name).read_text("utf-8")} if name else {}
