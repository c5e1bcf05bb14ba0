"""The data sets: MNIST, downloaded where it is absent, or drawn digits.

MNIST is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from cnn.digits import idx
from cnn.digits.held_out import HeldOutFrom
from cnn.digits.parts import Digits, Part, fingerprint
from cnn.errors import DataError, UsageError
from cnn.extra import require

SPLIT_SEED = 60_000


def load_mnist(folder: Path) -> Digits:
    """Read MNIST from a torchvision root, downloading it there where it is absent; raise `DataError`."""
    raw = idx.raw_folder(folder)
    if not idx.is_there(folder):
        download(folder, raw)
    images, labels, test_images, test_labels = (read_file(raw, name) for name in idx.MNIST)
    train, test = part_of(images, labels), part_of(test_images, test_labels)
    return Digits("mnist", train, test, None, fingerprint(train, test))


def download(folder: Path, raw: Path) -> None:
    """Download MNIST into a torchvision root, its files into ``raw``; raise `DataError` where that fails.

    Raises `ExtraError` where torchvision, which does it, does not load. Nothing else here needs it.
    """
    require("torchvision")
    from torchvision.datasets import MNIST

    try:
        with no_empty_folders(raw):
            MNIST(str(folder), download=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(
            f"MNIST is not in {folder} and could not be downloaded ({first_line(error)}); "
            f"put its four idx files into {raw}, name their folder with --data-dir, or take --data synthetic"
        ) from error


def read_file(raw: Path, name: str) -> Tensor:
    """Return the numbers of one of MNIST's files; raise `DataError` where its MD5 is not the published one."""
    file = idx.stored(raw / name)
    content = idx.content_of(file)
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != idx.MNIST[name]:
        raise DataError(f"{file} is damaged (its MD5 is not MNIST's); {idx.ANEW}")
    return torch.from_numpy(idx.parse(content, file))


def part_of(images: Tensor, labels: Tensor) -> Part:
    """Return a part of the data set, its labels as torch's losses take them."""
    return Part(images, labels.to(torch.int64))


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


def load_digits(
    name: str,
    folder: Path,
    device: torch.device | None = None,
    validation: int = 0,
    held_out_from: HeldOutFrom = "random",
) -> Digits:
    """Return the data set of that name (``mnist`` or ``synthetic``), on the device, with ``validation``
    pictures held out.

    The held-out pictures are the same whatever the random seed of the training.
    """
    if name == "synthetic":
        from cnn.digits.synthetic import draw

        digits = draw()
    else:
        digits = load_mnist(folder)
    digits = hold_out(digits, validation, held_out_from)
    if device is None or device.type == "cpu":
        return digits
    validation_part = digits.validation.to(device) if digits.validation else None
    return replace(digits, train=digits.train.to(device), test=digits.test.to(device), validation=validation_part)


def hold_out(digits: Digits, count: int, held_out_from: HeldOutFrom = "random") -> Digits:
    """Return the data set with ``count`` training pictures moved to its validation part, always the same ones.

    ``random`` picks them from all; ``end`` takes the last ones. MNIST's training pictures stand in runs of one writer
    (docs/results.md), so a random part has its writers in common with what stays, and the end hardly any.
    """
    if not count:
        return digits
    total = len(digits.train)
    if not 0 < count < total:
        raise UsageError(f"--val {count}: between 1 and {total - 1} training pictures can be held out")
    if held_out_from == "end":
        rows = torch.arange(total)
        kept, held = rows[:-count], rows[-count:]
    else:
        order = torch.randperm(total, generator=torch.Generator().manual_seed(SPLIT_SEED))
        kept, held = order[count:].sort()[0], order[:count].sort()[0]
    return replace(digits, train=digits.train.pick(kept), validation=digits.train.pick(held))
