"""MNIST (or drawn digits) as tensors, on the device once.

MNIST is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from cnn.errors import DataError, UsageError

MEAN, DEVIATION = 0.1307, 0.3081
SPLIT_SEED = 60_000
RAW_FILES = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


@dataclass(frozen=True)
class Part:
    """Pictures (n, 28, 28) as uint8, bright on dark, and their labels (n,) as int64, on one device."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def pick(self, rows: Tensor) -> Part:
        """Return these rows, in this order."""
        return Part(self.images.index_select(0, rows), self.labels.index_select(0, rows))

    def to(self, device: torch.device) -> Part:
        """Return the same part on another device."""
        return Part(self.images.to(device), self.labels.to(device))


@dataclass(frozen=True)
class Digits:
    """A data set; ``validation`` is empty unless some of the training pictures were held out.

    ``fingerprint`` is the SHA-256 of all pictures and labels, training before test.
    """

    name: str
    train: Part
    test: Part
    validation: Part | None
    fingerprint: str


def fingerprint(*parts: Part) -> str:
    """Return the SHA-256 of the bytes of all pictures and labels (labels as one byte each), in order."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.images.numpy().tobytes())
        digest.update(part.labels.to(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def data_folder(given: str | None) -> Path:
    """Return the torchvision root: what was given, else ``SHEETGEN_DATA``, else ``data``."""
    return Path(given or os.environ.get("SHEETGEN_DATA") or "data")


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
            MNIST(str(folder), download=True)
        if name := damaged(folder):
            raise DataError(f"{raw / name} is damaged (its MD5 is not MNIST's); delete it and run again to download it")
        sets = [MNIST(str(folder), train=train) for train in (True, False)]
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(
            f"MNIST is not in {folder} and could not be downloaded ({first_line(error)}); "
            f"put its four idx files into {raw}, name their folder with --data-dir, or take --data synthetic"
        ) from error
    train, test = (Part(one.data, one.targets) for one in sets)
    return Digits("mnist", train, test, None, fingerprint(train, test))


def first_line(error: Exception) -> str:
    """Return the first line of a message, or the name of the error where it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(":. ")


def load(name: str, folder: Path, device: torch.device | None = None, validation: int = 0) -> Digits:
    """Return the data set of that name (``mnist`` or ``synthetic``), on the device, with ``validation``
    pictures held out.

    The held-out pictures are the same whatever the random seed of the training.
    """
    if name == "synthetic":
        from cnn.synthetic import draw

        digits = draw()
    else:
        digits = load_mnist(folder)
    digits = hold_out(digits, validation)
    if device is None or device.type == "cpu":
        return digits
    held = digits.validation.to(device) if digits.validation else None
    return replace(digits, train=digits.train.to(device), test=digits.test.to(device), validation=held)


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


def normalize(images: Tensor) -> Tensor:
    """Return pictures (n, 28, 28) of 0…255 as the network's input (n, 1, 28, 28): mean 0, deviation 1 over
    MNIST.
    """
    return images.unsqueeze(1).to(torch.float32).sub_(255 * MEAN).mul_(1 / (255 * DEVIATION))
