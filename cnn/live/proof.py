"""The proof of a live network: a real engine recalculates it for every picture, and NumPy and torch compute it anew.

The engine calculates from the formulas; NumPy and torch from the weights in the cells. Each number of every map is
compared for the picture that is shown, in the engine and in the file, and the answer (scores, probabilities, the digit
and the sentence about it) for all others. A step of learning, for the picture that is shown, is held against torch's
autograd: relative to the largest gradient of each layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from cnn.live.explained import number_claims, why_claims
from cnn.live.recorded import RecordedAnswer, RecordedNetwork, Step, covered, recorded, sheets_cells
from cnn.live.reference import numpy_maps, numpy_softmax, torch_logits, torch_step
from cnn.net.folded import Array
from sheetgen.engines import get, trial_bench
from sheetgen.engines.base import Recalculation, Value
from sheetgen.engines.trials import Trial
from sheetgen.page.cell_names import column_letter
from sheetgen.sheet_names import CNN_DIGITS, CNN_LIVE, CNN_NUMBER, CNN_SLOPES, CNN_STEP, CNN_WHY

TOLERANCE = 1e-9
"""Of a number, relative to the largest of its layer where that is above 1."""
_DRAWN = "draw"
_SQUARE = (5.0, 12.0, 9.0)
"""The square that is covered in a trial: from which row and column on, and how large it is."""
_STEP_OPENING, _OPENING = "After the step it reads ", "It reads this as "


@dataclass(frozen=True)
class LiveDifference:
    """A number that is not what it must be: in which picture and cell, what was expected, what was found, and where."""

    picture: str
    cell: str
    expected: float | str
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
    picked, answer = network.picked, network.answer
    whole = network.drawing if picked is None else picked.pixels
    shown = covered(whole, [float(network.shown.get(cell) or 0.0) for cell in network.cover])
    engine_values = get(engine).recalculate(path, timeout)
    cells = [cell for layer in network.layers for cell in layer.cells()]
    current = _sheet(engine_values, CNN_LIVE, [*cells, *answer.cells])
    bench = trial_bench(engine, path, timeout)
    names = [_DRAWN if picked is None else picked.name, _DRAWN, *(picture.name for picture in network.pictures)]
    names.append(f"{names[0]}, partly covered")
    stored = [picture.pixels for picture in network.pictures]
    images = [shown, network.drawing, *stored, covered(whole, _SQUARE)]
    label = None if picked is None else picked.label
    labels = [label, *(label if picture.label is None else picture.label for picture in network.pictures), label]
    comparison, maps = _Comparison(), numpy_maps(network.layers, shown)
    scores = [maps[-1].ravel(), *(numpy_maps(network.layers, image)[-1].ravel() for image in images[1:])]
    results = bench.tried(list(_trials(network)))
    for wanted, name, known, values in zip(scores[1:], names[1:], labels, results, strict=True):
        found = dict(zip(answer.cells, values or [], strict=False))
        comparison.answer(name, CNN_LIVE, answer, wanted, known, found, "engine")
    numbers = [number for given in maps for number in given.ravel().tolist()]
    scales = [max(1.0, float(abs(given).max())) for given in maps for _ in range(given.size)]
    for where, values_there in (("engine", current), ("file", network.shown)):
        for cell, expected, scale in zip(cells, numbers, scales, strict=True):
            comparison.number(names[0], (CNN_LIVE, *cell), expected, values_there.get(cell), where, scale)
        comparison.reading(names[0], CNN_LIVE, answer, scores[0], label, values_there, where)
    _compare_explained(comparison, path, network, maps, shown, engine_values, names[0])
    with_torch = find_spec("torch") is not None
    if with_torch:
        for name, wanted, found in zip(names, scores, torch_logits(network.layers, images), strict=True):
            by_torch = dict(zip(answer.scores, found.tolist(), strict=True))
            comparison.scores(name, CNN_LIVE, answer, wanted, by_torch, "torch")
        if network.step:
            right = int(scores[0].argmax()) if label is None else label
            _compare_step(comparison, network, network.step, shown, right, engine_values, names[0])
    return LiveReport(
        bench.version,
        len(images) - 1,
        comparison.numbers,
        comparison.largest,
        with_torch,
        tuple(comparison.differences),
    )


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
    comparison: _Comparison, network: RecordedNetwork, step: Step, image: Array, right: int, values: Recalculation,
    picture: str,
) -> None:  # fmt: skip
    """Compare the step of learning on the picture that is shown: gradients, losses and the answer after it.

    ``right`` is the digit that the picture is, or else is read as: the right one, where nobody typed another.
    """
    label = right if step.typed is None else step.typed
    gradients, before, after, logits = torch_step(network.layers, image, label, step.rate)
    weighted = [layer for layer in network.layers if layer.weight is not None]
    slopes = _sheet(values, CNN_SLOPES, [cell for layer in weighted for cell in layer.weight_cells()])
    for layer, (weight, bias) in zip(weighted, gradients, strict=True):
        wanted = [*weight.ravel().tolist(), *bias.tolist()]
        scale = max(map(abs, wanted))
        for cell, expected in zip(layer.weight_cells(), wanted, strict=True):
            comparison.number(picture, (CNN_SLOPES, *cell), expected, slopes.get(cell), "engine", scale)
    shown = _sheet(values, CNN_STEP, [*step.answer.cells, *step.losses, step.label])
    scale = max(1.0, float(abs(logits).max()))
    for cell, expected in zip((step.label, *step.losses), (label, before, after), strict=True):
        comparison.number(picture, (CNN_STEP, *cell), expected, shown.get(cell), "engine", scale)
    comparison.answer(picture, CNN_STEP, step.answer, logits, None, shown, "engine")


def _compare_explained(
    comparison: _Comparison, path: Path, network: RecordedNetwork, maps: Sequence[Array], image: Array,
    values: Recalculation, picture: str,
) -> None:  # fmt: skip
    """Compare what is shown of why the digit is read, and of one number being made, in the engine and in the file."""
    for sheet, own in sheets_cells(path, CNN_WHY, CNN_NUMBER).items():
        if sheet == CNN_WHY:
            claims = list(why_claims(own, network.layers, maps))
        else:
            claims = list(number_claims(own, network.layers, maps, image))
        there = _sheet(values, sheet, [claim.cell for claim in claims])
        for where, found in (("engine", there), ("file", own)):
            for claim in claims:
                comparison.number(
                    picture, (sheet, *claim.cell), claim.expected, found.get(claim.cell), where, claim.scale
                )


Found = Mapping[tuple[int, int], Value]
"""What stands in the cells of a sheet."""


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

    def answer(
        self, picture: str, sheet: str, answer: RecordedAnswer, expected: Array, label: int | None, found: Found,
        where: str,
    ) -> None:  # fmt: skip
        """Compare the scores of a picture, and what follows from them."""
        self.scores(picture, sheet, answer, expected, found, where)
        self.reading(picture, sheet, answer, expected, label, found, where)

    def scores(
        self, picture: str, sheet: str, answer: RecordedAnswer, expected: Array, found: Found, where: str
    ) -> None:
        """Compare the scores of a picture."""
        scale = max(1.0, float(abs(expected).max()))
        for cell, wanted in zip(answer.scores, expected.tolist(), strict=True):
            self.number(picture, (sheet, *cell), wanted, found.get(cell), where, scale)

    def reading(
        self, picture: str, sheet: str, answer: RecordedAnswer, expected: Array, label: int | None, found: Found,
        where: str,
    ) -> None:  # fmt: skip
        """Compare what follows from the scores: the probabilities, the digit that is read, and the sentence about it.

        Of equal scores, up to rounding, either digit is right.
        """
        shares = numpy_softmax(expected)
        scale = max(1.0, float(abs(expected).max()))  # a share is as uncertain as its score
        for cell, share in zip(answer.probabilities, shares.tolist(), strict=True):
            self.number(picture, (sheet, *cell), share, found.get(cell), where, scale)
        near = np.flatnonzero(expected >= expected.max() - TOLERANCE * scale).tolist()
        self._one_of(picture, (sheet, *answer.digit), near, found.get(answer.digit), where)
        ends = float(shares.max()) * np.array([1.0, 1 - TOLERANCE * scale, 1 + TOLERANCE * scale])
        sentences = [sentence(sheet, digit, share, label) for digit in near for share in ends.tolist()]
        self._one_of(picture, (sheet, *answer.sentence), sentences, found.get(answer.sentence), where)

    def _one_of(
        self, picture: str, cell: tuple[str, int, int], expected: Sequence[float | str], found: Value, where: str
    ) -> None:
        """Compare what must be one of several."""
        self.numbers += 1
        if found not in expected:
            told = found if isinstance(found, float | int | None) else str(found)
            self.differences.append(LiveDifference(picture, _name(cell), expected[0], told, where))


def sentence(sheet: str, digit: int, share: float, label: int | None) -> str:
    """Return what a sheet must say of a digit that it reads with a probability; ``label`` is what it is, where known.

    Halves of a tenth of a percent are rounded away from 0, as a spreadsheet does.
    """
    percent = f"{np.floor(1000 * share + 0.5) / 10:.15g}"
    told = "" if label is None else " That is right." if label == digit else f" It is a {label}."
    opening = _STEP_OPENING if sheet == CNN_STEP else _OPENING
    return f"{opening}{digit}, with a probability of {percent} %.{told}"


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
        yield f"  {path}: {one.cell}, {one.picture}: {one.where} has {_told(one.found)}, expected {_told(one.expected)}"


def _told(value: float | str | None) -> str:
    """Return a value as the report has it."""
    return f"{value:.15g}" if isinstance(value, float | int) else "nothing" if value is None else repr(value)
