"""What the sections share."""

from __future__ import annotations

import pytest

pytest.importorskip("PIL", reason="the extra cnn is not installed")


from cnn.tab.sections import share_axis


@pytest.mark.parametrize(
    ("lowest", "start"), [(0.58, 0.5), (0.83, 0.8), (0.9, 0.9), (0.971, 0.96), (0.995, 0.98), (1.0, 0.98)]
)
def test_an_axis_of_accuracies_begins_at_a_round_number(lowest: float, start: float) -> None:
    assert share_axis([1.0, lowest]) == (start, 1.0)
