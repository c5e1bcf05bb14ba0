"""The second opinion: it reads arithmetic and nothing else, and needs no help to be right."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from networks import ODD, odd_loss
from tracing import trace

from sheetgen import load, loads
from sheetgen.network.study import Study
from sheetgen.proof.reference import Array, Reference

EDGES = {
    "floor(x/y)": lambda x, y: math.floor(x / y),
    "floor(0.3/0.1)*x": lambda x, y: 2 * x,
    "mod(x, y)": lambda x, y: x - y * math.floor(x / y),
    "mod(-x, y)": lambda x, y: -x - y * math.floor(-x / y),
    "sign(x/y - 3)": lambda x, y: (x / y > 3) - (x / y < 3),
    "where(x/y == 3, 1, 0)": lambda x, y: x / y == 3,
    "where(x/y >= 3, 1, 0)": lambda x, y: x / y >= 3,
    "where(x/y < 3, 1, 0)": lambda x, y: x / y < 3,
    "max(x/y, 3) - 3": lambda x, y: max(x / y, 3) - 3,
    "abs(x/y - 3)": lambda x, y: abs(x / y - 3),
    "relu(x/y - 3)": lambda x, y: max(x / y - 3, 0),
    "floor(sqrt(x*x/y/y))": lambda x, y: math.floor(math.sqrt(x * x / y / y)),
    "floor(x^3*y^-1)": lambda x, y: math.floor(math.pow(x, 3) * math.pow(y, -1)),
    "floor((x/y)^2)": lambda x, y: math.floor(math.pow(x / y, 2)),
    "floor(held(x/y))": lambda x, y: math.floor(x / y),
    "floor(huber(x/y, 3))": lambda x, y: math.floor(0.5 * (3 - x / y) ** 2) if abs(x / y - 3) <= 1 else 0,
}
"""What jumps or bends, and what it is in plain Python."""
NEAR = [(0.3, 0.1), (0.6, 0.2), (0.7, 0.1), (1.0, 0.1), (0.9, 0.3), (2.1, 0.7), (0.30000000000000004, 0.1)]


@pytest.mark.parametrize("text", EDGES)
def test_beside_a_jump_values_are_those_of_real_numbers(text: str) -> None:
    x, y = (np.array(numbers) for numbers in zip(*NEAR, strict=True))
    reference = Reference({"E": text}, "E")
    for perturbed in ((), ("x",)):
        values = reference._run({"x": x, "y": y}, perturbed)["E"].real
        for (a, b), value in zip(NEAR, np.broadcast_to(values, (*np.shape(values)[:-1], len(NEAR))).T, strict=True):
            if not (text.startswith("floor(huber") and abs(a / b - 3) > 1):
                assert np.ravel(value) == float(EDGES[text](a, b)), (text, a, b)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "x.real",
        "x[0]",
        "[x for x in y]",
        "lambda: x",
        "(x := 3)",
        "x if y else z",
        "x < y",
        "x and y",
        "not x",
        "~x",
        "x // y",
        "x % y",
        "x @ y",
        "x | y",
        "f'{x}'",
        "{x}",
        "(x, y)",
        "exp(*x)",
        "where(x and y, 1, 0)",
        "where(x < y < z, 1, 0)",
        "where(x != y, 1, 0)",
        "where(1, x < y, 0)",
        "max(x < y, 1)",
        "max(x, key=y)",
    ],
)
def test_it_reads_nothing_but_arithmetic(text: str) -> None:
    with pytest.raises(ValueError, match="is not arithmetic"):
        Reference({"E": text}, "E")


def test_names_of_python_mean_nothing() -> None:
    with pytest.raises(NameError):
        Reference({"E": "len(x)"}, "E").values({"x": 1.0})


@pytest.mark.parametrize("text", ["x +", "", "x y", "import os", "x; y"])
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(SyntaxError):
        Reference({"E": text}, "E")


def test_equations_in_any_order_but_not_in_a_circle() -> None:
    reference = Reference({"E": "y*2", "y": "x + 1"}, "E")
    assert reference.values({"x": 3.0})["E"] == 8.0
    with pytest.raises(ValueError, match="circle"):
        Reference({"E": "y", "y": "E"}, "E")


@pytest.mark.parametrize(
    ("text", "value", "slope"),
    [
        ("x^2", 9.0, 6.0),
        ("x²", 9.0, 6.0),
        ("−x·2×5 − x", -33.0, -11.0),
        ("-x^2", -9.0, -6.0),
        ("2^x^2", 512.0, 512.0 * math.log(2) * 6),
        ("1/x", 1 / 3, -1 / 9),
        ("exp(x)", math.exp(3), math.exp(3)),
        ("ln(x)", math.log(3), 1 / 3),
        ("sqrt(x)", math.sqrt(3), 0.5 / math.sqrt(3)),
        ("tanh(x)", math.tanh(3), 1 - math.tanh(3) ** 2),
        ("sigmoid(x)", 1 / (1 + math.exp(-3)), math.exp(-3) / (1 + math.exp(-3)) ** 2),
        ("(x - 5)^3", -8.0, 12.0),
        ("\n  x\n  + 1\u00a0", 4.0, 1.0),
    ],
)
def test_values_and_slopes(text: str, value: float, slope: float) -> None:
    reference = Reference({"E": text}, "E")
    assert reference.values({"x": 3.0})["E"] == pytest.approx(value, rel=1e-14)
    assert reference.derivatives({"x": 3.0}, ["x"])["x"] == pytest.approx(slope, rel=1e-13)


def test_slopes_of_computed_quantities_and_over_arrays() -> None:
    reference = Reference({"y": "w*x", "E": "y^2 + w"}, "E")
    w = np.array([1.0, 2.0, 3.0])
    slopes = reference.derivatives({"w": w, "x": 10.0}, ["w", "y", "x"])
    assert slopes["y"].tolist() == (2 * 10 * w).tolist()
    assert slopes["w"].tolist() == pytest.approx((2 * 100 * w + 1).tolist())
    assert slopes["x"].tolist() == pytest.approx((2 * 10 * w**2).tolist())


def test_it_agrees_with_the_loss_written_out() -> None:
    study = loads(ODD)
    found = Reference(study.equations, "L").values(study.values)["L"]
    assert found == pytest.approx(odd_loss(study.values), rel=1e-15)


def descent(reference: Reference, study: Study) -> Iterator[dict[str, Array]]:
    """Yield weights, equations and gradients of each iteration, as arrays over the learning rates."""
    eta, weights = np.asarray(study.rates), study.network.weights
    state = {name: np.full(eta.shape, study.values[name]) for name in weights}
    for _ in range(study.iterations + 1):
        here = {**study.values, **state}
        gradients = reference.derivatives(here, weights)
        labelled = {f"∂{reference.loss}/∂{name}": value for name, value in gradients.items()}
        yield {**state, **reference.values(here), **labelled}
        state = {name: state[name] - eta * gradients[name] for name in weights}


@pytest.mark.parametrize("study", [load(), loads(ODD)], ids=["seed", "odd"])
def test_training_agrees_with_the_trace(study: Study) -> None:
    reference = Reference(study.equations, study.graph.loss)
    steps = list(descent(reference, study))
    assert len(steps) == study.rows
    for chunk in trace(study):
        for variant, rows in enumerate(chunk.rows):
            for step, row in enumerate(rows, start=chunk.first):
                named = dict(zip(study.graph.names, row, strict=True))
                for name, values in steps[step].items():
                    assert named[name] == pytest.approx(float(values[variant]), rel=1e-11), (name, step)


def test_whole_numbers_are_raised_as_numbers_are() -> None:
    """NumPy raises no integer to a negative one."""
    assert float(Reference({"E": "2^-1*a + 10^-3"}, "E").values({"a": 3.0})["E"]) == 1.501
