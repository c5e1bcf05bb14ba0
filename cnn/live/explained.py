"""What the sheets `CNN why` and `CNN one number` must show, computed from the weights in the cells by NumPy.

Their cells are found by the words beside them; nothing here knows how they were written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn.live.recorded import RecordedLayer
from cnn.live.reference import numpy_sums, numpy_taken
from cnn.net.folded import Array

Place = tuple[int, int]
Cells = Mapping[Place, Any]
_SIDE = 28


@dataclass(frozen=True)
class Claim:
    """A number that a cell must hold, and the largest of its kind, which it is compared relative to."""

    cell: Place
    expected: float
    scale: float


def why_claims(cells: Cells, layers: Sequence[RecordedLayer], maps: Sequence[Array]) -> Iterator[Claim]:
    """Yield what `CNN why` must show for the digit that is read and for the picked one: the map of each over the maps
    before the average, over the image, its mean, the features, weights and products, and the score.
    """
    features, weight, bias = maps[-3], layers[-1].weight, layers[-1].bias
    assert weight is not None
    assert bias is not None
    digits = [int(maps[-1].ravel().argmax()), None]
    captions = ("for the digit that is read:", "for the digit picked here:")
    for side, (caption, digit) in enumerate(zip(captions, digits, strict=True)):
        row, column = _places(cells, caption)[0]
        chosen = _right(cells, (row, column))
        label = int(cells[chosen]) if digit is None else digit
        yield Claim(chosen, float(label), 1.0)
        weights = weight[label, :, 0, 0]
        found = np.tensordot(weights, features, 1)
        scale = max(1.0, float(abs(found).max()))
        head, first = _places(cells, "Σ weight · map")[side]
        yield from _square((head + 2, first), found, scale)
        yield Claim(_right(cells, _places(cells, "its mean")[side]), float(found.mean()), scale)
        yield Claim(_right(cells, _places(cells, "the score")[side]), float(found.mean() + bias[label]), scale)
        yield from _square((_places(cells, "What the network sees")[0][0] + 1, column), _over(layers, found), scale)
        heads = [_places(cells, name)[side] for name in ("mean", "weight", "product")]
        means = features.mean(axis=(1, 2))
        for number, values in enumerate(zip(means, weights, means * weights, strict=True)):
            for (top, at), value in zip(heads, values, strict=True):
                yield Claim((top + 1 + number, at), float(value), scale)


def _over(layers: Sequence[RecordedLayer], found: Array) -> Array:
    """Return a map drawn over the image: at each pixel the number in the middle of whose window it lies nearest.

    Of two that are as near the sheet may take either, so where there are two, no number is expected (nan).
    """
    start, jump, field = 0.0, 1, 1
    for layer in layers[:-2]:
        start -= layer.padding * jump
        field += (layer.kernel - 1) * jump
        jump *= layer.stride
    middles = start + (field - 1) / 2 + jump * np.arange(len(found))
    away = abs(np.arange(_SIDE)[:, None] - middles)
    nearest, twice = away.argmin(axis=1), (away == away.min(axis=1, keepdims=True)).sum(axis=1) > 1
    drawn = found[np.ix_(nearest, nearest)].copy()
    drawn[twice, :] = np.nan
    drawn[:, twice] = np.nan
    return np.asarray(drawn)


def number_claims(
    cells: Cells, layers: Sequence[RecordedLayer], maps: Sequence[Array], image: Array
) -> Iterator[Claim]:
    """Yield what `CNN one number` must show for the picked number of a convolution: windows, kernels, products, their
    sum, the bias, what the ReLU leaves, and the number on the map.
    """
    picks = [max(1, int(cells[_right(cells, _places(cells, name)[0])])) for name in ("layer", "map", "row", "column")]
    number = min(picks[0], len(layers)) - 1
    layer = layers[number]
    channel, i, j = (
        min(pick, most) - 1 for pick, most in zip(picks[1:], (layer.count, layer.side, layer.side), strict=True)
    )
    value = float(maps[number][channel, i, j])
    yield Claim(_right(cells, _places(cells, "on the map")[0]), value, max(1.0, abs(value)))
    if layer.kind != "conv":
        return
    assert layer.weight is not None
    assert layer.bias is not None
    before = maps[number - 1] if number else image[None]
    total = float(numpy_sums(layer, before)[channel, i, j])
    taken, k = numpy_taken(layer, before), layer.kernel
    windows = taken[:, i * layer.stride : i * layer.stride + k, j * layer.stride : j * layer.stride + k]
    kernel, bias = layer.weight[channel], float(layer.bias[channel])
    scale = max(1.0, float(abs(windows * kernel).sum()))
    after = max(0.0, total) if layer.relu else total
    lines = (("all products together", total - bias), ("the bias", bias), ("their sum", total))
    for name, expected in (*lines, ("after the ReLU, if there is one", after)):
        yield Claim(_right(cells, _places(cells, name)[0]), expected, scale)
    head, first = _places(cells, "what it sees")[0]
    pitch = _places(cells, "the kernel")[0][1] - first
    for given, parts in enumerate(zip(windows, kernel, windows * kernel, strict=True)):
        for area, numbers in enumerate(parts):
            yield from _square((head + 1 + given * pitch, first + area * pitch), numbers, scale)


def _square(corner: Place, numbers: Array, scale: float) -> Iterator[Claim]:
    for (a, b), number in np.ndenumerate(numbers):
        if np.isfinite(number):
            yield Claim((corner[0] + a, corner[1] + b), float(number), scale)


def _places(cells: Cells, text: str) -> list[Place]:
    """Return where a text stands, from left to right; raise ValueError where it does not."""
    found = sorted((place for place, value in cells.items() if value == text), key=lambda place: place[::-1])
    if not found:
        raise ValueError(f"{text!r} stands nowhere")
    return found


def _right(cells: Cells, place: Place) -> Place:
    """Return the first cell right of another that holds something."""
    row, column = place
    return row, min(c for (r, c) in cells if r == row and c > column)
