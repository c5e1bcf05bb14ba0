"""Pictures changed at random for training: a batch at a time by a table of source pixels, or one by one with
torchvision.

A table row lists, for each of the 784 pixels of the result, which source pixel it shows; 784 stands for
outside. One gather then changes a whole batch. An epoch has as many rows as the recipe has ``maps``, not one a
picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from cnn.digits.parts import DEVIATION, MEAN, normalize
from cnn.net.networks import SIDE
from cnn.training.elastic import displacements
from cnn.training.erasing import boxes
from cnn.training.recipe import Recipe

PIXELS = SIDE * SIDE
OUTSIDE = PIXELS
PAPER = 0
FIXED = 65536
Augment = Callable[[Tensor], Tensor]


def uniform(count: int, largest: float, generator: torch.Generator) -> Tensor:
    """Return ``count`` float64 numbers drawn uniformly from −largest to largest."""
    return (torch.rand(count, generator=generator, dtype=torch.float64) * 2 - 1) * largest


def rotations(degrees: Tensor) -> Tensor:
    """Return the maps (k, 2, 2) from result to source pixels that turn a picture counter-clockwise by these
    angles.
    """
    angle = degrees.to(torch.float64) * (math.pi / 180)
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], -2)


def random_maps(recipe: Recipe, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return ``count`` random maps: matrices (k, 2, 2) and shifts (k, 2) in pixels, from result to source."""
    matrices = rotations(uniform(count, recipe.rotation, generator))
    scale, shear, shift = recipe.scale or 0.0, recipe.shear or 0.0, recipe.shift or 0.0
    if scale or shear:
        stretch = torch.diag_embed(1 + torch.stack([uniform(count, scale, generator)] * 2, -1))
        stretch[:, 0, 1] = uniform(count, shear, generator)
        matrices = matrices @ stretch
    shifts = torch.stack([uniform(count, shift, generator) for _ in "xy"], -1)
    return matrices, shifts


def source_pixels(matrices: Tensor, shifts: Tensor) -> Tensor:
    """Return the table (k, 784) of the nearest source pixel, for maps about the picture's centre.

    Pixel (x, y) of the result shows the source at A·(x + ½ − 14, y + ½ − 14) + 14 + shift, reckoned as Pillow
    does it, in 16.16 fixed point, so a rotation picks the very pixels that ``Image.rotate`` picks.
    """
    half = SIDE / 2
    steps = (matrices * FIXED + 0.5).floor().to(torch.int64)
    origin = half + shifts - half * matrices.sum(-1) + 0.5 * matrices.sum(-1)
    start = (origin * FIXED + 0.5).floor().to(torch.int64)
    along = torch.arange(SIDE)
    x, y = (
        (
            (
                start[:, axis, None, None]
                + steps[:, axis, 0, None, None] * along
                + steps[:, axis, 1, None, None] * along[:, None]
            )
            >> 16
        )
        for axis in (0, 1)
    )
    return rows_of(x, y)


def bent_source_pixels(matrices: Tensor, shifts: Tensor, displaced: Tensor) -> Tensor:
    """Return the table (k, 784) of the nearest source pixel, where each pixel of the result is first displaced.

    ``displaced`` (k, 2, 28, 28) is along x and along y: pixel (x, y) of the result shows the source at
    A·((x + ½ − 14, y + ½ − 14) + displaced) + 14 + shift.
    """
    half = SIDE / 2
    along = torch.arange(SIDE, dtype=torch.float64) + 0.5 - half
    places = torch.stack(torch.meshgrid(along, along, indexing="xy")) + displaced
    source = torch.einsum("kij,kjyx->kiyx", matrices, places) + half + shifts[:, :, None, None]
    x, y = source.floor().to(torch.int64).unbind(1)
    return rows_of(x, y)


def rows_of(x: Tensor, y: Tensor) -> Tensor:
    """Return places (k, 28, 28) in the source as rows (k, 784) of the table."""
    inside = (x >= 0) & (x < SIDE) & (y >= 0) & (y < SIDE)
    return torch.where(inside, y * SIDE + x, OUTSIDE).flatten(1)


def random_table(recipe: Recipe, generator: torch.Generator) -> Tensor:
    """Return the table of an epoch, a row for each of the recipe's random maps."""
    assert recipe.maps is not None
    maps = random_maps(recipe, recipe.maps, generator)
    if not recipe.elastic:
        return source_pixels(*maps)
    return bent_source_pixels(*maps, displacements(recipe.maps, recipe.elastic, generator))


def by_table(recipe: Recipe, device: torch.device, generator: torch.Generator) -> Augment:
    """Return a function from pictures (n, 28, 28) uint8 to inputs (n, 1, 28, 28), each changed by one of this
    epoch's random maps.
    """
    table = random_table(recipe, generator).to(device)

    def augment(images: Tensor) -> Tensor:
        chosen = torch.randint(len(table), (len(images),), generator=generator).to(device)
        padded = torch.nn.functional.pad(images.flatten(1), (0, 1), value=recipe.fill)
        changed = padded.gather(1, table.index_select(0, chosen)).view(-1, SIDE, SIDE)
        if recipe.erasing:
            changed = changed.masked_fill(boxes(len(images), recipe.erasing, generator).to(device), PAPER)
        return normalize(changed)

    return augment


def by_pil(recipe: Recipe, device: torch.device) -> Augment:
    """Return the published pipeline: each picture through torchvision's RandomRotation, ToTensor and
    Normalize.
    """
    from PIL import Image
    from torchvision import transforms

    change = transforms.Compose(
        [
            transforms.RandomRotation((-recipe.rotation, recipe.rotation), fill=(recipe.fill,)),
            transforms.ToTensor(),
            transforms.Normalize((MEAN,), (DEVIATION,)),
        ]
    )

    def augment(images: Tensor) -> Tensor:
        return torch.stack([change(Image.fromarray(pixels)) for pixels in images.cpu().numpy()]).to(device)

    return augment


def augmentation(recipe: Recipe, device: torch.device, generator: torch.Generator) -> Augment:
    """Return the recipe's augmentation for one epoch; ``generator`` (on the CPU) decides the table's maps and
    choices.
    """
    if recipe.pipeline == "pil":
        return by_pil(recipe, device)
    return by_table(recipe, device, generator)
