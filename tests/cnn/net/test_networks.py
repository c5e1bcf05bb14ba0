"""The layer tables against torch: parameters by counting, receptive field by gradient, cost by torch's own
counter.
"""

from __future__ import annotations

import pytest

from cnn.errors import UsageError
from cnn.net.layer_table import layer_table, network_facts
from cnn.net.networks import (
    NETWORKS,
    Network,
    find_network,
    receptive_field,
    total_multiply_adds,
    total_parameters,
    walk,
)

pytest.importorskip("torch", reason="torch is not installed")
import torch

BOTH = pytest.mark.parametrize("network", NETWORKS.values(), ids=lambda network: network.name)

# The published table, layer by layer: shape and parameters.
PUBLISHED = [
    ("32×28", 288), ("32×28", 64), ("32×28", 0), ("32×28", 0), ("10×28", 320), ("10×28", 900), ("10×28", 20),
    ("10×28", 0), ("10×28", 0), ("10×14", 0), ("10×12", 900), ("10×12", 20), ("10×12", 0), ("10×12", 0),
    ("10×10", 900), ("10×10", 20), ("10×10", 0), ("10×8", 900), ("10×8", 20), ("10×8", 0), ("10×8", 0),
    ("16×6", 1440), ("16×6", 32), ("16×6", 0), ("16×6", 0), ("16×4", 2304), ("16×4", 32), ("16×4", 0),
    ("16×4", 0),
    ("16×1", 0), ("10×1", 160),
]  # fmt: skip


def build_modules(network: Network) -> torch.nn.Sequential:
    from cnn.net.modules import build_modules

    return build_modules(network, 0.01)


@BOTH
def test_there_are_8320_parameters(network: Network) -> None:
    counted = sum(p.numel() for p in build_modules(network).parameters() if p.requires_grad)
    assert counted == total_parameters(network) == 8320


@BOTH
def test_the_table_is_what_torch_computes(network: Network) -> None:
    x = torch.zeros(2, 1, 28, 28)
    for facts, module in zip(walk(network), build_modules(network).eval(), strict=True):
        x = module(x)
        assert x.shape[1] == facts.channels
        assert x.dim() == 2 or x.shape[2:] == (facts.side, facts.side)
        assert sum(p.numel() for p in module.parameters()) == facts.parameters


@BOTH
def test_multiply_adds_are_half_of_torchs_floating_point_operations(network: Network) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    model = build_modules(network).eval()
    with FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, 1, 28, 28))
    biases = 0  # the counter leaves biases out, as the table does
    assert counter.get_total_flops() == 2 * total_multiply_adds(network) + biases


def seen_by_one_pixel(network: Network, layers: int) -> int:
    """Return the side of the input square that moves the middle output pixel after that many layers, by
    gradients.

    Weights are positive, so that no gradient cancels; max pooling passes the gradient of one pixel in four,
    so many random inputs are united. The input is larger than 28 × 28, so that the edge does not cut the
    square.
    """
    torch.manual_seed(0)
    model = build_modules(network)[:layers].eval()
    for p in model.parameters():
        torch.nn.init.uniform_(p, 0.1, 1.0)
    x = torch.rand(16, 1, 76, 76, requires_grad=True)
    y = model(x)
    middle = y.shape[-1] // 2
    y[:, :, middle, middle].sum().backward()
    assert x.grad is not None
    touched = x.grad.ne(0).any(0)[0]
    sides = {int(touched.any(axis).sum()) for axis in (0, 1)}
    assert len(sides) == 1
    return sides.pop()


@BOTH
def test_the_receptive_field_is_what_the_gradient_says(network: Network) -> None:
    for facts in walk(network):
        if facts.kind in ("conv", "maxpool", "avgpool"):
            assert seen_by_one_pixel(network, facts.number) == facts.receptive_field


def test_the_published_field_is_26_and_not_the_20_its_author_claims() -> None:
    assert receptive_field(find_network("seed")) == 26
    assert network_facts(find_network("seed")).receptive_field_after_pooling == 32
    assert receptive_field(find_network("rf20")) == 20


def test_the_seed_network_is_the_published_one() -> None:
    rows = [(f"{facts.channels}×{facts.side}", facts.parameters) for facts in walk(find_network("seed"))]
    assert rows == PUBLISHED


@BOTH
def test_dropout_or_none_the_checkpoint_fits(network: Network) -> None:
    from cnn.net.modules import build_modules as with_dropout

    with_dropout(network, 0.0).load_state_dict(with_dropout(network, 0.3).state_dict())


def test_an_unknown_network_names_the_nearest_or_those_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"^no network is called 'lenet'; there are: rf20, seed; or name a file: lenet\.toml$"
    ):
        find_network("lenet")
    with pytest.raises(UsageError, match=r"^no network is called 'rf2'; did you mean 'rf20'"):
        find_network("rf2")


@BOTH
def test_the_table_as_text_adds_up(network: Network) -> None:
    rows = [line.split() for line in layer_table(network).splitlines() if line.strip()[:1].isdigit()]
    assert len(rows) == len(network.layers)
    assert sum(int(row[-3].replace(",", "")) for row in rows) == 8320
