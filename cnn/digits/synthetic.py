"""Digits drawn with Pillow's own font and random affine maps: a stand-in where MNIST is absent, and never
called MNIST.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.random import Generator, default_rng
from PIL import Image, ImageDraw, ImageFont

from cnn.digits.mnist_form import centred
from cnn.digits.parts import Digits, Part, fingerprint
from cnn.net.networks import CLASSES, SIDE

TRAIN, TEST = 6000, 1000
CANVAS = 2 * SIDE
STROKES = (0, 1, 2, 3)
RANDOM_SEED = 2026


def glyph(digit: int, stroke: int) -> Image.Image:
    """Return a digit in white on black, 40 pixels high at the most, amid a square of 56 pixels."""
    font = ImageFont.load_default(44)
    picture = Image.new("L", (CANVAS, CANVAS))
    middle = (CANVAS / 2, CANVAS / 2)
    ImageDraw.Draw(picture).text(middle, str(digit), fill=255, font=font, anchor="mm", stroke_width=stroke)
    return picture


def affine(random: Generator) -> tuple[float, ...]:
    """Return a random map for ``Image.transform``: turned by up to 15°, sheared by up to 0.25, stretched by
    up to 20 % either way.
    """
    angle, shear = math.radians(random.uniform(-15, 15)), random.uniform(-0.25, 0.25)
    wide, high = random.uniform(0.85, 1.25, 2)
    cos, sin = math.cos(angle), math.sin(angle)
    a, b = wide * cos, wide * (shear * cos - sin)
    d, e = high * sin, high * (shear * sin + cos)
    half = CANVAS / 2
    return a, b, half - a * half - b * half, d, e, half - d * half - e * half


def draw_part(count: int, random: Generator) -> Part:
    """Return ``count`` drawn digits, each class equally often but for the remainder."""
    glyphs = {(digit, stroke): glyph(digit, stroke) for digit in range(CLASSES) for stroke in STROKES}
    labels = random.permutation(np.arange(count) % CLASSES)
    images = np.empty((count, SIDE, SIDE), np.uint8)
    for row, label in enumerate(labels):
        source = glyphs[int(label), int(random.choice(STROKES))]
        turned = source.transform((CANVAS, CANVAS), Image.Transform.AFFINE, affine(random), Image.Resampling.BILINEAR)
        images[row] = centred(np.asarray(turned.reduce(2)))
    return Part(torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64)))


def draw(train: int = TRAIN, test: int = TEST) -> Digits:
    """Return the drawn digits: the same ones at every call."""
    random = default_rng(RANDOM_SEED)
    parts = draw_part(train, random), draw_part(test, random)
    return Digits("synthetic", *parts, None, fingerprint(*parts))
