"""The ``[layers]`` of a template: a multilayer perceptron by its sizes, as the equations a person would type.

Nothing here knows a gradient: the equations are read like any others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from sheetgen.template.document import Document
from sheetgen.template.layers.losses import accuracy_equations, coefficients, loss_equations
from sheetgen.template.layers.names import Names, bias_names, unit_names, weight_names
from sheetgen.template.layers.options import SOFTMAX, LayerOptions, read_layer_options
from sheetgen.template.layers.terms import EquationTexts, joined, largest


@dataclass(frozen=True)
class Expansion:
    """The tables of a template that a ``[layers]`` stands for.

    ``parameters`` are initial values; ``frozen`` names those that are not trained: the coefficients of
    penalties, and biases that are held.
    """

    parameters: dict[str, float]
    forward: EquationTexts
    loss: EquationTexts
    metrics: EquationTexts
    frozen: Names


def expand_layers(document: Document, inputs: Sequence[str], targets: Sequence[str]) -> Expansion:
    """Return the tables that a template's ``[layers]`` stands for, over the given names of inputs and targets.

    Raises TemplateError for a table that is wrong, and for names that the inputs or targets already have.
    """
    options = read_layer_options(document, inputs, targets)
    weights, biases = weight_names(options), bias_names(options)
    penalties = coefficients(options)
    forward, outputs = _forward(options, weights, biases, tuple(inputs))
    expansion = Expansion(
        parameters={**_initial(options, weights, biases), **penalties},
        forward=forward,
        loss=loss_equations(options, weights, outputs, targets),
        metrics=accuracy_equations(options, outputs, targets) if options.accuracy else {},
        frozen=(*(chain(*biases) if options.frozen_biases else ()), *penalties),
    )
    _require_free(document, expansion, inputs, targets)
    return expansion


def _initial(options: LayerOptions, weights: Sequence[Sequence[Names]], biases: Sequence[Names]) -> dict[str, float]:
    """Return the initial values layer by layer, weights before biases."""
    values: dict[str, float] = {}
    for layer, (matrix, vector) in enumerate(zip(weights, biases, strict=True)):
        values.update(zip(chain(*matrix), chain(*options.weights[layer]), strict=True))
        values.update(zip(vector, options.biases[layer], strict=True))
    return values


def _forward(
    options: LayerOptions, weights: Sequence[Sequence[Names]], biases: Sequence[Names], inputs: Names
) -> tuple[EquationTexts, Names]:
    """Return the forward equations and the names of the outputs."""
    table: EquationTexts = {}
    units = inputs
    for layer, activation in enumerate(options.activations, 1):
        before, after = unit_names(options, layer)
        for unit, name in enumerate(before):
            terms = [f"{weight}*{source}" for weight, source in zip(weights[layer - 1][unit], units, strict=True)]
            table[name] = joined(table, name, [*terms, *biases[layer - 1][unit : unit + 1]])
        units = _activated(table, activation, before, after)
    return table, units


def _activated(table: EquationTexts, activation: str, before: Names, after: Names) -> Names:
    """Add a layer's activations to the table; return the names that the next layer reads."""
    if activation == "identity":
        return before
    if activation == SOFTMAX:
        return _softmax(table, before)
    table.update({name: f"{activation}({z})" for name, z in zip(after, before, strict=True)})
    return after


def _softmax(table: EquationTexts, logits: Names) -> Names:
    """Add a softmax to the table, less the largest logit so that no exponential overflows; return its names."""
    numbers = range(1, len(logits) + 1)
    exponentials, probabilities = (tuple(f"{stem}{number}" for number in numbers) for stem in ("e_", "p"))
    table["z_max"] = f"held({joined(table, 'z_max', logits, largest)})"
    table.update({e: f"exp({z} - z_max)" for e, z in zip(exponentials, logits, strict=True)})
    table["e_sum"] = joined(table, "e_sum", exponentials)
    table.update({p: f"{e}/e_sum" for p, e in zip(probabilities, exponentials, strict=True)})
    return probabilities


def _require_free(document: Document, expansion: Expansion, inputs: Sequence[str], targets: Sequence[str]) -> None:
    """Refuse inputs and targets with a name that the network uses; spreadsheets take no notice of capitals."""
    tables = (expansion.parameters, expansion.forward, expansion.loss, expansion.metrics)
    taken = {name.lower(): name for name in chain(*tables)}
    for kind, names in (("input", inputs), ("target", targets)):
        for name in names:
            if name.lower() in taken:
                problem = f"[layers] makes a quantity {taken[name.lower()]!r}"
                document.fail(problem, f"rename the {kind} {name!r}", "layers", quantity=name)
