"""The calls of functions that equations over tensors come to, in the order in which they can be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sheetgen.proof.reference_functions import FOLDED, FUNCTIONS
from sheetgen.proof.tensor_axes import AXES
from sheetgen.proof.tensor_composites import COMPOSITES
from sheetgen.proof.tensor_function import TensorFunction, elementwise
from sheetgen.proof.tensor_products import PRODUCTS
from sheetgen.proof.tensor_rearranged import REARRANGED
from sheetgen.proof.tensor_windows import WINDOWS

_OF_NUMBERS: Mapping[str, TensorFunction] = {name: elementwise(name) for name in FUNCTIONS}
_OF_TENSORS: Mapping[str, TensorFunction] = {**_OF_NUMBERS, **PRODUCTS, **AXES, **REARRANGED, **WINDOWS}
"""Of one operand, max and min are those along an axis."""


@dataclass(frozen=True)
class Call:
    """A call of a function: the slots in which its operands stand, its options, and the slot of its result."""

    function: TensorFunction
    operands: tuple[int, ...]
    options: Mapping[str, Any]
    result: int


@dataclass
class Calls:
    """Some calls. Every tensor has a slot, of which there are ``size``; ``constants`` are those of numbers."""

    made: list[Call] = field(default_factory=list)
    constants: dict[int, float] = field(default_factory=dict)
    size: int = 0

    def new(self) -> int:
        """Return a slot of its own."""
        self.size += 1
        return self.size - 1

    def constant(self, value: float) -> int:
        """Return the slot of a number."""
        slot = self.new()
        self.constants[slot] = value
        return slot

    def make(self, function: str, *operands: int, **options: Any) -> int:
        """Add a call; return the slot of its result. Raises NameError for a function that is unknown."""
        if function in COMPOSITES:
            return COMPOSITES[function](self.make, self.constant, *operands, **options)
        known = _OF_NUMBERS if function in FOLDED and len(operands) > 1 else _OF_TENSORS
        if function not in known:
            raise NameError(f"the reference knows no function {function!r}")
        self.made.append(Call(known[function], operands, options, self.new()))
        return self.made[-1].result
