"""The roads to recalculated values: the embedded engine, LibreOffice over UNO, LibreOffice by conversion."""

from __future__ import annotations

import shutil

import pytest

from sheetgen.engines import get
from sheetgen.engines.base import Engine
from sheetgen.engines.libreoffice import LibreOffice
from sheetgen.engines.soffice import find_uno_python

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
HAS_UNO = SOFFICE is not None and find_uno_python(SOFFICE) is not None

needs_soffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
needs_uno = pytest.mark.skipif(not HAS_UNO, reason="no Python here can import uno (python3-uno)")

ENGINES = [
    "embedded",
    pytest.param("uno", marks=[needs_soffice, needs_uno]),
    pytest.param("convert", marks=needs_soffice),
]


def engine(name: str) -> Engine:
    if name == "uno":
        return LibreOffice("uno")
    return LibreOffice("convert") if name == "convert" else get(name)
