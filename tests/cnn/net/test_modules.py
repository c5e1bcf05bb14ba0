"""Sparse dropout against what dropout is: each activation dropped with probability p, the mean kept,
gradients masked alike.
"""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="torch is not installed")
import torch

from cnn.net.modules import SparseDropout

LAYOUTS = pytest.mark.parametrize(
    "layout", [torch.contiguous_format, torch.channels_last], ids=["rows", "channels last"]
)


@LAYOUTS
@pytest.mark.parametrize("p", [0.01, 0.2])
def test_each_activation_is_dropped_with_probability_p(p: float, layout: torch.memory_format) -> None:
    torch.manual_seed(1)
    x = torch.ones(2, 3, 5, 7).contiguous(memory_format=layout)
    draws = 4000
    layer = SparseDropout(p).train()
    dropped = sum((layer(x) == 0).double() for _ in range(draws)) / draws
    spread = (p * (1 - p) / draws) ** 0.5
    assert float((dropped - p).abs().max()) < 4.5 * spread + 0.1 * p
    assert float(dropped.mean()) == pytest.approx(p, rel=0.05)


@LAYOUTS
def test_what_is_kept_is_scaled_and_gradients_follow_the_same_mask(layout: torch.memory_format) -> None:
    torch.manual_seed(1)
    x = torch.rand(4, 3, 8, 8).add(1).contiguous(memory_format=layout).requires_grad_()
    y = SparseDropout(0.25)(x)
    y.sum().backward()
    kept = y.ne(0)
    torch.testing.assert_close(y[kept], x[kept] / 0.75)
    assert x.grad is not None
    assert torch.equal(x.grad.ne(0), kept)
    torch.testing.assert_close(x.grad[kept], torch.full_like(x.grad[kept], 1 / 0.75))


def test_it_takes_a_view_with_gaps() -> None:
    x = torch.ones(4, 6, 8, 8)[:, ::2]
    y = SparseDropout(0.5)(x)
    assert set(y.unique().tolist()) == {0.0, 2.0}


def test_evaluation_and_p_0_change_nothing() -> None:
    x = torch.rand(3, 4)
    assert SparseDropout(0.5).eval()(x) is x
    assert SparseDropout(0.0).train()(x) is x
