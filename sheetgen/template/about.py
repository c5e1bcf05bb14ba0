"""What a template says of itself, without its network being read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sheetgen.template.document import Document
from sheetgen.template.shipped import template_text


@dataclass(frozen=True)
class About:
    """A template's name, its title, which is its name where it says none, and its description."""

    name: str
    title: str
    description: str


def about(template: str) -> About:
    """Return what a shipped template, or a file, says of itself. Raises what `template_text` raises."""
    return described(Document.decode(template_text(template), template))


def described(document: Document) -> About:
    """Return what a template says of itself. Raises TemplateError where that is no text."""
    name = Path(document.source).stem
    title, description = document.string("title", name), document.string("description", "")
    return About(name, title.strip(), description.strip())
