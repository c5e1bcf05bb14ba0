"""An independent NumPy reader of equations over tensors: the second opinion where a template is written in them.

It reads the equations themselves, with Python's own `ast` and NumPy's `@`, broadcasting and indexing, and never the
scalars that they become: so that step is proven too. A gain is swept back through the calls, over whole tensors, by
rules of its own for what moves elements about, and by complex steps for what is done to each.

The equations are read twice: as their author typed them, which judges the quantities that he named, and as the steps of
which the workbook makes formulas, which judges the inner parts that have names only there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sheetgen.algebra.expr import Const, Var
from sheetgen.proof.tensor_arrays import Array
from sheetgen.proof.tensor_program import of_author, of_steps
from sheetgen.proof.tensor_reading import Reading
from sheetgen.tensors.naming import Naming
from sheetgen.tensors.program import Step, Tensors


class TensorReference:
    """A network read from its equations over tensors; ``loss`` is the quantity minimised."""

    def __init__(self, tensors: Tensors, loss: str) -> None:
        given = {name: one.shape for name, one in tensors.given.items()}
        named = {(step.name, step.place): set(filter(None, step.labels)) for step in tensors.steps}
        self._meant = dict(_meant(tensors.steps, tensors.naming))
        self._nothing = np.full(1, np.nan)
        self._unknown = dict.fromkeys({*set().union(*named.values()), *self._meant}, self._nothing)
        self._typed = Reading(given, of_author(tensors.typed), named, loss, tensors.naming)
        self._lowered = Reading(given, of_steps(tensors.steps), named, loss, tensors.naming)
        self._loss = loss
        self._inner = self._lowered.elements.keys() - self._typed.elements.keys()

    @property
    def size(self) -> int:
        """How many numbers are held for each row while derivatives are taken: all elements of all tensors."""
        return max(self._typed.size, self._lowered.size)

    def values(self, given: Mapping[str, Array | float]) -> dict[str, Array]:
        """Return the value of every scalar that an equation gives, elementwise over the arrays of ``given``.

        A scalar that is no element of what the reference makes of the equations is not a number. Nor is one that stands
        for an element of a tensor, as Z_1_0 for V[0, 1] where V is Z.T, and is not what the reference has there; where
        a number stands for one, and wrongly, the loss is not a number.
        """
        found = self._unknown | self._lowered.values(given) | self._typed.values(given)
        known = {**given, **found}
        for label, element in self._meant.items():
            if not _alike(known[label], element.value if isinstance(element, Const) else known[element.name]):
                found[element.name if isinstance(element, Var) and element.name in found else self._loss] = (
                    self._nothing
                )
        return _shaped({name: column for name, column in found.items() if name not in self._meant}, given)

    def derivatives(self, given: Mapping[str, Array | float], names: Sequence[str]) -> dict[str, Array]:
        """Return ∂loss/∂name for each scalar, given or computed, elementwise over the arrays of ``given``."""
        found = self._typed.derivatives(given, [name for name in names if name in self._typed.elements])
        found |= self._lowered.derivatives(given, [name for name in names if name in self._inner])
        return _shaped({name: self._unknown[name] for name in names if name not in found} | found, given)


def _meant(steps: Sequence[Step], naming: Naming) -> Iterator[tuple[str, Var | Const]]:
    """Yield the elements that are no quantities of their own, each with the quantity or number that it is."""
    for step in steps:
        for label, own, element in zip(
            naming.labels(step.name, step.shape, step.place), step.labels, step.elements, strict=True
        ):
            if own is None:
                assert isinstance(element, Var | Const)
                yield label, element


def _alike(found: Array | float, meant: Array | float) -> bool:
    """Whether what the reference has in a place is what stands for it; it may have been computed in another order."""
    return bool(np.all(np.isclose(found, meant, rtol=1e-9, atol=1e-12)))


def _shaped(columns: Mapping[str, Array], given: Mapping[str, Array | float]) -> dict[str, Array]:
    """Return columns as long as what is given, or numbers where that is numbers."""
    shape = np.broadcast_shapes(*(np.shape(value) for value in given.values()))
    return {name: np.broadcast_to(column, shape) if shape else column.reshape(()) for name, column in columns.items()}
