"""A folded network gives the logits of the trained one in double precision, whatever its order of layers."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra cnn is not installed")

import torch
from folded_networks import folded, random_model

from cnn.digits.parts import DEVIATION, MEAN
from cnn.net.networks import GLOBAL_AVERAGE, HALVE, NORM, RELU, Layer, Network, conv, find_network
from cnn.net.plain import forward

LINEAR = Layer("linear", 10, bias=True)
ORDERS = {
    "norm behind a padded ReLU": (conv(4), RELU, NORM, conv(5, 3, 1), RELU, GLOBAL_AVERAGE, LINEAR),
    "norm, ReLU, pool": (conv(4, 3, 1), NORM, RELU, HALVE, NORM, conv(6), NORM, RELU, GLOBAL_AVERAGE, LINEAR),
    "norm behind a ReLU before a maximum": (conv(4), RELU, NORM, HALVE, conv(5), RELU, NORM, GLOBAL_AVERAGE, LINEAR),
    "two norms, the second before a ReLU": (conv(4), RELU, NORM, NORM, RELU, GLOBAL_AVERAGE, LINEAR),
    "norm at either end": (NORM, conv(3, 3, 1), RELU, GLOBAL_AVERAGE, LINEAR, ),
    "pooled first": (HALVE, conv(3), RELU, Layer("avgpool", kernel=2, stride=2), NORM, RELU, GLOBAL_AVERAGE, LINEAR),
    "nothing but a ReLU first": (RELU, conv(3), GLOBAL_AVERAGE, LINEAR),
}  # fmt: skip


def logits_of_torch(model: torch.nn.Module, images: np.ndarray) -> np.ndarray:
    """Return the logits of pictures of 0…255, normalized and computed in double precision."""
    with torch.no_grad():
        return model.double().eval()((torch.from_numpy(images)[:, None] / 255 - MEAN) / DEVIATION).numpy()


@pytest.mark.parametrize(
    "network", [*map(find_network, ("rf20", "seed")), *(Network(o, "", ORDERS[o]) for o in ORDERS)]
)
def test_the_logits_are_those_of_the_network_in_double_precision(network: Network) -> None:
    images = np.random.default_rng(3).integers(0, 256, (20, 28, 28)).astype(float)
    model = random_model(network, 5)
    layers = folded(network, model)
    wanted = logits_of_torch(model, images)
    for image, logits in zip(images, wanted, strict=True):
        found = forward(layers, image)[-1].ravel()
        assert np.abs(found - logits).max() <= 1e-9 * max(1.0, np.abs(logits).max())


def test_the_folded_network_has_8238_numbers_and_17582_outputs() -> None:
    network = find_network("rf20")
    layers = folded(network, random_model(network, 1))
    assert sum(layer.numbers for layer in layers) == 8238
    assert sum(layer.channels * layer.side**2 for layer in layers) == 17_582
    assert [layer.kind for layer in layers] == ["conv", "conv", "maxpool", *["conv"] * 4, "avgpool", "linear"]
    assert [layer.relu for layer in layers] == [True, False, False, True, True, True, True, False, False]


def test_the_published_network_folds_without_a_layer_of_its_own() -> None:
    network = find_network("seed")
    layers = folded(network, random_model(network, 1))
    assert sum(layer.channels * layer.side**2 for layer in layers) == 46_666
    first = layers[0]
    assert first.ring == pytest.approx(np.array([255 * MEAN]))  # what the normalisation makes 0
