"""metrics.csv: a row an epoch, its fields in their order."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import get_type_hints

from cnn.json_form import Mismatch, from_json
from cnn.runs.metrics import Epoch


def to_csv(epochs: Iterable[Epoch]) -> str:
    """Return the table of some epochs as text."""
    text = io.StringIO()
    table = csv.DictWriter(text, [field.name for field in fields(Epoch)], lineterminator="\n")
    table.writeheader()
    table.writerows(map(asdict, epochs))
    return text.getvalue()


def from_csv(text: str) -> list[Epoch]:
    """Return the epochs of a table, one or more, numbered from 1; raise `Mismatch` where it is none."""
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise Mismatch(f"it is no table of epochs ({error})") from error
    if not rows:
        raise Mismatch("it holds no epoch")
    epochs = [_epoch(number, row) for number, row in enumerate(rows, 1)]
    if len({epoch.evaluated_on for epoch in epochs}) > 1:
        raise Mismatch("evaluated_on is not the same in all rows")
    return epochs


def _epoch(number: int, row: dict[str, str | None]) -> Epoch:
    """Return the epoch of a row; raise `Mismatch` where it is not that of this number."""
    kinds = get_type_hints(Epoch)
    entries = {name: _parsed(text, kinds.get(name)) for name, text in row.items() if text is not None}
    try:
        epoch = from_json(Epoch, entries)
    except Mismatch as error:
        raise Mismatch(f"row {number}: {error}") from error
    if epoch.epoch != number:
        raise Mismatch(f"row {number} is of epoch {epoch.epoch}")
    return epoch


def _parsed(text: str, kind: object) -> str | float:
    """Return the number that a text is where a number is asked for, else the text."""
    try:
        return int(text) if kind is int else float(text) if kind is float else text
    except ValueError:
        return text
