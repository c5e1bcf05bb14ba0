"""What ``embedding`` and ``onehot`` look up must be there: whole numbers from 0, and no rows of 0 and 1 instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sheetgen.algebra.expr import Const, Var
from sheetgen.errors import TemplateError
from sheetgen.tensors.labels import Shape
from sheetgen.tensors.naming import Naming
from sheetgen.tensors.notation import written
from sheetgen.tensors.tree import Call, Index, Tree

_FEWEST = 3
"""From so many places on, rows with a single 1 are no places by accident."""

Numbers = Mapping[str, Sequence[float]]
"""The numbers of the samples, by the names of elements."""


def require_places(tree: Tree, shapes: Mapping[str, Shape], naming: Naming, numbers: Numbers) -> None:
    """Let every input or target that an equation looks up be places that there are.

    ``shapes`` are those of what is given. Raises TemplateError, without its place.
    """
    for call in _lookups(tree):
        name, size = _looked_up(call, shapes)
        called = naming.labels(name, shapes[name]) if size and name in shapes else ()
        if called and all(label in numbers for label in called):
            found = [numbers[label] for label in called]
            if call.function == "embedding" and shapes[name][-1:] == (size,) and _are_one_hot(found, size):
                problem = f"embedding takes places, counted from 0, and {name} has rows with a 1 at the place"
                raise TemplateError(problem, f"write {name} @ {written(call.operands[1])}")
            _require_inside(written(call), called, found, size)


def _require_inside(call: str, called: Sequence[str], numbers: Sequence[Sequence[float]], size: int) -> None:
    for label, column in zip(called, numbers, strict=True):
        for number in column:
            if number not in range(size):
                problem = f"in {call}, {label} is {number:g}, and there are the places 0 to {size - 1}"
                raise TemplateError(problem, "count places from 0")


def _are_one_hot(numbers: Sequence[Sequence[float]], size: int) -> bool:
    """Whether every row of every sample is a 1 among zeros."""
    rows = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    single = [0.0] * (size - 1) + [1.0]
    return size >= _FEWEST and all(sorted(row) == single for columns in rows for row in zip(*columns, strict=True))


def _lookups(tree: Tree) -> Iterator[Call]:
    """Yield the calls in an equation that look something up."""
    if isinstance(tree, Index):
        yield from _lookups(tree.tensor)
    elif isinstance(tree, Call):
        if tree.function in ("embedding", "onehot") and len(tree.operands) == 2:
            yield tree
        for operand in tree.operands:
            yield from _lookups(operand)


def _looked_up(call: Call, shapes: Mapping[str, Shape]) -> tuple[str, int]:
    """Return the tensor of places that a call is given, by its name, and how many there are; 0 where unknown."""
    places, among = call.operands
    name = places.name if isinstance(places, Var) else ""
    if isinstance(among, Const):
        return name, int(among.value)
    return name, (shapes.get(among.name) or (0,))[0] if isinstance(among, Var) else 0
