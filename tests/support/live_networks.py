"""Small networks that nobody trained, alive in workbooks, and pictures to pick from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from cnn_support import config, handmade_run
from folded_networks import folded, random_model

from cnn.digits.synthetic import draw
from cnn.live.stored import StoredDigit
from cnn.live.write import LiveNetwork
from cnn.net.networks import GLOBAL_AVERAGE, HALVE, NORM, RELU, Layer, Network, conv, find_network
from cnn.runs.run import Run

LINEAR = Layer("linear", 10, bias=True)
PLAIN = (conv(2), RELU, NORM, conv(2, 1), NORM, HALVE, conv(3), RELU, NORM, GLOBAL_AVERAGE, LINEAR)
LEARNT = (conv(2, 3, 1), NORM, RELU, HALVE, conv(3), RELU, NORM, GLOBAL_AVERAGE, LINEAR)
PADDED = (conv(2, 5, 1), RELU, NORM, conv(2, 3, 1), NORM, HALVE, NORM, RELU, GLOBAL_AVERAGE, LINEAR)


def live_network(layers: tuple[Layer, ...] = PLAIN, pictures: int = 3) -> LiveNetwork:
    """Return a network with random weights, and random pictures, the first without a label."""
    network = Network("small", "", layers)
    random = np.random.default_rng(1)
    digits = [
        StoredDigit(f"{number}: a {number}", random.integers(0, 256, (28, 28)).astype(float), number or None)
        for number in range(pictures)
    ]
    return LiveNetwork("A small network", tuple(folded(network, random_model(network, 2))), tuple(digits))


def untrained_run(root: Path, name: str) -> Run:
    """Write a run of drawn digits by hand, its weights random."""
    run = handmade_run(root, name)
    content = run.read_json("config.json")
    content["plan"] |= {"data": "synthetic"}
    run.write_json("config.json", content)
    state = random_model(find_network(config("rf20").plan.network), 3).state_dict()
    run.save_checkpoint("last.pt", {"model": state, "optimizers": [], "history": []})
    return run


def drawn_digit(folder: Path) -> Path:
    """Write the picture of a digit."""
    from PIL import Image, ImageOps

    path = folder / "mine.png"
    ImageOps.expand(Image.fromarray(draw().test.images[0].numpy()), 28).resize((168, 168)).save(path)
    return path
