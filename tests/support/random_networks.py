"""Random networks: a template, and the same network in torch, written side by side from one draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

ACTIVATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "sigmoid": lambda torch, z: torch.sigmoid(z),
    "tanh": lambda torch, z: torch.tanh(z),
    "softplus": lambda torch, z: torch.nn.functional.softplus(z, threshold=1000),
    "elu": lambda torch, z: torch.nn.functional.elu(z),
    "silu": lambda torch, z: torch.nn.functional.silu(z),
    "gelu": lambda torch, z: torch.nn.functional.gelu(z, approximate="tanh"),
    "relu": lambda torch, z: torch.relu(z),
    "leaky_relu": lambda torch, z: torch.nn.functional.leaky_relu(z),
    "identity": lambda torch, z: z,
    "sin": lambda torch, z: torch.sin(z),
}
LOSSES: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "squared_error({y}, {t})": lambda torch, y, t: (y - t) ** 2,
    "0.5*({t} - {y})^2": lambda torch, y, t: 0.5 * (t - y) ** 2,
    "huber({y}, {t})": lambda torch, y, t: torch.nn.functional.huber_loss(y, t),
    "bce(sigmoid({y}), {t})": lambda torch, y, t: torch.nn.functional.binary_cross_entropy(torch.sigmoid(y), t),
    "abs({y} - {t})": lambda torch, y, t: torch.abs(y - t),
}
OPTIMIZERS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
}


@dataclass(frozen=True)
class RandomNetwork:
    """A network drawn by a number: layers with skipped connections and shared weights, samples, a way of training."""

    template: str
    start: Mapping[str, float]
    samples: list[list[float]]
    batch: int
    optimizer: str
    rate: float
    iterations: int
    loss: Callable[[Any, Mapping[str, Any], list[float]], Any]
    """The loss of a sample, from torch, the weights by name and the numbers of the sample."""


def random_network(number: int) -> RandomNetwork:
    """Draw a network."""
    draw = Random(number)
    inputs = [f"x{k}" for k in range(1, draw.randint(1, 3) + 1)]
    start: dict[str, float] = {}
    forward: list[str] = []
    steps: list[tuple[str, list[tuple[str, str]], str, str]] = []
    known = list(inputs)

    def weight() -> str:
        if start and draw.random() < 0.15:
            return draw.choice(list(start))  # a weight that is used twice
        name = f"w{len(start) + 1}"
        start[name] = round(draw.uniform(-1, 1), 3)
        return name

    for unit in range(1, draw.randint(1, 5) + 1):
        terms = [(weight(), name) for name in draw.sample(known, draw.randint(1, min(3, len(known))))]
        bias, activation = weight(), draw.choice(list(ACTIVATIONS))
        forward.append(f'h{unit} = "{activation}({" + ".join(f"{w}*{name}" for w, name in terms)} + {bias})"')
        steps.append((f"h{unit}", terms, bias, activation))
        known.append(f"h{unit}")
    # Every unit leads to the output, so that no weight is without influence.
    out = [(weight(), name) for name, *_ in steps]
    forward.append(f'y = "{" + ".join(f"{w}*{name}" for w, name in out)}"')
    error = draw.choice(list(LOSSES))
    decay = draw.choice([0.0, 0.01])
    penalty = f" + {decay}*w1^2" if decay else ""
    samples = [[round(draw.uniform(-1, 1), 3) for _ in inputs] + [round(draw.uniform(0.1, 0.9), 3)] for _ in range(3)]
    batch, optimizer, rate, iterations = draw.randint(1, 3), draw.choice(list(OPTIMIZERS)), 0.05, 4
    template = (
        f"rates = [{rate}]\niterations = {iterations}\nbatch = {batch}\noptimiser = '{optimizer}'\n[data]\n"
        f"inputs = {inputs}\ntargets = ['t']\nrows = {samples}\n[parameters]\n"
        + "".join(f"{name} = {value}\n" for name, value in start.items())
        + "[forward]\n"
        + "\n".join(forward)
        + f'\n[loss]\nL = "{error.format(y="y", t="t")}{penalty}"\n'
    )

    def loss(torch: Any, w: Mapping[str, Any], sample: list[float]) -> Any:
        values: dict[str, Any] = {
            name: torch.tensor(x, dtype=torch.float64) for name, x in zip(inputs, sample[:-1], strict=True)
        }
        for name, terms, bias, activation in steps:
            z = w[bias] + sum(w[one] * values[other] for one, other in terms)
            values[name] = ACTIVATIONS[activation](torch, z)
        y = sum(w[one] * values[other] for one, other in out)
        return LOSSES[error](torch, y, torch.tensor(sample[-1], dtype=torch.float64)) + decay * w["w1"] ** 2

    return RandomNetwork(template, start, samples, batch, optimizer, rate, iterations, loss)
