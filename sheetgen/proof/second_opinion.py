"""The independent reference that reads a study: its equations of numbers, or those of tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sheetgen.network.graph import Section
from sheetgen.network.study import Study
from sheetgen.proof.reference import Array, Reference
from sheetgen.proof.reference_batches import BatchReference
from sheetgen.proof.reference_rows import RowsReference
from sheetgen.proof.tensor_reference import TensorReference


class SecondOpinion(Protocol):
    """What tells the numbers of a network without its graph, as `Reference` does."""

    @property
    def size(self) -> int:
        """How many numbers are held for each row while derivatives are taken."""

    def values(self, given: Mapping[str, Array | float]) -> dict[str, Array]:
        """Return the value of every equation."""

    def derivatives(self, given: Mapping[str, Array | float], names: Sequence[str]) -> dict[str, Array]:
        """Return ∂loss/∂name for each name."""


NEXT = "next "
"""Before the name of a running parameter: what it will be in the batch below."""


def second_opinion(study: Study, rows: int, evaluates: bool = False) -> SecondOpinion:
    """Return what reads the equations of a study as their author typed them, for batches of so many rows.

    Where it ``evaluates`` samples beside the training, running parameters stand for what they follow.

    Where nothing is trained the last quantity has the place of the loss: nobody asks for a derivative.
    """
    loss = study.network.loss or study.network.names[-1]
    if study.tensors is not None:
        return TensorReference(study.tensors, loss)
    if learning := [state.name for state in study.network.states if state.learns]:
        return RowsReference(study.equations, loss, learning)
    if over_batch := [quantity.name for quantity in study.network.section(Section.BATCH)]:
        standing = {one.of: one.name for one in study.network.running} if evaluates else {}
        following = {} if evaluates else {NEXT + name: text for name, text in study.running.items()}
        computed = [name for name in over_batch if name not in standing]
        return BatchReference({**study.equations, **standing, **following}, loss, computed, rows)
    return Reference(study.equations, loss)
