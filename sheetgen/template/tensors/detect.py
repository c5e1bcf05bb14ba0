"""Whether a template says anything in tensors; to know that costs nothing, to read them takes NumPy."""

from __future__ import annotations

import re

from sheetgen.template.document import EQUATION_TABLES, Document
from sheetgen.template.tensors.numbers import is_tensor

_MAKING = re.compile(r"\b(?:stack|zeros|ones|onehot)\s*\(")
"""Functions that make tensors of numbers."""


def has_tensors(document: Document) -> bool:
    """Whether a template says anything in tensors."""
    if any(
        is_tensor(value) for table in ("inputs", "targets", "parameters") for value in document.table(table).values()
    ):
        return True
    if _grouped(document):
        return True
    written = [pair for table in EQUATION_TABLES for pair in document.table(table).items()]
    return any("[" in key or (isinstance(text, str) and _MAKING.search(text)) for key, text in written)


def _grouped(document: Document) -> bool:
    """Whether the samples hold tensors."""
    table = document.table("data")
    rows = table.get("rows")
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], list) else []
    named = [table.get(key) for key in ("inputs", "targets")]
    return any(isinstance(cell, list) for cell in first) or any(
        isinstance(names, dict) and any(isinstance(value, dict) for value in names.values()) for names in named
    )
