"""Masks of dropout, drawn by the template's seed into the samples of ``[data]``, where one sees and can change them.

masks = { m = 0.5 }                             1 for what is kept, 0 for the half, on average, that is dropped
masks = { M = { p = 0.5, shape = [6] } }        likewise a tensor
repeat = 4                                      each sample stands so many times, with a mask each

Samples of a test set drop nothing: their masks are 1 − p, so that ``x*m/(1 - p)``, dropout's own form, is x.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sheetgen.errors import must_be
from sheetgen.template.document import Document
from sheetgen.template.samples import MAX_SAMPLES, Samples
from sheetgen.template.tensors.numbers import seed_of
from sheetgen.tensors.labels import Shape

_KEYS = ("p", "shape")
_MOST = 1_000
"""The elements that a mask may have."""


def with_masks(document: Document, samples: Samples) -> Samples:
    """Return the samples, repeated and with the masks that [data] asks for, if it does.

    Raises TemplateError for a share that is none, a name that is taken, and more samples than there may be.
    """
    table = document.table("data")
    samples = _repeated(document, samples, table.get("repeat", 1))
    said = table.get("masks", {})
    if not isinstance(said, dict):
        document.fail(*must_be("masks", "names with the share dropped, such as { m = 0.5 }"), "data", "masks")
    inputs, test, shapes = dict(samples.inputs), dict(samples.test), samples.shapes_of(samples.inputs)
    for name, one in said.items():
        share, shape = _asked(document, name, one)
        if name in shapes or name in samples.shapes or document.table_of(name) not in ("", "data"):
            document.fail(f"masks make {name!r}, which is declared, too", "rename one", "data", "masks")
        generator = random.Random(f"{seed_of(document)} {name}")
        elements = samples.naming.labels(name, shape)
        drawn = [[float(generator.random() >= share) for _ in elements] for _ in range(samples.count)]
        inputs |= dict(zip(elements, zip(*drawn, strict=True), strict=True))
        if test:
            count = len(next(iter(samples.test.values())))
            test |= dict.fromkeys(elements, (1 - share,) * count)
        shapes[name] = shape
    in_order = {name: test[name] for name in (*inputs, *samples.targets) if test}
    return replace(samples, inputs=inputs, test=in_order, shapes=shapes | samples.shapes_of(samples.targets))


def mask_names(document: Document) -> Mapping[str, Any]:
    """Return what a template says of its masks, by their names."""
    said = document.table("data").get("masks", {})
    return said if isinstance(said, dict) else {}


def _repeated(document: Document, samples: Samples, times: object) -> Samples:
    """Return the samples, all of them so many times, one round after the other."""
    if isinstance(times, bool) or not isinstance(times, int) or times < 1:
        document.fail(*must_be("repeat", "a whole number from 1", repr(times)), "data", "repeat")
    if times * samples.count > MAX_SAMPLES:
        document.fail(f"repeat makes {times * samples.count:,} samples", f"at most {MAX_SAMPLES:,}", "data", "repeat")
    inputs = {name: numbers * times for name, numbers in samples.inputs.items()}
    return replace(samples, inputs=inputs, targets={name: n * times for name, n in samples.targets.items()})


def _asked(document: Document, name: str, said: object) -> tuple[float, Shape]:
    """Return the share that a mask drops, and its shape."""
    asked = said if isinstance(said, dict) else {"p": said}
    share, shape = asked.get("p", 0.5), asked.get("shape", [])
    for key in asked:
        if key not in _KEYS:
            document.fail(f"the mask {name} has no key {key!r}", "it has p and shape", "data", "masks")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
        what = f"the share that the mask {name} drops"
        document.fail(*must_be(what, "a number from 0, and below 1", repr(share)), "data", "masks")
    sizes = tuple(shape) if isinstance(shape, list) else (0,)
    if not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in sizes) or math.prod(sizes) > _MOST:
        what = f"a list of whole numbers, such as [6], of at most {_MOST:,} elements"
        document.fail(*must_be(f"the shape of the mask {name}", what), "data", "masks")
    return float(share), sizes
