"""The numbers of a tensor, as a template gives them: nested lists, a shape and how to draw them, or a text."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sheetgen.errors import TemplateError, did_you_mean, must_be
from sheetgen.limits import MAX_COLUMNS
from sheetgen.template.document import Document
from sheetgen.template.nested import flat, shape_of
from sheetgen.template.one_hot import one_hot_of
from sheetgen.tensors.labels import Shape

_KEYS = ("shape", "init", "scale")
_MEANT = {
    "size": "did you mean 'shape'?",
    "dims": "did you mean 'shape'?",
    "std": "did you mean 'scale'?",
    "gain": "did you mean 'scale'?",
    "seed": "it belongs above the first table: seed = 7",
}
_INITS_ELSEWHERE = {"kaiming": "he", "glorot": "xavier", "random": "uniform", "randn": "normal", "gaussian": "normal"}
_CODED = {"text": "characters", "class": "classes"}
_DECIMALS = 4


@dataclass(frozen=True)
class Numbers:
    """The elements of a tensor, row by row."""

    shape: Shape
    elements: tuple[object, ...]


def is_tensor(value: object) -> bool:
    """Whether a template gives a tensor here, and not a number."""
    return isinstance(value, list | dict)


def read_numbers(document: Document, table: str, name: str, value: object) -> Numbers:
    """Return the numbers of a tensor. Raises TemplateError for lists of unlike lengths, or keys that are unknown."""
    if isinstance(value, dict):
        with document.refusing(table, name):
            coded = _coded(name, value)
        return coded or _drawn(document, table, name, value)
    shape = shape_of(value)
    if shape is None or 0 in shape:
        document.fail(*must_be(name, "a list whose rows are all of one length, such as [[1, 0], [0, 1]]"), table, name)
    return Numbers(shape, tuple(flat(value)))


def given_shapes(document: Document, table: str) -> dict[str, Shape]:
    """Return the shapes of what a table gives, numbers and tensors."""
    return {
        name: read_numbers(document, table, name, value).shape if is_tensor(value) else ()
        for name, value in document.table(table).items()
    }


def _coded(name: str, value: Mapping[str, Any]) -> Numbers | None:
    """Return the numbers of a class or a text; None where there is neither.

    x = { text = "hello", characters = "helo" }     t = { class = "cat", classes = ["cat", "dog"] }
    """
    for word, known in _CODED.items():
        if word in value or known in value:
            if unknown := [key for key in value if key not in (word, known)]:
                raise TemplateError(f"{name} has no key {unknown[0]!r}", f"there are {word}, {known}")
            if not isinstance(value.get(word), str):
                raise TemplateError(*must_be(f"{name}: {word}", f"a text in quotes, beside {known}"))
            if known not in value:
                example = 'characters = "helo"' if word == "text" else 'classes = ["cat", "dog"]'
                raise TemplateError(f"{name} has {word}, and no {known}", f"such as {example}")
            coding = one_hot_of(value.get("classes"), value.get("characters"), name)
            return Numbers(coding.shape(value[word]), coding.numbers(value[word], f"{name}: {word}"))
    return None


def _drawn(document: Document, table: str, name: str, value: Mapping[str, Any]) -> Numbers:
    """Return numbers drawn at random, rounded so that a cell shows them whole."""
    for key in value:
        if key not in _KEYS:
            meant = _MEANT.get(key, "") or did_you_mean(key, _KEYS, f"there are {', '.join(_KEYS)}")
            document.fail(f"{name} has no key {key!r}", meant, table, name)
    shape, init = value.get("shape"), value.get("init", "xavier")
    whole = isinstance(shape, list) and all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in shape)
    if not whole or not shape:
        document.fail(*must_be(f"{name}: shape", "a list of whole numbers from 1, such as [4, 3]"), table, name)
    if math.prod(shape) > MAX_COLUMNS:
        problem = f"{name} has {math.prod(shape):,} elements"
        document.fail(problem, f"a sheet has {MAX_COLUMNS:,} columns", table, name)
    if not isinstance(init, str) or init not in INITS:
        hint = did_you_mean(_INITS_ELSEWHERE.get(str(init), str(init)), INITS, f"there are {', '.join(INITS)}")
        document.fail(f"{name}: there is no init {init!r}", hint, table, name)
    scale = document.number(value.get("scale", 1.0), f"{name}: scale", table, name)
    if init not in SCALED and "scale" in value:
        document.fail(f"{name}: scale belongs to init = {' or '.join(SCALED)}", "leave it out", table, name)
    generator = random.Random(f"{seed_of(document)} {name}")
    numbers = INITS[init](generator, tuple(shape), scale)
    return Numbers(tuple(shape), tuple(round(number, _DECIMALS) + 0.0 for number in numbers))


def seed_of(document: Document) -> int:
    """Return the seed by which a template's numbers are drawn, 1 where it says none."""
    seed = document.data.get("seed", 1)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        document.fail(*must_be("seed", "a whole number from 0, the seed of the initial values", repr(seed)), "", "seed")
    return seed


def fans(shape: Shape) -> tuple[int, int]:
    """Return how many numbers come into each output of a tensor of weights, and go out of each input.

    A matrix stands on the right of ``x @ W``, so its rows are the inputs; kernels are in torch's layout, outputs first.
    """
    if len(shape) == 1:
        return shape[0], shape[0]
    if len(shape) == 2:
        return shape[0], shape[1]
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


_Draw = Callable[[random.Random, Shape, float], list[float]]


def _uniform(generator: random.Random, shape: Shape, limit: float) -> list[float]:
    return [limit * (2 * generator.random() - 1) for _ in range(math.prod(shape))]


def _normal(generator: random.Random, shape: Shape, deviation: float) -> list[float]:
    return [generator.gauss(0.0, deviation) for _ in range(math.prod(shape))]


def _xavier(generator: random.Random, shape: Shape, _: float) -> list[float]:
    """Draw as Glorot and Bengio, AISTATS 2010, equation 16."""
    return _uniform(generator, shape, math.sqrt(6 / sum(fans(shape))))


def _he(generator: random.Random, shape: Shape, _: float) -> list[float]:
    """Draw as He et al., ICCV 2015, equation 10."""
    return _normal(generator, shape, math.sqrt(2 / fans(shape)[0]))


def _orthogonal(generator: random.Random, shape: Shape, _: float) -> list[float]:
    """Return rows, or columns where they are fewer, at right angles and of length 1: Saxe et al., ICLR 2014."""
    height, width = shape[0], math.prod(shape[1:])
    vectors: list[list[float]] = []
    while len(vectors) < min(height, width):
        vector = [generator.gauss(0.0, 1.0) for _ in range(max(height, width))]
        for other in vectors:
            along = sum(a * b for a, b in zip(vector, other, strict=True))
            vector = [a - along * b for a, b in zip(vector, other, strict=True)]
        length = math.sqrt(sum(a * a for a in vector))
        vectors.append([a / length for a in vector])
    rows = vectors if height <= width else [list(row) for row in zip(*vectors, strict=True)]
    return [number for row in rows for number in row]


INITS: Mapping[str, _Draw] = {
    "xavier": _xavier,
    "he": _he,
    "normal": _normal,
    "uniform": _uniform,
    "orthogonal": _orthogonal,
    "zeros": lambda _, shape, __: [0.0] * math.prod(shape),
    "ones": lambda _, shape, __: [1.0] * math.prod(shape),
}
"""How numbers may be drawn, by the name of the way."""
SCALED = ("normal", "uniform")
"""The ways that have a scale."""
