"""The second opinion: it reads arithmetic and nothing else, and needs no help to be right."""

from __future__ import annotations

import functools
import math
import re
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from complex_step import by_complex_step
from networks import ODD, odd_loss
from tracing import trace

from sheetgen import load, loads, override
from sheetgen.network.graph import derivative_label
from sheetgen.network.study import Study
from sheetgen.proof.reference import Array, Reference
from sheetgen.proof.reference_functions import FUNCTIONS
from sheetgen.template.shipped import template_names

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
    values = np.broadcast_to(Reference({"E": text}, "E").values({"x": x, "y": y})["E"], len(NEAR))
    for (a, b), value in zip(NEAR, values, strict=True):
        if not (text.startswith("floor(huber") and abs(a / b - 3) > 1):
            assert value == float(EDGES[text](a, b)), (text, a, b)


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
        "exp(x)(y)",
        "x.real(y)",
        "True*x",
        "'x'*2",
        "3j*x",
    ],
)
def test_it_reads_nothing_but_arithmetic(text: str) -> None:
    with pytest.raises(ValueError, match="is not arithmetic"):
        Reference({"E": text}, "E")


def test_names_of_python_mean_nothing() -> None:
    with pytest.raises(NameError, match="no function 'len'"):
        Reference({"E": "len(x)"}, "E")
    with pytest.raises(NameError, match="no quantity 'print'"):
        Reference({"y": "print + x", "E": "y"}, "E").values({"x": 1.0})


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


# --- the sweep back against other ways to a gradient ---

SCALAR = [name for name in template_names() if load(name).tensors is None and not load(name).network.over_batch]
"""The templates in numbers; those in tensors have a reference of their own, and so has what meets over a batch."""


def at_the_start(name: str, rows: int = 30) -> tuple[Study, dict[str, Array | float], list[str]]:
    """Return a study of the gallery, its numbers in the first rows of its training, and all that has a derivative."""
    study = override(load(name), iterations=2)
    block = np.array(next(iter(trace(study))).rows[0][:rows])
    known = (*study.samples, *study.network.weights, *study.network.gone_on_from)
    columns = {q: block[:, study.graph.position[q]] for q in known}
    prefix = derivative_label(study.network.loss, "")
    names = [quantity.name.removeprefix(prefix) for quantity in study.network.derivatives]
    return study, {**study.values, **columns}, names


@pytest.mark.parametrize("name", SCALAR)
def test_slopes_of_the_gallery_are_those_of_complex_steps_through_all_of_it(name: str) -> None:
    study, given, names = at_the_start(name)
    found = Reference(study.equations, study.network.loss).derivatives(given, names)
    expected = by_complex_step(study.equations, study.network.loss, given, names)
    for quantity in names:
        size = np.max(np.abs(expected[quantity]))
        np.testing.assert_allclose(
            found[quantity], expected[quantity] + 0 * found[quantity], rtol=1e-9, atol=1e-13 * size
        )


@pytest.mark.parametrize("name", SCALAR)
def test_slopes_of_the_gallery_are_those_of_autograd(name: str) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")
    of_torch = {
        "max": lambda *z: functools.reduce(torch.maximum, z),
        "where": lambda test, a, b: torch.where(test, *map(torch.as_tensor, (a, b))),
        "sqrt": torch.sqrt, "exp": torch.exp, "ln": torch.log, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
        "sin": torch.sin, "cos": torch.cos,
        "relu": torch.relu, "abs": torch.abs, "held": torch.Tensor.detach,
        "half_squared_error": lambda a, b: (a - b) ** 2 / 2, "squared_error": lambda a, b: (a - b) ** 2,
        "bce_with_logits": lambda a, b: torch.nn.functional.softplus(a) - b * a,
        "bce": lambda a, b: -b * torch.log(a) - (1 - b) * torch.log(1 - a),
        "cce": lambda a, b: torch.where(b == 0, 0.0, -b * torch.log(a)),
    }  # fmt: skip
    study, given, _ = at_the_start(name)
    tensors = {q: torch.tensor(x, dtype=torch.float64, requires_grad=True) for q, x in given.items()}
    space = {**of_torch, **tensors} | {_as_python(q): tensor for q, tensor in tensors.items()}
    for quantity in study.network.equations:
        text = _as_python(study.equations[quantity.name].replace("^", "**").replace("²", "**2").replace("·", "*"))
        space[quantity.name] = eval(" ".join(text.split()), space)
    weights = study.network.weights
    slopes = torch.autograd.grad(space[study.network.loss].sum(), [tensors[q] for q in weights])
    found = Reference(study.equations, study.network.loss).derivatives(given, weights)
    for weight, slope in zip(weights, slopes, strict=True):
        np.testing.assert_allclose(found[weight], slope.numpy(), rtol=1e-9, atol=1e-15)


def _as_python(text: str) -> str:
    """Return an equation in which a number of the row above is a name and no call, and names have plain digits."""
    plain = text.translate({ord("₀") + digit: str(digit) for digit in range(10)})
    return re.sub(r"previous\((\w+)\)", r"previous_\1", plain)


def one_at_a_time(text: str, letter: str, point: dict[str, float]) -> float:
    return float(Reference({"E": text}, "E").derivatives(point, [letter])[letter])


@pytest.mark.parametrize(
    ("text", "point", "slopes"),
    [
        ("abs(x)", {"x": 0.0}, {"x": 0.0}),
        ("relu(x)", {"x": 0.0}, {"x": 0.0}),
        ("leaky_relu(x)", {"x": 0.0}, {"x": 0.01}),
        ("max(x, y)", {"x": 2.0, "y": 2.0}, {"x": 1.0, "y": 0.0}),
        ("min(x, y, x*y)", {"x": 1.0, "y": 1.0}, {"x": 1.0, "y": 0.0}),
        ("max(x, y, 3*x)", {"x": 1.0, "y": 2.0}, {"x": 3.0, "y": 0.0}),
        ("held(x)*x", {"x": 3.0}, {"x": 3.0}),
        ("held(x)", {"x": 3.0}, {"x": 0.0}),
        ("floor(x)*y + sign(x)", {"x": 3.5, "y": 2.0}, {"x": 0.0, "y": 3.0}),
        ("mod(x, y)", {"x": 7.0, "y": 2.0}, {"x": 1.0, "y": -3.0}),
        ("where(x > 0, sqrt(x), 0)", {"x": 0.0}, {"x": 0.0}),
        ("where(x > y, x*y, 1/(x - 1))", {"x": 1.0, "y": 0.5}, {"x": 0.5, "y": 1.0}),
        ("where(x == 0, 5, ln(x))*y", {"x": 0.0, "y": 2.0}, {"x": 0.0, "y": 5.0}),
        ("where(x < 700, exp(x), x*y)", {"x": 1e4, "y": 2.0}, {"x": 2.0, "y": 1e4}),
        ("x^3 + x^0*y", {"x": -2.0, "y": 4.0}, {"x": 12.0, "y": 1.0}),
        ("5", {"x": 1.0}, {"x": 0.0}),
    ],
)
def test_kinks_jumps_and_branches(text: str, point: dict[str, float], slopes: dict[str, float]) -> None:
    for letter, slope in slopes.items():
        assert one_at_a_time(text, letter, point) == slope, letter


def test_a_name_for_a_name_is_a_quantity_of_its_own() -> None:
    reference = Reference({"y": "x", "z": "y", "E": "y*z + 2*y"}, "E")
    slopes = reference.derivatives({"x": 3.0}, ["x", "y", "z", "E"])
    assert {name: float(slope) for name, slope in slopes.items()} == {"x": 8.0, "y": 8.0, "z": 3.0, "E": 1.0}


def test_what_has_no_influence_has_the_slope_0() -> None:
    slopes = Reference({"watched": "x^2", "E": "2*y"}, "E").derivatives(
        {"x": np.ones(3), "y": 1.0}, ["x", "watched", "y"]
    )
    assert {name: slope.tolist() for name, slope in slopes.items()} == {
        "x": [0.0] * 3, "watched": [0.0] * 3, "y": [2.0] * 3,
    }  # fmt: skip


# --- what it costs ---


def dense(inputs: int, neurons: int) -> tuple[Reference, dict[str, Array | float], list[str]]:
    """Return a layer that is full of weights, into each neuron and out of each input, and its numbers."""
    reached = [f"w{i}_{k}*x{i}" for k in range(neurons) for i in range(inputs)]
    sums = {f"h{k}": " + ".join(reached[k * inputs : (k + 1) * inputs]) for k in range(neurons)}
    equations = {**sums, "E": " + ".join(f"tanh({name})" for name in sums)}
    numbers = np.random.default_rng(1).normal(size=(inputs * neurons + inputs, 40)) / inputs
    weights = [f"w{i}_{k}" for k in range(neurons) for i in range(inputs)]
    given: dict[str, Array | float] = dict(zip([*weights, *(f"x{i}" for i in range(inputs))], numbers, strict=True))
    return Reference(equations, "E"), given, weights


def cost(inputs: int, neurons: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int, int]:
    """Return how many calls a gradient takes, the largest array in them, and the peak of the memory that they use."""
    calls, largest = 0, 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def apply(*operands: Any) -> Any:
            nonlocal calls, largest
            result = function(*operands)
            calls, largest = calls + 1, max(largest, np.size(result))
            return result

        return apply

    reference, given, weights = dense(inputs, neurons)
    reference.derivatives(given, weights)
    tracemalloc.start()
    reference.derivatives(given, weights)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    with monkeypatch.context() as patched:
        for name, function in FUNCTIONS.items():
            patched.setitem(FUNCTIONS, name, counted(function))
        reference.derivatives(given, weights)
    return calls, largest, peak


@pytest.mark.parametrize(("inputs", "neurons"), [(100, 5), (5, 100)], ids=["into one sum", "out of one name"])
def test_a_gradient_costs_twice_as_much_where_there_are_twice_as_many_weights(
    inputs: int, neurons: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = cost(inputs, neurons, monkeypatch), cost(2 * inputs, neurons, monkeypatch)
    assert few[0] < 4 * 2 * inputs * neurons
    assert many[0] < 2.05 * few[0]
    assert many[1] == few[1] == 40, "no axis for the weights"
    assert many[2] < 2.2 * few[2]


def test_the_largest_of_many_costs_as_much_as_there_are() -> None:
    sizes = [Reference({"E": f"max({', '.join(f'x{i}' for i in range(count))})"}, "E").size for count in (50, 100)]
    assert sizes[1] < 2.05 * sizes[0]
