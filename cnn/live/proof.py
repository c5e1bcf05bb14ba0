"""The proof of a live network: a real engine recalculates it for every picture, and NumPy and torch compute it anew.

The engine calculates from the formulas; NumPy and torch from the weights in the cells. Each number of every map is
compared for the picture that is shown, in the engine and in the file, and the scores and what is read for all others.
A step of learning, for the picture that is shown, is held against torch's autograd: relative to the largest gradient of
each layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from cnn.live.recorded import RecordedNetwork, Step, covered, recorded
from cnn.live.reference import numpy_maps, torch_logits, torch_step
from cnn.net.folded import Array
from sheetgen.engines import get, trial_bench
from sheetgen.engines.base import Recalculation, Value
from sheetgen.engines.trials import Trial
from sheetgen.page.cell_names import column_letter
from sheetgen.sheet_names import CNN_DIGITS, CNN_LIVE, CNN_SLOPES, CNN_STEP

TOLERANCE = 1e-9
"""Of a number, relative to the largest of its layer where that is above 1."""
_DRAWN = "draw"


@dataclass(frozen=True)
class LiveDifference:
    """A number that is not what it must be: in which picture and cell, what was expected, what was found, and where."""

    picture: str
    cell: str
    expected: float
    found: float | str | None
    where: str


@dataclass(frozen=True)
class LiveReport:
    """What was compared: pictures, numbers, and the largest difference of a score that agreed; the differences.

    ``torch`` says whether torch was there to be compared with.
    """

    engine: str
    pictures: int
    numbers: int
    largest: float
    torch: bool
    differences: tuple[LiveDifference, ...]

    @property
    def ok(self) -> bool:
        """Whether all agreed."""
        return not self.differences


def prove(path: Path, engine: str = "embedded", timeout: float = 600.0) -> LiveReport:
    """Prove the live network of a workbook.

    Raises WorkbookError where it holds none, and EngineError where the engine fails.
    """
    network = recorded(path)
    pictures = {picture.name: picture for picture in network.pictures}
    whole = pictures[network.picked].pixels if network.picked in pictures else network.drawing
    shown = covered(whole, [float(network.shown.get(cell) or 0.0) for cell in network.cover])
    engine_values = get(engine).recalculate(path, timeout)
    current, kept = _sheet(engine_values, CNN_LIVE, network.shown), network.shown
    bench = trial_bench(engine, path, timeout)
    every = [(CNN_LIVE, *cell) for layer in network.layers for cell in layer.cells()]
    scores = [(CNN_LIVE, *cell) for cell in network.layers[-1].cells()]
    answer = (CNN_LIVE, *_answer(network))
    row, column = ((CNN_DIGITS, *cell) for cell in network.look_up)
    uncovered = {(CNN_LIVE, *cell): 0.0 for cell in network.cover}
    trials = [Trial((*scores, answer), {row: 0.0, column: 0.0} | uncovered)]
    trials += [
        Trial((*scores, answer), {row: float(picture.row), column: float(picture.column)} | uncovered)
        for picture in network.pictures
    ]
    square = (5.0, 12.0, 9.0)
    cover = {(CNN_LIVE, *cell): value for cell, value in zip(network.cover, square, strict=True)}
    trials.append(Trial((*scores, answer), cover))
    results = bench.tried(trials)
    names = [network.picked, _DRAWN, *pictures, f"{network.picked}, partly covered"]
    stored = [picture.pixels for picture in network.pictures]
    images = [shown, network.drawing, *stored, covered(whole, square)]
    maps = numpy_maps(network.layers, shown)
    comparison = _Comparison()
    for image, name, values in zip(images[1:], names[1:], results, strict=True):
        comparison.scores(name, scores, numpy_maps(network.layers, image)[-1].ravel(), values, answer)
    wanted = [number for layer_maps in maps for number in layer_maps.ravel().tolist()]
    scales = [max(1.0, float(abs(given).max())) for given in maps for _ in range(given.size)]
    for where, found in (("engine", current), ("file", kept)):
        for cell, expected, scale in zip(every, wanted, scales, strict=True):
            comparison.number(names[0], cell, expected, found.get(cell[1:]), where, scale)
        comparison.answer(names[0], answer, maps[-1].ravel(), found.get(answer[1:]), where)
    with_torch = find_spec("torch") is not None
    if with_torch:
        _compare_torch(comparison, network, names, images, scores)
        if network.step:
            _compare_step(comparison, network, network.step, shown, engine_values)
    return LiveReport(
        bench.version,
        len(images) - 1,
        comparison.numbers,
        comparison.largest,
        with_torch,
        tuple(comparison.differences),
    )


def _sheet(values: Recalculation, sheet: str, cells: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Value]:
    """Return what the engine finds on a sheet, as far as some cells reach."""
    rows, columns = (max(places) for places in zip(*cells, strict=True))
    grid = values.grid(sheet, rows, columns)
    return {(r, c): value for r, row in enumerate(grid, start=1) for c, value in enumerate(row, start=1)}


def _compare_step(
    comparison: _Comparison, network: RecordedNetwork, step: Step, image: Array, values: Recalculation
) -> None:
    """Compare the step of learning on the picture that is shown: gradients, losses and the scores after it."""
    gradients, before, after, logits = torch_step(network.layers, image, step.label, step.rate)
    weighted = [layer for layer in network.layers if layer.weight is not None]
    slopes = _sheet(values, CNN_SLOPES, [cell for layer in weighted for cell in layer.weight_cells()])
    for layer, (weight, bias) in zip(weighted, gradients, strict=True):
        wanted = [*weight.ravel().tolist(), *bias.tolist()]
        scale = max(map(abs, wanted))
        for cell, expected in zip(layer.weight_cells(), wanted, strict=True):
            comparison.number(network.picked, (CNN_SLOPES, *cell), expected, slopes.get(cell), "engine", scale)
    scores = network.layers[-1].cells()
    shown = _sheet(values, CNN_STEP, [*scores, *step.losses])
    for cell, expected in zip((*step.losses, *scores), (before, after, *logits.tolist()), strict=True):
        scale = max(1.0, float(abs(logits).max()))
        comparison.number(network.picked, (CNN_STEP, *cell), expected, shown.get(cell), "engine", scale)


def _answer(network: RecordedNetwork) -> tuple[int, int]:
    """Return the cell of the digit that is read: below its caption."""
    row, column = next(place for place, value in network.shown.items() if value == "it reads")
    return row + 1, column


def _compare_torch(
    comparison: _Comparison, network: RecordedNetwork, names: Sequence[str], images: Sequence[Array],
    scores: Sequence[tuple[str, int, int]],
) -> None:  # fmt: skip
    """Compare torch's scores with NumPy's."""
    found = torch_logits(network.layers, images)
    for name, image, row in zip(names, images, found, strict=True):
        wanted = numpy_maps(network.layers, image)[-1].ravel()
        scale = max(1.0, float(abs(wanted).max()))
        for cell, expected, value in zip(scores, wanted.tolist(), row.tolist(), strict=True):
            comparison.number(name, cell, expected, value, "torch", scale)


class _Comparison:
    """Numbers compared, and what was found."""

    def __init__(self) -> None:
        self.numbers, self.largest = 0, 0.0
        self.differences: list[LiveDifference] = []

    def number(
        self, picture: str, cell: tuple[str, int, int], expected: float, found: Value, where: str, scale: float
    ) -> None:
        """Compare one number."""
        self.numbers += 1
        distance = abs(found - expected) if isinstance(found, float | int) else np.inf
        if distance <= TOLERANCE * scale:
            self.largest = max(self.largest, float(distance))
        else:
            told = found if isinstance(found, float | int | None) else str(found)
            self.differences.append(LiveDifference(picture, _name(cell), expected, told, where))

    def scores(
        self, picture: str, cells: Sequence[tuple[str, int, int]], expected: Array, values: Sequence[Value] | None,
        answer: tuple[str, int, int],
    ) -> None:  # fmt: skip
        """Compare the scores of a picture and what is read, in the engine."""
        found = values or [None] * (len(cells) + 1)
        scale = max(1.0, float(abs(expected).max()))
        for cell, wanted, value in zip(cells, expected.tolist(), found, strict=False):
            self.number(picture, cell, wanted, value, "engine", scale)
        self.answer(picture, answer, expected, found[-1], "engine")

    def answer(self, picture: str, cell: tuple[str, int, int], expected: Array, found: Value, where: str) -> None:
        """Compare the digit that is read; of equal scores, up to rounding, either is right."""
        near = [
            i for i, score in enumerate(expected) if score >= expected.max() - TOLERANCE * max(1.0, abs(expected).max())
        ]
        self.numbers += 1
        if found not in near:
            told = found if isinstance(found, float | int | None) else str(found)
            self.differences.append(LiveDifference(picture, _name(cell), float(near[0]), told, where))


def _name(cell: tuple[str, int, int]) -> str:
    sheet, row, column = cell
    return f"{sheet}!{column_letter(column)}{row}"


def report_lines(path: Path, report: LiveReport) -> Iterator[str]:
    """Yield the report as lines of text: the verdict first, then the first differences."""
    against = "NumPy and torch" if report.torch else "NumPy (torch is not installed)"
    compared = f"{report.numbers:,} numbers of {report.pictures} pictures"
    if report.ok:
        yield f"OK: {compared} agree with {against}, computed from the weights in the cells ({report.engine})"
        yield f"largest difference: {report.largest:.2g}"
        return
    cells = len({(difference.picture, difference.cell) for difference in report.differences})
    yield f"DIFFERENT: {cells:,} of {compared} do not agree with {against} ({report.engine})"
    for one in report.differences[:10]:
        yield f"  {path}: {one.cell}, {one.picture}: {one.where} has {one.found}, expected {one.expected:.15g}"
