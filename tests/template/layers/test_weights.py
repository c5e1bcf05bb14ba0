"""[layers]: its initial weights, given or drawn at random."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping

import pytest
from networks import perceptron

from sheetgen.template.layers.expand import Expansion


def weights(expansion: Expansion) -> list[float]:
    return [value for name, value in expansion.parameters.items() if name.startswith("w")]


def test_given_weights_are_by_layer_to_from() -> None:
    expansion = perceptron(
        [1, 2, 1, 1], weights=[[[1], [2]], [[3, 4]], [[5]]], biases=[[6, 7], [], [8]], bias=[True, False, True]
    )
    assert expansion.parameters == {
        "w1_1_1": 1.0, "w1_2_1": 2.0, "b1_1": 6.0, "b1_2": 7.0, "w2_1_1": 3.0, "w2_1_2": 4.0, "w3_1_1": 5.0,
        "b3_1": 8.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "bound", "deviation"),
    [
        ({}, math.sqrt(6 / 70), math.sqrt(2 / 70)),
        ({"init": "xavier"}, math.sqrt(6 / 70), math.sqrt(2 / 70)),
        ({"init": "he"}, math.inf, math.sqrt(2 / 40)),
        ({"init": "uniform"}, 1.0, 1 / math.sqrt(3)),
        ({"init": "uniform", "scale": 0.3}, 0.3, 0.3 / math.sqrt(3)),
    ],
)
@pytest.mark.parametrize("seed", [0, 1, 7])
def test_drawn_weights(options: Mapping[str, object], bound: float, deviation: float, seed: int) -> None:
    expansion = perceptron([40, 30], seed=seed, **options)
    numbers = weights(expansion)
    assert len(numbers) == 1200
    assert max(map(abs, numbers)) <= bound + 5e-5
    assert all(weight == round(weight, 4) for weight in numbers)
    assert statistics.pstdev(numbers) == pytest.approx(deviation, rel=0.1)
    assert abs(statistics.fmean(numbers)) < 4 * deviation / math.sqrt(len(numbers))
    assert expansion == perceptron([40, 30], seed=seed, **options)
    assert weights(perceptron([40, 30], seed=seed + 1, **options)) != numbers
    assert all(value == 0 for name, value in expansion.parameters.items() if name.startswith("b"))


def test_the_default_seed_is_1() -> None:
    assert perceptron([2, 3, 2]) == perceptron([2, 3, 2], seed=1) != perceptron([2, 3, 2], seed=2)
