"""Equations in an order in which each comes after those it uses, and otherwise as they were declared."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def in_order(uses: Mapping[Name, Iterable[Name]]) -> tuple[Name, ...]:
    """Return the names, each after those it uses.

    Raises graphlib.CycleError where they go round in a circle, which is its second argument.
    """
    declared = tuple(uses)
    rank = {name: index for index, name in enumerate(declared)}
    sorter = TopologicalSorter({name: [other for other in used if other in rank] for name, used in uses.items()})
    sorter.prepare()
    order: list[Name] = []
    ready: list[int] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, rank[name])
        order.append(declared[heappop(ready)])
        sorter.done(order[-1])
    return tuple(order)
