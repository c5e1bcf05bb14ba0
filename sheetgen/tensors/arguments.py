"""What a function of tensors is told besides its tensors: options, sizes, an axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sheetgen.algebra.expr import Const
from sheetgen.tensors.elements import Array
from sheetgen.tensors.fitting import ShapeError
from sheetgen.tensors.labels import axes_text, shape_text
from sheetgen.tensors.notation import written
from sheetgen.tensors.spellings import option_here
from sheetgen.tensors.tree import Call, Option, Sizes, Tree

_WHOLE = ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool))
_ALLOWED: Mapping[str, tuple[str, Callable[[Option], bool]]] = {
    "keepdims": ("True or False", lambda value: isinstance(value, bool)),
    "eps": ("a number from 0", lambda value: not isinstance(value, bool) and value >= 0),
    "p": ("a number from 0 to less than 1", lambda value: not isinstance(value, bool) and 0 <= value < 1),
}
"""What the options that are no whole numbers may be."""


def options_of(
    name: str, defaults: Mapping[str, Option | None], given: Sequence[tuple[str, Option]]
) -> dict[str, Option | None]:
    """Return every option of a function. Raises ShapeError for one that it has not, or of another kind."""
    for option, value in given:
        if option not in defaults:
            raise ShapeError(f"{name} has no option {option!r}", _known_options(name, option, defaults))
        expected, fits = _ALLOWED.get(option, _WHOLE)
        if not fits(value):
            raise ShapeError(f"{name}: {option} is {value!r}", f"{option} must be {expected}")
    return {**defaults, **dict(given)}


def _known_options(name: str, option: str, known: Mapping[str, Option | None]) -> str:
    """Return what to do about an option that a function has not."""
    if meant := option_here(option, known):
        return f"did you mean {meant!r}?"
    if option_here(option, ("axis",)) and name.endswith("softmax"):
        return f"{name} is over the last axis: reshape, or transpose before and after, for another"
    return f"its options are {', '.join(known)}" if known else "it has none"


def whole_numbers(name: str, tree: Tree) -> tuple[int, ...]:
    """Return the list of whole numbers, or the one, that a function is given. Raises ShapeError for anything else."""
    if isinstance(tree, Sizes):
        return tree.numbers
    negative = isinstance(tree, Call) and tree.function == "neg"
    number = tree.operands[0] if isinstance(tree, Call) and negative else tree
    if isinstance(number, Const) and number.value.is_integer():
        return (-int(number.value) if negative else int(number.value),)
    raise ShapeError(f"{name} takes {written(tree)} for its sizes", "give it a whole number, or a list such as [2, 3]")


def axis_of(axis: Option | None, elements: Array) -> int:
    """Return an axis counted from the first, 0 where none is said. Raises ShapeError where there is no such axis."""
    number = int(axis or 0)
    if not -elements.ndim <= number < elements.ndim:
        raise ShapeError(f"axis={number} of {shape_text(elements.shape)}", axes_text(elements.ndim))
    return number % elements.ndim
