"""The order that a seed draws."""

from __future__ import annotations

import pytest

from sheetgen.template.shuffle import drawn_order


@pytest.mark.parametrize("count", [1, 2, 150, 1000])
@pytest.mark.parametrize("seed", [0, 1, 2**40])
def test_an_order_has_every_sample_once(count: int, seed: int) -> None:
    order = drawn_order(seed, count)
    assert sorted(order) == list(range(1, count + 1))
    assert order == drawn_order(seed, count)


def test_other_seeds_give_other_orders() -> None:
    assert len({drawn_order(seed, 20) for seed in range(50)}) == 50


def test_the_order_of_a_seed_is_the_same_for_ever() -> None:
    """By Python's own promise that random() repeats its numbers; a workbook's file holds the order besides."""
    assert drawn_order(1, 10) == (10, 9, 1, 4, 6, 5, 7, 3, 8, 2)
