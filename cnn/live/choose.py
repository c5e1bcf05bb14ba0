"""Which test digits stand on the sheet to pick from: one of each that is read rightly, then what is read wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from cnn.digits.parts import Part
from cnn.live.stored import StoredDigit
from cnn.net.networks import CLASSES
from cnn.runs.examination import predictions

COUNT, _WRONG, _LOOKED_AT = 20, 8, 1000
"""Digits on the sheet, how many of them are read wrongly where the run knows so many, and from how many the others."""


def test_digits(model: nn.Module, test: Part, mistakes: Iterable[int]) -> Sequence[StoredDigit]:
    """Return `COUNT` test digits: the first of each class that the network reads rightly, those of its mistakes that
    it still makes, and more that it reads rightly.
    """
    first = test.pick(torch.arange(min(_LOOKED_AT, len(test))))
    right = (predictions(model, first).argmax(1) == first.labels).nonzero().flatten().tolist()
    by_class = {int(first.labels[index]): index for index in reversed(right)}
    chosen = [by_class[digit] for digit in range(CLASSES) if digit in by_class]
    candidates = [index for index in mistakes if 0 <= index < len(test)]
    wrong, guesses = _wrong(model, test, candidates)
    wrong = wrong[:_WRONG]
    others = [index for index in right if index not in chosen][: COUNT - len(chosen) - len(wrong)]
    return [
        _stored(number, test, index, guesses.get(index))
        for number, index in enumerate((*chosen, *others, *wrong), start=1)
    ]


def _wrong(model: nn.Module, test: Part, indices: Sequence[int]) -> tuple[list[int], dict[int, int]]:
    """Return those of some test digits that the network reads wrongly, and as what."""
    if not indices:
        return [], {}
    part = test.pick(torch.tensor(indices))
    guesses: Tensor = predictions(model, part).argmax(1)
    pairs = dict(zip(indices, guesses.tolist(), strict=True))
    wrong = [index for index in indices if pairs[index] != int(test.labels[index])]
    return wrong, {index: pairs[index] for index in wrong}


def _stored(number: int, test: Part, index: int, guess: int | None) -> StoredDigit:
    label = int(test.labels[index])
    name = f"{number}: a {label}" + ("" if guess is None else f", read as {guess}")
    return StoredDigit(name, test.images[index].numpy().astype(np.float64), label)
