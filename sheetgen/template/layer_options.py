"""The options of a template's ``[layers]``, read and checked; `layers` writes the equations they stand for.

A layer here is one step of weights: sizes = [2, 3, 2] has two, counted from 1 in messages.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from math import sqrt
from typing import NoReturn

from sheetgen.errors import UsageError
from sheetgen.limits import MAX_COLUMNS, spreadsheet_number

ACTIVATIONS = (
    "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "gelu", "silu", "identity", "softmax",
)  # fmt: skip
LOSSES = ("half_squared_error", "mean_squared_error", "binary_cross_entropy", "categorical_cross_entropy", "huber")
_OUTPUTS = {"categorical_cross_entropy": ("softmax",), "binary_cross_entropy": ("sigmoid", "softmax")}
"""The output activations that a cross-entropy can read as probabilities, its default first."""

_INITS = ("xavier", "he", "uniform")
_KEYS = (
    "sizes", "activation", "output", "bias", "loss", "init", "scale", "seed", "weights", "biases",
    "l1", "l2", "frozen_biases", "accuracy",
)  # fmt: skip
_DECIMALS = 4
_SMALLEST_SCALE = 0.001

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]


class LayersError(ValueError):
    """A ``[layers]`` that describes no network; ``key`` is its key at fault, "" if none."""

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True)
class Options:
    """What ``[layers]`` says, complete and consistent; every tuple has one item a layer.

    ``weights`` are by layer, to, from; ``biases`` by layer and unit, empty where a layer has none.
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    weights: tuple[Matrix, ...]
    biases: tuple[Vector, ...]
    frozen_biases: bool
    l1: float | None
    l2: float | None
    accuracy: bool


def read_options(table: Mapping[str, object], inputs: Sequence[str], targets: Sequence[str]) -> Options:
    """Return the options of a ``[layers]`` table; raise LayersError for the first mistake in it."""
    for key in table:
        if key not in _KEYS:
            raise LayersError(f"[layers] has no key {key!r}; {_hint(key, _KEYS)}", key)
    sizes = _sizes(table, inputs, targets)
    frozen = _flag(table, "frozen_biases", False)
    biased = _biased(table, len(sizes) - 1)
    if frozen and not any(biased):
        _fail("frozen_biases", "there are no biases to hold: bias is false")
    _require_columns(sizes, biased, frozen)
    loss = _choice(table, "loss", LOSSES, "half_squared_error")
    activations = _activations(table, sizes, loss)
    return Options(
        sizes=sizes,
        activations=activations,
        loss=loss,
        weights=_weights(table, sizes),
        biases=_biases(table, sizes, biased),
        frozen_biases=frozen,
        l1=_penalty(table, "l1"),
        l2=_penalty(table, "l2"),
        accuracy=_accuracy(table, loss, activations[-1]),
    )


def _fail(key: str, message: str) -> NoReturn:
    raise LayersError(message if message.startswith(key) else f"{key}: {message}", key)


def _hint(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"


def _member(key: str, value: object, known: Sequence[str]) -> str:
    if not isinstance(value, str):
        _fail(key, f"expected a text in quotes, such as {known[0]!r}, not {value!r}")
    if value not in known:
        _fail(key, f"there is no {value!r}; {_hint(value, known)}")
    return value


def _choice(table: Mapping[str, object], key: str, known: Sequence[str], default: str) -> str:
    return _member(key, table.get(key, default), known)


def _flag(table: Mapping[str, object], key: str, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        _fail(key, f"expected true or false, not {value!r}")
    return value


def _number(key: str, value: object, what: str) -> float:
    try:
        return spreadsheet_number(value, what)
    except UsageError as error:
        raise LayersError(str(error), key) from None


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _sizes(table: Mapping[str, object], inputs: Sequence[str], targets: Sequence[str]) -> tuple[int, ...]:
    sizes = table.get("sizes")
    if not isinstance(sizes, list) or len(sizes) < 2:
        _fail("sizes", "expected a list of the units of each layer, from inputs to outputs, such as [2, 3, 2]")
    for size in sizes:
        if not _is_whole(size, 1):
            _fail("sizes", f"{size!r} is no number of units; expected whole numbers from 1")
        if size > MAX_COLUMNS:
            _fail("sizes", f"a layer has more units than a sheet has columns, {MAX_COLUMNS:,}")
    for size, names, verb, kind in ((sizes[0], inputs, "begins", "input"), (sizes[-1], targets, "ends", "target")):
        if size != len(names):
            wanted = f"{len(names)} {kind}{'' if len(names) == 1 else 's'}"
            _fail("sizes", f"it {verb} with {size:,}, but the template has {wanted}")
    return tuple(sizes)


def _require_columns(sizes: tuple[int, ...], biased: Sequence[bool], frozen: bool) -> None:
    """Refuse a network whose parameters alone fill a sheet, before anything is made of its size."""
    weights = sum(fan_in * fan_out for fan_in, fan_out in _layers(sizes))
    biases = sum(size for size, has_bias in zip(sizes[1:], biased, strict=True) if has_bias)
    columns = 2 * weights + (1 if frozen else 2) * biases
    if columns >= MAX_COLUMNS:
        parameters = f"{weights:,} weights and {biases:,} biases"
        _fail("sizes", f"{parameters} need {columns:,} columns for values and gradients; a sheet has {MAX_COLUMNS:,}")


def _layers(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield each layer's fan-in and fan-out."""
    return pairwise(sizes)


def _activations(table: Mapping[str, object], sizes: tuple[int, ...], loss: str) -> tuple[str, ...]:
    """Return one activation a layer, the last of them one that suits the loss."""
    found = _activation_list(table, len(sizes) - 1, loss)
    last = "activation" if isinstance(table.get("activation"), list) else "output"
    if "softmax" in found[:-1]:
        _fail("activation", 'softmax can only stand on the last layer; use output = "softmax"')
    if found[-1] == "softmax" and sizes[-1] < 2:
        _fail(last if last in table else "activation", 'softmax needs 2 outputs or more; for one, use "sigmoid"')
    if found[-1] not in _OUTPUTS.get(loss, ACTIVATIONS):
        wanted = " or ".join(repr(name) for name in _OUTPUTS[loss])
        _fail("loss", f"{loss} needs probabilities: the last layer must be {wanted}, not {found[-1]!r}")
    return found


def _activation_list(table: Mapping[str, object], layers: int, loss: str) -> tuple[str, ...]:
    given = table.get("activation", "sigmoid")
    if isinstance(given, list):
        if "output" in table:
            _fail("output", "the list of activations already names the last layer's; give one of the two")
        if len(given) != layers:
            _fail("activation", f"expected one item a layer, {layers} in all, not {len(given)}")
        return tuple(_member("activation", name, ACTIVATIONS) for name in given)
    hidden = _member("activation", given, ACTIVATIONS)
    output = _choice(table, "output", ACTIVATIONS, _OUTPUTS.get(loss, (hidden,))[0])
    return (*[hidden] * (layers - 1), output)


def _biased(table: Mapping[str, object], layers: int) -> tuple[bool, ...]:
    """Return for each layer whether it has biases."""
    given = table.get("bias", True)
    if isinstance(given, bool):
        return (given,) * layers
    if not isinstance(given, list) or not all(isinstance(flag, bool) for flag in given):
        _fail("bias", f"expected true, false or a list of them, not {given!r}")
    if len(given) != layers:
        _fail("bias", f"expected one item a layer, {layers} in all, not {len(given)}")
    return tuple(given)


def _weights(table: Mapping[str, object], sizes: tuple[int, ...]) -> tuple[Matrix, ...]:
    if "weights" not in table:
        return _drawn(table, sizes)
    for key in ("init", "scale", "seed"):
        if key in table:
            _fail(key, "the weights are given, so none are drawn; give one of the two")
    matrices = _by_layer(table["weights"], "weights", len(sizes) - 1)
    return tuple(
        _matrix(matrix, layer, rows, columns)
        for layer, (matrix, (columns, rows)) in enumerate(zip(matrices, _layers(sizes), strict=True), 1)
    )


def _by_layer(value: object, key: str, layers: int) -> list[object]:
    if not isinstance(value, list):
        _fail(key, f"expected a list with one item a layer, not {value!r}")
    if len(value) != layers:
        _fail(key, f"expected one item a layer, {layers} in all, not {len(value)}")
    return value


def _matrix(value: object, layer: int, rows: int, columns: int) -> Matrix:
    """Return one layer's weights, a row for each unit they lead to."""
    what, expected = f"weights of layer {layer}", f"expected {rows}×{columns} (to × from)"
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        _fail("weights", f"{what} must be a list of rows, {expected}")
    lengths = sorted({len(row) for row in value})
    if len(lengths) > 1:
        _fail("weights", f"{what} have rows of {' and '.join(map(str, lengths))} numbers, {expected}")
    if (len(value), *lengths) != (rows, columns):
        _fail("weights", f"{what} have shape {len(value)}×{lengths[0] if lengths else 0}, {expected}")
    return tuple(tuple(_number("weights", number, f"a weight of layer {layer}") for number in row) for row in value)


def _biases(table: Mapping[str, object], sizes: tuple[int, ...], biased: Sequence[bool]) -> tuple[Vector, ...]:
    wanted = tuple(size if has_bias else 0 for size, has_bias in zip(sizes[1:], biased, strict=True))
    if "biases" not in table:
        return tuple((0.0,) * size for size in wanted)
    vectors = _by_layer(table["biases"], "biases", len(wanted))
    return tuple(
        _vector(vector, layer, size) for layer, (vector, size) in enumerate(zip(vectors, wanted, strict=True), 1)
    )


def _vector(value: object, layer: int, size: int) -> Vector:
    what = f"biases of layer {layer}"
    if not isinstance(value, list):
        _fail("biases", f"{what} must be a list of {size} numbers, not {value!r}")
    if len(value) != size:
        why = "" if size else ": bias is false there"
        _fail("biases", f"{what} are {len(value)} numbers, expected {size}{why}")
    return tuple(_number("biases", number, f"a bias of layer {layer}") for number in value)


def _drawn(table: Mapping[str, object], sizes: tuple[int, ...]) -> tuple[Matrix, ...]:
    """Return weights drawn at random, rounded so that a cell shows them whole.

    ``xavier`` is uniform in ±√(6/(fan_in + fan_out)) (Glorot and Bengio, AISTATS 2010, equation 16), ``he``
    normal with standard deviation √(2/fan_in) (He et al., ICCV 2015, equation 10).
    """
    init = _choice(table, "init", _INITS, "xavier")
    scale, seed = _scale(table, init), table.get("seed", 1)
    if not isinstance(seed, int) or not _is_whole(seed, 0):
        _fail("seed", f"expected a whole number from 0, not {seed!r}")
    generator = random.Random(seed)

    def draw(fan_in: int, fan_out: int) -> float:
        if init == "he":
            drawn = generator.gauss(0.0, sqrt(2 / fan_in))
        else:
            bound = scale if init == "uniform" else sqrt(6 / (fan_in + fan_out))
            drawn = bound * (2 * generator.random() - 1)
        return round(drawn, _DECIMALS) + 0.0  # -0.0 becomes 0.0

    return tuple(
        tuple(tuple(draw(fan_in, fan_out) for _ in range(fan_in)) for _ in range(fan_out))
        for fan_in, fan_out in _layers(sizes)
    )


def _scale(table: Mapping[str, object], init: str) -> float:
    if "scale" in table and init != "uniform":
        _fail("scale", f'it belongs to init = "uniform"; {init!r} has a scale of its own')
    scale = _number("scale", table.get("scale", 1.0), "scale")
    if scale < _SMALLEST_SCALE:
        rounding = f"weights are rounded to {_DECIMALS} decimals"
        _fail("scale", f"scale must be {_SMALLEST_SCALE} or more ({rounding}), not {scale!r}")
    return scale


def _penalty(table: Mapping[str, object], key: str) -> float | None:
    if key not in table:
        return None
    coefficient = _number(key, table[key], key)
    if coefficient < 0:
        _fail(key, f"{key} must be 0 or more, not {coefficient!r}")
    return coefficient


def _accuracy(table: Mapping[str, object], loss: str, output: str) -> bool:
    wanted = _flag(table, "accuracy", loss in _OUTPUTS)
    if wanted and output not in ("sigmoid", "softmax"):
        _fail("accuracy", f"the last layer must be 'sigmoid' or 'softmax' to tell right from wrong, not {output!r}")
    return wanted
