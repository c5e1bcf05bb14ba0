"""What the inputs and targets of ``[data]`` are made of: columns of the file, or cells of the typed rows.

inputs = ["x1", "x2"]                                          a column, or a cell, each; a cell may hold a tensor
inputs = { x1 = "length" }                                     a column of another name
inputs = { x = { columns = ["p0 … p15"], shape = [4, 4] } }    columns p0, p1, … p15 as one tensor
inputs = { x = { column = "word", characters = "helo" } }      a row for each character of a text
targets = { t = { column = "kind", classes = ["a", "b"] } }    1 for the class of the sample, else 0
inputs = { x = { ordinal = ["small", "large"] } }              0, 1, … for the place of the word in the list
inputs = { x = { shape = [4, 4] } }                            16 cells of a typed row as one tensor
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from sheetgen.errors import TemplateError, did_you_mean, must_be
from sheetgen.limits import MAX_COLUMNS
from sheetgen.template.document import Document
from sheetgen.template.one_hot import OneHot, one_hot_of
from sheetgen.template.ordinal import Ordinal, ordinal_of
from sheetgen.tensors.labels import Shape, labels, shape_text

_KEYS = ("column", "columns", "shape", "classes", "characters", "ordinal")
_SPAN = re.compile(r"(.*?)([0-9]+)\s*(?:…|\.\.\.?)\s*(.*?)([0-9]+)$")

Holds = Literal["number", "word", "text"]
"""What the cells of a column hold: a number, a class, or a text of which every character counts."""


@dataclass(frozen=True)
class Column:
    """A column of a file, or a cell of a typed row."""

    name: str
    holds: Holds = "number"


@dataclass(frozen=True)
class Field:
    """An input or a target, by the table's key, its name, and the columns it is read from.

    ``shape`` is None where the first sample tells it.
    """

    key: str
    name: str
    columns: tuple[Column, ...]
    shape: Shape | None = None
    coding: OneHot | Ordinal | None = None


def read_fields(document: Document, key: str) -> tuple[Field, ...]:
    """Return the fields that a key of [data] names, "inputs" or "targets". Raises TemplateError for a wrong one."""
    return _FieldReader(document, key).fields()


class _FieldReader:
    def __init__(self, document: Document, key: str) -> None:
        self.document, self.key = document, key
        self.table = document.table("data")

    def fail(self, problem: str, expected: str = "") -> NoReturn:
        self.document.fail(problem, expected, "data", self.key)

    def fields(self) -> tuple[Field, ...]:
        value = self.table.get(self.key, [])
        if isinstance(value, dict):
            return tuple(self._field(name, said) for name, said in value.items())
        names = self.document.strings(value, self.key, "data", self.key)
        for name in names:
            if names.count(name) > 1:
                self.fail(f"{name!r} is listed twice in {self.key}", "keep one")
        return tuple(Field(self.key, name, (Column(name),)) for name in names)

    def _field(self, name: str, said: object) -> Field:
        if isinstance(said, dict):
            with self.document.refusing("data", self.key):
                return self._described(name, said)
        if "rows" in self.table or not isinstance(said, str):
            expected = f'{self.key} = {{ x1 = "length" }}'
            self.fail(f"{self.key} pairs a name with a column of the file: {expected}", expected)
        return Field(self.key, name, (Column(said),))

    def _described(self, name: str, said: Mapping[str, Any]) -> Field:
        for word in said:
            if word not in _KEYS:
                hint = did_you_mean(word, _KEYS, f"there are {', '.join(_KEYS)}")
                raise TemplateError(f"{name} has no key {word!r}", hint)
        columns = self._columns(name, said)
        classes, characters = said.get("classes"), said.get("characters")
        if "ordinal" in said:
            return self._ordered(name, said, columns)
        if classes is None and characters is None:
            return Field(self.key, name, tuple(map(Column, columns)), self._shape(name, said, len(columns)))
        if "shape" in said or len(columns) > 1:
            expected = "leave shape out, and name one column"
            raise TemplateError(f"{name}: the shape of classes and of characters follows from them", expected)
        coding = one_hot_of(classes, characters, name)
        return Field(self.key, name, (Column(columns[0], "text" if coding.is_text else "word"),), None, coding)

    def _ordered(self, name: str, said: Mapping[str, Any], columns: Sequence[str]) -> Field:
        """Return the field of words that have an order."""
        if said.keys() & {"classes", "characters", "shape"} or len(columns) > 1:
            raise TemplateError(f"{name}: ordinal makes one number of a column", "leave the other keys out")
        return Field(self.key, name, (Column(columns[0], "word"),), None, ordinal_of(said["ordinal"], name))

    def _columns(self, name: str, said: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the columns of a field, spans such as ``p0 … p15`` written out."""
        if "columns" in said and "column" in said:
            raise TemplateError(f"{name} has column and columns", "keep one")
        if "columns" in said:
            texts = self.document.strings(said["columns"], f"{name}: columns", "data", self.key)
            columns = tuple(column for text in texts for column in self._span(name, text))
            self._require_room(name, len(columns))
            return columns or self._missing(name)
        if "column" not in said and "file" in self.table:
            self._missing(name)
        if "column" not in said and "shape" in said:
            return labels(name, self._sizes(name, said["shape"]))
        column = said.get("column", name)
        return (column,) if isinstance(column, str) else self._missing(name)

    def _missing(self, name: str) -> NoReturn:
        expected = 'column = "kind", or columns = ["p0 … p15"]'
        raise TemplateError(f"{name} must say what it is read from: {expected}", expected)

    def _span(self, name: str, text: str) -> tuple[str, ...]:
        span = _SPAN.fullmatch(text.strip())
        if span is None:
            return (text,)
        stem, first, again, last = span.groups()
        if again not in (stem, "") or int(last) < int(first):
            raise TemplateError(f"{name}: {text!r} is no span of columns", 'write it as "p0 … p15"')
        self._require_room(name, int(last) - int(first) + 1)
        width = len(first) if first.startswith("0") else 1
        return tuple(f"{stem}{number:0{width}}" for number in range(int(first), int(last) + 1))

    def _shape(self, name: str, said: Mapping[str, Any], count: int) -> Shape | None:
        """Return the shape that is said; without one, several columns are a vector, and one is as its cells are."""
        if "shape" not in said:
            return (count,) if "columns" in said else None
        shape = self._sizes(name, said["shape"])
        if math.prod(shape) != count:
            problem = f"{name} has {count} columns, which do not fill its shape {shape_text(shape)}"
            raise TemplateError(problem, f"{math.prod(shape)} are needed")
        return shape

    def _sizes(self, name: str, shape: object) -> Shape:
        sizes = tuple(shape) if isinstance(shape, list) else ()
        if not sizes or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in sizes):
            raise TemplateError(*must_be(f"{name}: shape", "a list of whole numbers, such as [4, 4]"))
        self._require_room(name, math.prod(sizes))
        return sizes

    def _require_room(self, name: str, count: int) -> None:
        if count > MAX_COLUMNS:
            raise TemplateError(f"{name} has {count:,} elements", f"a sheet has {MAX_COLUMNS:,} columns")
