"""A sheet that follows a picked iteration, drawn while that goes on from step to step: a GIF, or a PNG a step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sheetgen.engines import frames
from sheetgen.engines.frames import Frames
from sheetgen.errors import UsageError, did_you_mean
from sheetgen.figure import gif
from sheetgen.limits import MAX_COLUMNS
from sheetgen.page.cell_names import row_and_column
from sheetgen.proof.recorded import study_recorded
from sheetgen.shares import Told, between, untold
from sheetgen.sheet_names import EXPLORER, PICTURES
from sheetgen.sheets.picks import EXPLORER_ITERATION
from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.reader import WorkbookFile

MOST_STEPS = 500
"""The most steps that are drawn: more would be looked at for minutes, and take gigabytes of memory."""
_STEPS = re.compile(r"(\d{1,9})(?:\.\.(\d{1,9})(?:\.\.(\d{1,9}))?)?", re.ASCII)
FOLLOWERS = (EXPLORER, PICTURES)
"""The sheets that follow the iteration that is picked on Explorer."""
_FOLLOWERS = " or ".join(FOLLOWERS)
_DRAWN = 0.9
"""The share of the time that drawing takes where a GIF is made."""


def steps_of(text: str) -> range:
    """Return the iterations that ``a``, ``a..b`` or ``a..b..c``, every c-th, names.

    Raises UsageError for any other text.
    """
    found = _STEPS.fullmatch(text)
    if not found:
        expected = "write them as 0..100, or 0..100..5 for every fifth, or a single one as 100"
        raise UsageError(f"--steps {text!r} names no iterations", expected)
    first, last, by = int(found[1]), int(found[2] or found[1]), int(found[3] or 1)
    if last < first or by < 1:
        problem = "goes backwards" if last < first else "never goes on"
        raise UsageError(f"--steps {text!r} {problem}", "write the first iteration, the last, and every how many")
    steps = range(first, last + 1, by)
    if len(steps) > MOST_STEPS:
        every = -(-(last - first) // (MOST_STEPS - 1))
        problem = f"--steps {text!r} names {len(steps):,} iterations, and at most {MOST_STEPS} are drawn"
        raise UsageError(problem, f"leave some out: --steps {first}..{last}..{every}")
    return steps


@dataclass(frozen=True)
class Animation:
    """What to draw: a sheet of a workbook at some iterations; a GIF shows each of them so many seconds."""

    sheet: str
    steps: range
    output: Path
    seconds: float = 0.2

    @property
    def is_gif(self) -> bool:
        """Whether it is one file."""
        return self.output.suffix.lower() == ".gif" and not self.output.is_dir()

    @cached_property
    def files(self) -> list[Path]:
        """The files: a GIF, or a PNG a step, which bears the number of its iteration.

        PNGs lie beside a name that ends in .png, or in a folder: one that is there, or a name without an ending.
        Raises UsageError for another ending, and where there is no folder to write into.
        """
        output, suffix = self.output, self.output.suffix.lower()
        if suffix not in ("", ".gif", ".png") and not output.is_dir():
            problem = f"{output} cannot be an animation's name"
            raise UsageError(problem, "it must end in .gif, in .png (a picture a step), or be a folder for pictures")
        if not output.parent.is_dir():
            raise UsageError(f"there is no folder {output.parent}", "make it, or name another one with -o")
        if self.is_gif:
            return [output]
        into_folder = output.is_dir() or not suffix
        folder, name = (output, "step") if into_folder else (output.parent, output.stem)
        digits = len(str(self.steps[-1]))
        return [folder / f"{name}-{step:0{digits}}.png" for step in self.steps]

    def draw(self, path: Path, timeout: float, told: Told = untold) -> list[bytes]:
        """Return the content of each file: the sheet as LibreOffice shows it, at the other picks in the workbook.

        ``told`` is told the share that is done. Raises WorkbookError for a file that is none of ours, UsageError for a
        sheet that is not there or follows no pick, for iterations that were not trained, and for a GIF without Pillow,
        and EngineError where LibreOffice is absent, fails or needs more seconds than ``timeout``.
        """
        file = WorkbookFile(path)
        self._require_steps(file)
        if self.is_gif:
            gif.require_images()
        pick, share = EXPLORER_ITERATION, _DRAWN if self.is_gif else 1.0
        wanted = Frames(self.sheet, pick.sheet, pick.cell, list(self.steps), _first_link(file, self.sheet) - 1)
        pictures = frames.draw(path, wanted, timeout, between(told, 0, share))
        return [gif.gif(pictures, self.seconds)] if self.is_gif else pictures

    def _require_steps(self, file: WorkbookFile) -> None:
        """Raise UsageError unless a workbook has the sheet, it follows the pick, and the iterations were trained."""
        for name in (self.sheet, EXPLORER_ITERATION.sheet):
            if name not in file.sheet_names:
                hint = did_you_mean(name, file.sheet_names, f"name {_FOLLOWERS}")
                raise UsageError(f"{file.path} has no sheet {name!r}", hint)
        if self.sheet not in FOLLOWERS:
            problem = f"the sheet {self.sheet!r} does not follow the iteration that is picked"
            raise UsageError(problem, f"name {_FOLLOWERS}")
        study, _ = study_recorded(file)
        if not study.trains:
            raise UsageError(f"{file.path} trains nothing, so it has no iterations to draw", "leave out --steps")
        if self.steps[-1] > study.iterations:
            raise UsageError(f"{file.path} has no iteration {self.steps[-1]}", f"its last one is {study.iterations}")


def _first_link(file: WorkbookFile, sheet: str) -> int:
    """Return the column from which the first row links to other sheets, which nobody follows on a slide."""
    links = (row_and_column(link.get("ref", "A1")) for link in file.frame(sheet).iter(f"{MAIN}hyperlink"))
    return min((column for row, column in links if row == 1), default=MAX_COLUMNS + 1)
