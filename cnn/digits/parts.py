"""The parts of a data set, MNIST or drawn digits, as tensors on the device once.

MNIST is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor

MEAN, DEVIATION = 0.1307, 0.3081


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


def normalize(images: Tensor) -> Tensor:
    """Return pictures (n, 28, 28) of 0…255 as the network's input (n, 1, 28, 28): mean 0, deviation 1 over
    MNIST.
    """
    return images.unsqueeze(1).to(torch.float32).sub_(255 * MEAN).mul_(1 / (255 * DEVIATION))
