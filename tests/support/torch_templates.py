"""A template of tensors trained by torch in float64, its equations written by hand, and what its own training says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from tracing import trace

from sheetgen.network.study import Study

torch = pytest.importorskip("torch")
Tensors = Mapping[str, "torch.Tensor"]
Loss = Callable[[Tensors], "torch.Tensor"]
"""The loss of one sample, of every tensor that the template gives: inputs, targets and parameters."""


def label(study: Study, name: str, place: tuple[int, ...]) -> str:
    """Return what an element is called, by the words of the axes that have some."""
    assert study.tensors is not None
    naming = study.tensors.naming
    axes = (*naming.axes.get(name, ()), *[""] * len(place))
    words = [naming.words[axis][number] if axis else str(number) for axis, number in zip(axes, place, strict=False)]
    return "_".join([name, *words])


def given(study: Study, numbers: Mapping[str, float]) -> dict[str, torch.Tensor]:
    """Return the tensors that a template gives, put together from their elements."""
    assert study.tensors is not None
    made = {}
    for name, tensor in study.tensors.given.items():
        elements = [numbers[label(study, name, place)] for place in product(*map(range, tensor.shape))]
        made[name] = torch.tensor(elements, dtype=torch.float64).reshape(tensor.shape)
    return made


def by_torch(
    study: Study, loss: Loss, optimiser: Callable[[list[torch.Tensor]], torch.optim.Optimizer], iterations: int
) -> tuple[list[dict[str, NDArray[np.float64]]], list[float]]:
    """Return the parameters before each update and after the last, and the loss of each batch."""
    assert study.tensors is not None
    samples = [given(study, study.at_sample(index)) for index in range(study.count)]
    names = [name for name, tensor in study.tensors.given.items() if tensor.table == "parameters"]
    parameters = {name: samples[0][name].clone().requires_grad_() for name in names}
    method = optimiser(list(parameters.values()))
    courses, losses = [], []
    for iteration in range(iterations + 1):
        courses.append({name: value.detach().numpy().copy() for name, value in parameters.items()})
        rows = range(iteration * study.batch, (iteration + 1) * study.batch)
        total = sum(loss({**samples[study.sample_in(row)], **parameters}) for row in rows) / study.batch
        losses.append(float(total.detach()))
        method.zero_grad()
        total.backward()
        method.step()
    return courses, losses


def columns(study: Study, name: str, shape: tuple[int, ...], variant: int = 0) -> NDArray[np.float64]:
    """Return the columns of a tensor on a training sheet: row, then the tensor's own axes."""
    return _columns(study, _rows(study, variant), name, shape, variant)


def _rows(study: Study, variant: int) -> list[list[float]]:
    return [row for chunk in trace(study, [variant]) for row in chunk.rows[0]]


def _columns(
    study: Study, rows: list[list[float]], name: str, shape: tuple[int, ...], variant: int = 0
) -> NDArray[np.float64]:
    position = study.graphs[variant].position
    places = [position[label(study, name, place)] for place in product(*map(range, shape))]
    return np.array([[row[place] for place in places] for row in rows]).reshape(len(rows), *shape)


def same_training(study: Study, loss: Loss, optimiser: Callable[[list[torch.Tensor]], torch.optim.Optimizer]) -> None:
    """Hold every parameter at every iteration of a training, and its losses, to torch's."""
    assert study.tensors is not None
    courses, losses = by_torch(study, loss, optimiser, study.iterations)
    rows = _rows(study, 0)
    for name, tensor in study.tensors.given.items():
        if tensor.table == "parameters":
            ours = _columns(study, rows, name, tensor.shape)[:: study.batch]
            np.testing.assert_allclose(ours, [course[name] for course in courses], rtol=1e-9, atol=1e-12)
    loss_name = study.network.loss if study.batch == 1 else f"mean {study.network.loss}"
    ours = _columns(study, rows, loss_name, ())[study.batch - 1 :: study.batch]
    np.testing.assert_allclose(ours, losses, rtol=1e-9, atol=1e-12)
