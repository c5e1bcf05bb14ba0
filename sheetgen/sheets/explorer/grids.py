"""The grids of a study's tensors: what each shows, which derivatives stand beneath, and what it is coloured by."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sheetgen.algebra.expr import Expr, Var
from sheetgen.network.graph import derivative_label, section_of
from sheetgen.network.study import Study
from sheetgen.sheets.explorer.table import Kinds, moves_loss_alike
from sheetgen.sheets.explorer.tensor_grid import SHARES, TensorGrid
from sheetgen.tensors.elements import Array
from sheetgen.tensors.known import spelled
from sheetgen.tensors.naming import Words
from sheetgen.tensors.notation import written
from sheetgen.tensors.operands import Operands, base, drawn
from sheetgen.tensors.program import Step, Tensors
from sheetgen.tensors.renamed import all_that_is_used
from sheetgen.tensors.tree import Call, Tree

_WINDOWED = ("conv1d", "conv2d", "maxpool", "avgpool")
_MOST_BLOCKS = 80
"""The most blocks of columns that a formula looks for the largest size in."""


class Grids:
    """Makes the grids of a study's tensors."""

    def __init__(self, study: Study, tensors: Tensors) -> None:
        self._graph, self._operands = study.network, Operands(tensors)
        self._naming, self._renamed = tensors.naming, all_that_is_used(tensors)
        self._sections = {name: section_of(given.table) for name, given in tensors.given.items()}
        self._sections |= {step.name: section_of(step.table) for step in tensors.steps}
        self._pictures = self._drawn_small(tensors.steps)
        self._shares = {step.name for step in tensors.steps if step.call and step.call.function == "softmax"}

    @cached_property
    def kinds(self) -> Kinds:
        """What every scale of colours is of: the values of a tensor, or the derivatives by them."""
        made: dict[str, list[str]] = {}
        for name in self._operands.names:
            scalars = [scalar for scalar in self._operands.scalars(name) if scalar in self._graph.by_name]
            slopes = [label for scalar in scalars if (label := self._graph.gradient(scalar))]
            made |= {_scale(name): self._in_few_blocks(scalars), _slope_scale(name): self._in_few_blocks(slopes)}
        return {label: names for label, names in made.items() if names}

    def operand(self, tree: Tree, slopes: bool = True) -> TensorGrid:
        """Return the grid of a tensor as an equation uses it."""
        return self._grid(
            written(tree), base(tree), self._operands.elements(tree), slopes, self._operands.headings(tree)
        )

    def result(self, step: Step, slopes: bool = True) -> TensorGrid:
        """Return the grid of what an equation gives."""
        elements = np.empty(len(step.elements), dtype=object)
        elements[:] = step.elements
        headings = self._naming.headings(step.name, step.place, len(step.shape))
        return self._grid(spelled(step.name, step.place), step.name, elements.reshape(step.shape), slopes, headings)

    def _grid(self, name: str, tensor: str, elements: Array, slopes: bool, headings: tuple[Words, ...]) -> TensorGrid:
        owner = next(filter(None, map(self._operands.owner, elements.reshape(-1))), "")
        by = self._slopes(elements, tensor) if slopes else None
        return TensorGrid(
            name,
            self._sections[tensor],
            elements,
            SHARES if tensor in self._shares else self._known(_scale(owner)),
            by,
            "" if by is None else derivative_label(self._graph.minimised(next(filter(None, by.reshape(-1)))), name),
            self._known(_slope_scale(owner if tensor in self._renamed else tensor)),
            tensor in self._pictures,
            headings,
            () if tensor in self._pictures else self._naming.read_as(tensor),
        )

    def _drawn_small(self, steps: tuple[Step, ...]) -> set[str]:
        """Return the tensors that windows move over, those that come of it, and those of the same shape beside them."""
        found: set[str] = set()
        for step in steps:
            shapes = {base(tree): self._operands.elements(tree).shape for tree in drawn(step.tree)}
            if _calls(step.tree, _WINDOWED):
                found |= {step.name, *shapes}
            pictured = {shape for name, shape in shapes.items() if name in found and len(shape) > 1}
            found |= {name for name, shape in (*shapes.items(), (step.name, step.shape)) if shape in pictured}
        return found

    def _known(self, scale: str) -> str:
        return scale if scale in self.kinds else ""

    def _slopes(self, elements: Array, tensor: str) -> Array | None:
        """Return the elements that the loss has a derivative by, None where that is none.

        An element that is called by another tensor has that one's derivative, through whatever it leads to: none here,
        unless this tensor is all that it leads to.
        """
        names = [self._slope(element, tensor) for element in elements.reshape(-1)]
        by = np.empty(len(names), dtype=object)
        by[:] = names
        return by.reshape(elements.shape) if any(names) else None

    def _slope(self, element: Expr, tensor: str) -> str | None:
        if not isinstance(element, Var) or tensor not in (self._operands.owner(element), *self._renamed):
            return None
        has = self._graph.gradient(element.name) or moves_loss_alike(self._graph, element.name)
        return element.name if has else None

    def _in_few_blocks(self, names: list[str]) -> list[str]:
        """Return names in the order of their columns, those of the first blocks where they stand in very many."""
        position = self._graph.position
        ordered = sorted(names, key=position.__getitem__)
        blocks, kept = 0, []
        for before, name in zip(["", *ordered], ordered, strict=False):
            blocks += not before or position[name] != position[before] + 1
            if blocks > _MOST_BLOCKS:
                break
            kept.append(name)
        return kept


def _scale(name: str) -> str:
    return f"colours of {name}"


def _slope_scale(name: str) -> str:
    return f"colours of ∂ by {name}"


def _calls(tree: Tree, functions: tuple[str, ...]) -> bool:
    if not isinstance(tree, Call):
        return False
    return tree.function in functions or any(_calls(operand, functions) for operand in tree.operands)
