"""Random erasing: how often, how much, where, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from cnn.training.recipe import FAST

pytest.importorskip("torch", reason="torch is not installed")
import torch

from cnn.training import augment
from cnn.training.erasing import boxes

COUNT = 20_000


@pytest.fixture(scope="module")
def drawn() -> NDArray[np.bool_]:
    return np.asarray(boxes(COUNT, 0.25, torch.Generator().manual_seed(4)).numpy())


def sides(hole: NDArray[np.bool_]) -> tuple[int, int]:
    """Return height and width of what is erased; fail where it is no full box."""
    rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
    assert hole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    assert hole.sum() == len(rows) * len(columns)
    assert (len(rows), len(columns)) == (np.ptp(rows) + 1, np.ptp(columns) + 1)
    return len(rows), len(columns)


def test_a_quarter_of_the_pictures_lose_a_box(drawn: NDArray[np.bool_]) -> None:
    erased = drawn.any((1, 2))
    assert erased.mean() == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / COUNT) ** 0.5)
    found = np.array([sides(hole) for hole in drawn[erased]])
    areas, ratios = found.prod(1) / 784, found[:, 0] / found[:, 1]
    assert areas.mean() == pytest.approx((0.02 + 0.15) / 2, rel=0.02)
    assert 0.015 < areas.min() < 0.025 < 0.145 < areas.max() < 0.17
    assert np.log(ratios).mean() == pytest.approx(0, abs=0.04)
    assert np.log(ratios).std() == pytest.approx(np.log(3.3) / 3**0.5, rel=0.05)


def test_a_box_can_be_anywhere(drawn: NDArray[np.bool_]) -> None:
    share = drawn[drawn.any((1, 2))].mean(0)
    assert share.min() > 0
    for turned in (share[::-1], share[:, ::-1], share.T):  # no side, and neither axis, is preferred
        np.testing.assert_allclose(turned, share, atol=5 * (0.25 * share.max() / (COUNT / 4)) ** 0.5 + 0.01)


def test_never_and_always() -> None:
    assert not boxes(500, 0.0, torch.Generator().manual_seed(1)).any()
    assert boxes(500, 1.0, torch.Generator().manual_seed(1)).flatten(1).any(1).all()


def test_a_picture_is_paper_in_its_box_and_elsewhere_as_without() -> None:
    images = torch.randint(2, 256, (300, 28, 28), dtype=torch.uint8)
    with_boxes, without = (
        augment.by_table(recipe, torch.device("cpu"), torch.Generator().manual_seed(9))(images).squeeze(1)
        for recipe in (replace(FAST, erasing=0.5), FAST)
    )
    paper = augment.normalize(torch.zeros(1, 28, 28, dtype=torch.uint8)).squeeze()
    holes = with_boxes != without
    assert torch.equal(with_boxes[holes], paper.expand(300, 28, 28)[holes])
    assert 0.4 < holes.flatten(1).any(1).double().mean() < 0.6
