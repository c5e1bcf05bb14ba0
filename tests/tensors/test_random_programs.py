"""Random programs over tensors: values, slopes and updates are torch's; they are written, refused and printed well."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensor_programs import tensor_program
from tracing import trace

from sheetgen import loads
from sheetgen.network.study import Study
from sheetgen.tensors.labels import label, places

torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")

NUMBER = int(os.environ.get("SHEETGEN_SEED", "0"))
MANY = range(1000 * NUMBER, 1000 * NUMBER + int(os.environ.get("SHEETGEN_STRESS", "8000")) // 10)


def rows_of(study: Study) -> list[dict[str, float]]:
    return [dict(zip(study.graph.names, row, strict=True)) for chunk in trace(study) for row in chunk.rows[0]]


def compared(number: int, told: Mapping[str, float], tensors: Mapping[tuple[str, Any], Any]) -> None:
    """Hold the elements of tensors, by name and place, against what is told of them."""
    for (name, before), differentiable in tensors.items():
        tensor = differentiable.detach()
        scale = max(1.0, float(tensor.abs().max()))
        for place in places(tuple(tensor.shape)):
            one = label(name, (*before, *place))
            if one in told:
                assert told[one] == pytest.approx(float(tensor[place]), rel=1e-9, abs=1e-10 * scale), (number, one)


def trained_as_torch_trains_it(number: int) -> bool:
    """Hold every quantity, slope and update of a program against torch; False where rounding decides a comparison."""
    from torch_tensors import NearKink, Program

    text = tensor_program(number)
    program = Program(text)
    study = loads(text)
    rows = rows_of(study)
    w = {name: tensor.requires_grad_() for name, tensor in program.parameters.items()}
    descent = torch.optim.SGD(list(w.values()), lr=study.variants[0].rate)
    assert study.tensors is not None
    shapes = {(step.name, step.place): step.shape for step in study.tensors.unrolled}
    for iteration in range(study.iterations + 1):
        descent.zero_grad()
        for place in range(study.batch):
            at = iteration * study.batch + place
            row = rows[at]
            try:
                values = program.values(at % len(program.samples), w)
            except NearKink:
                return False
            assert {key: tuple(value.shape) for key, value in values.items()} == shapes, number
            compared(number, row, {(name, ()): tensor for name, tensor in w.items()} | values)
            loss = values["E", ()]
            slopes = torch.autograd.grad(loss, list(w.values()), retain_graph=True, materialize_grads=True)
            told = {name.removeprefix("∂E/∂"): slope for name, slope in row.items() if name.startswith("∂E/∂")}
            trained = {label(name, p) for name, tensor in w.items() for p in places(tuple(tensor.shape))}
            assert trained <= told.keys(), number
            compared(number, told, {(name, ()): slope for name, slope in zip(w, slopes, strict=True)})
            (loss / study.batch).backward()
        descent.step()
    return True


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_random_programs_are_trained_as_torch_trains_them(number: int) -> None:
    trained_as_torch_trains_it(number)


@pytest.mark.stress
def test_hundreds_of_random_programs_are_trained_as_torch_trains_them() -> None:
    assert sum(trained_as_torch_trains_it(number) for number in MANY) > 0.9 * len(MANY)
