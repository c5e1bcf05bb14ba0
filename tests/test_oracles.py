"""The trace against other ways to the same numbers: matrices, torch, SymPy, finite differences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy  # type: ignore[import-untyped]
from networks import ODD, odd_loss
from tracing import trace

from sheetgen import build, load, loads
from sheetgen.network.study import Study

Named = Mapping[str, float]


def steps(study: Study) -> Iterator[tuple[float, list[Named]]]:
    """Yield each learning rate with its rows, named."""
    by_variant: list[list[Named]] = [[] for _ in study.variants]
    for chunk in trace(study):
        for variant, rows in enumerate(chunk.rows):
            by_variant[variant] += [dict(zip(study.graph.names, row, strict=True)) for row in rows]
    yield from zip(study.rates, by_variant, strict=True)


def logistic(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def test_matrix_form_of_backpropagation() -> None:
    """δ = ∂E/∂z: δ_out = (a − t)·a·(1 − a), δ_hidden = Wᵀδ_out·a·(1 − a), ∂E/∂W = δ xᵀ."""
    x, t = np.array([0.05, 0.1]), np.array([0.01, 0.99])
    for rate, rows in steps(load()):
        first, second = np.array([[0.15, 0.2], [0.25, 0.3]]), np.array([[0.4, 0.45], [0.5, 0.55]])
        for row in rows:
            hidden = logistic(first @ x)
            output = logistic(second @ hidden)
            delta_out = (output - t) * output * (1 - output)
            delta_hidden = second.T @ delta_out * hidden * (1 - hidden)
            slopes = [np.outer(delta_hidden, x), np.outer(delta_out, hidden)]
            expected = {
                "w": np.concatenate([first.ravel(), second.ravel()]),
                "∂E_total/∂w": np.concatenate([slope.ravel() for slope in slopes]),
                "h": first @ x,
                "a_h": hidden,
                "o": second @ hidden,
                "a_o": output,
                "∂E_total/∂a_o": output - t,
                "∂E_total/∂o": delta_out,
                "∂E_total/∂a_h": second.T @ delta_out,
                "∂E_total/∂h": delta_hidden,
                "E": (t - output) ** 2 / 2,
            }
            for name, values in expected.items():
                actual = [row[f"{name}{index}"] for index in range(1, len(values) + 1)]
                np.testing.assert_allclose(actual, values, rtol=1e-12, atol=1e-16, err_msg=name)
            assert row["E_total"] == pytest.approx(float(np.sum((t - output) ** 2) / 2), rel=1e-13)
            first, second = first - rate * slopes[0], second - rate * slopes[1]


def test_torch_autograd_seed() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")
    kind = {"dtype": torch.float64}
    x, t = torch.tensor([0.05, 0.1], **kind), torch.tensor([0.01, 0.99], **kind)
    for rate, rows in steps(load()):
        first = torch.tensor([[0.15, 0.2], [0.25, 0.3]], requires_grad=True, **kind)
        second = torch.tensor([[0.4, 0.45], [0.5, 0.55]], requires_grad=True, **kind)
        optimizer = torch.optim.SGD([first, second], lr=rate)
        for row in rows:
            optimizer.zero_grad()
            loss = ((t - torch.sigmoid(second @ torch.sigmoid(first @ x))) ** 2).sum() / 2
            loss.backward()
            slopes = [*first.grad.flatten().tolist(), *second.grad.flatten().tolist()]
            assert row["E_total"] == pytest.approx(loss.item(), rel=1e-12)
            assert [row[f"∂E_total/∂w{k}"] for k in range(1, 9)] == pytest.approx(slopes, rel=1e-11, abs=1e-16)
            optimizer.step()


def test_torch_autograd_odd() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")
    for rate, rows in steps(loads(ODD)):
        w = {n: torch.tensor(rows[0][n], dtype=torch.float64, requires_grad=True) for n in ("u", "b", "v", "s")}
        for row in rows:
            y1 = torch.tanh(w["u"] * row["x1"] + w["v"] * row["x2"] + w["b"])
            y2 = torch.sigmoid(w["u"] * y1 + w["s"] * row["x1"]) * torch.sigmoid(y1)
            y1.retain_grad()
            y2.retain_grad()
            fit = (row["t"] - y2) ** 2 / 2
            loss = fit + 0.01 * (w["u"] ** 2 + w["u"] * w["v"] + w["v"] ** 2) + 0.1 * torch.sqrt(1 + y1**2)
            loss.backward()
            assert row["L"] == pytest.approx(loss.item(), rel=1e-12)
            for name, tensor in {**w, "y1": y1, "y2": y2}.items():
                assert row[f"∂L/∂{name}"] == pytest.approx(tensor.grad.item(), rel=1e-11, abs=1e-16), name
            with torch.no_grad():
                for tensor in w.values():
                    tensor -= rate * tensor.grad
                    tensor.grad = None


def test_sympy_derivative_of_the_whole_error() -> None:
    i1, i2, t1, t2, *w = sympy.symbols("i1 i2 t1 t2 w1:9")

    def sigma(z: Any) -> Any:
        return 1 / (1 + sympy.exp(-z))

    h1, h2 = sigma(w[0] * i1 + w[1] * i2), sigma(w[2] * i1 + w[3] * i2)
    o1, o2 = sigma(w[4] * h1 + w[5] * h2), sigma(w[6] * h1 + w[7] * h2)
    error = (t1 - o1) ** 2 / 2 + (t2 - o2) ** 2 / 2
    symbols = [i1, i2, t1, t2, *w]
    truth = sympy.lambdify(symbols, [error, *(sympy.diff(error, weight) for weight in w)], "math")
    for _, rows in steps(load()):
        for row in rows[:: len(rows) - 1]:
            expected = truth(*(row[str(symbol)] for symbol in symbols))
            actual = [row["E_total"], *(row[f"∂E_total/∂w{k}"] for k in range(1, 9))]
            assert actual == pytest.approx(expected, rel=1e-11)


def test_finite_differences_of_the_odd_network() -> None:
    study = loads(ODD)
    step = 1e-5
    for rate, rows in steps(study):
        for row, following in pairwise(rows):
            assert row["L"] == pytest.approx(odd_loss(row), rel=1e-14)
            for name in ("u", "b", "v", "s"):
                up, down = (odd_loss({**row, name: row[name] + h}) for h in (step, -step))
                assert row[f"∂L/∂{name}"] == pytest.approx((up - down) / (2 * step), rel=1e-7, abs=1e-10)
                assert following[name] == row[name] - rate * row[f"∂L/∂{name}"]


# mpmath 1.3 at 50 digits, shown with 20: E_total typed as nested functions of the weights, and mp.diff of it.
EXACT = {
    "E_total": 0.24251985734837729669,
    "∂E_total/∂w1": 0.00018825566694011197038,
    "∂E_total/∂w2": 0.00037651133388022394076,
    "∂E_total/∂w3": 0.00022481346257611869757,
    "∂E_total/∂w4": 0.00044962692515223739514,
    "∂E_total/∂w5": 0.072157072912136251773,
    "∂E_total/∂w6": 0.072690745191944764329,
    "∂E_total/∂w7": -0.042455250092604709797,
    "∂E_total/∂w8": -0.042769248280063754553,
}


@pytest.mark.parametrize(("label", "value"), EXACT.items())
def test_figures_with_many_digits(label: str, value: float) -> None:
    _, rows = next(steps(load()))
    assert math.isclose(rows[0][label], value, rel_tol=1e-13)


SHEETS = ("run1", "v2", "adam v2", "Q1", "R", "TRUE", "it's A1", "lr ~1", "1.5e-3", "日本 1")
ACTIVATIONS = {
    "tanh": "tanh", "sigmoid": "sigmoid", "softplus": "softplus", "elu": "elu", "silu": "silu", "relu": "relu",
}  # fmt: skip
LOSSES = {
    "half_squared_error(o, t)": lambda o, t: 0.5 * (t - o) ** 2,
    "squared_error(o, t)": lambda o, t: (t - o) ** 2,
    "bce(sigmoid(o), t)": lambda o, t: -(t * (1 / (1 + (-o).exp())).log() + (1 - t) * (1 - 1 / (1 + (-o).exp())).log()),
}
OPTIMIZERS = {
    'name = "sgd"': ("SGD", {}),
    'name = "momentum", momentum = 0.8': ("SGD", {"momentum": 0.8}),
    'name = "nesterov"': ("SGD", {"momentum": 0.9, "nesterov": True}),
    'name = "adagrad"': ("Adagrad", {}),
    'name = "rmsprop", alpha = 0.9': ("RMSprop", {"alpha": 0.9}),
    'name = "adam", beta1 = 0': ("Adam", {"betas": (0.0, 0.999)}),
    'name = "adamw", weight_decay = 0.1': ("AdamW", {"weight_decay": 0.1}),
}
SCHEDULES = {
    'name = "constant"': ("LambdaLR", {"lr_lambda": lambda step: 1.0}),
    'name = "step", step_size = 2, gamma = 0.5': ("StepLR", {"step_size": 2, "gamma": 0.5}),
    'name = "exponential", gamma = 0.9': ("ExponentialLR", {"gamma": 0.9}),
    'name = "cosine", t_max = 4': ("CosineAnnealingLR", {"T_max": 4}),
}
POINTS = [(0.5, 0.3), (-1.25, 0.8), (2.0, 0.1)]
START = {"w_1": 0.4, "b_1": -0.1, "wÖ": 0.7, "B": 0.2}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("number", range(30))
def test_thirty_templates_are_trained_as_torch_trains_them(number: int, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")
    activation, loss, optimizer, schedule = (
        list(table)[number % len(table)] for table in (ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES)
    )
    batch, sheet, iterations = 1 + number % 3, SHEETS[number % len(SHEETS)], 4
    text = (
        f'iterations = {iterations}\nbatch = {batch}\n[[variants]]\nsheet = "{sheet}"\nrate = 0.05\n'
        f"optimiser = {{ {optimizer} }}\nschedule = {{ {schedule} }}\n"
        f'[data]\ninputs = ["x"]\ntargets = ["t"]\nrows = {[list(point) for point in POINTS]}\n[parameters]\n'
        + "".join(f'"{name}" = {value}\n' for name, value in START.items())
        + f'[forward]\nh = "{activation}(w_1*x + b_1)"\no = "wÖ*h + B"\n[loss]\nL = "{loss}"\n'
    )
    built = build(loads(text), tmp_path / "b.xlsx")
    assert built.ok
    assert built.verdict.startswith("OK")
    w = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in START.items()}
    (kind, options), (course, settings) = OPTIMIZERS[optimizer], SCHEDULES[schedule]
    descent = getattr(torch.optim, kind)(list(w.values()), lr=0.05, **options)
    rate = getattr(torch.optim.lr_scheduler, course)(descent, **settings)
    function = getattr(torch, activation, None) or getattr(torch.nn.functional, activation)
    rows = next(steps(loads(text)))[1]
    for iteration in range(iterations + 1):
        for name, value in w.items():
            assert rows[iteration * batch][name] == pytest.approx(value.item(), rel=1e-9, abs=1e-12), (name, iteration)
        losses = []
        for place in range(batch):
            x, t = POINTS[(iteration * batch + place) % len(POINTS)]
            o = w["wÖ"] * function(w["w_1"] * x + w["b_1"]) + w["B"]
            losses.append(LOSSES[loss](o, t))
            assert rows[iteration * batch + place]["L"] == pytest.approx(losses[-1].item(), rel=1e-9, abs=1e-12)
        descent.zero_grad()
        (sum(losses) / batch).backward()
        descent.step()
        rate.step()


def test_held_data_are_those_data(tmp_path: Path) -> None:
    """The perceptron rule: where sign(w·x) is not the target, w moves by η·t·x."""
    text = (
        'rates = [0.5]\niterations = 3\n[data]\ninputs = ["x"]\ntargets = ["t"]\nrows = [[1, -1], [2, 1]]\n'
        '[parameters]\nw = 0.75\n[forward]\nz = "w*x"\n[loss]\nE = "max(0, -held(t)*z)"\n'
    )
    w, expected = 0.75, []
    for iteration in range(4):
        x, t = [(1, -1), (2, 1)][iteration % 2]
        expected.append(w)
        w += 0.5 * t * x if -t * w * x > 0 else 0.0
    assert build(loads(text), tmp_path / "b.xlsx").ok
    assert [row["w"] for row in next(steps(loads(text)))[1]] == expected
