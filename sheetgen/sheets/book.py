"""What the pages of one workbook share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sheetgen.network.study import Study
from sheetgen.sheets.folds import Results
from sheetgen.sheets.layout import Layout
from sheetgen.sheets.picks import Picks
from sheetgen.version import __version__


@dataclass
class Book:
    """The study as it is now, as it was built, and what accumulates while the trace runs.

    A fresh workbook is as it was built; one that a person edited is verified with the edited numbers,
    and at the step that the person picked to look at.
    ``verdict`` gives the text of the overall flag; the Checks page sets it.
    """

    study: Study
    built: Study
    picks: Picks = field(default_factory=Picks)
    layout: Layout = field(init=False)
    results: Results = field(init=False)
    version: str = __version__
    verdict: Callable[[], str] = field(init=False, default=lambda: "")

    def __post_init__(self) -> None:
        self.layout = Layout(self.study)
        self.results = Results(self.study)
