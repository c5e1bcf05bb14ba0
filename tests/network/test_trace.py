"""The values of a study: right, whatever the chunks, refused in time, and in flat memory."""

from __future__ import annotations

import math
import tracemalloc
from collections import deque
from collections.abc import Callable

import pytest
from networks import ODD, template
from tracing import trace

from sheetgen import NumberError, load, loads, override
from sheetgen.network import trace as trace_module
from sheetgen.network.row_program import Row, RowProgram, compile_rows
from sheetgen.network.study import Study
from sheetgen.network.trace import MOST_HELD, Trace

# shared/seed/README.md: E_total before any update.
FIRST_ERROR = 0.24251985734837728


def rows(study: Study, chunk_rows: int = 512) -> list[list[Row]]:
    """Return the rows of each variant."""
    by_variant: list[list[Row]] = [[] for _ in study.variants]
    for chunk in trace(study, chunk_rows=chunk_rows):
        for variant, part in enumerate(chunk.rows):
            assert chunk.first == len(by_variant[variant])
            by_variant[variant] += part
    return by_variant


def test_iteration_0_of_the_seed() -> None:
    seed = load()
    position = seed.graph.position["E_total"]
    assert [variant[0][position] for variant in rows(seed)] == [FIRST_ERROR] * 6


def test_the_seed_by_a_loop_written_out() -> None:
    """The same arithmetic in the same order, typed by hand: not one bit of difference."""
    seed = override(load(), rates=[0.5])
    position = seed.graph.position
    i1, i2, t1, t2 = 0.05, 0.1, 0.01, 0.99
    w1, w2, w3, w4, w5, w6, w7, w8 = 0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55
    for row in rows(seed)[0]:
        h1, h2 = w1 * i1 + w2 * i2, w3 * i1 + w4 * i2
        a1, a2 = 1 / (1 + math.exp(-h1)), 1 / (1 + math.exp(-h2))
        o1, o2 = w5 * a1 + w6 * a2, w7 * a1 + w8 * a2
        y1, y2 = 1 / (1 + math.exp(-o1)), 1 / (1 + math.exp(-o2))
        d1, d2 = (y1 - t1) * y1 * (1 - y1), (y2 - t2) * y2 * (1 - y2)
        e1, e2 = (d1 * w5 + d2 * w7) * a1 * (1 - a1), (d1 * w6 + d2 * w8) * a2 * (1 - a2)
        slopes = [e1 * i1, e1 * i2, e2 * i1, e2 * i2, d1 * a1, d1 * a2, d2 * a1, d2 * a2]
        assert row[position["w1"] : position["w8"] + 1] == (w1, w2, w3, w4, w5, w6, w7, w8)
        assert row[position["E_total"]] == 0.5 * (t1 - y1) ** 2 + 0.5 * (t2 - y2) ** 2
        assert list(row[position["∂E_total/∂w1"] :]) == slopes
        weights = (w1, w2, w3, w4, w5, w6, w7, w8)
        w1, w2, w3, w4, w5, w6, w7, w8 = (w - 0.5 * g for w, g in zip(weights, slopes, strict=True))


@pytest.mark.parametrize("chunk_rows", [1, 2, 7, 100, 101, 1000])
def test_chunks_change_nothing(chunk_rows: int) -> None:
    seed = load()
    assert rows(seed, chunk_rows) == rows(seed)
    assert [len(variant) for variant in rows(seed, chunk_rows)] == [101] * 6


def test_variants_do_not_touch_each_other() -> None:
    study = loads(ODD)
    together = rows(study)
    assert [[row for chunk in trace(study, [v]) for row in chunk.rows[0]] for v in range(2)] == together
    assert together[0] != together[1]


# What breaks: forward equations, loss, initial weight, rate -> the quantity blamed, the iteration, the reason
BROKEN = [
    ('y = "exp(w*x)"', "(t - y)^2", "1500", "0.5", "y", 0, "a value is too large"),
    ('y = "sigmoid(w*x)"', "(t - y)^2", "-1600", "0.5", "y", 0, "a value is too large"),
    ('y = "ln(w*x - 0.2)"', "(t - y)^2", "0.4", "0.5", "y", 0, "a function has no value there"),
    ('y = "sqrt(w)"', "(t - y)^2", "-1", "0.5", "y", 0, "a function has no value there"),
    ('y = "x/(w - 0.4)"', "(t - y)^2", "0.4", "0.5", "y", 0, "it divides by zero"),
    ('y = "w^0.5"', "(t - y)^2", "-1", "0.5", "y", 0, "a function has no value there"),
    ('z = "w - 0.5"\ny = "z^(0*x)"', "(t - y)^2 + z^2", "0.5", "0.5", "y", 0, "a function has no value there"),
    ('y = "sqrt(w)"', "(t - y)^2", "0", "0.5", "∂E/∂w", 0, "it divides by zero"),
    ('h = "w*1e200*1e200"\ny = "tanh(h)"', "(t - y)^2", "0.4", "0.5", "h", 0, "a value is too large"),
    ('y = "tanh(w*1e200*1e200)"', "(t - y)^2", "0.4", "0.5", "y", 0, "a value is too large"),
    ('y = "w + 1/(x*1e200*1e200)"', "(t - y)^2", "0.4", "0.5", "y", 0, "a value is too large"),
    ('y = "exp(-(w*1e200*1e200)^2)"', "(t - y)^2", "0.4", "0.5", "y", 0, "a value is too large"),
    ('y = "1/(1 + (w*1e200)^2)"', "(t - y)^2", "0.4", "0.5", "y", 0, "a value is too large"),
    ('y = "w*x"', "(t - y)^2", "0.4", "1e200", "E", 1, "a value is too large"),
    ('y = "w*x"', "(t - y)^4", "0.4", "1e8", "E", 4, "a value is too large"),
]


@pytest.mark.parametrize(("forward", "loss", "weight", "rate", "quantity", "iteration", "reason"), BROKEN)
@pytest.mark.parametrize("chunk_rows", [1, 512])
def test_the_first_value_that_a_spreadsheet_cannot_show(
    forward: str, loss: str, weight: str, rate: str, quantity: str, iteration: int, reason: str, chunk_rows: int
) -> None:
    text = template(forward, f'E = "{loss}"', f"w = {weight}", rate, 20)
    with pytest.raises(NumberError) as caught:
        deque(trace(loads(text), chunk_rows=chunk_rows), 0)
    error = caught.value
    assert (error.quantity, error.iteration, error.rate, error.reason) == (quantity, iteration, float(rate), reason)
    lines = [line.strip("[]").split(" =")[0] for line in text.split("\n")]
    place = f"template, line {lines.index(quantity.rpartition('∂')[2]) + 1}"
    assert str(error).startswith(f"{place}: {quantity} has no value at iteration {iteration} with learning rate")
    assert str(error).endswith("; use other inputs or initial values, or another equation") == (iteration == 0)


def test_a_weight_that_grows_beyond_the_largest_number() -> None:
    study = loads(template('y = "w*x"', 'E = "y"', "w = -0.4", "9e307", 20))
    with pytest.raises(NumberError) as caught:
        deque(trace(study), 0)
    assert (caught.value.quantity, caught.value.reason) == ("w", "a value is too large")
    assert caught.value.iteration == 4


def test_large_numbers_are_no_error() -> None:
    text = template('y = "w*x"\np = "w*2"\nq = "w*3"', 'E = "0.0000001*(t - y)"', "w = 4e307")
    row = rows(loads(text))[0][0]
    assert row[loads(text).graph.position["q"]] == 4e307 * 3


def test_nothing_is_held_of_the_rows_before() -> None:
    peaks = []
    for iterations in (1_200, 12_000):
        study = override(load(), rates=[0.5], iterations=iterations)
        tracemalloc.start()
        deque(trace(study), 0)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
    assert peaks[1] < 3_000_000


# --- several readers of one trace ---


def held(study: Study, chunk_rows: int = 512) -> Trace:
    return Trace(study, chunk_rows, most_held=10**9)


def anew(study: Study, chunk_rows: int = 512) -> Trace:
    return Trace(study, chunk_rows, most_held=0)


@pytest.mark.parametrize("make", [held, anew])
@pytest.mark.parametrize("chunk_rows", [1, 7, 512])
def test_every_reader_gets_the_same_rows(make: Callable[[Study, int], Trace], chunk_rows: int) -> None:
    study = override(load("iris"), iterations=1)
    assert len(study.variants) == 2
    expected = rows(study)
    shared = make(study, chunk_rows)
    assert list(shared.rows_of(1)) == expected[1]  # the first reader asks for one variant only
    for _ in range(2):
        assert list(shared.rows()) == list(zip(*expected, strict=True))
    assert [chunk.first for chunk in shared.chunks()] == list(range(0, study.rows, chunk_rows))
    assert [list(shared.rows_of(variant)) for variant in range(len(study.variants))] == expected


@pytest.mark.parametrize("make", [held, anew])
def test_readers_at_different_places_do_not_disturb_each_other(make: Callable[[Study, int], Trace]) -> None:
    seed = load()
    shared = make(seed, 3)
    expected = rows(seed)[2]
    ahead, behind = shared.rows_of(2), shared.rows_of(2)
    for row in range(0, 96, 4):
        assert [next(ahead) for _ in range(4)] == expected[row : row + 4]
        assert next(behind) == expected[row // 4]


def test_few_rows_are_held_and_many_are_not() -> None:
    seed = load()
    numbers = 6 * 101 * 40
    for most, same in ((numbers, True), (numbers - 1, False)):
        shared = Trace(seed, most_held=most)
        first, second = list(shared.rows_of(0)), list(shared.rows_of(0))
        assert first == second
        assert all((a is b) is same for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("make", [held, anew])
def test_a_graph_is_compiled_once_for_all_readers(
    make: Callable[[Study], Trace], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[int] = []

    def counted(study: Study, variant: int) -> RowProgram:
        compiled.append(variant)
        return compile_rows(study, variant)

    monkeypatch.setattr(trace_module, "compile_rows", counted)
    shared = make(load())
    for _ in range(3):
        deque(shared.chunks(), 0)
        deque(shared.rows_of(4), 0)
    assert compiled == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("make", [held, anew])
def test_every_reader_is_told_of_the_same_broken_value(make: Callable[[Study], Trace]) -> None:
    """The run that broke off in the middle of a chunk stands where it was, or the next reader began elsewhere."""
    shared = make(loads(template('y = "w*x"', 'E = "(t - y)^4"', "w = 0.4", "1e8", 20)))
    for _ in range(3):
        with pytest.raises(NumberError) as caught:
            deque(shared.chunks(), 0)
        assert (caught.value.quantity, caught.value.iteration) == ("E", 4)


def test_what_a_trace_holds_has_a_bound() -> None:
    peaks = []
    for iterations in (MOST_HELD // 40 - 1, MOST_HELD // 40):
        shared = Trace(override(load(), rates=[0.5], iterations=iterations))
        tracemalloc.start()
        deque(shared.rows(), 0)
        deque(shared.rows(), 0)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert 6_000_000 < peaks[0] < 8 * 2**20 + 3_000_000  # what never changes is one number for all rows
    assert peaks[1] < 3_000_000
