"""Rows that go on from one another: a loop written by hand, torch with its graph cut, both rows moved."""

from __future__ import annotations

import cmath
import math
from itertools import pairwise

import pytest
from states import LSTM_START, RATE, SAMPLES, elman, lstm
from tracing import trace

from sheetgen import loads, override
from sheetgen.network.study import Study

RESETS, GRADIENTS = ("never", "epoch"), ("cut", "one step")


def rows(study: Study) -> list[dict[str, float]]:
    return [dict(zip(study.graph.names, row, strict=True)) for chunk in trace(study) for row in chunk.rows[0]]


def is_new(row: int, reset: str) -> bool:
    return row == 0 or (reset == "epoch" and row % len(SAMPLES) == 0)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("gradient", GRADIENTS)
def test_an_elman_network_is_that_of_a_loop_written_by_hand(reset: str, gradient: str, momentum: float) -> None:
    w, u, b, v, c = 0.4, 0.7, 0.1, 0.9, 0.0
    x_above = before_above = h = 0.0
    velocity = [0.0] * 5
    head = f'optimiser = {{ name = "momentum", momentum = {momentum} }}' if momentum else ""
    for number, row in enumerate(rows(loads(elman(reset, gradient, head=head)))):
        x, t = SAMPLES[number % len(SAMPLES)]
        new, h_above = is_new(number, reset), h
        before = 0.2 if new else h_above
        h = math.tanh(w * x + u * before + b)
        y = v * h + c
        assert [row[name] for name in ("w", "u", "b", "v", "c")] == pytest.approx([w, u, b, v, c], abs=1e-13)
        assert (row["previous(h)"], row["h"], row["E"]) == pytest.approx((before, h, (y - t) ** 2), abs=1e-13)
        by_y = 2 * (y - t)
        by_z = by_y * v * (1 - h * h)
        by_z_above = 0.0 if new or gradient == "cut" else by_z * u * (1 - h_above * h_above)
        by_u = by_z * before + by_z_above * before_above
        gradients = (by_z * x + by_z_above * x_above, by_u, by_z + by_z_above, by_y * h, by_y)
        velocity = [momentum * old + slope for old, slope in zip(velocity, gradients, strict=True)]
        w, u, b, v, c = (weight - RATE * v for weight, v in zip((w, u, b, v, c), velocity, strict=True))
        x_above, before_above = x, before
    assert number == 17


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize(("of_c", "of_h"), [("cut", "cut"), ("one step", "one step"), ("one step", "cut")])
def test_an_lstm_is_that_of_torch_detached_behind_the_row_above(reset: str, of_c: str, of_h: str) -> None:
    torch = pytest.importorskip("torch", reason="the companion's packages are not installed")

    def cell(p: dict[str, object], x: float, h: object, c: object) -> tuple[object, object]:
        i, f, o = (torch.sigmoid(p["w" + k] * x + p["u" + k] * h + p["b" + k]) for k in "ifo")
        c = f * c + i * torch.tanh(p["wg"] * x + p["ug"] * h + p["bg"])
        return o * torch.tanh(c), c

    def leaves(numbers: dict[str, float]) -> dict[str, object]:
        return {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in numbers.items()}

    weights, above, x_above, gone_on_from = dict(LSTM_START), None, 0.0, ()
    start_h, start_c = (torch.tensor(number, dtype=torch.float64) for number in (-0.1, 0.3))
    for number, row in enumerate(rows(loads(lstm(reset, of_c, of_h)))):
        x, t = SAMPLES[number % len(SAMPLES)]
        here = leaves(weights)
        if is_new(number, reset):
            h_before, c_before = start_h, start_c
        else:
            # The row above once more, with its own weights; what it went on from is a number.
            h_before, c_before = cell(above, x_above, *gone_on_from)
            h_before = h_before if of_h == "one step" else h_before.detach()
            c_before = c_before if of_c == "one step" else c_before.detach()
        h, _ = cell(here, x, h_before, c_before)
        loss = (here["v"] * h - t) ** 2
        for leaf in (above or {}).values():
            leaf.grad = None
        loss.backward()
        assert row["E"] == pytest.approx(loss.item(), abs=1e-13)
        assert row["previous(c)"] == pytest.approx(float(c_before.detach()), abs=1e-13)
        for name, weight in weights.items():
            assert row[name] == pytest.approx(weight, abs=1e-13)
            there = above[name].grad if above is not None and above[name].grad is not None else 0.0
            weights[name] = weight - RATE * float(here[name].grad + there)
        above, x_above, gone_on_from = here, x, (h_before.detach(), c_before.detach())


def test_the_derivative_by_the_row_above_is_that_of_two_rows_moved() -> None:
    """∂E/∂w + ∂E/∂above(w) is how E moves when w moves in both rows, by a complex step over both."""
    study = loads(lstm("never"))
    found = rows(study)

    def loss(name: str, above: dict[str, float], here: dict[str, float], step: complex) -> complex:
        h, c = complex(above["previous(h)"]), complex(above["previous(c)"])
        for row in (above, here):
            p = {one: row[one] + (step if one == name else 0) for one in LSTM_START}
            i, f, o = (1 / (1 + cmath.exp(-(p["w" + k] * row["x"] + p["u" + k] * h + p["b" + k]))) for k in "ifo")
            c = f * c + i * cmath.tanh(p["wg"] * row["x"] + p["ug"] * h + p["bg"])
            h = o * cmath.tanh(c)
        return (p["v"] * h - here["t"]) ** 2

    for above, here in pairwise(found):
        for name in LSTM_START:
            label = "∂E/∂v" if name == "v" else f"two-row ∂E/∂{name}"
            # v acts in its own row alone: what the row above's v does ends in that row's loss.
            assert here[label] == pytest.approx(loss(name, above, here, 1e-100j).imag / 1e-100, rel=1e-11, abs=1e-15)


def test_where_the_data_say_so_a_state_begins_anew() -> None:
    """A quantity of one's own between the row above and the network, and the gradient through it."""
    by_epoch = rows(loads(elman("epoch", "one step")))
    text = elman("never", "one step").replace("u*previous(h)", "u*kept")
    text = text.replace("[forward]", '[forward]\nkept = "where(first == 1, 0.2, previous(h))"')
    samples = [[x, int(place == 0), t] for place, (x, t) in enumerate(SAMPLES)]
    data = text[text.index("[data]") : text.index("[parameters]")]
    text = text.replace(data, f'[data]\ninputs = ["x", "first"]\ntargets = ["t"]\nrows = {samples}\n')
    for ours, theirs in zip(rows(loads(text)), by_epoch, strict=True):
        for name in ("w", "u", "h", "E", "two-row ∂E/∂w"):
            assert ours[name] == pytest.approx(theirs[name], abs=1e-15)


def test_a_start_is_set_from_outside_as_any_number() -> None:
    study = override(loads(elman()), values={"start(h)": 0.75})
    assert rows(study)[0]["previous(h)"] == 0.75


def test_in_the_first_row_and_where_a_state_begins_anew_nothing_comes_from_above() -> None:
    study = loads(elman("epoch", "one step"))
    for number, row in enumerate(rows(study)):
        if is_new(number, "epoch"):
            assert row["∂E/∂above(w)"] == row["∂E/∂above(h)"] == 0.0
            assert row["two-row ∂E/∂w"] == row["∂E/∂w"]
        elif number % len(SAMPLES) == 1:
            assert row["∂E/∂above(w)"] != 0


def test_a_cut_gradient_has_no_column_of_the_row_above() -> None:
    names = loads(elman("never", "cut")).graph.names
    assert [name for name in names if "above" in name or "two-row" in name or "∂previous" in name] == []
    assert "previous(h)" in names


def test_a_state_that_no_weight_acts_on_brings_no_gradient_of_two_rows() -> None:
    study = loads(
        """
rates = [0.1]
iterations = 3
[data]
inputs = ["x"]
targets = ["t"]
rows = [[0.1, 0.2], [0.3, 0.4]]
[parameters]
w = 0.5
[state]
h = { start = 0, gradient = "one step" }
[forward]
h = "tanh(x + previous(h))"
y = "w*h"
[loss]
E = "(t - y)^2"
"""
    )
    assert "∂E/∂previous(h)" in study.graph.names
    assert "two-row ∂E/∂w" not in study.graph.names


def test_a_chain_of_rows_reaches_further_back() -> None:
    """A quantity that only passes on what was before it is the row above the row above."""
    text = elman().replace('y = "v*h + c"', 'before = "previous(h)"\ny = "v*h + c + 0*previous(before)"')
    text = text.replace("[state]", "[state]\nbefore = 0.9")
    found = rows(loads(text))
    assert [row["previous(before)"] for row in found[:2]] == [0.9, 0.2]
    assert [row["previous(before)"] for row in found[2:]] == [row["h"] for row in found[:-2]]
