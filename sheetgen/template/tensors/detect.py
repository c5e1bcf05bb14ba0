"""Whether a template says anything in tensors; to know that costs nothing, to read them takes NumPy."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sheetgen.template.document import EQUATION_TABLES, GIVEN_TABLES, Document
from sheetgen.template.tensors.numbers import is_tensor
from sheetgen.tensors.labels import Shape

_MAKING = re.compile(r"\b(?:stack|zeros|ones|onehot|cce_with_logits)\s*\(")
"""Functions that make tensors of numbers, or take nothing else."""


def has_tensors(document: Document, in_data: Mapping[str, Shape]) -> bool:
    """Whether a template says anything in tensors; ``in_data`` are the shapes of what [data] names."""
    if any(is_tensor(value) for table in GIVEN_TABLES for value in document.table(table).values()):
        return True
    if any(in_data.values()):
        return True
    written = [pair for table in EQUATION_TABLES for pair in document.table(table).items()]
    return any("[" in key or (isinstance(text, str) and _MAKING.search(text)) for key, text in written)
