"""Nested lists, as TOML holds tensors: their shape, and their elements row by row."""

from __future__ import annotations

from sheetgen.tensors.labels import Shape


def shape_of(value: object) -> Shape | None:
    """Return the shape of nested lists; None where rows have unlike lengths."""
    if not isinstance(value, list):
        return ()
    shapes = {shape_of(row) for row in value}
    if not shapes:
        return (0,)
    inner = shapes.pop()
    return None if shapes or inner is None else (len(value), *inner)


def flat(value: object) -> list[object]:
    """Return the elements of nested lists, row by row."""
    return [element for row in value for element in flat(row)] if isinstance(value, list) else [value]
