"""Elastic distortion: how far each pixel of a picture is moved, at random but smoothly from one to the next.

Simard, Steinkraus and Platt 2003: uniform random numbers smoothed by a Gaussian, of a deviation of 4 pixels here as
there. Their α of 34 moves a pixel by 1.4 pixels on average (root of the mean square), along x and along y.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from cnn.net.networks import SIDE

SMOOTHNESS = 4.0
"""The standard deviation of the Gaussian, in pixels."""
_REACH = int(3 * SMOOTHNESS)
_UNIFORM = 3**-0.5
"""The standard deviation of a number drawn uniformly from −1 to 1."""


def gaussian() -> Tensor:
    """Return the weights of the Gaussian, cut off at three deviations, with the sum 1."""
    places = torch.arange(-_REACH, _REACH + 1, dtype=torch.float64)
    weights = (-places * places / (2 * SMOOTHNESS**2)).exp()
    return weights / weights.sum()


def displacements(count: int, deviation: float, generator: torch.Generator) -> Tensor:
    """Return random displacements (count, 2, 28, 28) along x and along y, of this standard deviation in pixels.

    The random numbers reach beyond the picture as far as the Gaussian does, so that its border moves as its middle.
    """
    weights, side = gaussian(), SIDE + 2 * _REACH
    rough = torch.rand(2 * count, 1, side, side, generator=generator, dtype=torch.float64) * 2 - 1
    smooth = conv2d(conv2d(rough, weights.view(1, 1, -1, 1)), weights.view(1, 1, 1, -1))
    return smooth.view(count, 2, SIDE, SIDE) / (weights.square().sum() * _UNIFORM) * deviation
