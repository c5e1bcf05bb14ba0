"""Every error a user can cause, each with the facts a one-line message needs.

SheetgenError
├── TemplateError      a template that cannot become a network (file, line, quantity)
├── UsageError         a request that cannot be carried out (an unknown name, an existing file)
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


class WorkbookError(SheetgenError):
    """A file that is no workbook, is damaged, or was not made by this project."""


class EngineError(SheetgenError):
    """A spreadsheet engine that is absent, failed, or ran out of time."""
