"""Samples that hold tensors: nested lists in the rows of ``[data]``, or columns of a file that are grouped.

rows = [[[[0, 1], [1, 0]], 1], …]                              an input of 2×2 numbers, then a number
inputs = { x = { columns = ["p0 … p15"], shape = [4, 4] } }    columns p0, p1, … p15 of the file
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from sheetgen.errors import must_be
from sheetgen.template.document import Document
from sheetgen.template.tensors.numbers import flat, shape_of
from sheetgen.tensors.labels import Shape, labels

_SPAN = re.compile(r"(.*?)([0-9]+)\s*(?:…|\.\.\.?)\s*(.*?)([0-9]+)$")


def group_columns(document: Document) -> dict[str, Shape]:
    """Put named scalars in place of the tensors of [data]; return the shapes of its inputs and targets.

    Raises TemplateError where a row holds another shape than the first, or columns do not fill a shape.
    """
    if "data" not in document.data:
        return {}
    table = dict(document.table("data"))
    shapes = _grouped(document, table) if "file" in table else _nested(document, table)
    document.data["data"] = table
    return shapes


def _nested(document: Document, table: dict[str, Any]) -> dict[str, Shape]:
    """Flatten the nested lists of typed rows."""
    rows = table.get("rows")
    keys = [key for key in ("inputs", "targets") if isinstance(table.get(key), list)]
    names = [name for key in keys for name in table[key]]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows) or not rows:
        return dict.fromkeys(map(str, names), ())
    shapes: dict[str, Shape] = {}
    for name, cell in zip(names, rows[0], strict=False):
        shape = shape_of(cell)
        if shape is None:
            document.fail(f"{name} in row 1 of [data] has rows of unlike lengths", "make them alike", "data", "rows")
        shapes[str(name)] = shape
    for number, row in enumerate(rows, start=1):
        for (name, shape), cell in zip(shapes.items(), row, strict=False):
            if shape_of(cell) != shape:
                problem = f"{name} in row {number} of [data] has another shape than in row 1"
                document.fail(problem, "make them alike", "data", "rows")
    for key in keys:
        table[key] = [label for name in table[key] for label in labels(str(name), shapes.get(str(name), ()))]
    table["rows"] = [[element for cell in row for element in flat(cell)] for row in rows]
    return shapes


def _grouped(document: Document, table: dict[str, Any]) -> dict[str, Shape]:
    """Pair the elements of tensors with columns of the file."""
    shapes: dict[str, Shape] = {}
    for key in ("inputs", "targets"):
        said = table.get(key, [])
        if not isinstance(said, dict):
            shapes |= dict.fromkeys(map(str, said), ())
            continue
        pairs: dict[str, Any] = {}
        for name, value in said.items():
            shapes[name] = ()
            if not isinstance(value, dict):
                pairs[name] = value
                continue
            columns = _columns(document, key, name, value)
            shapes[name] = _shape(document, key, name, value, len(columns))
            pairs |= dict(zip(labels(name, shapes[name]), columns, strict=True))
        table[key] = pairs
    return shapes


def _columns(document: Document, key: str, name: str, value: Mapping[str, Any]) -> list[str]:
    """Return the columns of a tensor, spans such as ``p0 … p15`` written out."""
    unknown = [word for word in value if word not in ("columns", "shape")]
    if unknown:
        document.fail(f"{name} has no key {unknown[0]!r}", "there are columns and shape", "data", key)
    columns: list[str] = []
    for text in document.strings(value.get("columns"), f"{name}: columns", "data", key):
        span = _SPAN.fullmatch(text.strip())
        if span is None:
            columns.append(text)
            continue
        stem, first, again, last = span.groups()
        if again not in (stem, "") or int(last) < int(first):
            document.fail(f"{name}: {text!r} is no span of columns", 'write it as "p0 … p15"', "data", key)
        columns += [f"{stem}{number}" for number in range(int(first), int(last) + 1)]
    return columns


def _shape(document: Document, key: str, name: str, value: Mapping[str, Any], count: int) -> Shape:
    shape = value.get("shape", [count])
    if not isinstance(shape, list) or not all(isinstance(size, int) and size > 0 for size in shape):
        document.fail(*must_be(f"{name}: shape", "a list of whole numbers, such as [4, 4]"), "data", key)
    if math.prod(shape) != count:
        problem = f"{name} has {count} columns, which do not fill its shape {'×'.join(map(str, shape))}"
        document.fail(problem, f"{math.prod(shape)} are needed", "data", key)
    return tuple(shape)
