"""A package as a zip file: read whole, and written with the parts that were not changed as they were stored."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from sheetgen.xlsx import writer
from sheetgen.xlsx.opc import part_key
from sheetgen.xlsx.package import Package

Entries = Mapping[str, zipfile.ZipInfo]
"""How the parts of a package are stored, by their names."""


def read_package(path: Path) -> tuple[Package, Entries]:
    """Return the package of a workbook, and how it is stored.

    Raises ValueError where two parts have one name, in capitals or not, and what zipfile raises for a damaged file.
    """
    with zipfile.ZipFile(path) as archive:
        for name, count in Counter(map(part_key, archive.namelist())).items():
            if count > 1:
                raise ValueError(f"two of its parts are called {name}, in capitals or not")
        return Package({name: archive.read(name) for name in archive.namelist()}), archive.NameToInfo


def write_package(file: IO[bytes], package: Package, entries: Entries) -> None:
    """Write a package to an open file; ``entries`` says how its parts were stored before."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in package.parts.items():
            stored = entries.get(name) if name not in package.changed else None
            archive.writestr(stored or writer.entry(name), content)
