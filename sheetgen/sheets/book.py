"""What the pages of one workbook share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from sheetgen.network.evaluation_bounds import EvaluationBounds
from sheetgen.network.study import Study
from sheetgen.network.trace import Trace
from sheetgen.sheets.folds import Losses
from sheetgen.sheets.layout import Layout
from sheetgen.sheets.picks import Picks
from sheetgen.sheets.results import Results
from sheetgen.version import __version__


@dataclass
class Book:
    """The study as it is now, as it was built, and what accumulates while its training runs.

    A fresh workbook is as it was built; one that a person edited is verified with the edited numbers,
    and at the step that the person picked to look at.
    ``trace`` gives the rows of the study to all that belongs to this book. A verification makes a book of its
    own, from the numbers of the file: it never reads the rows that the build computed.
    """

    study: Study
    built: Study
    picks: Picks = field(default_factory=Picks)
    version: str = __version__
    layout: Layout = field(init=False)
    trace: Trace = field(init=False)
    results: Results = field(init=False)

    @cached_property
    def losses_as_built(self) -> list[Losses]:
        """What became of the loss of every variant when the workbook was built, which no edit changes; then on the test
        set.

        Raises a PhaseError before the training has run.
        """
        results = self.results
        if self.built != self.study:
            results = Results(self.built)
            results.run(Trace(self.built))
        variants = range(len(self.built.variants) if self.built.trains else 0)
        tested = map(results.test_losses, variants) if self.built.test else ()
        return [*map(results.losses, variants), *tested]

    @cached_property
    def evaluation_bounds(self) -> EvaluationBounds:
        """How far off the numbers of the evaluation may be, in units of an operation's relative error."""
        return EvaluationBounds(self.results.evaluation, self.trace)

    @cached_property
    def test_bounds(self) -> EvaluationBounds:
        """How far off the numbers of the test set's evaluation may be, likewise."""
        return EvaluationBounds(self.results.test, self.trace)

    def __post_init__(self) -> None:
        self.layout = Layout(self.study)
        self.trace = Trace(self.study)
        self.results = Results(self.study)
