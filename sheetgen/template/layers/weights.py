"""The initial weights and biases of ``[layers]``: as they are given, or drawn at random."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

from sheetgen.errors import must_be
from sheetgen.template.layers.entries import Entries, is_whole

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]

_INITS = ("xavier", "he", "uniform")
_DECIMALS = 4
_SMALLEST_SCALE = 0.001


def read_weights(entries: Entries, sizes: Sequence[int]) -> tuple[Matrix, ...]:
    """Return the weights by layer, to, from; raise TemplateError for those that do not fit the sizes."""
    if "weights" not in entries.table:
        return _random_weights(entries, sizes)
    for key in ("init", "scale", "seed"):
        if key in entries.table:
            entries.fail(key, "the weights are given, so none are drawn", "give one of the two")
    matrices = entries.by_layer("weights", len(sizes) - 1)
    return tuple(
        _matrix(entries, matrix, layer, rows, columns)
        for layer, (matrix, (columns, rows)) in enumerate(zip(matrices, pairwise(sizes), strict=True), 1)
    )


def _matrix(entries: Entries, value: object, layer: int, rows: int, columns: int) -> Matrix:
    """Return one layer's weights, a row for each unit they lead to."""
    what, expected = f"weights of layer {layer}", f"{rows}×{columns} (to × from)"
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        entries.fail("weights", f"{what} must be a list of rows, expected {expected}", expected)
    lengths = sorted({len(row) for row in value})
    if len(lengths) > 1:
        numbers = f"{' and '.join(map(str, lengths))} numbers"
        entries.fail("weights", f"{what} have rows of {numbers}, expected {expected}", expected)
    if (len(value), *lengths) != (rows, columns):
        shape = f"{len(value)}×{lengths[0] if lengths else 0}"
        entries.fail("weights", f"{what} have shape {shape}, expected {expected}", expected)
    name = f"a weight of layer {layer}"
    return tuple(tuple(entries.number("weights", number, name) for number in row) for row in value)


def read_biases(entries: Entries, sizes: Sequence[int], biased: Sequence[bool]) -> tuple[Vector, ...]:
    """Return the biases by layer and unit, 0 where none are given; raise TemplateError for those that do not fit."""
    lengths = tuple(size if has_bias else 0 for size, has_bias in zip(sizes[1:], biased, strict=True))
    if "biases" not in entries.table:
        return tuple((0.0,) * length for length in lengths)
    vectors = entries.by_layer("biases", len(lengths))
    return tuple(
        _vector(entries, vector, layer, length)
        for layer, (vector, length) in enumerate(zip(vectors, lengths, strict=True), 1)
    )


def _vector(entries: Entries, value: object, layer: int, length: int) -> Vector:
    what = f"biases of layer {layer}"
    if not isinstance(value, list):
        entries.fail("biases", *must_be(what, f"a list of {length} numbers", repr(value)))
    if len(value) != length:
        why = "" if length else ": bias is false there"
        entries.fail("biases", f"{what} are {len(value)} numbers, expected {length}{why}", f"{length}{why}")
    return tuple(entries.number("biases", number, f"a bias of layer {layer}") for number in value)


def _random_weights(entries: Entries, sizes: Sequence[int]) -> tuple[Matrix, ...]:
    """Return weights drawn at random, rounded so that a cell shows them whole.

    ``xavier`` is uniform in ±√(6/(fan_in + fan_out)) (Glorot and Bengio, AISTATS 2010, equation 16), ``he``
    normal with standard deviation √(2/fan_in) (He et al., ICCV 2015, equation 10).
    """
    init = entries.choice("init", _INITS, _INITS[0])
    scale, seed = _scale(entries, init), entries.table.get("seed", 1)
    if not is_whole(seed, 0):
        entries.fail_expecting("seed", "a whole number from 0", repr(seed))
    generator = random.Random(seed)

    def weight(fan_in: int, fan_out: int) -> float:
        if init == "he":
            number = generator.gauss(0.0, sqrt(2 / fan_in))
        else:
            limit = scale if init == "uniform" else sqrt(6 / (fan_in + fan_out))
            number = limit * (2 * generator.random() - 1)
        return round(number, _DECIMALS) + 0.0  # -0.0 becomes 0.0

    return tuple(
        tuple(tuple(weight(fan_in, fan_out) for _ in range(fan_in)) for _ in range(fan_out))
        for fan_in, fan_out in pairwise(sizes)
    )


def _scale(entries: Entries, init: str) -> float:
    if "scale" in entries.table and init != "uniform":
        entries.fail("scale", 'it belongs to init = "uniform"', f"{init!r} has a scale of its own")
    scale = entries.number("scale", entries.table.get("scale", 1.0), "scale")
    if scale < _SMALLEST_SCALE:
        expected = f"{_SMALLEST_SCALE} or more (weights are rounded to {_DECIMALS} decimals)"
        entries.fail("scale", *must_be("scale", expected, repr(scale)))
    return scale
