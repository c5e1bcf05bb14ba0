"""Numbers, digits and sentences of a live network compared with what they must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cnn.live.recorded import RecordedAnswer
from cnn.live.reference import numpy_softmax
from cnn.live.report import LiveDifference
from cnn.net.folded import Array
from sheetgen.engines.base import Value
from sheetgen.page.cell_names import column_letter
from sheetgen.sheet_names import CNN_STEP

TOLERANCE = 1e-9
"""Of a number, relative to the largest of its layer where that is above 1."""
_STEP_OPENING, _OPENING = "After the step it reads ", "It reads this as "
Found = Mapping[tuple[int, int], Value]
"""What stands in the cells of a sheet."""


class Comparison:
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
