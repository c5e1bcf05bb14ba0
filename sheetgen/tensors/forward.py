"""The equations of a template as it has them, and those of the workbook that each becomes, over matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetgen.tensors.fold import Turned, folded, letters_of
from sheetgen.tensors.heads import heads
from sheetgen.tensors.lines import Line, named_lines, typed_lines
from sheetgen.tensors.matrices import Equation, Name, Part
from sheetgen.tensors.program import Tensors, Typed
from sheetgen.tensors.shaped import Key, Shapes


@dataclass(frozen=True)
class Forward:
    """One equation: as it was typed, the same over matrices, and in steps, none where it is one step itself."""

    typed: Typed
    whole: tuple[Equation, ...]
    steps: tuple[Equation, ...]


def forward(tensors: Tensors) -> list[Forward]:
    """Return the equations of a template, each after those it uses and otherwise in its order.

    The turns of a loop that are alike are one equation.
    """
    typed_of: dict[Key, Typed] = {
        (head.name, head.place): typed for typed in tensors.typed for head in heads(typed.key)
    }
    whole, shapes = typed_lines(tensors)
    steps, inner_shapes = named_lines(tensors)
    whole_of: dict[Typed, list[Line]] = {typed: [] for typed in tensors.typed}
    steps_of: dict[Typed, list[Line]] = {typed: [] for typed in tensors.typed}
    order: dict[Typed, None] = {}
    for line in whole:
        order[typed_of[line.key]] = None
        whole_of[typed_of[line.key]].append(line)
    inner: list[Line] = []
    for line in steps:
        inner.append(line)
        if line.key in typed_of:
            steps_of[typed_of[line.key]] += inner
            inner = []
    return [
        Forward(
            typed,
            tuple(_folded(tensors, shapes, whole_of[typed])),
            tuple(_folded(tensors, inner_shapes, steps_of[typed]))
            if len(steps_of[typed]) > len(whole_of[typed])
            else (),
        )
        for typed in order
    ]


def _folded(tensors: Tensors, shapes: Shapes, lines: Sequence[Line]) -> list[Equation]:
    by_name: dict[str, list[Turned]] = {}
    for line in lines:
        by_name.setdefault(line.key[0], []).append(Turned(line.key[1], line.right))
    return [
        Equation(_target(shapes, name, one), one.matrix, one.loops)
        for name, turned in by_name.items()
        for one in folded(turned, letters_of(tensors, name))
    ]


def _target(shapes: Shapes, name: str, one: Turned) -> Name | Part:
    named = shapes.named((name, one.first))
    return Part(named.tensor, one.place, named.shape) if isinstance(named, Part) else named
