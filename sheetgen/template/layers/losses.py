"""The loss of a ``[layers]``, with its penalties and its accuracy, as the equations a person would type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from sheetgen.algebra.ops import Primitive, operands_by_letter
from sheetgen.limits import MOST_TERMS
from sheetgen.template.layers.names import Names
from sheetgen.template.layers.options import SOFTMAX, LayerOptions
from sheetgen.template.layers.terms import EquationTexts, joined, largest, plus, split, times


def coefficients(options: LayerOptions) -> dict[str, float]:
    """Return the coefficients of the penalties that are asked for, by name."""
    return {row.penalty_in_layers.coefficient: value for row, value in options.penalties}


def loss_equations(
    options: LayerOptions, weights: Sequence[Sequence[Names]], outputs: Names, targets: Sequence[str]
) -> EquationTexts:
    """Return the loss: one equation an output, their sum or mean, and what penalties add to it."""
    penalties = _penalties(weights, [row for row, _ in options.penalties])
    terms = [_of_output(options.loss, output, target) for output, target in zip(outputs, targets, strict=True)]
    total = "E_data" if penalties else "E_total"
    if len(terms) == 1:
        table = {total: terms[0]}
    else:
        table = {f"E{number}": term for number, term in enumerate(terms, 1)}
        whole = joined(table, total, tuple(table))
        table[total] = f"({whole})/{len(terms)}" if options.loss.in_layers.mean else whole
    return {**table, **penalties, "E_total": "E_data + penalty"} if penalties else table


def _of_output(loss: Primitive, output: str, target: str) -> str:
    """Return the loss of one output."""
    return _written_out(loss, output, target) if loss.in_layers.written_out else _call(loss, output, target)


def _written_out(primitive: Primitive, *names: str) -> str:
    """Return a primitive's expansion over named operands."""
    name_of = operands_by_letter(names)
    return re.sub(r"\b[abc]\b", lambda letter: name_of[letter[0]], primitive.expansion)


def _call(primitive: Primitive, *names: str) -> str:
    return f"{primitive.name}({', '.join(names)})"


def _penalties(weights: Sequence[Sequence[Names]], rows: Sequence[Primitive]) -> EquationTexts:
    """Return ``penalty`` and its parts, a part a layer where there are too many weights; {} for none."""
    layers = [tuple(chain(*matrix)) for matrix in weights]
    table: EquationTexts = {}
    if not rows:
        return table
    everything = tuple(chain(*layers))
    if len(everything) * len(rows) <= MOST_TERMS:
        return {"penalty": _penalty(everything, rows)}
    by_layer = tuple(f"penalty_{layer}" for layer, _ in enumerate(layers, 1))
    for name, layer in zip(by_layer, layers, strict=True):
        parts = tuple(_penalty(part, rows) for part in split(layer, MOST_TERMS // len(rows)))
        labelled = {f"{name}_part{number}": part for number, part in enumerate(parts, 1)} if len(parts) > 1 else {}
        table |= {**labelled, name: plus(tuple(labelled) or parts)}
    table["penalty"] = joined(table, "penalty", by_layer)
    return table


def _penalty(weights: Sequence[str], rows: Sequence[Primitive]) -> str:
    """Return lambda_1·Σ|w| + lambda_2·Σw²: their derivatives are ±lambda_1 and 2·lambda_2·w."""
    sums = {row.penalty_in_layers.coefficient: plus([_of_weight(row, weight) for weight in weights]) for row in rows}
    return plus([f"{name}*({total})" for name, total in sums.items()])


def _of_weight(penalty: Primitive, weight: str) -> str:
    """Return the penalty on one weight, as its expansion where it has one."""
    return _written_out(penalty, weight) if penalty.expansion else _call(penalty, weight)


def accuracy_equations(options: LayerOptions, outputs: Names, targets: Sequence[str]) -> EquationTexts:
    """Return the metric that is 1 for a sample told right and 0 for one told wrong.

    A softmax is right where the class of the one-hot target has the largest probability; other probabilities where
    each lies on its 0/1 target's side of a half.
    """
    table: EquationTexts = {}
    pairs = tuple(zip(outputs, targets, strict=True))
    if options.activations[-1] == SOFTMAX:
        right = joined(table, "p_told", [f"{target}*{output}" for output, target in pairs])
        table["accuracy"] = f"where({right} >= {joined(table, 'p_max', outputs, largest)}, 1, 0)"
    else:
        sides = [f"where({output} >= 0.5, {target}, 1 - {target})" for output, target in pairs]
        table["accuracy"] = joined(table, "accuracy", sides, times)
    return table
