"""What a stack of layers writes into the tables of a template, and the shapes of what has a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheetgen.template.document import Document
from sheetgen.tensors.labels import Shape


@dataclass(frozen=True)
class Tensor:
    """A quantity that a layer may read."""

    name: str
    shape: Shape


@dataclass
class Tables:
    """The entries that layers write, by table and key, and for each the line of its layer.

    ``inputs`` and ``targets`` are the shapes of the samples, ``shapes`` those of all that a layer may read; ``sources``
    are what each layer so far reads, and ``convolved`` says whether one of them is a convolution.
    """

    document: Document
    inputs: Mapping[str, Shape]
    targets: Mapping[str, Shape]
    shapes: dict[str, Shape] = field(default_factory=dict)
    sources: list[Tensor] = field(default_factory=list)
    convolved: bool = False
    written: dict[str, dict[str, object]] = field(default_factory=dict)
    lines: dict[tuple[str, str], int | None] = field(default_factory=dict)

    def write(self, table: str, key: str, value: object, line: int | None) -> None:
        """Add an entry, for which the line of a layer stands."""
        self.written.setdefault(table, {})[key] = value
        self.lines[table, key] = line

    def merge(self) -> None:
        """Put the entries into the document, where what is typed goes before them."""
        for table, entries in self.written.items():
            typed = self.document.table(table)
            self.document.data[table] = {**entries, **typed}
            new = entries.keys() - typed.keys()
            self.document.lines |= {(table, key): line for key in new if (line := self.lines[table, key])}
