"""Whether the slopes of a workbook are right: central differences of its own loss, without any code of the audit."""

from __future__ import annotations

from collections.abc import Iterator

from audited.calculator import value_of, values_of
from audited.network import Network, Quantity
from audited.sheets import Key

_STEP = 1e-5


def differences(network: Network, most: int = 10**9) -> Iterator[tuple[Key, float, float]]:
    """Yield the cells that claim to be the slope of a loss: cell, its value, the central difference.

    No more than about ``most`` are looked at, from all over the workbook.
    A weight that is moved stays moved in this row alone: each row of a table is one step.
    """
    cells = network.sheets().cells
    values = values_of(cells)
    places = [
        (slope, number, key)
        for slope in network.role("slope")
        for number, key in enumerate(network.spots[slope.name].keys)
    ]
    for slope, number, key in places[:: max(1, len(places) // most)]:
        moved = _moved(network, slope, number)
        if moved is None:
            continue
        by, loss = moved
        ends = []
        for sign in (1, -1):
            ends.append(value_of(cells, loss, {by: float(values[by]) + sign * _STEP}))
        yield key, float(values[key]), (ends[0] - ends[1]) / (2 * _STEP)


def _moved(network: Network, slope: Quantity, number: int) -> tuple[Key, Key] | None:
    """Return the cell that is moved and the cell of the loss, None where the loss is not that of one row."""
    loss = slope.name.rpartition("/")[0].replace("∂", "")
    loss += "'" * (len(slope.by) - len(slope.by.rstrip("'")))
    by = slope.by
    if loss not in network.spots or by not in network.spots:
        return None
    losses, places = network.spots[loss].keys, network.spots[by].keys
    return places[min(number, len(places) - 1)], losses[min(number, len(losses) - 1)]
