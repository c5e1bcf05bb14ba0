"""The table ``[data]``: the samples, typed in the template or read from a CSV file beside it.

[data]
inputs = ["x1", "x2"]           names of the inputs; `fields` says what else may stand here
targets = ["t"]                 likewise; or label and classes, for one target of 0 or 1 a class
rows = [[0, 0, 0], [0, 1, 1]]   one row a sample, inputs then targets; or
file = "points.csv"             a file with a line of column names
label = "species"               the column (of the file, or the last of each row) that names the class
classes = ["setosa", "other"]
standardise = ["x1"]            columns that `scaling` brings to one scale; or minmax
fill = "mean"                   what stands for `holes` in inputs
masks = { m = 0.5 }             `masks` of dropout, drawn; with repeat = 4 each sample stands four times
test = 0.2                      what is never trained on, as `test_set` says
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from sheetgen.errors import did_you_mean, listed, must_be
from sheetgen.template.cells import CellReader
from sheetgen.template.data_file import DIALECT, DataFile
from sheetgen.template.document import Document
from sheetgen.template.fields import Column, Field, read_fields
from sheetgen.tensors.labels import Shape
from sheetgen.tensors.naming import COUNTED, Naming

_PREPARED = ("standardise", "minmax", "fill", "test", "masks", "repeat")
_KEYS = ("inputs", "targets", "rows", "file", "label", "classes", *_PREPARED, *DIALECT)
MAX_SAMPLES = 100_000


@dataclass(frozen=True)
class Samples:
    """The numbers of each input and each target, sample by sample, elements of tensors by their labels.

    ``test`` holds those of samples that are never trained on, if any. ``shapes`` are those of what [data] names,
    ``naming`` says what elements are called; ``read_as`` tells in words how a file of another dialect was read.
    """

    inputs: Mapping[str, tuple[float, ...]]
    targets: Mapping[str, tuple[float, ...]]
    test: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    read_as: str = ""
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    naming: Naming = COUNTED

    @property
    def all(self) -> dict[str, tuple[float, ...]]:
        """The numbers of inputs and targets."""
        return {**self.inputs, **self.targets}

    def shapes_of(self, elements: Collection[str]) -> dict[str, Shape]:
        """Return the shapes of those tensors whose elements are among some, inputs or targets."""
        called = self.naming.labels
        return {name: shape for name, shape in self.shapes.items() if called(name, shape)[0] in elements}

    @property
    def count(self) -> int:
        """The number of samples."""
        return len(next(iter(self.inputs.values()), (0.0,)))


def read_samples(document: Document, folder: Path | None, naming: Naming) -> Samples:
    """Return the samples of the table [data]; a file is looked for in ``folder``; ``naming`` names elements.

    Raises TemplateError for what is missing, for a hole, a label outside the classes, rows of different lengths.
    """
    table = document.table("data")
    for key in table:
        if key not in _KEYS:
            document.unknown(key, _KEYS, "[data] has", "data")
    _require_file(document, table)
    return SampleTable(document, table, "data", folder, naming).samples()


def _require_file(document: Document, table: Mapping[str, Any]) -> None:
    """Let what says how a file is written stand beside one, of the samples or of the test set."""
    test = table.get("test")
    if "rows" not in table or "file" in table or (isinstance(test, dict) and "file" in test):
        return
    for key in DIALECT:
        if key in table:
            document.fail(f"{key} says how a file is written, and [data] has typed rows", "remove it", "data", key)


class SampleTable:
    """Samples as a table says them that is called ``called``; a file is looked for in ``folder``."""

    def __init__(
        self, document: Document, table: Mapping[str, Any], called: str, folder: Path | None, naming: Naming
    ) -> None:
        self.document, self.table, self.called, self.naming = document, table, called, naming
        self.file = DataFile(document, table, folder, called)

    def fail(self, problem: str, expected: str = "", key: str = "") -> NoReturn:
        """Complain of a key of the table."""
        self.document.fail(problem, expected, self.called, key)

    def samples(self) -> Samples:
        """Return the samples; raise TemplateError for what is wrong with them."""
        if ("rows" in self.table) == ("file" in self.table):
            expected = 'rows = [[…], …] or file = "….csv"'
            self.fail(f"[{self.called}] needs the samples, once: {expected}", expected)
        inputs, targets = (read_fields(self.document, key) for key in ("inputs", "targets"))
        if not inputs:
            expected = 'the names of its inputs, such as inputs = ["x1", "x2"]'
            self.fail(f"[data] needs {expected}", expected)
        classes = self._classes(targets)
        fields = (*inputs, *targets)
        columns = [column for one in fields for column in one.columns]
        rows, where = self._rows([*columns, *([Column(str(self.table["label"]), "word")] if classes else [])])
        if not 1 <= len(rows) <= MAX_SAMPLES:
            self.fail(f"[{self.called}] has {len(rows):,} samples", f"it must have 1 to {MAX_SAMPLES:,}", self._key)
        reader = CellReader(self.document, fields, self._key, self.called, self._filled(inputs))
        shapes = reader.shapes(rows[0], where(0))
        numbers = [list(reader.numbers(shapes, row, where(index))) for index, row in enumerate(rows)]
        by_key = self._labelled(fields, shapes, [tuple(column) for column in zip(*numbers, strict=True)])
        one_hot = self._one_hot(classes, [str(row[-1]) for row in rows], where) if classes else {}
        shapes |= dict.fromkeys(one_hot, ())
        return Samples(by_key["inputs"], by_key["targets"] | one_hot, {}, self.file.read_as, shapes, self.naming)

    def _filled(self, inputs: Sequence[Field]) -> Collection[str]:
        """Return the inputs whose holes a rule fills."""
        said = self.document.table("data").get("fill", {})
        return said if isinstance(said, dict) else [one.name for one in inputs]

    def _labelled(
        self, fields: Sequence[Field], shapes: Mapping[str, Shape], columns: Sequence[tuple[float, ...]]
    ) -> dict[str, dict[str, tuple[float, ...]]]:
        """Return the numbers of every element by its label, inputs and targets apart."""
        by_key: dict[str, dict[str, tuple[float, ...]]] = {"inputs": {}, "targets": {}}
        across = iter(columns)
        for one in fields:
            with self.document.refusing("data", one.key):
                named = {label: next(across) for label in self.naming.labels(one.name, shapes[one.name])}
            if twice := named.keys() & {*by_key["inputs"], *by_key["targets"]}:
                problem = f"{one.name!r} has an element {min(twice)!r}, which is declared already"
                self.fail(problem, "rename one", one.key)
            by_key[one.key] |= named
        return by_key

    @property
    def _key(self) -> str:
        return "rows" if "rows" in self.table else "file"

    def _classes(self, targets: Sequence[Field]) -> tuple[str, ...]:
        """Return the classes, where the targets are told by a label."""
        if ("label" in self.table) != ("classes" in self.table):
            expected = "the column that names the class, and the classes"
            self.fail(f"label and classes belong together: {expected}", expected)
        if "label" not in self.table:
            return ()
        if targets:
            self.fail("[data] has targets and a label", "the label makes one target a class, so drop one", "label")
        if not isinstance(self.table["label"], str):
            self.fail(*must_be("label", "the name of a column, in quotes"), "label")
        classes = self.document.strings(self.table["classes"], "classes", "data", "classes")
        if len(set(classes)) != len(classes) or len(classes) < 2:
            expected = "at least two classes, each once"
            self.fail(f"classes must list {expected}", expected, "classes")
        return classes

    def _one_hot(
        self, classes: tuple[str, ...], labels: Sequence[str], where: Callable[[int], str]
    ) -> dict[str, tuple[float, ...]]:
        """Return a target t1, t2, … a class: 1 for the sample's own class, else 0."""
        for index, label in enumerate(labels):
            if label not in classes:
                hint = did_you_mean(label, classes, f"the classes are {', '.join(classes)}")
                problem = f"{where(index)} has the label {label!r}, which is none of the classes"
                self.fail(problem, hint, self._key)
        return {f"t{k}": tuple(float(label == name) for label in labels) for k, name in enumerate(classes, start=1)}

    # --- rows, typed or read ---

    def _rows(self, columns: list[Column]) -> tuple[list[list[object]], Callable[[int], str]]:
        """Return the cells of the wanted columns, and how to name a row in a message."""
        if "rows" in self.table:
            return self._typed([column.name for column in columns]), lambda index: f"row {index + 1} of [{self.called}]"
        return self.file.rows(columns)

    def _typed(self, columns: list[str]) -> list[list[object]]:
        rows = self.table["rows"]
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            expected = "a list of lists, one a sample, such as rows = [[0, 0, 0], [0, 1, 1]]"
            self.fail(*must_be("rows", expected), "rows")
        for number, row in enumerate(rows, start=1):
            if len(row) != len(columns):
                expected = f"expected {len(columns)}: {listed(columns)}"
                self.fail(f"row {number} of [{self.called}] has {len(row)} values", expected, "rows")
        return list(rows)
