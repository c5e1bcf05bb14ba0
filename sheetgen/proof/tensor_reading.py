"""One reading of equations over tensors: their values for all rows at once, and a sweep back for the derivatives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np

from sheetgen.proof.tensor_arrays import Array, with_rows
from sheetgen.proof.tensor_calls import Call
from sheetgen.proof.tensor_equations import read
from sheetgen.proof.tensor_program import Equation, in_order
from sheetgen.tensors.labels import Place, Shape
from sheetgen.tensors.naming import Naming

Columns = Mapping[str, Array | float]


class Reading:
    """Some equations over tensors of numbers of given shapes; ``loss`` is the scalar that is minimised.

    ``named`` are the elements of each equation that are quantities: others are numbers, or have another name already.
    ``computed`` says of every quantity in which slot it stands, and at which place there; ``elements`` of what is given
    too; ``others`` of the elements that are no quantities. ``naming`` says what elements are called.
    """

    def __init__(
        self,
        given: Mapping[str, Shape],
        equations: Iterable[Equation],
        named: Mapping[tuple[str, Place], Set[str]],
        loss: str,
        naming: Naming,
    ) -> None:
        equations = in_order(equations)
        self._calls, names = read(given, equations)
        self._given = {name: (names.slot(name), shape) for name, shape in given.items()}
        self._called = {name: naming.labels(name, shape) for name, shape in given.items()}
        once = self._numbers({label: 1.0 for called in self._called.values() for label in called})
        shapes = [np.shape(number)[1:] for number in once]
        self.size = sum(map(math.prod, shapes))
        self.computed: dict[str, tuple[int, int]] = {}
        self.others: dict[str, tuple[int, int]] = {}
        for equation in equations:
            slot, own = names.slot(equation.name, equation.place), named.get((equation.name, equation.place), set())
            for place, label in enumerate(naming.labels(equation.name, shapes[slot], equation.place)):
                (self.computed if label in own else self.others)[label] = (slot, place)
        self.elements = dict(self.computed)
        for name, (slot, _) in self._given.items():
            self.elements |= {label: (slot, place) for place, label in enumerate(self._called[name])}
        self._loss = self.elements[loss]

    def values(self, given: Columns) -> dict[str, Array]:
        """Return the value of every element that an equation gives, quantity or not, a number a row."""
        numbers = {slot: _flat(number) for slot, number in enumerate(self._numbers(given))}
        return {label: numbers[slot][:, place] for label, (slot, place) in (self.computed | self.others).items()}

    def derivatives(self, given: Columns, names: Sequence[str]) -> dict[str, Array]:
        """Return ∂loss/∂name for each scalar, a number a row."""
        wanted = {self.elements[name][0] for name in names}
        gains = {slot: _flat(gain) for slot, gain in self._gains(self._numbers(given), wanted).items()}
        found = {}
        for name in names:
            slot, place = self.elements[name]
            found[name] = gains[slot][:, place] if slot in gains else np.zeros(1)
        return found

    def _numbers(self, given: Columns) -> list[Any]:
        """Return the tensor in every slot."""
        numbers: list[Any] = [None] * self._calls.size
        for name, (slot, shape) in self._given.items():
            numbers[slot] = _tensor(given, self._called[name], shape)
        for slot, constant in self._calls.constants.items():
            numbers[slot] = constant
        with np.errstate(all="ignore"):
            for call in self._calls.made:
                numbers[call.result] = call.function.value(*_operands(call, numbers), **call.options)
        return numbers

    def _gains(self, numbers: Sequence[Any], wanted: Set[int]) -> dict[int, Array]:
        """Return what the loss gains by the tensor in each of some slots; none for one without influence."""
        concerned = self._depending_on(wanted)
        slot, place = self._loss
        seed = np.zeros((max(map(len, map(with_rows, numbers))), *np.shape(numbers[slot])[1:]))
        _flat(seed)[:, place] = 1.0
        gains: dict[int, Array] = {slot: seed}
        with np.errstate(all="ignore"):
            for call in reversed(self._calls.made):
                if (gain := gains.get(call.result)) is None:
                    continue
                for operand, back in self._back(call, gain, numbers, concerned):
                    gains[operand] = gains[operand] + back if operand in gains else back
                if call.result not in wanted:
                    del gains[call.result]
        return gains

    def _back(
        self, call: Call, gain: Array, numbers: Sequence[Any], concerned: Set[int]
    ) -> Iterator[tuple[int, Array]]:
        """Yield what a call passes on to each of its operands that is concerned."""
        operands = _operands(call, numbers)
        for index, operand in enumerate(call.operands):
            back = call.function.back(gain, index, *operands, **call.options) if operand in concerned else None
            if back is not None:
                yield operand, back

    def _depending_on(self, slots: Set[int]) -> set[int]:
        """Return the slots whose tensors depend on those in some slots, themselves included."""
        depending = set(slots)
        for call in self._calls.made:
            if not depending.isdisjoint(call.operands):
                depending.add(call.result)
        return depending


def _operands(call: Call, numbers: Sequence[Any]) -> list[Any]:
    return [numbers[slot] for slot in call.operands]


def _flat(tensor: Any) -> Array:
    """Return a tensor as a matrix: a row a row of the training."""
    tensor = with_rows(tensor)
    return np.asarray(tensor.reshape(len(tensor), -1))


def _tensor(given: Columns, called: Sequence[str], shape: Shape) -> Array:
    """Return a tensor of numbers, put together from its columns. Raises NameError where one is missing."""
    columns = []
    for label in called:
        if label not in given:
            raise NameError(f"the reference knows no quantity {label!r}")
        columns.append(with_rows(np.asarray(given[label], dtype=float)))
    rows = max(map(len, columns))
    return np.stack([np.broadcast_to(column, rows) for column in columns], axis=1).reshape(rows, *shape)
