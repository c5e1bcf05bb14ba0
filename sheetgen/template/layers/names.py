"""What a ``[layers]`` calls its weights, biases and units.

A small network, of at most one hidden layer and 9 units a layer, has the names of the textbooks: w1, b1, h1, a_h1,
o1, a_o1. A larger one counts its layers: w2_1_3 leads in layer 2 to unit 1 from unit 3, z2_1 is that unit before its
activation and a2_1 after it.
"""

from __future__ import annotations

from itertools import count

from sheetgen.template.layers.options import LayerOptions

_CLASSIC_UNITS = 9

Names = tuple[str, ...]


def _is_classic(options: LayerOptions) -> bool:
    return len(options.sizes) <= 3 and max(options.sizes) <= _CLASSIC_UNITS


def weight_names(options: LayerOptions) -> tuple[tuple[Names, ...], ...]:
    """Return the names of the weights by layer, to, from."""
    number, classic = count(1), _is_classic(options)
    return tuple(
        tuple(
            tuple(f"w{next(number)}" if classic else f"w{layer}_{to}_{source}" for source, _ in enumerate(row, 1))
            for to, row in enumerate(matrix, 1)
        )
        for layer, matrix in enumerate(options.weights, 1)
    )


def bias_names(options: LayerOptions) -> tuple[Names, ...]:
    """Return the names of the biases by layer and unit; none for a layer without."""
    number, classic = count(1), _is_classic(options)
    return tuple(
        tuple(f"b{next(number)}" if classic else f"b{layer}_{unit}" for unit, _ in enumerate(vector, 1))
        for layer, vector in enumerate(options.biases, 1)
    )


def unit_names(options: LayerOptions, layer: int) -> tuple[Names, Names]:
    """Return the names of a layer's units before and after their activation; the layers count from 1."""
    units = range(1, options.sizes[layer] + 1)
    if _is_classic(options):
        letter = "o" if layer == len(options.sizes) - 1 else "h"
        return tuple(f"{letter}{unit}" for unit in units), tuple(f"a_{letter}{unit}" for unit in units)
    return tuple(f"z{layer}_{unit}" for unit in units), tuple(f"a{layer}_{unit}" for unit in units)
