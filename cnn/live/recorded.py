"""A live network as its file has it: layers, weights and pictures read from the cells, by the labels beside them.

Nothing here knows how the sheets were written; what is read is what the formulas are held against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn.net.folded import Array
from sheetgen.errors import WorkbookError
from sheetgen.sheet_names import CNN_DIGITS, CNN_LIVE, CNN_STEP, CNN_WEIGHTS
from sheetgen.xlsx.reader import WorkbookFile

Place = tuple[int, int]
Cells = Mapping[Place, Any]
_SIDE = 28
_DRAW = "draw"
_SENTENCE = 2, 2
"""Where the sentence stands, below the title."""


@dataclass(frozen=True)
class RecordedLayer:
    """A line of the table of layers: what it is, where its maps stand, and its weights, bias and ring, if any.

    ``weight`` is (maps out, maps in, k, k); that of a scale has one map in. ``kernels`` are the row and the column of
    the first, the step to the next, and the column of the biases.
    """

    number: int
    kind: str
    kernel: int
    stride: int
    padding: int
    relu: bool
    count: int
    side: int
    first: tuple[int, int]
    across: int
    steps: tuple[int, int]
    weight: Array | None = None
    bias: Array | None = None
    ring: Array | None = None
    kernels: tuple[int, int, int, int] | None = None

    def weight_cells(self) -> list[tuple[int, int]]:
        """Return the cells of the weights, in their order, and then those of the biases."""
        assert self.weight is not None
        assert self.kernels is not None
        row, column, pitch, bias = self.kernels
        outputs, inputs, places = *map(range, self.weight.shape[:2]), range(self.kernel)
        corners = [(row + o * pitch, column + i * pitch) for o in outputs for i in inputs]
        cells = [(r + a, c + b) for r, c in corners for a in places for b in places]
        return cells + [(row + o * pitch, bias) for o in outputs]

    def corner(self, channel: int) -> tuple[int, int]:
        """Return the first row and column of a map."""
        below, beside = divmod(channel, self.across)
        return self.first[0] + below * self.steps[0], self.first[1] + beside * self.steps[1]

    def cells(self) -> list[tuple[int, int]]:
        """Return the cells of all maps: map by map, row by row."""
        places = range(self.side)
        return [(r + i, c + j) for r, c in map(self.corner, range(self.count)) for i in places for j in places]


@dataclass(frozen=True)
class RecordedPicture:
    """A stored picture, (28, 28), and the numbers by which the sheet of the digits looks it up.

    ``label`` is None where nobody knows it.
    """

    name: str
    pixels: Array
    row: int
    column: int
    label: int | None


@dataclass(frozen=True)
class RecordedAnswer:
    """The cells of an answer: the scores and the probabilities of the classes, the digit, and the sentence about it."""

    scores: tuple[Place, ...]
    probabilities: tuple[Place, ...]
    digit: Place
    sentence: Place

    @property
    def cells(self) -> tuple[Place, ...]:
        """All of them."""
        return *self.scores, *self.probabilities, self.digit, self.sentence


@dataclass(frozen=True)
class RecordedNetwork:
    """All of it; ``shown`` is what the file itself shows on the sheet of the maps, by row and column.

    ``picked`` is None where the drawing is; ``look_up`` are the cells that say which picture is shown, and its label.
    """

    image: RecordedLayer
    layers: tuple[RecordedLayer, ...]
    pictures: tuple[RecordedPicture, ...]
    drawing: Array
    picked: RecordedPicture | None
    look_up: tuple[Place, Place, Place]
    cover: tuple[Place, ...]
    shown: Cells
    answer: RecordedAnswer
    step: Step | None


@dataclass(frozen=True)
class Step:
    """The step of learning: the right digit, the rate, and the cells of the losses before and after it and its answer.

    ``typed`` is the digit that somebody typed into the cell ``label``; None where a formula stands there.
    """

    label: Place
    typed: int | None
    rate: float
    losses: tuple[Place, Place]
    answer: RecordedAnswer


def covered(image: Array, square: Sequence[float]) -> Array:
    """Return an image of which a square is covered with paper: from which row and column on, and how large."""
    row, column, size = square
    line = np.arange(1, _SIDE + 1)
    rows, columns = ((start <= line) & (line < start + size) for start in (row, column))
    return np.where(np.outer(rows, columns), 0.0, image)


def recorded(path: Path) -> RecordedNetwork:
    """Read the live network of a workbook; raise WorkbookError where there is none, or a number is missing in it."""
    file = WorkbookFile(path)
    for sheet in (CNN_LIVE, CNN_WEIGHTS, CNN_DIGITS):
        if sheet not in file.sheet_names:
            raise WorkbookError(f"{path} has no sheet {sheet}; put a trained network into it: cnn sheet RUN --workbook")
    sheets = {name: _cells(file, name) for name in (CNN_LIVE, CNN_WEIGHTS, CNN_DIGITS)}
    try:
        image, *layers = _layers(sheets[CNN_WEIGHTS])
        pictures, look_up = _pictures(sheets[CNN_DIGITS])
        live, scores = sheets[CNN_LIVE], layers[-1].cells()
        picked = _picked(live, pictures)
        row, column = _place_of(live, "Your drawing")
        drawing = _square(live, (row + 1, column), _SIDE)
        step = _step(file, scores) if CNN_STEP in file.sheet_names else None
        cover = tuple(_beside(live, name) for name in ("cover from row:", "column:", "size:"))
        answer = _answer(live, scores)
    except (KeyError, ValueError, TypeError, StopIteration) as error:
        raise WorkbookError(
            f"{path}: its sheets {', '.join(sheets)} are not as cnn sheet writes them ({error})"
        ) from error
    return RecordedNetwork(image, tuple(layers), pictures, drawing, picked, look_up, cover, live, answer, step)


def sheets_cells(path: Path, *sheets: str) -> dict[str, Cells]:
    """Return what stands in the cells of those of some sheets that a workbook has; None for a formula without value."""
    file = WorkbookFile(path)
    return {sheet: _with_formulas(file, sheet) for sheet in sheets if sheet in file.sheet_names}


def _with_formulas(file: WorkbookFile, sheet: str) -> Cells:
    cells = (cell for row in file.rows(sheet) for cell in row)
    there = (c for c in cells if c.value is not None or c.own is not None or c.shared is not None)
    return {(cell.row, cell.column): cell.value for cell in there}


def _cells(file: WorkbookFile, sheet: str) -> dict[tuple[int, int], Any]:
    return {(cell.row, cell.column): cell.value for row in file.rows(sheet) for cell in row if cell.value is not None}


def _place_of(cells: Cells, text: str) -> tuple[int, int]:
    return next(place for place, value in cells.items() if value == text)


def _beside(cells: Cells, text: str) -> tuple[int, int]:
    """Return the cell right of a text."""
    row, column = _place_of(cells, text)
    return row, column + 1


def _right_of(cells: Cells, text: str) -> Place:
    """Return the first cell right of a text that holds something."""
    row, column = _place_of(cells, text)
    return row, min(c for (r, c) in cells if r == row and c > column)


def _picked(cells: Cells, pictures: Sequence[RecordedPicture]) -> RecordedPicture | None:
    """Return the picture that is picked on the sheet of the maps, by its name in capitals or not; None: the drawing."""
    typed = str(cells[_right_of(cells, "shown:")])
    named: dict[str, RecordedPicture | None] = {picture.name.lower(): picture for picture in pictures}
    named[_DRAW] = None
    if typed.lower() not in named:
        raise ValueError(f"shown: {typed!r} is none of the pictures that can be picked")
    return named[typed.lower()]


def _answer(cells: Cells, scores: Sequence[Place]) -> RecordedAnswer:
    """Return the cells of the answer on a sheet: probabilities beside the scores, the digit below its caption."""
    (_, column), (row, beside) = _place_of(cells, "probability"), _place_of(cells, "it reads")
    probabilities = tuple((line, column) for line, _ in scores)
    return RecordedAnswer(tuple(scores), probabilities, (row + 1, beside), _SENTENCE)


def _step(file: WorkbookFile, scores: Sequence[Place]) -> Step:
    """Return the step of learning: its numbers stand right of their names, with some empty cells between."""
    found = {(cell.row, cell.column): cell for row in file.rows(CNN_STEP) for cell in row}
    formulas = {place for place, cell in found.items() if cell.own is not None or cell.shared is not None}
    cells = {place: cell.value for place, cell in found.items() if cell.value is not None or place in formulas}
    label, typed = _right_of(cells, "the right digit:"), None
    if label not in formulas:
        typed = int(_number(cells[label]))
        if typed != cells[label] or typed not in range(len(scores)):
            raise ValueError(f"the right digit: {cells[label]} is no digit")
    rate = _number(cells[_right_of(cells, "learning rate:")])
    losses = _right_of(cells, "the loss before"), _right_of(cells, "the loss after")
    return Step(label, typed, rate, losses, _answer(cells, scores))


def _header(cells: Cells, first: str) -> tuple[int, dict[str, int]]:
    """Return the row of the header that begins with a label, and the column of each label."""
    row, start = next(place for place, value in cells.items() if value == first)
    columns, column = {}, start
    while isinstance(label := cells.get((row, column)), str):
        columns[label], column = column, column + 1
    return row, columns


def _square(cells: Cells, corner: tuple[int, int], side: int) -> Array:
    """Return the numbers of a square; an empty cell is 0, as formulas take it."""
    row, column = corner
    return np.array([[_number(cells.get((row + i, column + j), 0.0)) for j in range(side)] for i in range(side)])


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} where a number is expected")
    return float(value)


def _layers(cells: Cells) -> list[RecordedLayer]:
    """Return the lines of the table of layers, that of the image first."""
    row, columns = _header(cells, "layer")
    found: list[RecordedLayer] = []
    while (row := row + 1, columns["layer"]) in cells:
        line = {label: cells.get((row, column)) for label, column in columns.items()}
        found.append(_layer(cells, line, before=found[-1] if found else None))
    return found


def _layer(cells: Cells, line: Mapping[str, Any], before: RecordedLayer | None) -> RecordedLayer:
    def whole(label: str) -> int:
        value = _number(line[label] if line[label] not in (None, "") else 0.0)
        if value != int(value):
            raise ValueError(f"{label} {value} of layer {line['layer']} is no whole number")
        return int(value)

    kernel, padding, count = max(1, whole("kernel")), whole("padding"), whole("maps out")
    kind = str(line["kind"] or "image")
    weight = bias = ring = where = None
    if whole("kernel row"):
        assert before is not None
        row, column, pitch = whole("kernel row"), whole("kernel column"), whole("kernel to next")
        inputs = 1 if kind == "scale" else before.count
        weight = np.array(
            [
                [_square(cells, (row + o * pitch, column + i * pitch), kernel) for i in range(inputs)]
                for o in range(count)
            ]
        )
        bias_column = next(c for (r, c), value in cells.items() if r == row - 1 and value == "bias")
        bias = np.array([_number(cells.get((row + o * pitch, bias_column), 0.0)) for o in range(count)])
        where = row, column, pitch, bias_column
        if padding:
            ring = np.array([_number(cells.get((row - 1, column + i * pitch), 0.0)) for i in range(inputs)])
    return RecordedLayer(
        whole("number"), kind, kernel, max(1, whole("stride")), padding, bool(whole("ReLU")), count, whole("side out"),
        (whole("first row"), whole("first column")), whole("maps across"),
        (whole("rows to next"), whole("columns to next")), weight, bias, ring, where,
    )  # fmt: skip


def _pictures(cells: Cells) -> tuple[tuple[RecordedPicture, ...], tuple[Place, Place, Place]]:
    """Return the stored pictures, and the cells that say which one is shown and what its label is."""
    header, columns = _header(cells, "name")
    now = next(row for (row, _), value in cells.items() if value == "shown now") + 1
    origin = (header + 1, min(c for (r, c) in cells if r == header and c > max(columns.values())))
    pictures, row = [], header + 1
    while (name := cells.get((row, columns["name"]))) is not None:
        place = int(_number(cells[row, columns["row"]])), int(_number(cells[row, columns["column"]]))
        if place[0]:
            corner = origin[0] + place[0] - 1, origin[1] + place[1] - 1
            label = cells.get((row, columns["label"]))
            known = int(label) if isinstance(label, int | float) else None
            pictures.append(RecordedPicture(str(name), _square(cells, corner, _SIDE), *place, known))
        row += 1
    return tuple(pictures), ((now, columns["row"]), (now, columns["column"]), (now, columns["label"]))
