"""What a workbook must hold, given its numbers; what was composed last is kept for the next file of the same numbers.

A class hands in thirty workbooks of one template, and most of them still have its numbers. What they must hold is a
function of the study, the picks and the version alone, so it is composed once; every file is still recalculated,
compared and proven by itself.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from sheetgen.network.study import Study
from sheetgen.page.page import Page
from sheetgen.proof.looks import appearance_as_built
from sheetgen.shares import Told
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.sheets.picks import Picks
from sheetgen.xlsx.appearance import Appearance

MOST_CELLS = 60_000
"""The most cells of the workbooks that are kept together: some 50 MB. That that is built by default has 50,313."""


class ExpectedPage:
    """A page, and what it shows besides its cells."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @cached_property
    def appearance(self) -> Appearance:
        """What it shows besides its cells, not to be changed."""
        return appearance_as_built(self.page)


class Expectation:
    """What a workbook must hold: its book, and its pages. ``name`` stands for its very numbers."""

    def __init__(self, name: str, study: Study, built: Study, picks: Picks, version: str) -> None:
        self.name = name
        # A book of its own: its rows are computed from the numbers of the file, never taken from a build.
        self.book = Book(study, built, picks, version=version)
        self._pages: list[ExpectedPage] = []

    def pages(self, told: Told) -> list[ExpectedPage]:
        """Return the pages, composed where that was not done before; raises as `compose` does."""
        if not self._pages:
            self._pages = [ExpectedPage(page) for page in compose(self.book, told=told).pages]
        return self._pages

    @property
    def cells(self) -> int:
        """How many cells the pages hold."""
        study = self.book.study
        tables = study.rows * sum(len(graph.names) for graph in study.graphs)
        return tables + sum(len(expected.page.cells) for expected in self._pages)


class Expectations:
    """What the last workbooks had to hold, as long as they have few cells together."""

    def __init__(self, most_cells: int = MOST_CELLS) -> None:
        self._most_cells = most_cells
        self._kept: dict[str, Expectation] = {}

    def take(self, study: Study, built: Study, picks: Picks, version: str) -> Expectation:
        """Return what a workbook must hold: what was kept where all numbers are the same, to the last bit.

        It is kept no longer then, until `keep` is called.
        """
        name = name_of(study, built, picks, version)
        return self._kept.pop(name, None) or Expectation(name, study, built, picks, version)

    def keep(self, expectation: Expectation) -> None:
        """Keep what a workbook had to hold; those that were needed longest ago go until the others are few enough."""
        self._kept[expectation.name] = expectation
        cells = sum(kept.cells for kept in self._kept.values())
        for old in list(self._kept):
            if cells > self._most_cells:
                cells -= self._kept.pop(old).cells


def name_of(study: Study, built: Study, picks: Picks, version: str) -> str:
    """Return what stands for all that a workbook's pages follow from, numbers to the last bit and signs of zero too."""
    return repr((_without_its_file(study), _without_its_file(built), picks, version))


def _without_its_file(study: Study) -> Study:
    """Return a study without what only messages say of it: the file it was read from."""
    return replace(study, name="", read_as="", places={})
