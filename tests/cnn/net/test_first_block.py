"""The first block by matrix products against torch's own modules, in double precision, where only rounding differs."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

pytest.importorskip("torch", reason="torch is not installed")
import torch
from torch import Tensor, nn

pytest.importorskip("PIL", reason="Pillow is not installed")

from cnn.digits.parts import normalize
from cnn.digits.synthetic import draw
from cnn.net.first_block import KINDS, FirstBlock, begins, unpooled
from cnn.net.modules import build_modules
from cnn.net.networks import RF20, SEED, Network, walk

PICTURES = 12


def digits() -> Tensor:
    """Return drawn digits: their black paper gives the four pixels of most pooling windows the same value."""
    return normalize(draw(PICTURES, 10).train.images).double()


def noise() -> Tensor:
    """Return pictures in which no two pixels are alike."""
    return torch.randn(PICTURES, 1, 28, 28, dtype=torch.float64)


def networks() -> tuple[nn.Sequential, FirstBlock]:
    """Return rf20, its batch norms moved away from where they start, and a copy of it that does its first block."""
    plain = build_modules(RF20).double()
    for module in plain.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, -1.5, 1.5)
            nn.init.uniform_(module.bias, -1, 1)
    return plain, FirstBlock(copy.deepcopy(plain))


def trained_once(model: nn.Module, inputs: Tensor) -> Tensor:
    """Return the logits of training's forward pass, having sent a slope for each back through the model."""
    logits: Tensor = model.train()(inputs)
    slopes = torch.arange(logits.numel(), dtype=logits.dtype).view_as(logits).sin()
    logits.backward(slopes)
    return logits


@pytest.mark.parametrize("pictures", [noise, digits])
def test_outputs_gradients_and_statistics_are_those_of_the_six_modules(pictures: Callable[[], Tensor]) -> None:
    torch.manual_seed(1)
    plain, quick = networks()
    inputs = pictures()
    torch.testing.assert_close(trained_once(quick, inputs), trained_once(plain, inputs), rtol=1e-9, atol=1e-9)
    for (name, mine), theirs in zip(quick.network.named_parameters(), plain.parameters(), strict=True):
        assert mine.grad is not None, name
        assert theirs.grad is not None
        torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-7, atol=1e-9, msg=name)
    for (name, mine), theirs in zip(quick.network.named_buffers(), plain.buffers(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-9, msg=name)


def test_it_is_the_network_itself_in_evaluation_and_holds_no_numbers_of_its_own() -> None:
    torch.manual_seed(1)
    plain, quick = networks()
    inputs = noise()
    assert torch.equal(quick.eval()(inputs), plain.eval()(inputs))
    assert {name.removeprefix("network.") for name in quick.state_dict()} == set(plain.state_dict())


def test_single_precision_is_enough() -> None:
    torch.manual_seed(1)
    exact, quick = networks()
    truth = trained_once(exact, digits())
    torch.testing.assert_close(trained_once(quick.float(), digits().float()), truth.float(), rtol=1e-4, atol=1e-4)
    for (name, mine), theirs in zip(quick.network.named_parameters(), exact.parameters(), strict=True):
        assert mine.grad is not None, name
        assert theirs.grad is not None
        largest = float(theirs.grad.abs().max())
        torch.testing.assert_close(mine.grad.double(), theirs.grad, rtol=0, atol=1e-3 * largest + 1e-6, msg=name)


def test_of_equal_corners_the_first_has_the_slope_as_in_torch() -> None:
    windows = torch.cartesian_prod(*[torch.arange(3.0)] * 4)  # every pattern of ties and of the largest
    a, b, c, d = (corner[None] for corner in windows.T)
    pictures = windows.view(-1, 1, 2, 2).requires_grad_()
    slope = torch.arange(1.0, len(windows) + 1)
    nn.functional.max_pool2d(pictures, 2).flatten().backward(slope)
    assert pictures.grad is not None
    slopes = unpooled(slope[None], b - a, d - c, torch.maximum(c, d) - torch.maximum(a, b))
    assert torch.equal(torch.cat(slopes).T, pictures.grad.flatten(1))


def changed(number: int, **settings: int) -> Network:
    """Return rf20 with other settings in one layer."""
    layers = list(RF20.layers)
    layers[number] = replace(layers[number], **settings)
    return replace(RF20, layers=tuple(layers))


def test_only_a_block_of_that_shape_is_done_so() -> None:
    assert begins(tuple(walk(RF20)))
    others = [
        SEED, changed(0, padding=1), changed(0, bias=1), changed(0, kernel=2, stride=2), changed(0, kernel=4),
        changed(3, kernel=3), changed(3, padding=1), changed(3, bias=1), changed(3, stride=13),
        changed(5, kernel=3), changed(5, stride=1), changed(5, padding=1),
    ]  # fmt: skip
    assert not any(begins(tuple(walk(other))) for other in others)
    assert not begins(tuple(walk(RF20, channels=3)))
    assert not begins(tuple(walk(RF20))[1:])
    assert not begins(tuple(walk(RF20))[: len(KINDS) - 1])
