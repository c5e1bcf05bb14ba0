"""The boxes of a network that is written in tensors: they stand in bands that fit beside one another."""

from __future__ import annotations

import pytest

from sheetgen import loads
from sheetgen.sheets.drawing.tensor_boxes import plan_boxes


@pytest.mark.parametrize("steps", range(1, 14))
def test_a_drawing_is_as_narrow_as_it_must_be(steps: int) -> None:
    equations = [f'h{k} = "tanh(h{k - 1} @ W)*1.00000000001 + 0.0000000001"' for k in range(1, steps + 1)]
    text = "\n".join((
        'rates = [1]\niterations = 1\n[inputs]\nh0 = [1, 2]\n[parameters]\nW = [[1, 0], [0, 1]]\n[forward]',
        *equations,
        f'[loss]\nE = "sum(h{steps}^2)"',
    ))  # fmt: skip
    tensors = loads(text).tensors
    assert tensors is not None
    plan = plan_boxes(tensors)
    assert sum(map(len, plan.bands)) == steps + 2
    assert sum(plan.widths.values()) <= 170 or max(map(len, plan.bands)) == 1
