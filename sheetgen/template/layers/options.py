"""The options of a template's ``[layers]``, read and checked; `expand` writes the equations they stand for.

A layer here is one step of weights: sizes = [2, 3, 2] has two, counted from 1 in messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from sheetgen.algebra.ops import Primitive, activations, losses_in_layers, penalties_in_layers
from sheetgen.errors import must_be
from sheetgen.limits import MAX_COLUMNS
from sheetgen.template.document import Document
from sheetgen.template.layers.entries import Entries, is_whole
from sheetgen.template.layers.weights import Matrix, Vector, read_biases, read_weights

SOFTMAX = "softmax"
"""The activation that is none of one unit: it takes a whole layer, and `expand` writes it in several quantities."""

_ACTIVATION, _LOSS = "sigmoid", "half_squared_error"
"""What a ``[layers]`` has that names none."""


def _keys() -> tuple[str, ...]:
    return (
        "sizes", "activation", "output", "bias", "loss", "init", "scale", "seed", "weights", "biases",
        *penalties_in_layers(), "frozen_biases", "accuracy",
    )  # fmt: skip


@dataclass(frozen=True)
class LayerOptions:
    """What ``[layers]`` says, complete and consistent; every tuple has one item a layer.

    ``weights`` are by layer, to, from; ``biases`` by layer and unit, empty where a layer has none. ``loss`` is that
    of one output; ``penalties`` are those asked for, each with its coefficient.
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: Primitive
    weights: tuple[Matrix, ...]
    biases: tuple[Vector, ...]
    frozen_biases: bool
    penalties: tuple[tuple[Primitive, float], ...]
    accuracy: bool


def read_layer_options(document: Document, inputs: Sequence[str], targets: Sequence[str]) -> LayerOptions:
    """Return the options of a template's ``[layers]``; raise TemplateError for the first mistake in it."""
    entries = Entries(document)
    entries.require_known(_keys())
    sizes = _sizes(entries, inputs, targets)
    frozen = entries.flag("frozen_biases", False)
    biased = _biased(entries, len(sizes) - 1)
    if frozen and not any(biased):
        entries.fail("frozen_biases", "there are no biases to hold: bias is false")
    _require_columns(entries, sizes, biased, frozen)
    losses = losses_in_layers()
    loss = losses[entries.choice("loss", losses, _LOSS)]
    names = _activations(entries, sizes, loss)
    return LayerOptions(
        sizes=sizes,
        activations=names,
        loss=loss,
        weights=read_weights(entries, sizes),
        biases=read_biases(entries, sizes, biased),
        frozen_biases=frozen,
        penalties=_penalties(entries),
        accuracy=_accuracy(entries, loss, names[-1]),
    )


def _sizes(entries: Entries, inputs: Sequence[str], targets: Sequence[str]) -> tuple[int, ...]:
    sizes = entries.table.get("sizes")
    if not isinstance(sizes, list) or len(sizes) < 2:
        expected = "a list of the units of each layer, from inputs to outputs, such as [2, 3, 2]"
        entries.fail("sizes", f"expected {expected}", expected)
    for size in sizes:
        if not is_whole(size, 1):
            entries.fail("sizes", f"{size!r} is no number of units", "expected whole numbers from 1")
        if size > MAX_COLUMNS:
            entries.fail("sizes", f"a layer has more units than a sheet has columns, {MAX_COLUMNS:,}")
    for size, names, verb, kind in ((sizes[0], inputs, "begins", "input"), (sizes[-1], targets, "ends", "target")):
        if size != len(names):
            expected = f"{len(names)} {kind}{'' if len(names) == 1 else 's'}"
            entries.fail("sizes", f"it {verb} with {size:,}, but the template has {expected}", expected)
    return tuple(sizes)


def _require_columns(entries: Entries, sizes: tuple[int, ...], biased: Sequence[bool], frozen: bool) -> None:
    """Refuse a network whose parameters alone fill a sheet, before anything is made of its size."""
    weights = sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes))
    biases = sum(size for size, has_bias in zip(sizes[1:], biased, strict=True) if has_bias)
    columns = 2 * weights + (1 if frozen else 2) * biases
    if columns >= MAX_COLUMNS:
        parameters = f"{weights:,} weights and {biases:,} biases"
        problem = f"{parameters} need {columns:,} columns for values and gradients"
        entries.fail("sizes", problem, f"a sheet has {MAX_COLUMNS:,}")


def _activations(entries: Entries, sizes: tuple[int, ...], loss: Primitive) -> tuple[str, ...]:
    """Return one activation a layer, the last of them one that suits the loss."""
    names = _activation_list(entries, len(sizes) - 1, loss)
    last = "activation" if isinstance(entries.table.get("activation"), list) else "output"
    if SOFTMAX in names[:-1]:
        entries.fail("activation", "softmax can only stand on the last layer", 'use output = "softmax"')
    if names[-1] == SOFTMAX and sizes[-1] < 2:
        key = last if last in entries.table else "activation"
        entries.fail(key, "softmax needs 2 outputs or more", 'for one, use "sigmoid"')
    allowed = loss.in_layers.probabilities
    if allowed and names[-1] not in allowed:
        problem, expected = must_be("the last layer", _either(allowed), repr(names[-1]))
        entries.fail("loss", f"{loss.in_layers.name} needs probabilities: {problem}", expected)
    return names


def _either(names: Sequence[str]) -> str:
    return " or ".join(map(repr, names))


def _activation_list(entries: Entries, layers: int, loss: Primitive) -> tuple[str, ...]:
    known = (*activations(), SOFTMAX)
    given = entries.table.get("activation", _ACTIVATION)
    if isinstance(given, list):
        if "output" in entries.table:
            entries.fail("output", "the list of activations already names the last layer's", "give one of the two")
        words = entries.by_layer("activation", layers)
        return tuple(entries.member("activation", name, known, _ACTIVATION) for name in words)
    hidden = entries.member("activation", given, known, _ACTIVATION)
    default = next(iter(loss.in_layers.probabilities), hidden)
    return (*[hidden] * (layers - 1), entries.choice("output", known, default, _ACTIVATION))


def _biased(entries: Entries, layers: int) -> tuple[bool, ...]:
    """Return for each layer whether it has biases."""
    given = entries.table.get("bias", True)
    if isinstance(given, bool):
        return (given,) * layers
    if not isinstance(given, list) or not all(isinstance(flag, bool) for flag in given):
        entries.fail_expecting("bias", "true, false or a list of them", repr(given))
    return tuple(map(bool, entries.by_layer("bias", layers)))


def _penalties(entries: Entries) -> tuple[tuple[Primitive, float], ...]:
    offered = penalties_in_layers()
    return tuple((row, _coefficient(entries, key)) for key, row in offered.items() if key in entries.table)


def _coefficient(entries: Entries, key: str) -> float:
    coefficient = entries.number(key, entries.table[key], key)
    if coefficient < 0:
        entries.fail(key, *must_be(key, "0 or more", repr(coefficient)))
    return coefficient


def _accuracy(entries: Entries, loss: Primitive, output: str) -> bool:
    """Return whether the accuracy is watched: by default where the loss reads probabilities."""
    wanted = entries.flag("accuracy", bool(loss.in_layers.probabilities))
    known = tuple(dict.fromkeys(chain(*(row.in_layers.probabilities for row in losses_in_layers().values()))))
    if wanted and output not in known:
        expected = f"{_either(known)} to tell right from wrong"
        entries.fail("accuracy", *must_be("the last layer", expected, repr(output)))
    return wanted
