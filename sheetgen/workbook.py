"""A study becomes a workbook file, proven before it takes its place."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sheetgen.errors import UsageError
from sheetgen.files import ABSENT, Version, reject, replacing, version_of
from sheetgen.network.study import Study
from sheetgen.page.page import Page
from sheetgen.shares import Told, untold
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import Composition, compose
from sheetgen.sheets.estimate import estimate
from sheetgen.sheets.folds import Losses
from sheetgen.sheets.room import require_room
from sheetgen.xlsx import shell, writer

if TYPE_CHECKING:
    from sheetgen.proof.report import Report

Progress = Callable[[str], None]


def silent(message: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Built:
    """What a build made: where, what each learning rate reached, and what verification found.

    ``cells`` counts the cells of all sheets, empty ones between others included.
    ``path`` ends in ``.rejected`` where the verification found differences; then nothing else was touched.
    ``losses`` are empty where nothing is trained, ``test_losses`` where there is no test set; of several players they
    are of the sum, and ``players`` and ``players_tested`` have each player's by the name of its loss. ``report`` is
    None where verification was not asked for.
    """

    path: Path
    study: Study
    sheets: int
    cells: int
    losses: tuple[Losses, ...]
    verdict: str
    report: Report | None
    test_losses: tuple[Losses, ...] = ()
    players: Mapping[str, tuple[Losses, ...]] = field(default_factory=dict)
    players_tested: Mapping[str, tuple[Losses, ...]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the workbook took its place: verified, or not asked to be."""
        return self.report is None or self.report.ok


def build(
    study: Study,
    path: Path | str | None = None,
    *,
    verify: bool = True,
    force: bool = False,
    progress: Progress = silent,
    told: Told = untold,
) -> Built:
    """Write the workbook of a study, recalculate and verify it, and only then put it at ``path``.

    ``path`` is by default the study's own file name, in the current folder. A workbook in which the
    verification finds a difference goes to ``path`` + ``.rejected``. ``progress`` is told what is being done, and
    ``told`` how much of that is.
    Raises UsageError where the file exists (without ``force``), cannot be written, or was made or changed by another
    program meanwhile, or where there is too little memory; NumberError where the training overflows, EngineError where
    the engine fails.
    """
    path = Path(path or study.workbook)
    seen = checked_version(path, force)
    with replacing(path, seen) as (file, draft):
        book, composition = _write(study, file, draft.parent, progress, told, verify)
        report = None
        if verify:
            from sheetgen.proof.verify import verify as verify_file  # a sixth of the time of a build that needs it not

            progress("verifying")
            report = verify_file(draft, told=told)
        if report is not None and not report.ok:
            path = reject(draft, path)
    sizes = [page.size for page in composition.pages]
    results, variants = book.results, range(len(study.variants) if study.trains else 0)
    players = [player.loss for player in study.network.players]
    return Built(
        path=path,
        study=study,
        sheets=len(sizes),
        cells=sum(rows * columns for rows, columns in sizes),
        losses=tuple(map(results.losses, variants)),
        test_losses=tuple(map(results.test_losses, variants)) if study.test else (),
        players={name: tuple(results.losses(v, name) for v in variants) for name in players},
        players_tested={name: tuple(results.test_losses(v, name) for v in variants) for name in players if study.test},
        verdict=composition.verdict,
        report=report,
    )


def checked_version(path: Path, force: bool) -> Version | None:
    """Return what must still stand at the path of a workbook when it is done; None where that does not matter.

    Raises UsageError for a path that no workbook can be written to.
    """
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path} cannot be a workbook's name; it must end in .xlsx")
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name a file in it")
        if not path.parent.is_dir():
            raise UsageError(f"the folder {path.parent} does not exist; make it first")
        there = version_of(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "name another file with -o") from None
    if there == ABSENT:
        return None if force else ABSENT
    if not force:
        raise UsageError(f"{path} exists; replace it with --force, or name another file with -o")
    if not os.access(path, os.W_OK):
        raise UsageError(f"{path} is write-protected; name another file with -o")
    return there


def _write(
    study: Study, file: IO[bytes], folder: Path, progress: Progress, told: Told, verify: bool
) -> tuple[Book, Composition]:
    """Write the workbook to an open file; return its book and its composition.

    Raises UsageError before anything is computed where that, or verifying it, takes more memory than there is.
    """
    book = Book(study, study)
    if study.read_as:
        progress(f"read {study.read_as}")
    progress("training")

    def before_training(pages: list[Page]) -> None:
        require_room(pages)
        estimate(pages).require_memory(verify=verify)

    composition = compose(book, before_training, told)
    stamp = writer.stamp()
    progress("writing")
    writer.write(file, shell.make(composition.pages, study.title, stamp), composition.pages, folder, told)
    file.flush()
    return book, composition
