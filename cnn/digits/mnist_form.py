"""Any picture of a digit, photo, scan, screenshot or drawing, brought into MNIST's form.

MNIST's form: 28 × 28 grey, bright on dark, the digit's longer side 20 pixels, its centre of mass on pixel
(14, 14) counted from 0, which is where it lies in the real MNIST.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from cnn.digits.pictures import LEAST_CONTRAST, flatten, open_picture
from cnn.errors import PictureError
from cnn.net.networks import SIDE

Pixel = TypeVar("Pixel", bound=np.generic)
Grey = NDArray[np.uint8]
Ink = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

WORK = 256  # pixels the longer side is brought to
BOX = 20
CENTRE = 14.0
SMALLEST = 10  # pixels of the longer side of a digit, of 256 the picture has
SPECK = 16  # times smaller than the largest shape: that is none of a digit
THINNEST = 1.6  # stroke width, in pixels of MNIST's form, under which strokes are thickened


def resized(picture: Image.Image) -> Image.Image:
    """Return the picture with its longer side 256 pixels."""
    longer = max(picture.size)
    width, height = (max(1, round(side * WORK / longer)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.BOX if longer > WORK else Image.Resampling.BICUBIC)


def border_width(values: NDArray[Pixel]) -> int:
    """Return how many pixels wide the outermost frame is taken to be."""
    return max(1, int(min(values.shape)) // 50)


def border(values: NDArray[Pixel]) -> NDArray[Pixel]:
    """Return the pixels of the outermost frame, a fiftieth of the shorter side wide."""
    width = border_width(values)
    inner = np.zeros(values.shape, bool)
    inner[width:-width, width:-width] = True
    return values[~inner]


def ink_of(grey: Image.Image) -> Ink:
    """Return how much darker or brighter than the paper each pixel is (0: paper), shadows and gradients taken
    out.

    The paper is the side of the grey scale that the border is on; its brightness at each place is that of the
    `plane`. A median of 3 × 3 pixels takes grain away.
    """
    values = np.asarray(grey).astype(np.float64)
    if np.median(border(values)) > (values.min() + values.max()) / 2:
        values = 255 - values
    calm = Image.fromarray(values.astype(np.uint8)).filter(ImageFilter.MedianFilter(3))
    return np.clip(np.asarray(calm, np.float64) - plane(values), 0, None)


def plane(values: Ink) -> Ink:
    """Return the sloping plane fitted to the border's pixels: the paper under even or slanting light."""
    height, width = values.shape
    y, x = np.mgrid[0:height, 0:width]
    terms = np.stack([np.ones_like(x), x / width, y / height], -1).astype(np.float64)
    edge = border(values)
    inner = np.stack([border(terms[..., k]) for k in range(3)], -1)
    usual = edge <= np.percentile(edge, 90)
    solution, *_ = np.linalg.lstsq(inner[usual], edge[usual], rcond=None)
    return np.asarray(terms @ solution)


def otsu(ink: Ink) -> float:
    """Return the threshold that best parts the values in two (Otsu 1979).

    It is the one of largest variance between the two parts, and the middle of them where a gap between the
    parts makes several equally good.
    """
    counts, edges = np.histogram(ink, 256, (0, 256))
    weight = np.cumsum(counts)
    total = np.cumsum(counts * np.arange(256))
    below, above = weight, weight[-1] - weight
    both = (below > 0) & (above > 0)
    mean_gap = np.zeros(256)
    mean_gap[both] = total[both] / below[both] - (total[-1] - total[both]) / above[both]
    variance = below * above * mean_gap**2
    return float(edges[1:][variance >= variance.max() * (1 - 1e-12)].mean())


def shape_of(ink: Ink) -> Mask | None:
    """Return the digit's pixels; None where nothing stands out.

    Of the connected shapes above Otsu's threshold, specks are left out, and so is what touches the border,
    unless nothing else is there.
    """
    if np.percentile(ink, 99.8) < LEAST_CONTRAST:
        return None
    edge = np.ones(ink.shape, bool)
    width = border_width(ink)
    edge[width:-width, width:-width] = False
    shapes = connected(ink > otsu(ink))
    free = [shape for shape in shapes if not edge.flat[shape].any()]
    if not free or max(map(len, free)) < max(map(len, shapes)) / 8:
        free = shapes
    largest = max(map(len, free), default=0)
    mask = np.zeros(ink.size, bool)
    for shape in free:
        mask[shape] = len(shape) >= largest / SPECK
    return mask.reshape(ink.shape) if free else None


def connected(mask: Mask) -> list[Places]:
    """Return the shapes of a mask whose pixels touch, corners included: the places of their pixels in the
    flattened mask, in reading order of their first pixel.
    """
    from scipy import ndimage

    labels, _ = ndimage.label(mask, np.ones((3, 3)))
    shapes = ndimage.value_indices(labels.ravel(), ignore_value=0)
    return sorted((places for (places,) in shapes.values()), key=lambda places: int(places[0]))


def side_by_side(mask: Mask) -> int:
    """Return how many shapes stand beside one another, as digits do: each at least half as high as the highest, and
    beside the one at its left but for a quarter of the narrower's width. Strokes of one digit lie above one another.
    """
    boxes = []
    shapes = connected(mask)
    for shape in shapes:
        if len(shape) >= max(map(len, shapes)) / SPECK:
            rows, columns = np.divmod(shape, mask.shape[1])
            boxes.append((int(columns.min()), int(columns.max()) + 1, int(np.ptp(rows)) + 1))
    highest = max((height for *_, height in boxes), default=0)
    tall = sorted(box for box in boxes if box[2] >= highest / 2)
    apart = [left[1] - right[0] <= min(left[1] - left[0], right[1] - right[0]) / 4 for left, right in pairwise(tall)]
    return 1 + sum(apart)


@dataclass(frozen=True)
class DigitPicture:
    """A picture in which a digit was found: its MNIST form, (28, 28), and how many digits there seem to be."""

    path: str | Path
    original: Image.Image
    mnist: Grey
    digits: int


def to_mnist(picture: Image.Image, path: str | Path = "picture") -> Grey:
    """Return the digit in MNIST's form, (28, 28) uint8; raise `PictureError` where no digit can be found."""
    return found_in(picture, path).mnist


def found_in(picture: Image.Image, path: str | Path = "picture") -> DigitPicture:
    """Return the digit in a picture; raise `PictureError` where none can be found."""
    ink = ink_of(resized(flatten(picture)))
    mask = shape_of(ink)
    if mask is None or mask.mean() > 0.7:
        raise PictureError(path, "no digit found: nothing stands out from the background")
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if max(len(rows), len(columns)) < SMALLEST:
        raise PictureError(path, "no digit found: there are only specks")
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    around = np.asarray(Image.fromarray(mask).convert("L").filter(ImageFilter.MaxFilter(3))) > 0
    full = np.median(ink[mask])
    strength = np.clip(ink / max(full, 1) * around, 0, 1)
    return DigitPicture(path, picture, centred(boxed(strength[box], mask[box])), side_by_side(mask))


def boxed(strength: Ink, mask: Mask) -> Grey:
    """Return a cropped digit (0 to 1) brought to 20 pixels on its longer side, thin strokes thickened, in the
    middle of 28 × 28.
    """
    height, width = strength.shape
    scale = BOX / max(height, width)
    picture = Image.fromarray((strength * 255).round().astype(np.uint8))
    thinnest = THINNEST / scale
    thickness = stroke_width(mask)
    if thickness < thinnest:
        size = 2 * max(1, round((thinnest - thickness) / 2)) + 1
        picture = ImageOps.expand(picture, size // 2).filter(ImageFilter.MaxFilter(size))
    size_out = [max(1, round(side * BOX / max(picture.size))) for side in picture.size]
    small = picture.resize((size_out[0], size_out[1]), Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC)
    canvas = Image.new("L", (SIDE, SIDE))
    canvas.paste(small, ((SIDE - small.width) // 2, (SIDE - small.height) // 2))
    return np.asarray(canvas)


def stroke_width(mask: Mask) -> float:
    """Return the usual width of a shape's strokes in pixels: twice the area over the outline's length."""
    padded = np.pad(mask, 1)
    edges = sum(int((padded != np.roll(padded, 1, axis)).sum()) for axis in (0, 1))
    return 2 * float(mask.sum()) / max(edges * 0.85, 1)


def centred(image: Grey) -> Grey:
    """Return the picture shifted by whole pixels so that its centre of mass lies on (14, 14), counted from 0;
    black comes in.
    """
    total = float(image.sum(dtype=np.int64))
    if total == 0:
        return image
    places = np.arange(SIDE)
    down = round(CENTRE - float(image.sum(1, dtype=np.int64) @ places) / total)
    right = round(CENTRE - float(image.sum(0, dtype=np.int64) @ places) / total)
    moved = np.zeros_like(image)
    moved[max(down, 0) : SIDE + min(down, 0), max(right, 0) : SIDE + min(right, 0)] = image[
        max(-down, 0) : SIDE + min(-down, 0), max(-right, 0) : SIDE + min(-right, 0)
    ]
    return moved


def read_digits(paths: Sequence[str | Path]) -> tuple[list[DigitPicture], list[PictureError]]:
    """Return what is found in each picture that holds a digit, and an error for each that holds none."""
    forms, errors = [], []
    for path in paths:
        try:
            forms.append(found_in(open_picture(path), path))
        except PictureError as error:
            errors.append(error)
    return forms, errors
