"""The layers of a network as they are drawn: which of their neurons, and what is listed beside each.

A picture has to fit on a screen. So a layer of many neurons shows the first and the last of them, with a word on those
between, and a layer that would be too tall with its weights beside its neurons shows the neurons alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sheetgen.algebra.expr import names
from sheetgen.network.graph import Graph, Quantity, equation_of, layers

MOST_NEURONS = 16
"""The most neurons of a layer that are drawn."""
_FIRST, _LAST = 8, 7
"""How many of them are drawn where there are more."""
MOST_ROWS = 48
"""The most rows of a layer with its weights beside its neurons, about what a screen shows."""


@dataclass(frozen=True)
class DrawnLayer:
    """The neurons of one layer that are drawn, and what enters each from outside the layers.

    ``left_out`` is how many between them are not. With ``listed`` what enters a neuron is listed beside it.
    """

    neurons: tuple[Quantity, ...]
    terms: Mapping[str, tuple[str, ...]]
    listed: bool = True
    left_out: int = 0

    @property
    def entering(self) -> set[str]:
        """What enters any of its neurons."""
        return {term for terms in self.terms.values() for term in terms}

    def beside(self, neuron: Quantity) -> tuple[str, ...]:
        """Return what is listed beside a neuron."""
        return self.terms[neuron.name] if self.listed else ()

    def room(self, neuron: Quantity, box: int) -> int:
        """Return the rows that a neuron needs whose box has so many: those of the box, or one a term."""
        return max(box, len(self.beside(neuron)))

    def tops(self, box: int) -> Iterator[int]:
        """Yield the first row of each neuron's room, from 0; one row is empty between neurons, or those left out."""
        top = 0
        for place, neuron in enumerate(self.neurons):
            if self.left_out and place == _FIRST:
                top += 2
            yield top
            top += self.room(neuron, box) + 1

    def height(self, box: int) -> int:
        """Return the rows that it needs."""
        *_, top = self.tops(box)
        return top + self.room(self.neurons[-1], box)

    @property
    def around_those_left_out(self) -> tuple[Quantity, Quantity]:
        """The neurons between which some are left out."""
        return self.neurons[_FIRST - 1], self.neurons[_FIRST]


def drawn_layers(graph: Graph, box: int) -> list[DrawnLayer]:
    """Return the inputs with the states gone on from, if any, and the layers with the weights and targets that enter.

    ``box`` is how many rows a neuron's own box has.
    """
    inputs = tuple(graph.by_name[name] for name in (*graph.inputs, *graph.gone_on_from))
    return [_drawn(graph, neurons, box) for neurons in (inputs, *layers(graph)) if neurons]


def _drawn(graph: Graph, neurons: tuple[Quantity, ...], box: int) -> DrawnLayer:
    """Return the neurons of a layer that are drawn."""
    left_out = max(0, len(neurons) - MOST_NEURONS)
    if left_out:
        left_out = len(neurons) - _FIRST - _LAST
        neurons = neurons[:_FIRST] + neurons[-_LAST:]
    from_outside = {*graph.parameters, *graph.targets}
    entering = {neuron.name: _entering(neuron, from_outside) for neuron in neurons}
    listed = DrawnLayer(neurons, entering, True, left_out)
    return listed if listed.height(box) <= MOST_ROWS else DrawnLayer(neurons, entering, False, left_out)


def _entering(neuron: Quantity, from_outside: set[str]) -> tuple[str, ...]:
    if neuron.equation is None:
        return ()
    return tuple(dict.fromkeys(name for name in names(equation_of(neuron)) if name in from_outside))
