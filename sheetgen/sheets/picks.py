"""What a person picks on Explorer and Gradient check: a training sheet, an iteration, colours, a parameter, an ε.

Picks are numbers of the workbook like those on Inputs: changed and saved, the workbook is verified at the
new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import NamedTuple

from openpyxl.utils.cell import absolute_coordinate

from sheetgen.errors import WorkbookError
from sheetgen.limits import MAX_FORMULA
from sheetgen.network.graph import BATCH
from sheetgen.network.study import CHECK_SETTINGS, EPSILON, Study
from sheetgen.page.page import quoted, text_literal
from sheetgen.sheet_names import EXPLORER, GRADIENT_CHECK
from sheetgen.sheets.layout import Layout
from sheetgen.tensors.windows import windows

LEAST_EPSILON, LARGEST_EPSILON = 1e-12, 0.1
"""Beyond these a central difference says nothing: rounding has eaten it, or the loss bends too much within ε."""
_MOST_CHOICES = 30
"""How many values LibreOffice lets a CHOOSE have; in Excel they are 254."""


class PickCell(NamedTuple):
    """A cell in which something is picked."""

    sheet: str
    cell: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell}"

    @property
    def row(self) -> int:
        """The row it stands in."""
        return int(self.cell.lstrip(ascii_uppercase))

    @property
    def absolute(self) -> str:
        """An absolute reference to it, for use on its own sheet."""
        return absolute_coordinate(self.cell)

    @property
    def reference(self) -> str:
        """A reference to it, for use on any sheet."""
        return f"{quoted(self.sheet)}!{self.absolute}"


EXPLORER_VARIANT, EXPLORER_ITERATION = PickCell(EXPLORER, "D4"), PickCell(EXPLORER, "D5")
CHECK_VARIANT, CHECK_ITERATION = PickCell(GRADIENT_CHECK, "B4"), PickCell(GRADIENT_CHECK, "B5")
EXPLORER_SAMPLE, CHECK_SAMPLE = PickCell(EXPLORER, "D6"), PickCell(GRADIENT_CHECK, "B8")
CHECK_PARAMETER, CHECK_EPSILON = PickCell(GRADIENT_CHECK, "B6"), PickCell(GRADIENT_CHECK, "B7")

ROW, COLUMN, CHANNEL = WINDOW_LABELS = ("window: row", "window: column", "window: channel")
"""What is picked of the windows that a network in tensors moves over images: which of their results, counted from 0."""

THE_RUN, THE_STEP = "the whole run", "this step"
"""What the colours of Explorer are scaled over."""

Contents = Callable[[PickCell], object]
"""Gives what a cell holds, recalculated."""


@dataclass(frozen=True)
class Step:
    """One iteration of one variant; with batches one of its samples, counted from 1 in the batch."""

    variant: int
    iteration: int
    sample: int = 1

    def row(self, study: Study) -> int:
        """Return the row of a training sheet that the step stands in, from 0."""
        return self.iteration * study.batch + self.sample - 1


@dataclass(frozen=True)
class Picks:
    """Everything that is picked: the step of each sheet; on Explorer also what the colours are scaled over, and on
    Gradient check a parameter and ε. ``window`` is the row, column and channel of what windows on images give.
    """

    explorer: Step = Step(0, 0)
    checked: Step = Step(0, 1)
    parameter: int = 0
    epsilon: float = CHECK_SETTINGS[EPSILON]
    colours: str = THE_RUN
    window: tuple[int, ...] = (0, 0, 0)


def colours_cell(study: Study) -> PickCell:
    """Return the cell in which the scale of the colours is picked: below the others of Explorer."""
    if not study.trains:
        return PickCell(EXPLORER, "D5")
    return PickCell(EXPLORER, "D6" if study.batch == 1 else "D7")


def picked_sample(study: Study) -> PickCell:
    """Return the cell in which a sample is picked on Explorer: the first where nothing is trained."""
    return EXPLORER_SAMPLE if study.trains else PickCell(EXPLORER, "D4")


def checks_samples(study: Study) -> bool:
    """Whether a sample is picked on Gradient check: where rows of a batch meet, its gradients are of all of them."""
    return study.batch > 1 and not study.whole.several


def picks_colours(study: Study) -> bool:
    """Whether there are several rows that colours can be scaled over."""
    return study.rows > 1


class WindowPick(NamedTuple):
    """A cell in which something of the windows is picked, and the largest number that it may hold."""

    cell: PickCell
    last: int


def window_picks(study: Study) -> Mapping[str, WindowPick]:
    """Return where the place of the windows is picked, below the colours, by what is picked there.

    What there is no choice of is not picked, and nothing is where the network moves no windows.
    """
    most = [[count - 1 for count in window.counts] for window in windows(study.tensors)] if study.tensors else []
    along = {label: max(numbers) for label, *numbers in zip(WINDOW_LABELS, *most, strict=True) if most}
    first = colours_cell(study).row + 1
    offered = [(label, last) for label, last in along.items() if last]
    return {
        label: WindowPick(PickCell(EXPLORER, f"D{row}"), last) for row, (label, last) in enumerate(offered, start=first)
    }


def row_formula(layout: Layout, iteration: str, sample: str) -> str:
    """Return the formula of a step's row, from 1, where the iteration and the sample stand in cells."""
    if not layout.study.trains:
        return sample if layout.study.batch > 1 else "1"
    return f"{iteration}+1" if layout.study.batch == 1 else f"{iteration}*{layout.count(BATCH)}+{sample}"


def choice(layout: Layout, quantity: str, variant: str, row: str, variants: int) -> str:
    """Return the formula of a quantity in a row, from 1, of a variant, from 1, among the first ``variants``."""
    return among(variant, [f"INDEX({layout.column(index, quantity)},{row})" for index in range(variants)])


def among(variant: str, cells: list[str]) -> str:
    """Return the formula that chooses one of some cells, of a variant each, by the variant's number, from 1."""
    *firsts, last = range(0, len(cells), _MOST_CHOICES)
    formula = _choose(variant, cells, last)
    for first in reversed(firsts):
        formula = f"IF({variant}<={first + _MOST_CHOICES},{_choose(variant, cells, first)},{formula})"
    return formula


def word(number: str, words: Sequence[str]) -> str:
    """Return the formula of the word that a number, from 0, stands for; of the number where it stands for none."""
    chosen = among(f"{number}+1", list(map(text_literal, words)))
    return f"IF({number}=INT({number}),IFERROR({chosen},{number}),{number})"


def word_of(number: float, words: Sequence[str]) -> float | str:
    """Return the word that a number stands for, or the number where it stands for none."""
    return words[int(number)] if number.is_integer() and 0 <= number < len(words) else number


def _choose(variant: str, cells: list[str], first: int) -> str:
    """Return the formula that chooses among the cells from one on, counted from 0, as many as a CHOOSE may have."""
    number = f"{variant}-{first}" if first else variant
    return f"CHOOSE({number},{','.join(cells[first : first + _MOST_CHOICES])})"


def offered(layout: Layout) -> int:
    """Return how many variants can be picked: as many as one formula can choose among."""
    widest = layout.study.network.names[-1]
    length = 0
    for index in range(len(layout.study.variants)):
        if index % _MOST_CHOICES == 0:
            length += len("IF($XFD$99<=999,CHOOSE($XFD$99-999,),)")
        length += len(f"INDEX({layout.column(index, widest)},$XFD$99),")
        if length >= MAX_FORMULA:
            return index
    return len(layout.study.variants)


def shown(study: Study, picks: Picks) -> dict[PickCell, float | str]:
    """Return what stands in each cell of a pick."""
    names, window = [variant.sheet for variant in study.variants], window_picks(study)
    several, sample = study.batch > 1, picked_sample(study)
    steps: dict[PickCell, float | str] = {
        EXPLORER_VARIANT: names[picks.explorer.variant],
        EXPLORER_ITERATION: float(picks.explorer.iteration),
    }
    checked: dict[PickCell, float | str] = {
        **({CHECK_SAMPLE: float(picks.checked.sample)} if checks_samples(study) else {}),
        CHECK_VARIANT: names[picks.checked.variant],
        CHECK_ITERATION: float(picks.checked.iteration),
        CHECK_PARAMETER: study.network.weights[picks.parameter] if study.trains else "",
        CHECK_EPSILON: picks.epsilon,
    }
    return {
        **({sample: float(picks.explorer.sample)} if several else {}),
        **(steps if study.trains else {}),
        **({colours_cell(study): picks.colours} if picks_colours(study) else {}),
        **(checked if study.trains else {}),
        **{
            window[label].cell: float(place)
            for label, place in zip(WINDOW_LABELS, picks.window, strict=True)
            if label in window
        },
    }


def read_picks(study: Study, contents: Contents) -> Picks:
    """Return what is picked in a workbook. Raises WorkbookError for a pick that is none."""
    sheets = [variant.sheet for variant in study.variants[: offered(Layout(study))]]

    def step(variant: PickCell, iteration: PickCell, sample: PickCell, several: bool) -> Step:
        index = _one_of(contents(variant), variant, "training sheet", sheets)
        number = _whole(contents(iteration), iteration, "iteration", 0, study.iterations)
        in_batch = _whole(contents(sample), sample, "sample of the batch", 1, study.batch) if several else 1
        return Step(index, number, in_batch)

    window = {
        label: _whole(contents(pick.cell), pick.cell, label, 0, pick.last)
        for label, pick in window_picks(study).items()
    }
    moved = tuple(window.get(label, 0) for label in WINDOW_LABELS)
    scales, colours = [THE_RUN, THE_STEP], colours_cell(study)
    scale = THE_RUN
    if picks_colours(study):
        scale = scales[_one_of(contents(colours), colours, "scale of the colours", scales)]
    if not study.trains:
        sample = picked_sample(study)
        number = _whole(contents(sample), sample, "sample", 1, study.batch) if study.batch > 1 else 1
        return Picks(Step(0, 0, number), colours=scale, window=moved)
    return Picks(
        step(EXPLORER_VARIANT, EXPLORER_ITERATION, EXPLORER_SAMPLE, study.batch > 1),
        step(CHECK_VARIANT, CHECK_ITERATION, CHECK_SAMPLE, checks_samples(study)),
        _one_of(contents(CHECK_PARAMETER), CHECK_PARAMETER, "parameter", list(study.network.weights)),
        _epsilon(contents(CHECK_EPSILON)),
        scale,
        moved,
    )


def _one_of(content: object, pick: PickCell, what: str, names: list[str]) -> int:
    if isinstance(content, str) and content in names:
        return names.index(content)
    raise _wrong(content, pick, what, names[0] if len(names) == 1 else f"one of {names[0]} … {names[-1]}")


def _whole(content: object, pick: PickCell, what: str, first: int, last: int) -> int:
    if isinstance(content, float) and content.is_integer() and first <= content <= last:
        return int(content)
    raise _wrong(content, pick, what, f"a whole number from {first} to {last}")


def _epsilon(content: object) -> float:
    if isinstance(content, float) and LEAST_EPSILON <= content <= LARGEST_EPSILON:
        return content
    raise _wrong(content, CHECK_EPSILON, EPSILON, f"a number from {LEAST_EPSILON:g} to {LARGEST_EPSILON:g}")


def _wrong(content: object, pick: PickCell, what: str, expected: str) -> WorkbookError:
    text = repr(content) if isinstance(content, str | float | bool) else str(content)
    return WorkbookError(f"{pick} holds {'nothing' if content is None else text} as {what}; pick {expected}")
