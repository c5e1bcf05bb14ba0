"""Loops over the same turns: each that goes on from itself has a band of its own on the board, in their order."""

from __future__ import annotations

import pytest

from sheetgen.sheets.explorer.board import Band
from sheetgen.sheets.explorer.grids import Grids
from sheetgen.sheets.explorer.tensor_sheet import plan_board
from sheetgen.template.load import loads

HEAD = """
rates = [0.1]
iterations = 2
[inputs]
X = [[1, 0], [0, 1], [1, 1]]
[parameters]
W = [[0.5, -0.5], [0.25, 0.75]]
U = [[0.2, 0.1], [-0.3, 0.4]]
V = [[0.3, -0.1], [0.3, 0.2]]
"""
AFTER = """
[loss]
E = "sum(y^2)"
"""
BOTH_WAYS = """
[forward]
"h[0]" = "zeros(2)"
"h[t] for t in 1..3" = "tanh(X[t-1] @ W + h[t-1] @ U)"
"g[0]" = "zeros(2)"
"g[t] for t in 1..3" = "tanh(X[3-t] @ W + g[t-1] @ V)"
"y[t] for t in 0..2" = "concat(h[t+1], g[3-t])"
"""
ONE_ON_THE_OTHER = """
[forward]
"e[t] for t in 1..3" = "X[t-1] @ W"
"h[0]" = "zeros(2)"
"h[t] for t in 1..3" = "tanh(e[t] + h[t-1] @ U)"
"g[0]" = "zeros(2)"
"g[t] for t in 1..3" = "tanh(h[t] + g[t-1] @ V)"
"y[t] for t in 0..2" = "2*g[t+1]"
"""
ONE_OF_TWO_STATES = """
[forward]
"h[0]" = "zeros(2)"
"c[0]" = "zeros(2)"
"c[t] for t in 1..3" = "c[t-1]/2 + X[t-1] @ W + h[t-1] @ U"
"h[t] for t in 1..3" = "tanh(c[t])"
"y[t] for t in 0..2" = "h[t+1] @ V"
"""


def looped(template: str) -> list[Band]:
    study = loads(template)
    assert study.tensors is not None
    bands, _ = plan_board(study.tensors, Grids(study, study.tensors))
    return [band for band in bands if band.turns]


def results(bands: list[Band]) -> list[str]:
    """Return the names of what each band computes, by what was typed."""
    return [" ".join(dict.fromkeys(text.split("[")[0] for text in band.typed)) for band in bands]


@pytest.mark.parametrize(
    ("equations", "expected"),
    [(BOTH_WAYS, ["h", "g", "y"]), (ONE_ON_THE_OTHER, ["e h", "g y"]), (ONE_OF_TWO_STATES, ["h c y"])],
)
def test_each_loop_that_goes_on_from_itself_has_a_band(equations: str, expected: list[str]) -> None:
    assert results(looped(HEAD + equations + AFTER)) == expected


def test_layers_of_cells_and_cells_both_ways_come_one_above_the_other() -> None:
    head = 'rates = [0.1]\niterations = 2\nloss = "mean_squared_error"\n[inputs]\nX = [[1, 0], [0, 1], [1, 1]]\n'
    rest = '[targets]\nY = [[0, 0], [0, 1], [1, 1]]\n[[layers]]\nkind = "rnn"\nhidden_size = {}\n'
    stacked = looped(head + rest.format("2\nnum_layers = 2"))
    both = looped(head + rest.format("1\nbidirectional = true"))
    assert results(stacked)[:2] == ["h1", "h1_l1"]
    assert results(both)[:2] == ["h1", "h1_reverse"]
    for band in (*stacked[:2], *both[:2]):
        assert [turn.title for turn in band.turns] == ["t = 0", "t = 1", "t = 2", "t = 3"]
