"""The formula of each number of a layer, over the maps that it takes and the weights on their sheet."""

from __future__ import annotations

from collections.abc import Iterator

from cnn.live.arrangement import Arrangement, Kernels, Lattice
from cnn.net.folded import PlainLayer
from sheetgen.page.page import Formula, quoted


def live(text: str, value: float | str) -> Formula:
    """Return a formula and the value it has at first."""
    return Formula(text, lambda: value)


def absolute(cells: str) -> str:
    """Return a cell, or a range, that stays where it is when its formula is copied."""
    return ":".join(
        f"${cell.rstrip('0123456789')}${cell.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}" for cell in cells.split(":")
    )


def layer_formulas(place: Arrangement, number: int, weights_sheet: str) -> Iterator[tuple[int, int, int, str]]:
    """Yield the formula of each number of a layer, with its map, row and column from 0."""
    layer, before, kernels = place.layers[number], place.before(number), place.kernels[number]
    for channel in range(layer.channels):
        terms = _terms(layer, kernels, channel, quoted(weights_sheet)) if kernels else None
        for i in range(layer.side):
            for j in range(layer.side):
                text = (
                    _weighted(layer, terms, before, channel, i, j) if terms else _pooled(layer, before, channel, i, j)
                )
                yield channel, i, j, f"MAX(0,{text})" if layer.relu else text


def _terms(layer: PlainLayer, kernels: Kernels, channel: int, sheet: str) -> tuple[list[str], str]:
    """Return the references to the kernels of a map out, and to its bias."""
    cells = [kernels.square(channel, given).cells for given in range(kernels.inputs)]
    if layer.kernel == 1:
        cells = [cell.partition(":")[0] for cell in cells]
    return [f"{sheet}!{absolute(cell)}" for cell in cells], f"{sheet}!{absolute(kernels.bias(channel))}"


def _weighted(layer: PlainLayer, terms: tuple[list[str], str], before: Lattice, channel: int, i: int, j: int) -> str:
    """Return a sum of products over all maps, and the bias; sums over windows are SUMPRODUCTs."""
    kernels, bias = terms
    i, j = i * layer.stride - layer.padding, j * layer.stride - layer.padding
    if layer.kind == "scale":
        return f"{before[channel].cell(i, j)}*{kernels[0]}+{bias}"
    if layer.kernel == 1:
        return "+".join([*(f"{before[c].cell(i, j)}*{k}" for c, k in enumerate(kernels)), bias])
    products = (f"SUMPRODUCT({before[c].window(i, j, layer.kernel)},{k})" for c, k in enumerate(kernels))
    return "+".join([*products, bias])


def _pooled(layer: PlainLayer, before: Lattice, channel: int, i: int, j: int) -> str:
    """Return the largest, or the average, of a window."""
    window = before[channel].window(i * layer.stride, j * layer.stride, layer.kernel)
    return f"{'MAX' if layer.kind == 'maxpool' else 'AVERAGE'}({window})"
