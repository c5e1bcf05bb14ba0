"""Samples that a template takes from a file beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sheetgen import load, loads
from sheetgen.template.samples import drawn_order
from sheetgen.template.write import effective_template


def test_a_csv_beside_the_template_is_carried_along(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("a,b,kind\n1,2,red\n3,4,blue\n", "utf-8")
    text = 'rates = [0.1]\niterations = 2\n[data]\nfile = "p.csv"\ninputs = { x = "b" }\nlabel = "kind"\n'
    text += 'classes = ["blue", "red"]\n[parameters]\nw = 1\n[forward]\ny = "w*x"\n[loss]\nE = "(t1 - y)^2 + t2"\n'
    (tmp_path / "p.toml").write_text(text, "utf-8")
    study = load(tmp_path / "p.toml")
    assert study.samples == {"x": (2.0, 4.0), "t1": (0.0, 1.0), "t2": (1.0, 0.0)}
    assert loads(effective_template(study), "p") == replace(study, name="p")


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
