"""Columns of ``[data]`` that equations prepare, over numbers that are held fixed and stand on Inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheetgen.template.document import Document


@dataclass
class Prepared:
    """What is prepared of some columns, gathered, and then written into the template.

    ``names`` says what each column is called from then on.
    """

    document: Document
    names: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    equations: dict[str, str] = field(default_factory=dict)

    def add(self, key: str, column: str, becomes: str, equation: str, numbers: Mapping[str, float]) -> None:
        """Let a column become a quantity by an equation; ``key`` is that of [data] which asks for it.

        Raises TemplateError for a name that the template declares itself.
        """
        for made in (*numbers, becomes):
            self.require_free(key, column, made)
        self.names[column] = becomes
        self.numbers |= numbers
        self.equations[becomes] = equation
        if line := self.document.lines.get(("data", key)):
            self.document.lines |= {("parameters", number): line for number in numbers}
            self.document.lines[("forward", becomes)] = line

    def require_free(self, key: str, column: str, made: str) -> None:
        """Raise TemplateError where the template declares a name that a column makes."""
        if found := self.document.table_of(made):
            problem = f"{key} of {column} makes {made!r}, which [{found}] declares, too"
            self.document.fail(problem, f"give your own another name, or leave {column} as it is", "data", key)

    def write(self) -> None:
        """Put the equations and their numbers into the template, before what it has."""
        if not self.names:
            return
        document = self.document
        document.data["parameters"] = {**document.table("parameters"), **self.numbers}
        document.data["forward"] = {**self.equations, **document.table("forward")}
        frozen = document.strings(document.data.get("frozen", []), "frozen", "", "frozen")
        document.data["frozen"] = [*frozen, *self.numbers]
