"""How far two right computations of a number of an evaluation may lie apart: as `tolerance` says, sample by sample."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import numpy as np

from sheetgen.algebra.expr import OverBatch
from sheetgen.network.alike import alike
from sheetgen.network.array_values import Array
from sheetgen.network.batches import batches
from sheetgen.network.bounds_over_batch import bound_over_batch
from sheetgen.network.evaluation import Evaluation, evaluated
from sheetgen.network.graph import Section, equation_of, mean
from sheetgen.network.over_batch import stages
from sheetgen.network.row_bounds import RowBounds
from sheetgen.network.trace import Trace


class EvaluationBounds:
    """Error bounds of the evaluation of a training, computed only as far as they are asked for.

    All are in units of an operation's relative error. The parameters have the bounds of the training's row
    that they come from; every sample adds its own rounding, and a mean that of all samples before it.
    """

    def __init__(self, evaluation: Evaluation, trace: Trace) -> None:
        self._evaluation, self._trace = evaluation, trace
        study = evaluation.study
        quantities = evaluated(study.network)
        self._averaged = [quantity.name for quantity in quantities if quantity.section is Section.MEANS]
        # What a sample goes on from is a number of the sample before: it has its own rounding, as data have.
        self._stages = stages([q for q in quantities if q.section not in (Section.MEANS, Section.STATE)])
        self._names = (*study.network.parameters, *evaluation.samples, *evaluation.names)
        self._places = {name: place for place, name in enumerate(self._names)}
        self._layers = [
            alike({quantity.name: equation_of(quantity) for quantity in stage.quantities}, self._places)
            for stage in self._stages
        ]
        self._parameters: dict[int, Array] = {}
        self._held: dict[int, tuple[int, Array]] = {}

    def parameters(self, variant: int, point: int) -> Mapping[str, float]:
        """Return the bound of each parameter of a variant at a point, counted from 0."""
        bounds = self._of_parameters(variant)[point].tolist()
        return dict(zip(self._evaluation.study.network.parameters, bounds, strict=True))

    def _of_parameters(self, variant: int) -> Array:
        """Return the bounds of the parameters of a variant, [point, parameter]."""
        if variant not in self._parameters:
            study = self._evaluation.study
            graph, points = study.graphs[variant], np.array(self._evaluation.points)
            bounds = RowBounds(graph, study.constants(variant), 1.0, study.batch)
            found = []
            for some in batches(self._trace, variant):
                places = points - some.first // study.batch
                here = places[(places >= 0) & (places < len(some.values))].tolist()
                found.append(bounds.of_some(some, here, rows=1)[:, 0])
            columns = [graph.position[name] for name in graph.parameters]
            self._parameters[variant] = np.concatenate(found)[:, columns]
        return self._parameters[variant]

    def at(self, variant: int, point: int, sample: int) -> Mapping[str, float]:
        """Return the bound of each evaluated quantity of a sample, counted from 0, and of the means so far."""
        names = self._evaluation.names
        return dict(zip(names, self.of_samples(variant, point)[sample].tolist(), strict=True))

    def of_samples(self, variant: int, point: int) -> Array:
        """Return the bounds of the evaluated quantities of all samples, [sample, quantity]; the last asked are held."""
        held, bounds = self._held.get(variant, (-1, np.empty(0)))
        if held != point:
            bounds = self._of_samples(variant, point)
            self._held[variant] = point, bounds
        return bounds

    def _of_samples(self, variant: int, point: int) -> Array:
        evaluation, count, places = self._evaluation, self._evaluation.count, self._places
        own = np.array(evaluation.at(variant, point)).T
        parameters = np.array(evaluation.parameters[variant][point])[:, np.newaxis]
        data = np.array(list(evaluation.samples.values()))
        values = np.concatenate((np.broadcast_to(parameters, (len(parameters), count)), data, own))
        errors = np.abs(values)
        errors[: len(parameters)] = self._of_parameters(variant)[point][:, np.newaxis]
        with np.errstate(all="ignore"):
            for stage, layers in zip(self._stages, self._layers, strict=True):
                for quantity in stage.before:
                    expr = quantity.equation
                    assert isinstance(expr, OverBatch)
                    of = places[expr.name]
                    found = bound_over_batch(expr.function, values[of, :, np.newaxis], errors[of, :, np.newaxis], 1.0)
                    errors[places[quantity.name]] = found[:, 0]
                for equations in chain.from_iterable(layers):
                    equations.bound((values, errors), None, 1.0)
        for label in self._averaged:
            place, of = places[label], places[label.removeprefix(mean(""))]
            rounding = np.abs(values[place]) + np.abs(values[of]) / count
            errors[place] = np.cumsum(errors[of] / count + rounding)
        bounds: Array = errors[-len(own) :].T
        return bounds
