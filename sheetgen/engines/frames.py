"""A sheet drawn by LibreOffice again and again, while a number that it depends on changes."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sheetgen.engines.office_run import office_run
from sheetgen.engines.soffice import find_soffice, require_uno_python
from sheetgen.shares import Told, untold


@dataclass(frozen=True)
class Frames:
    """What to draw of a workbook: a sheet, once for each number that is typed into a cell of the sheet ``pick_sheet``.

    A picture has all that the sheet prints, but for the first row from column ``links`` on, counted from 0. It is about
    as wide, in pixels, as ``width`` says, unless that makes it higher than ``height``.
    """

    sheet: str
    pick_sheet: str
    pick_cell: str
    numbers: Sequence[float]
    links: int
    width: int = 1600
    height: int = 2400


def draw(path: Path, wanted: Frames, timeout: float, told: Told = untold) -> list[bytes]:
    """Return the pictures, PNG files of one size; the workbook stays as it is, and ``told`` is told the share drawn.

    Raises EngineError where LibreOffice is absent, fails or runs out of time, or no Python can ``import uno``, which
    it takes to type into a cell.
    """
    soffice = find_soffice()
    python = require_uno_python(soffice)
    with office_run(soffice, path) as run:
        (run.folder / "frames.json").write_text(json.dumps(asdict(wanted)), encoding="utf-8")
        pictures = [run.folder / f"{index}.png" for index in range(len(wanted.numbers))]
        run.script("uno_frames.py", python, timeout, lambda: told(_share_of(pictures)))
        return [picture.read_bytes() for picture in pictures]


def _share_of(files: Sequence[Path]) -> float:
    """Return which share of files that are made one after another is there."""
    return bisect_left(files, True, key=lambda file: not file.exists()) / len(files)
