"""The ranges of the settings of training methods: what their words say is what they hold."""

from __future__ import annotations

import math

import pytest

from sheetgen.network.optimizers import ANY, BELOW_ONE, NOT_NEGATIVE, POSITIVE, WHOLE_NUMBER, Range

LEAST = math.ulp(0.0)
BELOW = 1 - math.ulp(0.5)


@pytest.mark.parametrize(
    ("setting", "words", "inside", "outside"),
    [
        (ANY, "a number", (-1e300, 0.0, 1e300), ()),
        (POSITIVE, "greater than 0", (LEAST, 1e300), (0.0, -LEAST)),
        (NOT_NEGATIVE, "at least 0", (0.0, LEAST, 1e300), (-LEAST,)),
        (BELOW_ONE, "at least 0 and below 1", (0.0, BELOW), (-LEAST, 1.0)),
        (WHOLE_NUMBER, "a whole number of at least 1", (1.0, 2.0, 1e15), (0.0, 1.5, -1.0)),
    ],
)
def test_a_range_holds_what_its_words_say(
    setting: Range, words: str, inside: tuple[float, ...], outside: tuple[float, ...]
) -> None:
    assert setting.words == words
    assert [number for number in inside if not setting.holds(number)] == []
    assert [number for number in outside if setting.holds(number)] == []
