"""Every error a user can cause, each with the facts a one-line message needs.

SheetgenError
├── TemplateError      a template that cannot become a network (file, line, quantity)
├── UsageError         a request that cannot be carried out (an unknown name, an existing file)
├── NumberError        a training run that leaves the numbers a spreadsheet can hold
├── WorkbookError      a file that is no workbook, or not one of ours
└── EngineError        a spreadsheet engine that is absent, failed or ran out of time
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST_LISTED = 20


class SheetgenError(Exception):
    """Root of all errors a user can cause: ``str()`` is the one line to show; the exit code is 2.

    ``problem`` is what is wrong; ``expected`` what would be right, or what to do. The line says both, the second
    behind a semicolon unless the words of the problem hold it already.
    """

    def __init__(self, problem: str, expected: str = "") -> None:
        self.problem, self.expected = problem, expected
        complete = not expected or f" {expected}" in problem
        super().__init__(problem if complete else f"{problem}; {expected}")


class TemplateError(SheetgenError):
    """A template that cannot become a network.

    ``source`` names the file (or shipped template), ``line`` is 1-based where TOML gives it. ``quantity`` is the
    quantity at fault, ``table`` and ``key`` are where the template says what is wrong; each is "" where there is none.
    Code that does not know the template leaves the place to `Document.refusing`.
    """

    def __init__(
        self,
        problem: str,
        expected: str = "",
        *,
        quantity: str = "",
        table: str = "",
        key: str = "",
        source: str = "",
        line: int | None = None,
    ) -> None:
        super().__init__(problem, expected)
        self.quantity, self.table, self.key = quantity, table, key
        self.source, self.line = source, line

    def __str__(self) -> str:
        where = self.source if self.line is None else f"{self.source}, line {self.line}"
        return f"{where}: {super().__str__()}" if where else super().__str__()


class UsageError(SheetgenError):
    """A request that cannot be carried out as it was made."""


class NumberError(SheetgenError):
    """A quantity whose formula would show an error value, known before the workbook is written.

    ``where`` is the place of its equation in the template, "" where that is not known. ``instead`` says what the
    template could have in place of what fails, "" where nothing is known.
    """

    def __init__(
        self, quantity: str, iteration: int, rate: float, reason: str, where: str = "", instead: str = ""
    ) -> None:
        self.quantity, self.iteration, self.rate, self.reason = quantity, iteration, rate, reason
        problem = f"{quantity} has no value at iteration {iteration} with learning rate {rate!r}: {reason}"
        shown = "where a spreadsheet shows #NUM! or #DIV/0!"
        expected = "use a smaller rate, fewer iterations or other initial values"
        if not iteration:
            expected = "use other inputs or initial values, or another equation"
        if instead:
            expected = f"{instead}, or {expected}"
        super().__init__(f"{where}: {problem}, {shown}" if where else f"{problem}, {shown}", expected)


class WorkbookError(SheetgenError):
    """A file that is no workbook, is damaged, or was not made by this project."""


class EngineError(SheetgenError):
    """A spreadsheet engine that is absent, failed, or ran out of time."""


def must_be(what: str, expected: str, actual: str = "") -> tuple[str, str]:
    """Return the problem, and what was expected, of something that is not as it must be."""
    return f"{what} must be {expected}" + (f", not {actual}" if actual else ""), expected


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return what to do about an unknown word: the known one that is nearly it, or else what ``otherwise`` says."""
    close = get_close_matches(word, tuple(known), n=1)
    return f"did you mean {close[0]!r}?" if close else otherwise


def listed(names: Iterable[str]) -> str:
    """Return names with commas between them, of many only the first and the last."""
    names = tuple(names)
    if len(names) <= _MOST_LISTED:
        return ", ".join(names)
    return f"{', '.join(names[:2])}, … {names[-1]}"
