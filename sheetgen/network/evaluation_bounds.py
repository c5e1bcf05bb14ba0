"""How far two right computations of a number of an evaluation may lie apart: as `tolerance` says, sample by sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sheetgen.network.error_bounds import error_bound
from sheetgen.network.evaluation import Evaluation, evaluated
from sheetgen.network.graph import Section, equation_of, mean
from sheetgen.network.row_bounds import RowBounds
from sheetgen.network.row_program import Row
from sheetgen.network.trace import Trace


class EvaluationBounds:
    """Error bounds of the evaluation of a training, computed only as far as they are asked for.

    All are in units of an operation's relative error. The parameters have the bounds of the training's row
    that they come from; every sample adds its own rounding, and a mean that of all samples before it.
    """

    def __init__(self, evaluation: Evaluation, trace: Trace) -> None:
        self._evaluation, self._trace = evaluation, trace
        self._quantities = evaluated(evaluation.study.network)
        self._rows: dict[int, Iterator[Mapping[str, float]]] = {}
        self._parameters: dict[int, list[Mapping[str, float]]] = {}
        self._samples: dict[tuple[int, int], list[Mapping[str, float]]] = {}
        self._values: dict[int, tuple[int, list[Row]]] = {}

    def parameters(self, variant: int, point: int) -> Mapping[str, float]:
        """Return the bound of each parameter of a variant at a point, counted from 0."""
        rows = self._rows.setdefault(variant, self._at_points(variant))
        known = self._parameters.setdefault(variant, [])
        while len(known) <= point:
            known.append(next(rows))
        return known[point]

    def _at_points(self, variant: int) -> Iterator[Mapping[str, float]]:
        study = self._evaluation.study
        graph = study.graphs[variant]
        bounds = RowBounds(graph, study.constants(variant), 1.0, study.batch)
        wanted = {iteration * study.batch for iteration in self._evaluation.points}
        for number, row in enumerate(self._trace.rows_of(variant)):
            bounds.follow(row)
            if number in wanted:
                here = bounds.here()
                yield {name: here[name] for name in graph.parameters}

    def at(self, variant: int, point: int, sample: int) -> Mapping[str, float]:
        """Return the bound of each evaluated quantity of a sample, counted from 0, and of the means so far."""
        known = self._samples.setdefault((variant, point), [])
        while len(known) <= sample:
            known.append(self._of_sample(variant, point, len(known), known[-1] if known else {}))
        return known[sample]

    def _values_at(self, variant: int, point: int) -> list[Row]:
        """Return the rows of all samples at a point; those asked for last are held."""
        held, rows = self._values.get(variant, (-1, []))
        if held != point:
            rows = self._evaluation.at(variant, point)
            self._values[variant] = point, rows
        return rows

    def _of_sample(self, variant: int, point: int, sample: int, above: Mapping[str, float]) -> Mapping[str, float]:
        evaluation, study = self._evaluation, self._evaluation.study
        values = dict(zip(study.network.parameters, evaluation.parameters[variant][point], strict=True))
        values |= {name: numbers[sample] for name, numbers in study.samples.items()}
        values |= dict(zip(evaluation.names, self._values_at(variant, point)[sample], strict=True))
        errors = {name: abs(value) for name, value in values.items()} | dict(self.parameters(variant, point))
        for quantity in self._quantities:
            name = quantity.name
            if quantity.section is Section.MEANS:
                averaged = name.removeprefix(mean(""))
                rounding = abs(values[name]) + abs(values[averaged]) / study.count
                errors[name] = above.get(name, 0.0) + errors[averaged] / study.count + rounding
            else:
                errors[name] = error_bound(equation_of(quantity), values.__getitem__, errors.__getitem__, 1.0)
        return {quantity.name: errors[quantity.name] for quantity in self._quantities}
