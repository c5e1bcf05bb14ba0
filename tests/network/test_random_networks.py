"""Random networks: values, gradients and updates are those of torch; a template survives being shown and written."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from engine_routes import needs_uno
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import OPTIMIZERS, random_network
from tracing import trace

from sheetgen import build, loads, verify
from sheetgen.algebra.notation import Text
from sheetgen.algebra.parser import parse
from sheetgen.cli import NOTATIONS
from sheetgen.show import equations
from sheetgen.template.write import effective_template

NUMBER = int(os.environ.get("SHEETGEN_SEED", "0"))
MANY = range(1000 * NUMBER, 1000 * NUMBER + int(os.environ.get("SHEETGEN_STRESS", "8000")) // 20)


def trained_as_torch_trains_it(number: int) -> None:
    """Hold every weight and every loss of a random network against torch.optim, and every gradient against autograd."""
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")
    network = random_network(number)
    study = loads(network.template)
    rows = [dict(zip(study.graph.names, row, strict=True)) for chunk in trace(study) for row in chunk.rows[0]]
    w = {n: torch.tensor(x, dtype=torch.float64, requires_grad=True) for n, x in network.start.items()}
    kind, options = OPTIMIZERS[network.optimizer]
    descent = getattr(torch.optim, kind)(list(w.values()), lr=network.rate, **options)
    for iteration in range(network.iterations + 1):
        descent.zero_grad()
        for place in range(network.batch):
            row = rows[iteration * network.batch + place]
            assert [row[n] for n in w] == pytest.approx([x.item() for x in w.values()], rel=1e-9, abs=1e-11), number
            sample = network.samples[(iteration * network.batch + place) % len(network.samples)]
            loss = network.loss(torch, w, sample)
            assert row["L"] == pytest.approx(loss.item(), rel=1e-9, abs=1e-12), number
            slopes = torch.autograd.grad(loss, list(w.values()), retain_graph=True)
            told = [row[f"∂L/∂{n}"] for n in w]
            assert told == pytest.approx([slope.item() for slope in slopes], rel=1e-8, abs=1e-10), number
            (loss / network.batch).backward()
        descent.step()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_random_networks_are_trained_as_torch_trains_them(number: int) -> None:
    trained_as_torch_trains_it(number)


@pytest.mark.stress
def test_hundreds_of_random_networks_are_trained_as_torch_trains_them() -> None:
    for number in MANY:
        trained_as_torch_trains_it(number)


@pytest.mark.stress
@pytest.mark.parametrize("name", ["embedded", pytest.param("libreoffice", marks=needs_uno)])
def test_random_networks_are_proven(name: str, tmp_path: Path) -> None:
    for number in MANY[:30]:
        path = tmp_path / f"{number}.xlsx"
        assert build(loads(random_network(number).template), path).ok, number
        assert verify(path, name).ok, number


def survives(number: int) -> None:
    """Write a template, load it, and show both: nothing moves; and what is shown as text reads back."""
    study = loads(random_network(number).template)
    text = effective_template(study)
    again = loads(text)
    assert replace(again, name=study.name) == study
    assert effective_template(again) == text
    for notation in NOTATIONS:
        assert equations(again, notation) == equations(study, notation)
    shown = equations(study, "text")
    for name, equation in study.equations.items():
        tree = parse(equation)
        assert f"  {name} = {Text().write(tree)}\n" in shown
        typed = Text().write(tree).replace("σ(", "sigmoid(").replace("½", "0.5")
        assert parse(typed) == tree


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_a_template_survives_being_shown_and_written(number: int) -> None:
    survives(number)


@pytest.mark.stress
def test_hundreds_of_templates_survive_being_shown_and_written() -> None:
    for number in MANY:
        survives(number)
