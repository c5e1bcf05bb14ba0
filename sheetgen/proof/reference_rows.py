"""Two successive rows read as one network, for the second opinion on a gradient that runs through the row above.

The row's own equations stand there as typed, and once more for the row above, each name ``q`` as ``above(q)``. Where a
state learns, ``previous(h)`` is ``above(h)``, or its start where ``new(h)`` is 1; what the row above itself goes on
from is a given number. The loss is then differentiated by ``w`` and by ``above(w)``: nothing is known here of how a
graph runs back through a row.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from sheetgen.proof.reference import Array, Reference
from sheetgen.proof.reference_calls import names_in, tree_of


class RowsReference:
    """A network whose states go on from the row above, read from its equations' texts.

    ``states`` are those through which the gradient runs. What `values` is given includes ``previous(h)`` of every
    state; `derivatives` takes all numbers of the row above, too, under their names there, and ``new(h)`` and
    ``start(h)``.
    """

    def __init__(self, equations: Mapping[str, str], loss: str, states: Sequence[str]) -> None:
        self._row = Reference(equations, loss)
        self._rows = Reference({**equations, **dict(_above(equations, states)), **dict(_begins(states))}, loss)

    @property
    def size(self) -> int:
        """How many arrays are held while derivatives are taken."""
        return self._rows.size

    def values(self, given: Mapping[str, Array | float]) -> dict[str, Array]:
        """Return the value of every equation of a row."""
        return self._row.values(given)

    def derivatives(self, given: Mapping[str, Array | float], names: Sequence[str]) -> dict[str, Array]:
        """Return ∂loss/∂name for each name of the row, and ``above(name)`` for one of the row above."""
        return self._rows.derivatives(given, names)


def _above(equations: Mapping[str, str], states: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the equations of the row above that states come from, each name as it is called there."""
    needed, left = dict.fromkeys(states), [*states]
    while left:
        tree = tree_of(equations[left.pop()])
        used = [name for name in names_in(tree) if name in equations and name not in needed]
        needed |= dict.fromkeys(used)
        left += used
    for name in needed:
        yield f"above({name})", ast.unparse(_Above().visit(tree_of(equations[name])))


class _Above(ast.NodeTransformer):
    """Calls every quantity as the row above has it; the names of functions stay."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(f"above({node.id})", node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.Call:
        node.args = [self.visit(argument) for argument in node.args]
        return node


def _begins(states: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in states:
        yield f"previous({name})", f"where(new({name}) == 1, held(start({name})), above({name}))"
