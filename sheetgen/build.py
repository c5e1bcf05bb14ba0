"""A study becomes a workbook file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO

from sheetgen import package, shell
from sheetgen.sheets import pages as make_pages
from sheetgen.sheets.book import Book
from sheetgen.sheets.page import Page
from sheetgen.study import Study
from sheetgen.trace import trace

Progress = Callable[[str], None]


def silent(message: str) -> None:
    """Say nothing."""


def compose(book: Book) -> list[Page]:
    """Return the pages of a book, their values ready: the trace has run once.

    Raises NumberError where the training leaves the numbers a spreadsheet can hold.
    """
    pages = make_pages(book)
    for chunk in trace(book.study):
        book.results.feed(chunk)
    return pages


def write(study: Study, file: IO[bytes], progress: Progress = silent) -> Book:
    """Write the workbook of a study to an open file; return the book with what it reached."""
    book = Book(study, study)
    progress("training")
    pages = compose(book)
    stamp = package.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ")
    made = shell.make(pages, study.title, stamp)
    progress("writing")
    package.write(file, made, pages)
    return book


def build(study: Study, path: Path | str, progress: Progress = silent) -> Book:
    """Write the workbook of a study to a path, whole or not at all."""
    with package.replacing(Path(path)) as file:
        return write(study, file, progress)
