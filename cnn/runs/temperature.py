"""The temperature by which scores are divided, so that a probability is how often it is right.

Of pictures held out of training, with scores s and labels y, it is the T that makes the mean of −ln softmax(s/T)[y]
least (Guo et al., On Calibration of Modern Neural Networks, 2017). That mean is convex in 1/T.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import cross_entropy

_LEAST, _LARGEST, _STEPS = 0.05, 20.0, 60


def temperature_of(scores: Tensor, labels: Tensor) -> float:
    """Return the temperature of scores (n, 10) and labels (n,), between 0.05 and 20."""
    scores = scores.double()

    def loss(inverse: float) -> float:
        return float(cross_entropy(scores * inverse, labels))

    low, high = 1 / _LARGEST, 1 / _LEAST
    for _ in range(_STEPS):  # a third of what is left goes each time
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if loss(a) < loss(b) else (a, high)
    return 2 / (low + high)
