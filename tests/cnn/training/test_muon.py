"""Muon against the singular value decomposition."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="torch is not installed")
import torch

from cnn.training.muon import Muon, Stack


def test_updates_keep_the_singular_vectors_and_even_out_the_values() -> None:
    torch.manual_seed(1)
    matrices = [torch.randn(shape, dtype=torch.float64) for shape in [(16, 144), (10, 9), (8, 10), (12, 12)]]
    stack = Stack(matrices)
    for matrix, place in zip(matrices, stack.places, strict=True):
        place.copy_(matrix)
    assert int((stack.matrices != 0).sum()) == sum(matrix.numel() for matrix in matrices)
    stack.make_orthogonal()
    for matrix, update in zip(matrices, stack.places, strict=True):
        assert update.shape == matrix.shape
        u, _, vt = torch.linalg.svd(matrix, full_matrices=False)
        inner = u.T @ update @ vt.T
        values = inner.diagonal()
        torch.testing.assert_close(inner, torch.diag(values), rtol=0, atol=1e-6)
        assert values.min() > 0.5
        assert values.max() < 1.25


def test_a_step_is_the_published_rule() -> None:
    torch.manual_seed(1)
    kernel = torch.nn.Parameter(torch.randn(12, 8, 3, 3))
    before, mean = kernel.detach().clone(), torch.zeros(12, 8, 3, 3)
    muon = Muon([kernel], lr=0.1, momentum=0.9, weight_decay=0.5)
    for _ in range(3):
        gradient = torch.randn(12, 8, 3, 3)
        kernel.grad = gradient.clone()
        muon.step()
        mean = 0.9 * mean + 0.1 * gradient
        alone = Stack([before])
        alone.places[0].copy_(0.1 * gradient + 0.9 * mean)
        alone.make_orthogonal()
        before = before * (1 - 0.1 * 0.5) - 0.1 * alone.places[0]
    torch.testing.assert_close(kernel.detach(), before, rtol=1e-5, atol=1e-6)
