"""[layers]: one clear error for each mistake in its options."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import pytest
from networks import expanded_layers, perceptron

from sheetgen import TemplateError

W = [[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6], [0.7, 0.8]]]

# options over sizes = [2, 2, 2] -> (the key blamed, words of the message)
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"size": 1}, "size", "[layers] has no key 'size'; did you mean 'sizes'?"),
    ({"zzz": 1}, "zzz", "[layers] has no key 'zzz'; there are sizes, activation"),
    ({"sizes": None}, "sizes", "sizes: expected a list of the units of each layer"),
    ({"sizes": [2]}, "sizes", "sizes: expected a list of the units of each layer"),
    ({"sizes": [2, 0, 2]}, "sizes", "sizes: 0 is no number of units; expected whole numbers from 1"),
    ({"sizes": [2, 2.0, 2]}, "sizes", "sizes: 2.0 is no number of units"),
    ({"sizes": [2, True, 2]}, "sizes", "sizes: True is no number of units"),
    ({"sizes": [2, "2", 2]}, "sizes", "sizes: '2' is no number of units"),
    ({"sizes": [3, 2, 2]}, "sizes", "sizes: it begins with 3, but the template has 2 inputs"),
    ({"sizes": [2, 2, 1]}, "sizes", "sizes: it ends with 1, but the template has 2 targets"),
    ({"sizes": [2, 10**4000, 2]}, "sizes", "sizes: a layer has more units than a sheet has columns, 16,384"),
    ({"sizes": [2, 90, 90, 2]}, "sizes", "8,460 weights and 182 biases need 17,284 columns for values and gradients"),
    ({"activation": "relo"}, "activation", "activation: there is no 'relo'; did you mean 'relu'?"),
    ({"activation": 1}, "activation", "activation: expected a text in quotes, such as 'sigmoid', not 1"),
    ({"activation": ["tanh"]}, "activation", "activation: expected one item a layer, 2 in all, not 1"),
    ({"activation": ["tanh", 2]}, "activation", "activation: expected a text in quotes"),
    ({"activation": ["tanh", "tanh"], "output": "tanh"}, "output", "output: the list of activations already names"),
    ({"activation": "softmax"}, "activation", 'softmax can only stand on the last layer; use output = "softmax"'),
    ({"activation": ["softmax", "tanh"]}, "activation", "softmax can only stand on the last layer"),
    ({"output": "sigmoids"}, "output", "output: there is no 'sigmoids'; did you mean 'sigmoid'?"),
    ({"bias": 1}, "bias", "bias: expected true, false or a list of them, not 1"),
    ({"bias": [True, 0]}, "bias", "bias: expected true, false or a list of them"),
    ({"bias": [True]}, "bias", "bias: expected one item a layer, 2 in all, not 1"),
    ({"loss": "mse"}, "loss", "loss: there is no 'mse'; there are mean_squared_error, half_squared_error, huber"),
    ({"loss": "hubert"}, "loss", "loss: there is no 'hubert'; did you mean 'huber'?"),
    ({"loss": ["huber"]}, "loss", "loss: expected a text in quotes"),
    (
        {"loss": "categorical_cross_entropy", "output": "sigmoid"},
        "loss",
        "loss: categorical_cross_entropy needs probabilities: the last layer must be 'softmax', not 'sigmoid'",
    ),
    ({"loss": "binary_cross_entropy", "output": "tanh"}, "loss", "the last layer must be 'sigmoid' or 'softmax'"),
    ({"init": "xaviar"}, "init", "init: there is no 'xaviar'; did you mean 'xavier'?"),
    ({"seed": 1.0}, "seed", "seed: expected a whole number from 0, not 1.0"),
    ({"seed": True}, "seed", "seed: expected a whole number from 0, not True"),
    ({"seed": -1}, "seed", "seed: expected a whole number from 0, not -1"),
    ({"scale": 2}, "scale", "scale: it belongs to init = \"uniform\"; 'xavier' has a scale of its own"),
    ({"init": "uniform", "scale": 0}, "scale", "scale must be 0.001 or more (weights are rounded to 4 decimals)"),
    ({"init": "uniform", "scale": "1"}, "scale", "scale must be a number, not '1'"),
    ({"weights": W, "init": "he"}, "init", "init: the weights are given, so none are drawn"),
    ({"weights": W, "seed": 1}, "seed", "seed: the weights are given, so none are drawn"),
    ({"weights": 1}, "weights", "weights: expected a list with one item a layer, not 1"),
    ({"weights": W[:1]}, "weights", "weights: expected one item a layer, 2 in all, not 1"),
    ({"weights": [W[0], [1, 2]]}, "weights", "weights of layer 2 must be a list of rows, expected 2×2 (to × from)"),
    ({"weights": [W[0], [[1, 2, 3]] * 2]}, "weights", "weights of layer 2 have shape 2×3, expected 2×2 (to × from)"),
    ({"weights": [[], W[1]]}, "weights", "weights of layer 1 have shape 0×0, expected 2×2"),
    ({"weights": [W[0], [[1, 2], [3]]]}, "weights", "weights of layer 2 have rows of 1 and 2 numbers, expected 2×2"),
    ({"weights": [W[0], [[1, 2], [3, True]]]}, "weights", "a weight of layer 2 must be a number, not True"),
    ({"weights": [W[0], [[1, 2], [3, "4"]]]}, "weights", "a weight of layer 2 must be a number, not '4'"),
    ({"weights": [W[0], [[1, 2], [3, math.nan]]]}, "weights", "a weight of layer 2 must be a finite number"),
    ({"biases": 1}, "biases", "biases: expected a list with one item a layer, not 1"),
    ({"biases": [1, 2]}, "biases", "biases of layer 1 must be a list of 2 numbers, not 1"),
    ({"biases": [[1, 2], [3]]}, "biases", "biases of layer 2 are 1 numbers, expected 2"),
    ({"biases": [[1, 2], [3, math.inf]]}, "biases", "a bias of layer 2 must be a finite number"),
    ({"biases": [[1, 2], [3, 4]], "bias": False}, "biases", "layer 1 are 2 numbers, expected 0: bias is false there"),
    ({"l1": "1"}, "l1", "l1 must be a number, not '1'"),
    ({"l2": -0.1}, "l2", "l2 must be 0 or more, not -0.1"),
    ({"l2": math.nan}, "l2", "l2 must be a finite number"),
    ({"frozen_biases": 1}, "frozen_biases", "frozen_biases: expected true or false, not 1"),
    ({"frozen_biases": True, "bias": False}, "frozen_biases", "frozen_biases: there are no biases to hold"),
    ({"accuracy": "yes"}, "accuracy", "accuracy: expected true or false, not 'yes'"),
    ({"accuracy": True, "output": "tanh"}, "accuracy", "the last layer must be 'sigmoid' or 'softmax' to tell right"),
]


@pytest.mark.parametrize(("options", "key", "message"), BAD, ids=lambda value: str(value)[:40])
def test_what_is_wrong_is_said(options: Mapping[str, object], key: str, message: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(message)) as caught:
        expanded_layers({"sizes": [2, 2, 2], **options}, ["i1", "i2"], ["t1", "t2"])
    assert (caught.value.table, caught.value.key) == ("layers", key)
    assert "\n" not in str(caught.value)


def test_softmax_needs_two_outputs() -> None:
    for options, key in (({"output": "softmax"}, "output"), ({"activation": ["tanh", "softmax"]}, "activation")):
        with pytest.raises(TemplateError, match='softmax needs 2 outputs or more; for one, use "sigmoid"') as caught:
            perceptron([2, 2, 1], **options)
        assert caught.value.key == key
    with pytest.raises(TemplateError, match="softmax needs 2 outputs or more"):
        perceptron([2, 1], loss="categorical_cross_entropy")


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (["w1", "x"], ["y"], "[layers] makes a quantity 'w1'; rename the input 'w1'"),
        (["x1", "x2"], ["A_O1"], "[layers] makes a quantity 'a_o1'; rename the target 'A_O1'"),
        (["E_TOTAL", "x2"], ["y"], "[layers] makes a quantity 'E_total'; rename the input 'E_TOTAL'"),
    ],
)
def test_a_name_that_is_taken(inputs: list[str], targets: list[str], message: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(message)) as caught:
        expanded_layers({"sizes": [2, 1]}, inputs, targets)
    assert (caught.value.table, caught.value.key) == ("layers", "")
    assert repr(caught.value.quantity) == message.split()[-1]
