"""The proof of a live network: a real engine recalculates it for every picture, and NumPy and torch compute it anew.

The engine calculates from the formulas; NumPy and torch from the weights in the cells. Each number of every map is
compared for the picture that is shown, in the engine and in the file, and the answer (scores, probabilities, the digit
and the sentence about it) for all others. A step of learning, for the picture that is shown, is held against torch's
autograd: relative to the largest gradient of each layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cnn.live.comparison import Comparison
from cnn.live.explained import number_claims, why_claims
from cnn.live.recorded import RecordedNetwork, Step, covered, recorded, sheets_cells
from cnn.live.reference import numpy_maps, torch_logits, torch_step
from cnn.live.report import LiveReport
from cnn.net.folded import Array
from sheetgen.engines import get, trial_bench
from sheetgen.engines.base import Recalculation, Value
from sheetgen.engines.trials import Trial
from sheetgen.sheet_names import CNN_DIGITS, CNN_LIVE, CNN_NUMBER, CNN_SLOPES, CNN_STEP, CNN_WHY

_DRAWN = "draw"
_SQUARE = (5.0, 12.0, 9.0)
"""The square that is covered in a trial: from which row and column on, and how large it is."""


@dataclass(frozen=True)
class _Case:
    """A picture that the network is shown, its label where the sheets know one, and the scores by NumPy."""

    name: str
    image: Array
    label: int | None
    scores: Array


def prove(path: Path, engine: str = "embedded", timeout: float = 600.0) -> LiveReport:
    """Prove the live network of a workbook.

    Raises WorkbookError where it holds none, and EngineError where the engine fails.
    """
    network = recorded(path)
    shown, *tried = cases = list(_cases(network))
    values = get(engine).recalculate(path, timeout)
    bench = trial_bench(engine, path, timeout)
    comparison, maps = Comparison(), numpy_maps(network.layers, shown.image)
    _compare_tried(comparison, network, tried, bench.tried(list(_trials(network))))
    _compare_shown(comparison, network, shown, maps, values)
    _compare_explained(comparison, path, network, maps, shown, values)
    with_torch = find_spec("torch") is not None
    if with_torch:
        _compare_torch(comparison, network, cases)
        if network.step:
            _compare_step(comparison, network, network.step, shown, values)
    return LiveReport(
        bench.version, len(tried), comparison.numbers, comparison.largest, with_torch, tuple(comparison.differences)
    )


def _cases(network: RecordedNetwork) -> Iterator[_Case]:
    """Yield what is shown, and what is tried, in the order of the trials."""
    picked = network.picked
    name, whole, label = (
        (_DRAWN, network.drawing, None) if picked is None else (picked.name, picked.pixels, picked.label)
    )
    cover = [float(network.shown.get(cell) or 0.0) for cell in network.cover]
    pictures = [(one.name, one.pixels, label if one.label is None else one.label) for one in network.pictures]
    shown, drawn = (name, covered(whole, cover), label), (_DRAWN, network.drawing, label)
    for case in (shown, drawn, *pictures, (f"{name}, partly covered", covered(whole, _SQUARE), label)):
        yield _Case(*case, numpy_maps(network.layers, case[1])[-1].ravel())


def _compare_tried(
    comparison: Comparison, network: RecordedNetwork, cases: Sequence[_Case], results: Sequence[Sequence[Value] | None]
) -> None:
    """Compare the answer for every picture that the engine was tried with."""
    for case, values in zip(cases, results, strict=True):
        found = dict(zip(network.answer.cells, values or [], strict=False))
        comparison.answer(case.name, CNN_LIVE, network.answer, case.scores, case.label, found, "engine")


def _compare_shown(
    comparison: Comparison, network: RecordedNetwork, shown: _Case, maps: Sequence[Array], values: Recalculation
) -> None:
    """Compare every number of every map of the picture that is shown, and its answer, in the engine and in the file."""
    cells = [cell for layer in network.layers for cell in layer.cells()]
    numbers = [number for given in maps for number in given.ravel().tolist()]
    scales = [max(1.0, float(abs(given).max())) for given in maps for _ in range(given.size)]
    current = _sheet(values, CNN_LIVE, [*cells, *network.answer.cells])
    for where, found in (("engine", current), ("file", network.shown)):
        for cell, expected, scale in zip(cells, numbers, scales, strict=True):
            comparison.number(shown.name, (CNN_LIVE, *cell), expected, found.get(cell), where, scale)
        comparison.reading(shown.name, CNN_LIVE, network.answer, shown.scores, shown.label, found, where)


def _compare_torch(comparison: Comparison, network: RecordedNetwork, cases: Sequence[_Case]) -> None:
    """Compare the scores of all pictures with those that torch finds."""
    logits = torch_logits(network.layers, [case.image for case in cases])
    for case, found in zip(cases, logits, strict=True):
        by_torch = dict(zip(network.answer.scores, found.tolist(), strict=True))
        comparison.scores(case.name, CNN_LIVE, network.answer, case.scores, by_torch, "torch")


def _trials(network: RecordedNetwork) -> Iterator[Trial]:
    """Yield what is tried: the drawing, every stored picture, and what is shown with a square of it covered.

    A label that is not put in stays that of the picture that is shown.
    """
    answer = tuple((CNN_LIVE, *cell) for cell in network.answer.cells)
    row, column, label = ((CNN_DIGITS, *cell) for cell in network.look_up)
    cover = [(CNN_LIVE, *cell) for cell in network.cover]
    uncovered = dict.fromkeys(cover, 0.0)
    yield Trial(answer, {row: 0.0, column: 0.0} | uncovered)
    for picture in network.pictures:
        known = {} if picture.label is None else {label: float(picture.label)}
        yield Trial(answer, {row: float(picture.row), column: float(picture.column)} | known | uncovered)
    yield Trial(answer, dict(zip(cover, _SQUARE, strict=True)))


def _sheet(values: Recalculation, sheet: str, cells: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Value]:
    """Return what the engine finds on a sheet, as far as some cells reach."""
    rows, columns = (max(places) for places in zip(*cells, strict=True))
    grid = values.grid(sheet, rows, columns)
    return {(r, c): value for r, row in enumerate(grid, start=1) for c, value in enumerate(row, start=1)}


def _compare_step(
    comparison: Comparison, network: RecordedNetwork, step: Step, shown: _Case, values: Recalculation
) -> None:
    """Compare the step of learning on the picture that is shown: gradients, losses and the answer after it.

    Where nobody typed a digit, the right one is what the picture is, or else is read as.
    """
    picture, right = shown.name, int(shown.scores.argmax()) if shown.label is None else shown.label
    label = right if step.typed is None else step.typed
    gradients, before, after, logits = torch_step(network.layers, shown.image, label, step.rate)
    weighted = [layer for layer in network.layers if layer.weight is not None]
    slopes = _sheet(values, CNN_SLOPES, [cell for layer in weighted for cell in layer.weight_cells()])
    for layer, (weight, bias) in zip(weighted, gradients, strict=True):
        wanted = [*weight.ravel().tolist(), *bias.tolist()]
        scale = max(map(abs, wanted))
        for cell, expected in zip(layer.weight_cells(), wanted, strict=True):
            comparison.number(picture, (CNN_SLOPES, *cell), expected, slopes.get(cell), "engine", scale)
    there = _sheet(values, CNN_STEP, [*step.answer.cells, *step.losses, step.label])
    scale = max(1.0, float(abs(logits).max()))
    for cell, expected in zip((step.label, *step.losses), (label, before, after), strict=True):
        comparison.number(picture, (CNN_STEP, *cell), expected, there.get(cell), "engine", scale)
    comparison.answer(picture, CNN_STEP, step.answer, logits, None, there, "engine")


def _compare_explained(
    comparison: Comparison, path: Path, network: RecordedNetwork, maps: Sequence[Array], shown: _Case,
    values: Recalculation,
) -> None:  # fmt: skip
    """Compare what is shown of why the digit is read, and of one number being made, in the engine and in the file."""
    for sheet, own in sheets_cells(path, CNN_WHY, CNN_NUMBER).items():
        if sheet == CNN_WHY:
            claims = list(why_claims(own, network.layers, maps))
        else:
            claims = list(number_claims(own, network.layers, maps, shown.image))
        there = _sheet(values, sheet, [claim.cell for claim in claims])
        for where, found in (("engine", there), ("file", own)):
            for claim in claims:
                comparison.number(
                    shown.name, (sheet, *claim.cell), claim.expected, found.get(claim.cell), where, claim.scale
                )
