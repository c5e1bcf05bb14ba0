"""The two things that tests read outside the repository, each with the reason to skip where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import sheetgen

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = Path(sheetgen.__file__).parents[1]
"""The folder that sheetgen is imported from here, installed or not."""
_SHARED = ROOT.parent / "shared"


def mnist_folder() -> Path:
    """Return the torchvision root that holds MNIST, or skip the test."""
    for folder in (os.environ.get("SHEETGEN_DATA"), _SHARED / "data"):
        if folder and (Path(folder) / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file():
            return Path(folder)
    pytest.skip("MNIST is not here: set SHEETGEN_DATA to the torchvision root that holds it")


def hand_made(name: str) -> Path:
    """Return a workbook that others made by hand for the seed's network, or skip the test."""
    path = _SHARED / "peers" / name
    if not path.is_file():
        pytest.skip(f"the hand-made workbook {name} is not here: it belongs to others and is not part of this project")
    return path
