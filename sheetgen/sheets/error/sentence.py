"""The sentence about the error of all variants: who ended lowest, whether any let it rise, or diverged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sheetgen.algebra.notation import general
from sheetgen.network.study import Study
from sheetgen.sheets.book import Book
from sheetgen.sheets.error.table import variant_text


@dataclass(frozen=True)
class Facts:
    """Where the formula finds what it tells of each variant: ranges of their titles and of the columns of facts.

    ``tested`` are the columns of the last and the smallest error on the test set and of when that was, where there is
    one.
    """

    titles: str
    first: str
    last: str
    smallest: str
    at: str
    rises: str
    tested: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Tested:
    """Which variant was lowest on the test set, at which iteration, and whether it ended higher than that."""

    variant: int
    iteration: float
    ended_higher: bool


@dataclass(frozen=True)
class Outcome:
    """What the sentence tells: which variant ended lowest and how many as low, which was lower on the way and when,
    how many let the error rise, how many ended higher than they began, and whether one ended at 0; and what became of
    the test set.
    """

    best: int
    as_good: int
    low: tuple[int, float] | None
    risen: int
    higher: int
    at_zero: bool
    tested: Tested | None = None


class Sentence(Protocol):
    """A way to say it: the formula and the text agree."""

    def formula(self, facts: Facts) -> str:
        """Return the formula."""
        ...

    def text(self, outcome: Outcome) -> str:
        """Return what the formula says of an outcome."""
        ...


def sentence_of(book: Book) -> Sentence:
    """Return the sentence for a book: of one variant nothing is said about others."""
    return _OfOne(book) if len(book.study.variants) == 1 else _OfSeveral(book)


@dataclass(frozen=True)
class _Said:
    """What both sentences say alike."""

    book: Book

    @property
    def _study(self) -> Study:
        return self.book.study

    @property
    def _begins(self) -> str:
        updates = self._study.iterations
        return f"After {updates} update{'s' * (updates > 1)}"

    @property
    def _error(self) -> str:
        return "the error" + (f" over all {self._study.count:,} samples" if self._study.count > 1 else "")

    @property
    def _fell(self) -> str:
        return f"fall at every {'epoch' if self._study.evaluates else 'step'}"

    @property
    def _with(self) -> str:
        return "with" if self._study.shares_settings else "on"

    def _test_formula(self, facts: Facts) -> str:
        """Return what is added of the test set, with the sign that joins it, where there is one."""
        if facts.tested is None:
            return ""
        last, smallest, at = facts.tested
        which = f"MATCH(MIN({smallest}),{smallest},0)"
        several = f'" {self._with} "&INDEX({facts.titles},{which})&","&' if self._of_many else ""
        ended = f"INDEX({last},{which})>INDEX({smallest},{which})"
        rose = f'" at iteration "&INDEX({at},{which})&"{_ENDED_HIGHER}"'
        return f'&"{_ON_TEST}"&{several}IF({ended},{rose},"{_AT_THE_END}")'

    def _test_text(self, tested: Tested | None) -> str:
        """Return what that says."""
        if tested is None:
            return ""
        several = f" {self._with} {variant_text(self.book, tested.variant)}," if self._of_many else ""
        rose = f" at iteration {general(tested.iteration)}{_ENDED_HIGHER}"
        return _ON_TEST + several + (rose if tested.ended_higher else _AT_THE_END)

    @property
    def _of_many(self) -> bool:
        return len(self._study.variants) > 1


_ZERO = " until it was 0"
_AT_ITERATION = "at iteration "
_ON_TEST = " On the test set it was smallest"
_ENDED_HIGHER = ", and ended higher."
_AT_THE_END = " at the end."


class _OfOne(_Said):
    """The sentence about a single variant."""

    @property
    def _parts(self) -> tuple[str, str, str, str]:
        """What it says in every case, where the error fell, where it rose, and of the smallest error."""
        fell = f" {self._fell.replace('fall', 'fell', 1)}"
        return (
            f"{self._begins} {self._with} ",
            f": {self._error}{fell}",
            f": {self._error} did not {self._fell}",
            f"; it was smallest {_AT_ITERATION}",
        )

    _CALM = ", so it did not diverge."
    _HIGHER, _TAMED = ", and it ended higher than it began: diverged.", ", but it did not end higher than it began."

    def formula(self, facts: Facts) -> str:
        """Return the formula."""
        start, fell, rose, smallest = self._parts
        return (
            f'"{start}"&INDEX({facts.titles},1)&IF(SUM({facts.rises})=0,'
            f'"{fell}"&IF(MIN({facts.last})=0,"{_ZERO}","")&"{self._CALM}",'
            f'"{rose}"&IF(MIN({facts.smallest})<MIN({facts.last}),"{smallest}"&MIN({facts.at}),"")&'
            f'IF(MIN({facts.last})>MIN({facts.first}),"{self._HIGHER}","{self._TAMED}"))'
            f"{self._test_formula(facts)}"
        )

    def text(self, outcome: Outcome) -> str:
        """Return what the formula says of an outcome."""
        start, fell, rose, smallest = self._parts
        start += variant_text(self.book, 0)
        tested = self._test_text(outcome.tested)
        if not outcome.risen:
            return start + fell + (_ZERO if outcome.at_zero else "") + self._CALM + tested
        low = f"{smallest}{general(outcome.low[1])}" if outcome.low else ""
        return start + rose + low + (self._HIGHER if outcome.higher else self._TAMED) + tested


class _OfSeveral(_Said):
    """The sentence about several variants: by their rates where only those differ, else by their sheets."""

    _OTHER, _OTHERS = " other", " others"
    _ON_THE_WAY = "; the smallest on the way is that of "
    _CALM = ", so none of them diverged."
    _HIGHER = " it ended higher than it began: diverged."

    @property
    def _at(self) -> str:
        return "at" if self._study.shares_settings else "on"

    @property
    def _parts(self) -> tuple[str, str, str, str]:
        """What it says in every case, where all fell, where some rose, and where none of those ended higher."""
        one, several = ("rate", "rates") if self._study.shares_settings else ("sheet", "sheets")
        return (
            f"{self._begins} {self._error} ends lowest {self._with} ",
            f"; {self._at} every {one} it {self._fell.replace('fall', 'fell', 1)}",
            f" of the {len(self._study.variants)} {several} it did not {self._fell}",
            f", but {self._at} none did it end higher than it began.",
        )

    def formula(self, facts: Facts) -> str:
        """Return the formula."""
        start, fell, rose, tamed = self._parts
        last, small, rises = facts.last, facts.smallest, facts.rises
        best, lowest = (f"MATCH(MIN({column}),{column},0)" for column in (last, small))
        tied, ended = f"SUMPRODUCT(({last}=MIN({last}))*1)", f"SUMPRODUCT(({last}>{facts.first})*1)"
        return (
            f'"{start}"&INDEX({facts.titles},{best})&'
            f'IF({tied}>1," and "&({tied}-1)&IF({tied}>2,"{self._OTHERS}","{self._OTHER}"),"")&'
            f'IF(MIN({small})<MIN({last}),"{self._ON_THE_WAY}"&INDEX({facts.titles},{lowest})&'
            f'", {_AT_ITERATION}"&INDEX({facts.at},{lowest}),"")&IF(SUM({rises})=0,"{fell}"&'
            f'IF(SUMPRODUCT(({last}=0)*1)>0,"{_ZERO}","")&"{self._CALM}",'
            f'"; {self._at} "&SUMPRODUCT(({rises}>0)*1)&"{rose}"&'
            f'IF({ended}=0,"{tamed}",", and {self._at} "&{ended}&"{self._HIGHER}"))'
            f"{self._test_formula(facts)}"
        )

    def text(self, outcome: Outcome) -> str:
        """Return what the formula says of an outcome."""
        start, fell, rose, tamed = self._parts
        said, also = start + variant_text(self.book, outcome.best), outcome.as_good
        if also:
            said += f" and {also}{self._OTHERS if also > 1 else self._OTHER}"
        if outcome.low:
            variant, iteration = outcome.low
            said += f"{self._ON_THE_WAY}{variant_text(self.book, variant)}, {_AT_ITERATION}{general(iteration)}"
        tested = self._test_text(outcome.tested)
        if not outcome.risen:
            return said + fell + (_ZERO if outcome.at_zero else "") + self._CALM + tested
        said += f"; {self._at} {outcome.risen}{rose}"
        return said + (f", and {self._at} {outcome.higher}{self._HIGHER}" if outcome.higher else tamed) + tested
