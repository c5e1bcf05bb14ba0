"""The cells of samples, read into numbers: one each, or several where a cell or some columns hold a tensor."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NoReturn

from sheetgen.errors import must_be
from sheetgen.template.document import Document
from sheetgen.template.fields import Field
from sheetgen.template.nested import flat, shape_of
from sheetgen.tensors.labels import Shape, shape_text

_HOLES = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})


class CellReader:
    """Reads the cells of some fields; ``key`` is that of ``table`` which gives the samples, ``rows`` or ``file``.

    A hole in one of the fields ``filled`` is read as NaN, and any other refused.
    What is wrong with a cell is a TemplateError, which begins with where it stands.
    """

    def __init__(
        self, document: Document, fields: Sequence[Field], key: str, table: str, filled: Collection[str]
    ) -> None:
        self.document, self.fields, self.key, self.table, self.filled = document, fields, key, table, filled

    def _fail(self, problem: str, expected: str = "", key: str = "") -> NoReturn:
        table = "data" if key else self.table
        self.document.fail(problem, expected, table, key or self.key)

    def shapes(self, row: Sequence[object], where: str) -> dict[str, Shape]:
        """Return the shape of each field: the one that is said, or that of its cell in the first row."""
        shapes: dict[str, Shape] = {}
        cells = iter(row)
        for one in self.fields:
            first = [next(cells) for _ in one.columns]
            if one.name in shapes:
                self._fail(f"{one.name!r} is an input and a target", "name one otherwise", one.key)
            if one.shape is not None:
                shapes[one.name] = one.shape
            elif one.coding:
                shapes[one.name] = one.coding.shape(str(first[0]))
            else:
                shape = shape_of(first[0])
                if shape is None or 0 in shape:
                    problem = f"{one.name} in {where} has rows of unlike lengths, or none"
                    self._fail(problem, "make them alike")
                shapes[one.name] = shape
        return shapes

    def numbers(self, shapes: Mapping[str, Shape], row: Sequence[object], where: str) -> Iterator[float]:
        """Yield the numbers of one sample."""
        cells = iter(row)
        for one in self.fields:
            for column in one.columns:
                cell = next(cells)
                if one.coding:
                    yield from self._coded(one, shapes[one.name], cell, where)
                elif one.shape is None and shapes[one.name]:
                    yield from self._nested(one.name, shapes[one.name], cell, where)
                elif _is_hole(cell) and one.name in self.filled and one.shape is None:
                    yield math.nan
                else:
                    yield self._number(cell, column.name, where, one.key)

    def _coded(self, one: Field, shape: Shape, cell: object, where: str) -> Sequence[float]:
        """Return the numbers of a class or a text."""
        assert one.coding is not None
        what = f"{where}: {one.columns[0].name}"
        if not isinstance(cell, str):
            self._fail(*must_be(what, "a text in quotes", repr(cell)))
        with self.document.refusing(self.table, self.key):
            numbers = one.coding.numbers(cell, what)
        if one.coding.shape(cell) != shape:
            problem = f"{what} has {len(cell)} characters, and the first row has {shape[0]}"
            self._fail(problem, "make all texts equally long")
        return numbers

    def _nested(self, name: str, shape: Shape, cell: object, where: str) -> Sequence[float]:
        """Return the numbers of a tensor that is typed in one cell."""
        if (found := shape_of(cell)) != shape:
            is_now = "rows of unlike lengths" if found is None else f"the shape {shape_text(found)}"
            problem = f"{where}: {name} has {is_now}, and in row 1 it is {shape_text(shape)}"
            self._fail(problem, "make them alike")
        return [self._number(element, name, where) for element in flat(cell)]

    def _number(self, value: object, column: str, where: str, key: str = "") -> float:
        if _is_hole(value):
            found = f"{column} is {value!r}" if value else f"{column} is empty"
            by_rule = 'leave the line out, or say fill = "mean" in [data]'
            remedy = by_rule if key == "inputs" else "or leave the line out"
            self._fail(f"{where} has a hole: {found}", f"fill it, {remedy}")
        if isinstance(value, str):
            with suppress(ValueError):
                value = float(value) if "_" not in value else value
        return self.document.number(value, f"{where}: {column}", self.table, self.key)


def _is_hole(cell: object) -> bool:
    """Whether a cell says that there is no number."""
    return cell.strip().lower() in _HOLES if isinstance(cell, str) else isinstance(cell, float) and math.isnan(cell)
