"""The graph of the seed, column by column, and of networks that are less regular."""

from __future__ import annotations

from sheetgen import load
from sheetgen.algebra.expr import Expr
from sheetgen.algebra.parser import parse
from sheetgen.network.graph import Section, layers
from sheetgen.sheets.layout import Layout

SEED = load().network
D = "∂E_total/∂"

# The 40 columns of the seed, as the layout promises them.
COLUMNS = [
    "iteration",
    "i1",
    "i2",
    "t1",
    "t2",
    "w1",
    "w2",
    "w3",
    "w4",
    "w5",
    "w6",
    "w7",
    "w8",
    "h1",
    "h2",
    "a_h1",
    "a_h2",
    "o1",
    "o2",
    "a_o1",
    "a_o2",
    "E1",
    "E2",
    "E_total",
    "∂E_total/∂a_o1",
    "∂E_total/∂a_o2",
    "∂E_total/∂o1",
    "∂E_total/∂o2",
    "∂E_total/∂a_h1",
    "∂E_total/∂a_h2",
    "∂E_total/∂h1",
    "∂E_total/∂h2",
    "∂E_total/∂w1",
    "∂E_total/∂w2",
    "∂E_total/∂w3",
    "∂E_total/∂w4",
    "∂E_total/∂w5",
    "∂E_total/∂w6",
    "∂E_total/∂w7",
    "∂E_total/∂w8",
]


def test_the_seed_has_exactly_these_forty_columns() -> None:
    assert Layout(load()).columns() == tuple(COLUMNS)
    assert len(COLUMNS) == 40


def test_the_sections_of_the_seed() -> None:
    counts = {section: len(SEED.section(section)) for section in Section}
    assert list(counts.values()) == [0, 4, 8, 0, 0, 8, 3, 0, 8, 8, 0, 0, 0]


def test_updates_are_gradient_descent() -> None:
    assert load().graph.by_name["w1"].equation == _rate_update()


def _rate_update() -> Expr:
    from sheetgen.algebra.expr import Apply, Before, Var

    return Apply("sub", (Before("w1"), Apply("mul", (Var("η"), Before(D + "w1")))))


def test_layers_of_the_seed() -> None:
    names = [[quantity.name for quantity in layer] for layer in layers(SEED)]
    assert names == [["h1", "h2"], ["a_h1", "a_h2"], ["o1", "o2"], ["a_o1", "a_o2"], ["E1", "E2"], ["E_total"]]


def test_position_and_lookup() -> None:
    assert SEED.position["i1"] == 0
    assert SEED.names[SEED.position["E_total"]] == "E_total"
    assert SEED.local("E1", "a_o1") == parse("a_o1 - t1")
