"""The ``[layers]`` of a template: a multilayer perceptron by its sizes, as the equations a person would type.

Nothing here knows a gradient: the equations are read like any others. A small network, of at most one
hidden layer and 9 units a layer, has the names of the textbooks: w1, b1, h1, a_h1, o1, a_o1. A larger one
counts its layers: w2_1_3 leads in layer 2 to unit 1 from unit 3, z2_1 is that unit before its activation
and a2_1 after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, pairwise
from math import ceil

from sheetgen.template.layer_options import LayersError, Options, read_options

__all__ = ["Expansion", "LayersError", "expand_layers"]

_LONGEST_SUM = 100
"""The most terms an equation is given: a formula has 8,192 characters, and the parser 200 levels."""

_CLASSIC_UNITS = 9

_LOSSES: Mapping[str, Callable[[str, str], str]] = {
    "half_squared_error": lambda a, t: f"0.5*({t} - {a})^2",
    "mean_squared_error": lambda a, t: f"({t} - {a})^2",
    "binary_cross_entropy": lambda a, t: f"bce({a}, {t})",
    "categorical_cross_entropy": lambda a, t: f"cce({a}, {t})",
    "huber": lambda a, t: f"huber({a}, {t})",
}
"""The loss of one output a with target t."""

_MEANS = ("mean_squared_error", "binary_cross_entropy", "huber")
"""The losses that are a mean over the outputs; the others are a sum."""

Equations = dict[str, str]
Names = tuple[str, ...]


@dataclass(frozen=True)
class Expansion:
    """The tables of a template that a ``[layers]`` stands for.

    ``parameters`` are initial values; ``frozen`` names those that are not trained: the coefficients of
    penalties, and biases that are held.
    """

    parameters: dict[str, float]
    forward: Equations
    loss: Equations
    metrics: Equations
    frozen: Names


def expand_layers(table: Mapping[str, object], inputs: Sequence[str], targets: Sequence[str]) -> Expansion:
    """Return the tables that a ``[layers]`` stands for, over the given names of inputs and targets.

    Raises LayersError for a table that is wrong, and for names that the inputs or targets already have.
    """
    options = read_options(table, inputs, targets)
    weights, biases = _weight_names(options), _bias_names(options)
    coefficients = _coefficients(options)
    forward, outputs = _forward(options, weights, biases, tuple(inputs))
    expansion = Expansion(
        parameters={**_initial(options, weights, biases), **coefficients},
        forward=forward,
        loss=_loss(options, outputs, targets, _penalties(weights, tuple(coefficients))),
        metrics=_accuracy(options, outputs, targets) if options.accuracy else {},
        frozen=(*(chain(*biases) if options.frozen_biases else ()), *coefficients),
    )
    _require_free(expansion, inputs, targets)
    return expansion


def _is_classic(options: Options) -> bool:
    return len(options.sizes) <= 3 and max(options.sizes) <= _CLASSIC_UNITS


def _weight_names(options: Options) -> tuple[tuple[Names, ...], ...]:
    """Return the names of the weights by layer, to, from."""
    number, classic = count(1), _is_classic(options)
    return tuple(
        tuple(
            tuple(f"w{next(number)}" if classic else f"w{layer}_{to}_{source}" for source, _ in enumerate(row, 1))
            for to, row in enumerate(matrix, 1)
        )
        for layer, matrix in enumerate(options.weights, 1)
    )


def _bias_names(options: Options) -> tuple[Names, ...]:
    """Return the names of the biases by layer and unit; none for a layer without."""
    number, classic = count(1), _is_classic(options)
    return tuple(
        tuple(f"b{next(number)}" if classic else f"b{layer}_{unit}" for unit, _ in enumerate(vector, 1))
        for layer, vector in enumerate(options.biases, 1)
    )


def _unit_names(options: Options, layer: int) -> tuple[Names, Names]:
    """Return the names of a layer's units before and after their activation; the layers count from 1."""
    units = range(1, options.sizes[layer] + 1)
    if _is_classic(options):
        letter = "o" if layer == len(options.sizes) - 1 else "h"
        return tuple(f"{letter}{unit}" for unit in units), tuple(f"a_{letter}{unit}" for unit in units)
    return tuple(f"z{layer}_{unit}" for unit in units), tuple(f"a{layer}_{unit}" for unit in units)


def _initial(options: Options, weights: Sequence[Sequence[Names]], biases: Sequence[Names]) -> dict[str, float]:
    """Return the initial values layer by layer, weights before biases."""
    found: dict[str, float] = {}
    for layer, (matrix, vector) in enumerate(zip(weights, biases, strict=True)):
        found.update(zip(chain(*matrix), chain(*options.weights[layer]), strict=True))
        found.update(zip(vector, options.biases[layer], strict=True))
    return found


def _coefficients(options: Options) -> dict[str, float]:
    given = {"lambda_1": options.l1, "lambda_2": options.l2}
    return {name: value for name, value in given.items() if value is not None}


def _sum(terms: Sequence[str]) -> str:
    return " + ".join(terms)


def _max(terms: Sequence[str]) -> str:
    return f"max({', '.join(terms)})"


def _product(terms: Sequence[str]) -> str:
    return "*".join(terms)


def _joined(table: Equations, name: str, terms: Sequence[str], join: Callable[[Sequence[str]], str] = _sum) -> str:
    """Return the terms joined; too many for one equation are first joined in parts, which ``table`` gains."""
    if len(terms) <= _LONGEST_SUM:
        return join(terms)
    parts = {f"{name}_part{number}": join(part) for number, part in enumerate(_split(terms, _LONGEST_SUM), 1)}
    table.update(parts)
    return join(tuple(parts))


def _split(items: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """Yield the items in order, in as few parts of at most ``most`` as hold them, of nearly one length."""
    parts = ceil(len(items) / most)
    bounds = [len(items) * part // parts for part in range(parts + 1)]
    return (items[start:end] for start, end in pairwise(bounds))


def _forward(
    options: Options, weights: Sequence[Sequence[Names]], biases: Sequence[Names], inputs: Names
) -> tuple[Equations, Names]:
    """Return the forward equations and the names of the outputs."""
    table: Equations = {}
    units = inputs
    for layer, activation in enumerate(options.activations, 1):
        before, after = _unit_names(options, layer)
        for unit, name in enumerate(before):
            terms = [f"{weight}*{source}" for weight, source in zip(weights[layer - 1][unit], units, strict=True)]
            table[name] = _joined(table, name, [*terms, *biases[layer - 1][unit : unit + 1]])
        units = _activated(table, activation, before, after)
    return table, units


def _activated(table: Equations, activation: str, before: Names, after: Names) -> Names:
    """Add a layer's activations to the table; return the names that the next layer reads."""
    if activation == "identity":
        return before
    if activation == "softmax":
        return _softmax(table, before)
    table.update({name: f"{activation}({z})" for name, z in zip(after, before, strict=True)})
    return after


def _softmax(table: Equations, logits: Names) -> Names:
    """Add a softmax to the table, less the largest logit so that no exponential overflows; return its names."""
    numbers = range(1, len(logits) + 1)
    exponentials, probabilities = (tuple(f"{stem}{number}" for number in numbers) for stem in ("e_", "p"))
    table["z_max"] = f"held({_joined(table, 'z_max', logits, _max)})"
    table.update({e: f"exp({z} - z_max)" for e, z in zip(exponentials, logits, strict=True)})
    table["e_sum"] = _joined(table, "e_sum", exponentials)
    table.update({p: f"{e}/e_sum" for p, e in zip(probabilities, exponentials, strict=True)})
    return probabilities


def _loss(options: Options, outputs: Names, targets: Sequence[str], penalties: Equations) -> Equations:
    """Return the loss equations: one an output, their sum or mean, and what penalties add to it."""
    of_output = _LOSSES[options.loss]
    terms = [of_output(output, target) for output, target in zip(outputs, targets, strict=True)]
    total = "E_data" if penalties else "E_total"
    if len(terms) == 1:
        table = {total: terms[0]}
    else:
        table = {f"E{number}": term for number, term in enumerate(terms, 1)}
        joined = _joined(table, total, tuple(table))
        table[total] = f"({joined})/{len(terms)}" if options.loss in _MEANS else joined
    return {**table, **penalties, "E_total": "E_data + penalty"} if penalties else table


def _penalties(weights: Sequence[Sequence[Names]], coefficients: Names) -> Equations:
    """Return ``penalty`` and its parts, a part a layer where there are too many weights; {} for none."""
    layers = [tuple(chain(*matrix)) for matrix in weights]
    table: Equations = {}
    if not coefficients:
        return table
    everything = tuple(chain(*layers))
    if len(everything) * len(coefficients) <= _LONGEST_SUM:
        return {"penalty": _penalty(everything, coefficients)}
    names = tuple(f"penalty_{layer}" for layer, _ in enumerate(layers, 1))
    for name, layer in zip(names, layers, strict=True):
        parts = tuple(_penalty(part, coefficients) for part in _split(layer, _LONGEST_SUM // len(coefficients)))
        labelled = {f"{name}_part{number}": part for number, part in enumerate(parts, 1)} if len(parts) > 1 else {}
        table |= {**labelled, name: _sum(tuple(labelled) or parts)}
    table["penalty"] = _joined(table, "penalty", names)
    return table


def _penalty(weights: Sequence[str], coefficients: Names) -> str:
    """Return lambda_1·Σ|w| + lambda_2·Σw²: their derivatives are ±lambda_1 and 2·lambda_2·w."""
    terms = {"lambda_1": "abs({})", "lambda_2": "{}^2"}
    return _sum([f"{name}*({_sum([terms[name].format(weight) for weight in weights])})" for name in coefficients])


def _accuracy(options: Options, outputs: Names, targets: Sequence[str]) -> Equations:
    """Return the metric that is 1 for a sample told right and 0 for one told wrong.

    A softmax is right where the class of the one-hot target has the largest probability; sigmoids where
    each lies on its 0/1 target's side of a half.
    """
    table: Equations = {}
    pairs = tuple(zip(outputs, targets, strict=True))
    if options.activations[-1] == "softmax":
        told = _joined(table, "p_told", [f"{target}*{output}" for output, target in pairs])
        table["accuracy"] = f"where({told} >= {_joined(table, 'p_max', outputs, _max)}, 1, 0)"
    else:
        sides = [f"where({output} >= 0.5, {target}, 1 - {target})" for output, target in pairs]
        table["accuracy"] = _joined(table, "accuracy", sides, _product)
    return table


def _require_free(expansion: Expansion, inputs: Sequence[str], targets: Sequence[str]) -> None:
    """Refuse inputs and targets with a name that the network uses; spreadsheets take no notice of capitals."""
    tables = (expansion.parameters, expansion.forward, expansion.loss, expansion.metrics)
    made = {name.lower(): name for name in chain(*tables)}
    for kind, names in (("input", inputs), ("target", targets)):
        for name in names:
            if name.lower() in made:
                used = made[name.lower()]
                raise LayersError(f"[layers] makes a quantity {used!r}; rename the {kind} {name!r}")
