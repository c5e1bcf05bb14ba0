"""Every error a user can cause, each with the facts a one-line message needs.

SheetgenError
├── TemplateError      a template that cannot become a network (file, line, quantity)
├── UsageError         a request that cannot be carried out (an unknown name, an existing file)
├── NumberError        a training run that leaves the numbers a spreadsheet can hold
├── WorkbookError      a file that is no workbook, or not one of ours
└── EngineError        a spreadsheet engine that is absent, failed or ran out of time
"""

from __future__ import annotations


class SheetgenError(Exception):
    """Root of all errors a user can cause: ``str()`` is the one line to show; the exit code is 2."""


class TemplateError(SheetgenError):
    """A template that cannot become a network.

    ``source`` names the file (or shipped template), ``line`` is 1-based where TOML gives it.
    """

    def __init__(self, message: str, source: str = "", line: int | None = None) -> None:
        self.message, self.source, self.line = message, source, line
        where = source if line is None else f"{source}, line {line}"
        super().__init__(f"{where}: {message}" if where else message)


class UsageError(SheetgenError):
    """A request that cannot be carried out as it was made."""


class NumberError(SheetgenError):
    """A quantity whose formula would show an error value, known before the workbook is written."""

    def __init__(self, quantity: str, iteration: int, rate: float, reason: str) -> None:
        self.quantity, self.iteration, self.rate, self.reason = quantity, iteration, rate, reason
        super().__init__(
            f"{quantity} has no value at iteration {iteration} with learning rate {rate!r}: {reason}, where a"
            " spreadsheet shows #NUM! or #DIV/0!; use a smaller rate, fewer iterations or other initial values"
        )


class WorkbookError(SheetgenError):
    """A file that is no workbook, is damaged, or was not made by this project."""


class EngineError(SheetgenError):
    """A spreadsheet engine that is absent, failed, or ran out of time."""
