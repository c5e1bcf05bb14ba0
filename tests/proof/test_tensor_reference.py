"""The second opinion on tensors: values and slopes are those of torch, and those of the scalars they become."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from tensor_cases import CASES, LOOPED, template_of
from tensor_programs import tensor_program

from sheetgen import Tolerance, load, loads
from sheetgen.algebra.expr import Apply, Const, Var
from sheetgen.algebra.notation import Notation
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.network.graph import equation_of
from sheetgen.network.study import Study
from sheetgen.network.trace import Trace
from sheetgen.proof.mathematics import differences
from sheetgen.proof.reference import Array, Reference
from sheetgen.proof.second_opinion import second_opinion
from sheetgen.proof.tensor_reference import TensorReference
from sheetgen.template.shipped import template_names
from sheetgen.tensors.composites import COMPOSITES
from sheetgen.tensors.functions import FUNCTIONS
from sheetgen.tensors.labels import Shape, labels
from sheetgen.tensors.naming import Naming
from sheetgen.tensors.program import Given, Step, Tensors, Typed

ALL = [*CASES, *LOOPED]
TENSOR = [name for name in template_names() if load(name).tensors is not None]
ROWS = 3
_MATRIX: Mapping[str, Shape] = {"A": (2, 2)}


def numbers(study: Study, rows: int = ROWS) -> dict[str, Array]:
    """Return a study's numbers, moved a little in each row but the first; a whole number stays as it is."""
    dice = np.random.default_rng(5)
    given = {**study.values} | {name: column[0] for name, column in study.samples.items()}
    moved = {name: value + 0.02 * dice.normal(size=rows) * np.arange(rows) for name, value in given.items()}
    return {
        name: np.full(rows, given[name]) if name.startswith(("tokens", "x")) else value for name, value in moved.items()
    }


def by_torch(study: Study, given: dict[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the elements of every tensor, and what the loss (or else the last element) gains by each, of one row."""
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")
    from torch_tensors import Program

    assert study.tensors is not None
    program = Program.of_equations({one.key: one.text for one in study.tensors.typed})
    leaves: dict[tuple[str, Any], Any] = {}
    for name, one in study.tensors.given.items():
        elements = [given[label] for label in study.tensors.naming.labels(name, one.shape)]
        leaves[name, ()] = torch.tensor(elements, dtype=torch.float64).reshape(one.shape).requires_grad_()
    computed = program.values(0, {name: tensor for (name, _), tensor in leaves.items()})
    last = next(reversed(computed.values())).reshape(-1)[-1]
    loss = computed[study.network.loss, ()] if study.trains else last
    tensors = {key: tensor for key, tensor in {**leaves, **computed}.items() if tensor.requires_grad}
    slopes = torch.autograd.grad(loss, list(tensors.values()), materialize_grads=True)
    naming = study.tensors.naming
    return _elements(computed, naming), _elements(dict(zip(tensors, slopes, strict=True)), naming)


def _elements(tensors: dict[tuple[str, Any], Any], naming: Naming) -> dict[str, float]:
    return {
        label: float(element)
        for (name, place), tensor in tensors.items()
        for label, element in zip(
            naming.labels(name, tuple(tensor.shape), place), tensor.detach().reshape(-1), strict=True
        )
    }


def held_against_torch(study: Study, given: dict[str, Array]) -> None:
    reference = second_opinion(study, study.batch)
    assert isinstance(reference, TensorReference)
    values = reference.values(given)
    slopes = reference.derivatives(given, [*given, *values])
    rows = len(next(iter(given.values())))
    for row in range(rows):
        expected, gains = by_torch(study, {name: float(column[row]) for name, column in given.items()})
        size = max(map(abs, gains.values()))
        known = expected.keys() & values.keys()
        assert known >= {q.name for q in study.network.equations} & expected.keys()
        for label in known:
            told = np.broadcast_to(values[label], rows)[row]
            assert told == pytest.approx(expected[label], rel=1e-10, abs=1e-12), label
        for label in gains.keys() & slopes.keys():
            assert slopes[label][row] == pytest.approx(gains[label], rel=1e-9, abs=1e-12 * size), label


@pytest.mark.parametrize("name", ALL)
def test_values_and_slopes_are_those_of_torch(name: str) -> None:
    study = loads(template_of(name))
    held_against_torch(study, numbers(study))


@pytest.mark.parametrize("name", TENSOR)
def test_the_gallery_is_that_of_torch(name: str) -> None:
    study = load(name)
    held_against_torch(study, numbers(study, 1))


class _Plain(Notation):
    """An equation of numbers in words of the template language alone."""

    def __init__(self) -> None:
        self.name = str

    def number(self, value: float) -> str:
        return repr(value)

    def operation(self, expr: Apply, parts: list[str]) -> str:
        row = PRIMITIVES[expr.op]
        if row.is_function:
            return f"{row.name}({', '.join(parts)})"
        sign = row.python or row.excel
        return sign + parts[0] if expr.op == "neg" else sign.join(parts)


@pytest.mark.parametrize("name", [*ALL, *TENSOR])
def test_inner_parts_are_those_of_the_scalars(name: str) -> None:
    """What has a name only in the workbook is held against the reader of numbers, given every formula as a text."""
    study = load(name) if name in TENSOR else loads(template_of(name))
    given = numbers(study)
    texts = {q.name: _Plain().write(equation_of(q)) for q in study.network.equations}
    of_scalars, of_tensors = Reference(texts, study.network.loss or list(texts)[-1]), second_opinion(study, study.batch)
    expected, found = of_scalars.values(given), of_tensors.values(given)
    assert expected.keys() <= found.keys()
    for label, value in expected.items():
        np.testing.assert_allclose(found[label] + 0 * value, value, rtol=1e-10, atol=1e-12, err_msg=label)
    gains, told = (one.derivatives(given, list(texts)) for one in (of_scalars, of_tensors))
    for label, gain in gains.items():
        np.testing.assert_allclose(told[label], gain, rtol=1e-9, atol=1e-10, err_msg=label)


@pytest.mark.parametrize("name", ALL)
def test_what_is_right_is_proven(name: str) -> None:
    assert list(differences(Trace(loads(template_of(name))), Tolerance())) == []


@pytest.mark.parametrize("number", range(30))
def test_random_programs_are_proven(number: int) -> None:
    assert list(differences(Trace(loads(tensor_program(number))), Tolerance())) == []


@pytest.mark.stress
def test_hundreds_of_random_programs_are_proven() -> None:
    for number in range(1000, 1400):
        assert list(differences(Trace(loads(tensor_program(number))), Tolerance())) == [], number


def test_every_function_is_tried() -> None:
    words = set(re.findall(r"\w+(?=\()", " ".join(CASES.values())))
    assert words >= {*FUNCTIONS, *COMPOSITES, "embedding", *(n for n, row in PRIMITIVES.items() if row.is_function)}


# --- equations by themselves ---


def of_texts(shapes: Mapping[str, Shape] = _MATRIX, **texts: str) -> TensorReference:
    """Return the reference of some equations over tensors of given shapes, of which the number E is minimised."""
    steps = tuple(
        Step("forward", name, (), text, Const(0.0), (), (name,), elements=(Var(name),)) for name, text in texts.items()
    )
    typed = tuple(Typed("forward", name, text) for name, text in texts.items())
    given = {name: Given("parameters", shape) for name, shape in shapes.items()}
    return TensorReference(Tensors(given, typed, steps, steps), "E")


TIES = {
    "max(T)": [0, 1, 0, 0, 0, 0],
    "max(T, axis=0)": [1, 1, 1, 0, 0, 0],
    "max(T, axis=1)": [0, 1, 0, 0, 1, 0],
    "min(T)": [1, 0, 0, 0, 0, 0],
    "min(T, axis=0)": [1, 1, 0, 0, 0, 1],
    "min(T, axis=1)": [1, 0, 0, 1, 0, 0],
    "max(T, 3)": [0, 1, 1, 0, 1, 0],
    "maxpool(T, [2, 3])": [0, 1, 0, 0, 0, 0],
    "maxpool(T, [1, 2], stride=1)": [0, 2, 0, 0, 2, 0],
}
"""What the elements of T = [[1, 3, 3], [1, 3, 1]] gain, written down by hand."""


@pytest.mark.parametrize("text", TIES)
def test_of_equal_elements_the_first_gains_all(text: str) -> None:
    elements = labels("T", (2, 3))
    numbers = dict(zip(elements, (1.0, 3.0, 3.0, 1.0, 3.0, 1.0), strict=True))
    slopes = of_texts({"T": (2, 3)}, E=f"sum({text})").derivatives(numbers, elements)
    assert [float(slopes[element]) for element in elements] == TIES[text]


@pytest.mark.parametrize(
    ("text", "unknown"), [("sum(len(A))", "len"), ("sum(B @ A)", "B"), ("sum(stdev(A, axis=0))", "stdev")]
)
def test_an_unknown_name_or_function_is_an_error(text: str, unknown: str) -> None:
    with pytest.raises(NameError, match=f"the reference knows no (function|quantity) '{unknown}'"):
        of_texts(E=text)


@pytest.mark.parametrize(
    "text", ["A.sum()", "A.real", "[A]", "(A, A)", "lambda: A", "A if A else A", "sum(A[::2])", "sum(A[A + 1])", "'A'"]
)
def test_only_equations_are_read(text: str) -> None:
    with pytest.raises((ValueError, AssertionError)):
        of_texts(E=text)


def test_equations_in_a_circle_are_an_error() -> None:
    with pytest.raises(ValueError, match="the equations go round in a circle"):
        of_texts(y="sum(A)*z", z="y", E="z")


def test_a_number_that_is_missing_is_an_error() -> None:
    reference = of_texts(E="sum(A)")
    with pytest.raises(NameError, match="'A_1_0'"):
        reference.values({"A_0_0": 1.0, "A_0_1": 1.0, "A_1_1": 1.0})


def test_equations_may_come_in_any_order() -> None:
    reference = of_texts(E="z*y", z="y + 1", y="sum(A)")
    given = dict.fromkeys(labels("A", (2, 2)), 0.5)
    assert {name: float(value) for name, value in reference.values(given).items()} == {"y": 2, "z": 3, "E": 6}
    assert float(reference.derivatives(given, ["y"])["y"]) == 5


def test_what_is_the_same_in_all_rows_gains_in_each() -> None:
    """A parameter that has one number for all rows has a derivative in every row."""
    given: dict[str, Array | float] = dict.fromkeys(labels("A", (2, 2)), 2.0)
    given["A_0_1"] = np.array([1.0, 2.0, 3.0])
    slopes = of_texts(E="max(A @ A)").derivatives(given, ["A_0_0", "A_0_1"])
    # A @ A is [[4 + 2a, 4a], [8, 4 + 2a]]: the largest are 8, the first of four, and 4a.
    assert slopes["A_0_0"].tolist() == [2, 4, 3]


def test_it_says_how_many_numbers_it_holds() -> None:
    """A matrix of 4, a product of 4, and a sum."""
    assert of_texts(E="sum(A @ A)").size == 9
