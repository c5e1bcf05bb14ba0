"""The data sets: MNIST, downloaded where it is absent, or drawn digits.

MNIST is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import torch

from cnn.digits.parts import Digits, Part, fingerprint
from cnn.errors import DataError, UsageError

SPLIT_SEED = 60_000


RAW_FILES = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


def data_folder(name: str | None) -> Path:
    """Return the torchvision root: the one of that name, else ``SHEETGEN_DATA``, else ``data``."""
    return Path(name or os.environ.get("SHEETGEN_DATA") or "data")


def damaged(folder: Path) -> str | None:
    """Return the name of the first MNIST file whose MD5 is not the published one, None where all are."""
    for name, want in RAW_FILES.items():
        content = (folder / "MNIST" / "raw" / name).read_bytes()
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != want:
            return name
    return None


def load_mnist(folder: Path) -> Digits:
    """Read MNIST from a torchvision root, downloading it there where it is absent; raise `DataError`."""
    from torchvision.datasets import MNIST

    raw = folder / "MNIST" / "raw"
    present = all((raw / name).is_file() for name in RAW_FILES)
    try:
        if not present:
            with no_empty_folders(raw):
                MNIST(str(folder), download=True)
        if name := damaged(folder):
            raise DataError(f"{raw / name} is damaged (its MD5 is not MNIST's); delete it and run again to download it")
        datasets = [MNIST(str(folder), train=train) for train in (True, False)]
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(
            f"MNIST is not in {folder} and could not be downloaded ({first_line(error)}); "
            f"put its four idx files into {raw}, name their folder with --data-dir, or take --data synthetic"
        ) from error
    train, test = (Part(dataset.data, dataset.targets) for dataset in datasets)
    return Digits("mnist", train, test, None, fingerprint(train, test))


@contextmanager
def no_empty_folders(folder: Path) -> Iterator[None]:
    """Where the block fails, remove the folders down to ``folder`` that it made and left empty."""
    absent = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield
    except BaseException:
        with suppress(OSError):  # the first that is not empty, or was not made
            for place in absent:
                place.rmdir()
        raise


def first_line(error: Exception) -> str:
    """Return the first line of a message, or the name of the error where it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(":. ")


def load_digits(name: str, folder: Path, device: torch.device | None = None, validation: int = 0) -> Digits:
    """Return the data set of that name (``mnist`` or ``synthetic``), on the device, with ``validation``
    pictures held out.

    The held-out pictures are the same whatever the random seed of the training.
    """
    if name == "synthetic":
        from cnn.digits.synthetic import draw

        digits = draw()
    else:
        digits = load_mnist(folder)
    digits = hold_out(digits, validation)
    if device is None or device.type == "cpu":
        return digits
    validation_part = digits.validation.to(device) if digits.validation else None
    return replace(digits, train=digits.train.to(device), test=digits.test.to(device), validation=validation_part)


def hold_out(digits: Digits, count: int) -> Digits:
    """Return the data set with ``count`` training pictures moved to its validation part, always the same
    ones.
    """
    if not count:
        return digits
    if not 0 < count < len(digits.train):
        raise UsageError(f"--val {count}: between 1 and {len(digits.train) - 1} training pictures can be held out")
    order = torch.randperm(len(digits.train), generator=torch.Generator().manual_seed(SPLIT_SEED))
    return replace(
        digits,
        train=digits.train.pick(order[count:].sort()[0]),
        validation=digits.train.pick(order[:count].sort()[0]),
    )
