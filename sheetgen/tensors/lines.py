"""The equations that the chain rule walks through: those of the workbook, with what has a softmax in it as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sheetgen.tensors.matrices import Matrix
from sheetgen.tensors.program import Given, Step, Tensors
from sheetgen.tensors.shaped import Key, Shapes
from sheetgen.tensors.tree import Tree, references

WHOLE = ("softmax", "log_softmax", "cce_with_logits")
"""The functions of several steps that are differentiated as one: their Jacobians are known by heart."""


@dataclass(frozen=True)
class Line:
    """An equation: its table, the tensor or the part of one that it gives, and what that is."""

    table: str
    key: Key
    right: Matrix


def named_lines(tensors: Tensors) -> tuple[list[Line], Shapes]:
    """Return the equations as they stand in a workbook, each after those it uses, and the shapes of their tensors."""
    return _lines(tensors.given, list(_joined(tensors.steps)))


def typed_lines(tensors: Tensors) -> tuple[list[Line], Shapes]:
    """Return the equations as they were typed, with every loop run through, and the shapes of their tensors."""
    return _lines(tensors.given, tensors.unrolled)


def _lines(given: Mapping[str, Given], steps: Iterable[Step]) -> tuple[list[Line], Shapes]:
    shapes = Shapes({name: one.shape for name, one in given.items()})
    lines = []
    for step in steps:
        key = (step.name, step.place)
        lines.append(Line(step.table, key, shapes.read(step.tree)))
        shapes.add(key, step.shape)
    return lines, shapes


def _joined(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps, those of a softmax as one."""
    joined = [replace(step, tree=step.call) if step.call and step.call.function in WHOLE else step for step in steps]
    used: set[Key] = set()
    kept = []
    for step in reversed(joined):
        if not step.inside or (step.name, step.place) in used:
            kept.append(step)
            used |= set(_used(step.tree))
    return reversed(kept)


def _used(tree: Tree) -> Iterator[Key]:
    """Yield the inner parts that a tree uses: each is used at its very place."""
    for name, items in references(tree):
        yield name, tuple(item for item in items if isinstance(item, int))
