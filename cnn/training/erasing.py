"""Random erasing: a box somewhere in a picture becomes paper.

Zhong et al. 2017 (arXiv 1708.04896), who fill the box with noise and let it take up to 40 % of a picture.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from cnn.net.networks import SIDE

LEAST, LARGEST = 0.02, 0.15
"""The part of the picture that a box takes, before its sides are rounded and cut to the picture's."""
ASPECT = 3.3
"""The largest ratio of its height and width, either way."""


def boxes(count: int, probability: float, generator: torch.Generator) -> Tensor:
    """Return where (count, 28, 28) each of ``count`` pictures is erased: in a box, or, mostly, nowhere.

    The area is drawn uniformly, the logarithm of the ratio of its sides too, and then its place within the picture.
    """
    erased = torch.rand(count, generator=generator) < probability
    area = (LEAST + (LARGEST - LEAST) * torch.rand(count, generator=generator)) * SIDE**2
    ratio = ((torch.rand(count, generator=generator) * 2 - 1) * math.log(ASPECT)).exp()
    rows = _within((area * ratio).sqrt(), generator)
    columns = _within((area / ratio).sqrt(), generator)
    return erased[:, None, None] & rows[:, :, None] & columns[:, None, :]


def _within(length: Tensor, generator: torch.Generator) -> Tensor:
    """Return which of 28 places (count, 28) lie in a stretch of about this length, somewhere at random."""
    whole = length.round().clamp(1, SIDE)
    first = (torch.rand(len(length), generator=generator) * (SIDE + 1 - whole)).floor()
    places = torch.arange(SIDE)
    return (places >= first[:, None]) & (places < (first + whole)[:, None])
