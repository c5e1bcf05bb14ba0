"""A batch whose rows meet, written out as one network: each quantity of each row, and the mean loss as its loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from sheetgen.algebra.expr import Expr, OverBatch, Var, names, substitute
from sheetgen.algebra.over_batch import MAX, MEAN, PLACE, over_batch, parts
from sheetgen.network.graph import Graph, Quantity, Section, equation_of, mean


def in_row(name: str, row: int) -> str:
    """Return what a quantity of a row of the batch is called, counted from 1."""
    return f"{name}, row {row}"


@dataclass(frozen=True)
class WholeBatch:
    """A network over so many ``rows``; of one row it is the network itself, and nothing has another name."""

    network: Graph
    rows: int

    @property
    def several(self) -> bool:
        """Whether there are several rows, which meet."""
        return self.rows > 1

    @property
    def places(self) -> range:
        """The rows, counted from 1."""
        return range(1, self.rows + 1)

    @cached_property
    def graph(self) -> Graph:
        """The network of all rows: its forward half and its loss, each quantity after all that it rests on.

        What the rows make together stands once, and is still an `OverBatch` of a quantity's name; `of_all` gives the
        names of its numbers.
        """
        network = self.network
        if not self.several:
            return network
        loss = mean(network.loss)
        written = [q for quantity in network.flow if self._is_used(quantity) for q in self._written(quantity)]
        return replace(
            network,
            quantities=(*written, Quantity(loss, Section.LOSS, OverBatch(MEAN, network.loss))),
            loss=loss,
            inputs=self.of_all(*network.inputs),
            targets=self.of_all(*network.targets),
        )

    def _is_used(self, quantity: Quantity) -> bool:
        """Whether the forward half or the loss uses it, or the place of a largest number that they use."""
        function, inner = parts(quantity.name) or ("", "")
        asked = over_batch(MAX, inner) if function == PLACE else quantity.name
        return not quantity.is_over_batch or any(asked in names(equation_of(q)) for q in self.network.equations)

    def _written(self, quantity: Quantity) -> Iterator[Quantity]:
        if quantity.is_over_batch:
            yield replace(quantity, section=Section.FORWARD)
            return
        for row in self.places:
            equation = substitute(equation_of(quantity), self._naming(row))
            yield Quantity(in_row(quantity.name, row), quantity.section, equation)

    def _naming(self, row: int) -> Callable[[str], Expr]:
        return lambda name: Var(self.called(name, row))

    def called(self, name: str, row: int) -> str:
        """Return what a quantity that a row uses is called; parameters and numbers of all rows have their own name."""
        return in_row(name, row) if self.several and name in self.of_a_row else name

    @cached_property
    def of_a_row(self) -> frozenset[str]:
        """The quantities that each row has of its own."""
        network = self.network
        return frozenset((*network.inputs, *network.targets, *(q.name for q in network.equations)))

    def of_all(self, *quantities: str) -> tuple[str, ...]:
        """Return what quantities that each row has of its own are called in all rows, one quantity after another."""
        return tuple(in_row(name, row) for name in quantities for row in self.places)

    @cached_property
    def origins(self) -> dict[str, tuple[str, int]]:
        """For each name, the quantity and the row, from 1, that it is of; what stands once is of the first."""
        once = {name: (name, 1) for name in (*self.network.parameters, *(q.name for q in self.graph.equations))}
        if not self.several:
            return once
        return once | {in_row(name, row): (name, row) for name in self.of_a_row for row in self.places}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The places of largest numbers: where another row has one, there is a kink."""
        return tuple(q.name for q in self.graph.equations if q.is_over_batch and q.name.startswith(PLACE))
