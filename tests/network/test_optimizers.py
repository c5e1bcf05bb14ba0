"""Optimisers and schedules against torch.optim: every weight and every rate, update after update."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tracing import trace

from sheetgen import loads
from sheetgen.network.optimizers import OPTIMIZERS, SCHEDULES
from sheetgen.network.study import Study
from sheetgen.network.tolerance import Tolerance
from sheetgen.network.trace import Trace
from sheetgen.proof.mathematics import differences

torch = pytest.importorskip("torch", reason="the companion's packages are not installed")

RATE, UPDATES = 0.05, 200

NETWORK = """
[inputs]
x1 = 0.6
x2 = -1.1
[targets]
t = 0.25
[parameters]
u = 0.8
v = 0.45
b = -0.3
s = 1.2
[forward]
h = "tanh(u*x1 + v*x2 + b)"
y = "sigmoid(s*h + u)"
[loss]
E = "(t - y)^2 + 0.01*s^2"
"""

Parameters = dict[str, Any]


def study_of(*lines: str) -> Study:
    return loads("\n".join((f"rates = [{RATE}]", f"iterations = {UPDATES}", *lines, NETWORK)))


def loss(p: Parameters) -> Any:
    h = torch.tanh(p["u"] * 0.6 + p["v"] * -1.1 + p["b"])
    y = torch.sigmoid(p["s"] * h + p["u"])
    return (0.25 - y) ** 2 + 0.01 * p["s"] ** 2


def trained(optimizer: Callable[[list[Any]], Any], schedule: Callable[[Any], Any] | None = None) -> list[list[float]]:
    """Return what torch makes of the parameters, and of the rate: a list an iteration."""
    start = {"u": 0.8, "v": 0.45, "b": -0.3, "s": 1.2}
    p = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in start.items()}
    method = optimizer(list(p.values()))
    course = schedule(method) if schedule else None
    rows = []
    for step in range(UPDATES + 1):
        rows.append([float(value.detach()) for value in p.values()] + [method.param_groups[0]["lr"]])
        if step == UPDATES:
            break
        method.zero_grad()
        loss(p).backward()
        method.step()
        if course and step < UPDATES - 1:
            course.step()
    return rows


def ours(study: Study, *names: str) -> list[list[float]]:
    places = [study.graph.position[name] for name in names]
    return [[row[place] for place in places] for chunk in trace(study) for row in chunk.rows[0]]


TORCH: dict[str, Callable[[list[Any]], Any]] = {
    "sgd": lambda p: torch.optim.SGD(p, RATE),
    "momentum": lambda p: torch.optim.SGD(p, RATE, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, RATE, momentum=0.9, nesterov=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, RATE),
    "rmsprop": lambda p: torch.optim.RMSprop(p, RATE),
    "adam": lambda p: torch.optim.Adam(p, RATE),
    "adamw": lambda p: torch.optim.AdamW(p, RATE),
}


def test_every_optimiser_and_schedule_has_its_oracle() -> None:
    assert set(TORCH) == set(OPTIMIZERS)
    assert {name for name, *_ in SCHEDULED} | {"constant"} == set(SCHEDULES)


@pytest.mark.parametrize("name", TORCH)
def test_an_optimiser_is_that_of_torch(name: str) -> None:
    study = study_of(f'optimiser = "{name}"')
    for actual, expected in zip(ours(study, "u", "v", "b", "s"), trained(TORCH[name]), strict=True):
        assert actual == pytest.approx(expected[:4], rel=1e-12, abs=1e-14)


@pytest.mark.parametrize(
    ("text", "made_by"),
    [
        ('{ name = "momentum", momentum = 0.5 }', lambda p: torch.optim.SGD(p, RATE, momentum=0.5)),
        ('{ name = "rmsprop", alpha = 0.9, eps = 1e-6 }', lambda p: torch.optim.RMSprop(p, RATE, alpha=0.9, eps=1e-6)),
        ('{ name = "adam", beta1 = 0.8, beta2 = 0.9 }', lambda p: torch.optim.Adam(p, RATE, betas=(0.8, 0.9))),
        ('{ name = "adamw", weight_decay = 0.1 }', lambda p: torch.optim.AdamW(p, RATE, weight_decay=0.1)),
        ('{ name = "adagrad", eps = 0.001 }', lambda p: torch.optim.Adagrad(p, RATE, eps=0.001)),
    ],
)
def test_settings_are_those_of_torch(text: str, made_by: Callable[[list[Any]], Any]) -> None:
    study = study_of(f"optimiser = {text}")
    # Such a restless optimiser soon hops about the minimum, where every rounding grows from step to step.
    for actual, expected in zip(ours(study, "u", "v", "b", "s")[:41], trained(made_by), strict=False):
        assert actual == pytest.approx(expected[:4], rel=1e-12)


SCHEDULED: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("step", "step_size = 30, gamma = 0.5", lambda o: torch.optim.lr_scheduler.StepLR(o, 30, 0.5)),
    ("exponential", "gamma = 0.97", lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.97)),
    ("cosine", "eta_min = 0.001", lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, UPDATES, 0.001)),
    (
        "one-cycle",
        "pct_start = 0.2",
        lambda o: torch.optim.lr_scheduler.OneCycleLR(
            o, RATE, total_steps=UPDATES, pct_start=0.2, anneal_strategy="linear", cycle_momentum=False
        ),
    ),
]


@pytest.mark.parametrize(("name", "settings", "course"), SCHEDULED)
def test_a_schedule_is_that_of_torch(name: str, settings: str, course: Callable[[Any], Any]) -> None:
    study = study_of(f'schedule = {{ name = "{name}", {settings} }}')
    expected = trained(TORCH["sgd"], course)
    for actual, right in list(zip(ours(study, "u", "v", "b", "s", "η"), expected, strict=True))[:-1]:
        assert actual == pytest.approx(right, rel=1e-9 if name == "cosine" else 1e-12)
    assert ours(study, "u", "v", "b", "s")[-1] == pytest.approx(expected[-1][:4], rel=1e-12)


@pytest.mark.parametrize("name", TORCH)
def test_the_second_opinion_agrees_on_every_optimiser(name: str) -> None:
    assert list(differences(Trace(study_of(f'optimiser = "{name}"')), Tolerance())) == []


@pytest.mark.parametrize(("name", "settings", "course"), SCHEDULED)
def test_the_second_opinion_agrees_on_every_schedule(name: str, settings: str, course: object) -> None:
    study = study_of(f'schedule = {{ name = "{name}", {settings} }}')
    assert list(differences(Trace(study), Tolerance())) == []
