"""The table ``[data]``: the samples, typed in the template or read from a CSV file beside it.

[data]
inputs = ["x1", "x2"]           names of the inputs, or name = "column of the file" pairs
targets = ["t"]                 likewise; or label and classes, for one target of 0 or 1 a class
rows = [[0, 0, 0], [0, 1, 1]]   one row a sample, inputs then targets; or
file = "points.csv"             a file with a line of column names
label = "species"               the column (of the file, or the last of each row) that names the class
classes = ["setosa", "other"]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sheetgen.errors import did_you_mean, must_be
from sheetgen.files import read_file
from sheetgen.template.csv_table import Dialect, read_csv
from sheetgen.template.document import Document
from sheetgen.template.shipped import LARGEST

_DIALECT = ("separator", "decimal", "encoding", "header")
_KEYS = ("inputs", "targets", "rows", "file", "label", "classes", *_DIALECT)
MAX_SAMPLES = 100_000


@dataclass(frozen=True)
class Samples:
    """The numbers of each input and each target, sample by sample; how a file of another dialect was read, in words."""

    inputs: Mapping[str, tuple[float, ...]]
    targets: Mapping[str, tuple[float, ...]]
    read_as: str = ""

    @property
    def all(self) -> dict[str, tuple[float, ...]]:
        """The numbers of inputs and targets."""
        return {**self.inputs, **self.targets}

    @property
    def count(self) -> int:
        """The number of samples."""
        return len(next(iter(self.inputs.values())))


def read_samples(document: Document, folder: Path | None) -> Samples:
    """Return the samples of the table [data]; a file is looked for in ``folder``.

    Raises TemplateError for what is missing, for a hole, a label outside the classes, rows of different lengths.
    """
    return _SampleReader(document, folder).samples()


class _SampleReader:
    def __init__(self, document: Document, folder: Path | None) -> None:
        self.document, self.folder = document, folder
        self.table = document.table("data")
        self._read_as = ""

    def fail(self, problem: str, expected: str = "", key: str = "") -> NoReturn:
        self.document.fail(problem, expected, "data", key)

    def samples(self) -> Samples:
        for key in self.table:
            if key not in _KEYS:
                self.document.unknown(key, _KEYS, "[data] has", "data")
        if ("rows" in self.table) == ("file" in self.table):
            expected = 'rows = [[…], …] or file = "….csv"'
            self.fail(f"[data] needs the samples, once: {expected}", expected)
        inputs, targets = self._names("inputs"), self._names("targets")
        if not inputs:
            expected = 'the names of its inputs, such as inputs = ["x1", "x2"]'
            self.fail(f"[data] needs {expected}", expected)
        classes = self._classes(targets)
        columns = [*inputs.values(), *targets.values(), *([self.table["label"]] if classes else [])]
        rows, where = self._rows(columns)
        if not 1 <= len(rows) <= MAX_SAMPLES:
            self.fail(f"[data] has {len(rows):,} samples", f"it must have 1 to {MAX_SAMPLES:,}", self._key)
        numbers = [
            [self._number(text, column, where(index)) for text, column in zip(row, columns, strict=False)]
            for index, row in enumerate(row[: len(inputs) + len(targets)] for row in rows)
        ]
        across = [tuple(column) for column in zip(*numbers, strict=True)]
        by_name = dict(zip((*inputs, *targets), across, strict=True))
        one_hot = self._one_hot(classes, [str(row[-1]) for row in rows], where) if classes else {}
        return Samples(
            {name: by_name[name] for name in inputs}, {name: by_name[name] for name in targets} | one_hot, self._read_as
        )

    @property
    def _key(self) -> str:
        return "rows" if "rows" in self.table else "file"

    def _names(self, key: str) -> dict[str, str]:
        """Return names of quantities and, for each, the column it is read from."""
        value = self.table.get(key, [])
        if isinstance(value, dict):
            if "rows" in self.table or not all(isinstance(column, str) for column in value.values()):
                expected = f'{key} = {{ x1 = "length" }}'
                self.fail(f"{key} pairs a name with a column of the file: {expected}", expected, key)
            return dict(value)
        names = self.document.strings(value, key, "data", key)
        for name in names:
            if names.count(name) > 1:
                self.fail(f"{name!r} is listed twice in {key}", "keep one", key)
        return {name: name for name in names}

    def _classes(self, targets: Mapping[str, str]) -> tuple[str, ...]:
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

    def _rows(self, columns: list[str]) -> tuple[list[list[object]], Callable[[int], str]]:
        """Return the cells of the wanted columns, and how to name a row in a message."""
        if "rows" in self.table:
            return self._typed(columns), lambda index: f"row {index + 1} of [data]"
        path = self._path()
        content = self._content(path)
        with self.document.refusing("data", "file"):
            table = read_csv(content, path.name, columns, self._dialect())
        header, self._read_as = table.header, table.read_as
        places = [self._column(name, header, path) for name in columns]
        numeric = len(columns) - ("label" in self.table)
        rows: list[list[object]] = []
        for line, row in table.rows:
            if len(row) != len(header):
                problem = f"{path.name}, line {line} has {len(row)} values"
                self.fail(problem, f"its header names {len(header)}", "file")
            cells = [row[place].strip() for place in places]
            if table.decimal == ",":
                cells[:numeric] = [self._point(cell, f"{path.name}, line {line}") for cell in cells[:numeric]]
            rows.append([*cells])
        return rows, lambda index: f"{path.name}, line {table.rows[index][0]}"

    def _point(self, cell: str, where: str) -> str:
        """Return a number with a decimal comma as one with a point."""
        if "." in cell:
            self.fail(f"{where}: {cell!r} has a point where decimals have commas", "leave out the point", "file")
        return cell.replace(",", ".")

    def _dialect(self) -> Dialect:
        """Return what the table says of its file."""
        given = {key: self.table[key] for key in _DIALECT if key in self.table}
        header = given.pop("header", True)
        if not isinstance(header, bool):
            self.fail(*must_be("header", "true or false"), "header")
        for key, value in given.items():
            if not isinstance(value, str) or (key != "encoding" and len(value) != 1):
                self.fail(*must_be(key, "a text of one character" if key != "encoding" else "a text"), key)
        if given.get("decimal", ".") not in (".", ","):
            self.fail(*must_be("decimal", '"." or ","'), "decimal")
        if given.get("separator", ",") in '"\r\n ' or given.get("separator") == given.get("decimal", ""):
            self.fail(*must_be("separator", 'such as "," ";" "\\t" "|", and not the decimal sign'), "separator")
        return Dialect(given.get("separator"), given.get("decimal"), given.get("encoding"), header)

    def _typed(self, columns: list[str]) -> list[list[object]]:
        rows = self.table["rows"]
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            expected = "a list of lists, one a sample, such as rows = [[0, 0, 0], [0, 1, 1]]"
            self.fail(*must_be("rows", expected), "rows")
        for number, row in enumerate(rows, start=1):
            if len(row) != len(columns):
                expected = f"expected {len(columns)}: {', '.join(columns)}"
                self.fail(f"row {number} of [data] has {len(row)} values", expected, "rows")
        return list(rows)

    def _path(self) -> Path:
        name = self.table["file"]
        if not isinstance(name, str) or name != Path(name).name or "\\" in name or not name:
            self.fail(*must_be("file", "the bare name of a CSV file beside the template"), "file")
        if self.folder is None:
            problem = f"{name} cannot be looked for: a template without a file has no folder"
            self.fail(problem, "use rows = [[…]]", "file")
        return self.folder / name

    def _content(self, path: Path) -> bytes:
        try:
            return read_file(path, LARGEST)
        except OSError as error:
            self.fail(f"{path.name} cannot be read: {error.strerror}", "it must lie beside the template", "file")

    def _column(self, name: str, header: list[str], path: Path) -> int:
        if name in header:
            return header.index(name)
        otherwise = f"there are {', '.join(header)}"
        if all(cell.replace(".", "").replace(",", "").lstrip("-").isdecimal() for cell in header):
            otherwise = "its first line names no columns: say header = false in [data]"
        elif len(header) == 1:
            otherwise += '; say separator = "…" in [data] if that is several columns'
        hint = did_you_mean(name, header, otherwise)
        return self.fail(f"{path.name} has no column {name!r}", hint, "file")

    def _number(self, value: object, column: str, where: str) -> float:
        if isinstance(value, str):
            if not value:
                self.fail(f"{where} has a hole: {column} is empty", "fill it, or leave the line out", self._key)
            with suppress(ValueError):
                value = float(value) if "_" not in value else value
        return self.document.number(value, f"{where}: {column}", "data", self._key)
