"""An independent NumPy reader of equations: the second opinion on every number of the trace.

It reads a template's equations with Python's own `ast`, and takes gradients by a sweep back over their calls: what the
loss gains by a number is the sum, over the calls that take it, of what it gains by their results times a slope. The
slopes are no rules either: each is taken by a complex step of one operand of one call, ∂f/∂a = Im f(a + ih, …)/h, which
has no cancellation and so is exact to rounding (Squire and Trapp, SIAM Review 40, 1998). It shares no parser, printer
or derivative rule with the graph, and its cost grows with the equations, not with the number of derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sheetgen.proof.reference_calls import Call, Calls
from sheetgen.proof.reference_functions import FUNCTIONS
from sheetgen.proof.reference_slopes import passed_on, slope_of

Array = NDArray[np.float64]


class Reference:
    """A network read from its equations' texts.

    ``equations`` maps each quantity to its right-hand side, in any order; ``loss`` is the one minimised.
    """

    def __init__(self, equations: Mapping[str, str], loss: str) -> None:
        self.loss = loss
        self._equations = tuple(equations)
        self._read = Calls(equations)

    @property
    def size(self) -> int:
        """How many arrays are held while derivatives are taken: one for every number in the equations."""
        return self._read.size

    def values(self, given: Mapping[str, Array | float]) -> dict[str, Array]:
        """Return the value of every equation, elementwise over the arrays of ``given``."""
        numbers = self._numbers(given)
        return {name: numbers[self._read.places[name]] for name in self._equations}

    def derivatives(self, given: Mapping[str, Array | float], names: Sequence[str]) -> dict[str, Array]:
        """Return ∂loss/∂name for each name, given or computed, elementwise over the arrays of ``given``."""
        shape = np.broadcast_shapes(*(np.shape(value) for value in given.values()))
        places = {name: self._read.places[name] for name in names if name in self._read.places}
        gains = self._gains(self._numbers(given), set(places.values()))
        return {name: np.broadcast_to(gains.get(places.get(name, -1), 0.0), shape) for name in names}

    def _numbers(self, given: Mapping[str, Array | float]) -> list[Any]:
        """Return the number at every place, computed in real numbers."""
        numbers: list[Any] = [None] * self._read.size
        for name, place in self._read.places.items():
            if name in given:
                numbers[place] = np.asarray(given[name], dtype=float)
        for place, constant in self._read.constants.items():
            numbers[place] = constant
        missing = {place: name for name, place in self._read.places.items() if numbers[place] is None}
        with np.errstate(all="ignore"):
            for call in self._read.calls:
                operands = [numbers[place] for place in call.operands]
                if any(operand is None for operand in operands):
                    unknown = next(missing[place] for place in call.operands if numbers[place] is None)
                    raise NameError(f"the reference knows no quantity {unknown!r}")
                numbers[call.result] = np.real(FUNCTIONS[call.function](*operands))
        return numbers

    def _gains(self, numbers: Sequence[Any], wanted: Set[int]) -> dict[int, Any]:
        """Return what the loss gains by the number at each of some places; none for a place without influence."""
        concerned = self._depending_on(wanted)
        gains: dict[int, Any] = {self._read.places[self.loss]: 1.0}
        with np.errstate(all="ignore"):
            for call in reversed(self._read.calls):
                gain = gains.get(call.result)
                if gain is None:
                    continue
                operands = [numbers[place] for place in call.operands]
                for index, place in enumerate(call.operands):
                    passed = self._passed(call, gain, operands, index) if place in concerned else None
                    if passed is not None:
                        gains[place] = gains.get(place, 0.0) + passed
                if call.result not in wanted:
                    del gains[call.result]
        return gains

    def _passed(self, call: Call, gain: Any, operands: Sequence[Any], index: int) -> Any:
        """Return what the loss gains by an operand of a call, through its result; None where that is nothing."""
        slope = slope_of(call.function, operands, index)
        return None if slope is None else passed_on(gain, slope)

    def _depending_on(self, places: Set[int]) -> set[int]:
        """Return the places whose numbers depend on those at some places, themselves included."""
        depending = set(places)
        for call in self._read.calls:
            if not depending.isdisjoint(call.operands):
                depending.add(call.result)
        return depending
