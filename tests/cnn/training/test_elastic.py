"""Elastic distortion: against plain loops, and the statistics that smoothed noise has."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from cnn.training.recipe import FAST

pytest.importorskip("torch", reason="torch is not installed")
import torch

from cnn.training import augment
from cnn.training.elastic import SMOOTHNESS, displacements, gaussian


def test_noise_is_smoothed_as_plain_loops_do_it() -> None:
    found = displacements(1, 0.7, torch.Generator().manual_seed(5))[0].numpy()
    rough = torch.rand(2, 52, 52, generator=torch.Generator().manual_seed(5), dtype=torch.float64).numpy() * 2 - 1
    bell = np.array([math.exp(-(d**2) / 32) for d in range(-12, 13)])
    bell /= bell.sum()
    window = np.outer(bell, bell)
    scale = 0.7 / math.sqrt((window**2).sum() / 3)
    for axis, y, x in ((0, 0, 0), (0, 13, 2), (1, 27, 27), (1, 5, 20)):
        total = sum(window[down, right] * rough[axis, y + down, x + right] for down in range(25) for right in range(25))
        assert found[axis, y, x] == pytest.approx(total * scale, rel=1e-12)


def test_displacements_are_of_the_deviation_asked_for_everywhere_and_smooth() -> None:
    found = displacements(1500, 1.5, torch.Generator().manual_seed(1)).numpy()
    assert abs(found.mean()) < 0.02
    assert found.std() == pytest.approx(1.5, rel=0.02)
    np.testing.assert_allclose(found.std(0), 1.5, rtol=0.1)  # at the border as in the middle
    assert abs((found[:, 0] * found[:, 1]).mean()) < 0.05
    for apart in (1, 3, 8):  # white noise that a Gaussian smoothed is correlated by another, √2 times as wide
        want = math.exp(-(apart**2) / (4 * SMOOTHNESS**2))
        for first, second in (
            (found[..., :-apart], found[..., apart:]),
            (found[..., :-apart, :], found[..., apart:, :]),
        ):
            assert (first * second).mean() / 1.5**2 == pytest.approx(want, abs=0.03)
    np.testing.assert_array_equal(displacements(2, 0.0, torch.Generator()).numpy(), np.zeros((2, 2, 28, 28)))


def test_simards_alpha_in_pixels_is_what_the_docstring_says() -> None:
    assert 34 * float(gaussian().square().sum()) / math.sqrt(3) == pytest.approx(1.4, abs=0.05)


def test_a_displaced_pixel_shows_what_stands_there() -> None:
    generator = torch.Generator().manual_seed(2)
    matrices, shifts = augment.random_maps(replace(FAST, shift=2.0), 3, generator)
    displaced = displacements(3, 2.0, generator)
    table = augment.bent_source_pixels(matrices, shifts, displaced).view(3, 28, 28)
    for which in range(3):
        (a, b), (c, d) = matrices[which].tolist()
        for y in range(28):
            for x in range(28):
                across, down = x - 13.5 + float(displaced[which, 0, y, x]), y - 13.5 + float(displaced[which, 1, y, x])
                column = math.floor(a * across + b * down + 14 + float(shifts[which, 0]))
                row = math.floor(c * across + d * down + 14 + float(shifts[which, 1]))
                inside = 0 <= column < 28 and 0 <= row < 28
                assert table[which, y, x] == (28 * row + column if inside else 784)


def test_undisplaced_it_is_the_table_of_the_map_alone() -> None:
    maps = augment.random_maps(FAST, 200, torch.Generator().manual_seed(3))
    none = torch.zeros(200, 2, 28, 28, dtype=torch.float64)
    differing = augment.bent_source_pixels(*maps, none) != augment.source_pixels(*maps)
    assert differing.double().mean() < 1e-3  # the latter reckons in 16.16 fixed point, as Pillow does


def test_pictures_of_a_batch_are_bent_by_the_tables_rows() -> None:
    recipe = replace(FAST, elastic=0.8, maps=40)
    images = torch.randint(2, 256, (5, 28, 28), dtype=torch.uint8)
    table = augment.random_table(recipe, torch.Generator().manual_seed(7))
    got = augment.by_table(recipe, torch.device("cpu"), torch.Generator().manual_seed(7))(images)
    for picture, result in zip(images, got, strict=True):
        filled = torch.cat([picture.flatten(), torch.tensor([1], dtype=torch.uint8)])
        every = augment.normalize(filled[table].view(-1, 28, 28))
        assert (every == result).flatten(1).all(1).any()
