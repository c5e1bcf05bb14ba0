"""Whatever goes wrong while tensors become scalars, the reference notices: it reads the tensors themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tensor_cases import template_of

from sheetgen import Tolerance, loads, override
from sheetgen.algebra.expr import ONE, Const, Expr
from sheetgen.network.evaluation import Evaluation
from sheetgen.network.row_program import Row
from sheetgen.network.study import Study
from sheetgen.network.trace import Trace
from sheetgen.proof import whole_data
from sheetgen.proof.mathematics import differences
from sheetgen.proof.report import Kind
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.template.tensors import expand
from sheetgen.tensors import definitions, functions, known, lower
from sheetgen.tensors.composites import COMPOSITES
from sheetgen.tensors.elements import MASKED, Array, applied, elementwise, named
from sheetgen.tensors.functions import FUNCTIONS
from sheetgen.tensors.heads import Head, heads
from sheetgen.tensors.labels import Shape
from sheetgen.tensors.lower import Lowering
from sheetgen.tensors.naming import Naming
from sheetgen.tensors.parse import parse

# --- a function that makes other scalars ---


def halved(x: Array) -> Array:
    return elementwise(lambda one: applied("div", one, Const(2.0)), x)


def backwards(x: Array) -> Array:
    return x.reshape(-1)[::-1].reshape(x.shape)


def seeing_one_more(x: Array) -> Array:
    """Return scores of which each row sees the next column too."""
    made = x.copy()
    made[np.arange(x.shape[0])[:, None] + 1 < np.arange(x.shape[1])] = MASKED
    return made


_made = {name: row.make for name, row in FUNCTIONS.items()}

WRONG_FUNCTIONS: list[tuple[str, str, Callable[..., Array]]] = [
    ("matmul", "many by one", lambda a, b: _made["matmul"](a[..., ::-1], b)),
    ("matmul", "matrix by matrix", lambda a, b: _made["matmul"](a[..., :-1], b[:-1])),
    ("matmul", "vector by vector", lambda a, b: _made["matmul"](a[:-1], b[:-1])),
    ("sum", "sum", lambda x, axis, keepdims: _made["sum"](x[::-1], axis, keepdims)),
    ("mean", "mean", lambda x, axis, keepdims: halved(_made["mean"](x, axis, keepdims))),
    ("max", "max", _made["min"]),
    ("min", "min", _made["max"]),
    ("argmax", "argmax", lambda x: _made["argmax"](x[..., ::-1])),
    ("transpose", "transpose", lambda x: x.transpose(1, 2, 0) if x.ndim == 3 else x.T),
    ("reshape", "reshape", lambda x, sizes: x.reshape(sizes, order="F")),
    ("flatten", "flatten", lambda x: x.reshape(-1, order="F")),
    ("concat", "concat rows", lambda *parts, axis: _made["concat"](*parts[::-1], axis=axis)),
    ("stack", "stack", lambda *parts, axis: _made["stack"](*parts[::-1], axis=axis)),
    ("mask", "mask", seeing_one_more),
    ("onehot", "onehot", lambda x, sizes: _made["onehot"](x, sizes)[..., ::-1]),
    ("onehot", "embedding", lambda x, sizes: _made["onehot"](x, sizes)[..., ::-1]),
    ("zeros", "zeros", _made["ones"]),
    ("ones", "zeros", _made["zeros"]),
    ("conv1d", "conv1d", lambda x, k, **options: _made["conv1d"](x, k[..., ::-1], **options)),
    ("conv2d", "conv2d, many", lambda x, k, **options: _made["conv2d"](x[::-1], k, **options)),
    ("conv2d", "conv2d", lambda x, k, **options: _made["conv2d"](x, k.swapaxes(-1, -2), **options)),
    ("conv2d", "conv2d, dilated", lambda x, k, **options: _made["conv2d"](x, k[..., ::-1], **options)),
    ("conv2d", "conv2d of groups", lambda x, k, **options: _made["conv2d"](x[::-1], k, **options)),
    ("maxpool", "maxpool", _made["avgpool"]),
    ("maxpool", "maxpool, a line", lambda x, *rest, **options: _made["maxpool"](x[..., ::-1], *rest, **options)),
    ("avgpool", "avgpool", _made["maxpool"]),
]


@pytest.mark.parametrize(("function", "case", "make"), WRONG_FUNCTIONS)
def test_a_wrong_function(
    function: str, case: str, make: Callable[..., Array], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FUNCTIONS, function, replace(FUNCTIONS[function], make=make))
    noticed(template_of(case))


@pytest.mark.parametrize("case", ["conv1d of many", "conv2d, many", "conv2d, kernels"])
def test_a_border_that_is_not_zero(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "ZERO", ONE)
    noticed(template_of(case))


# --- a function of several steps ---

WRONG_STEPS = [
    ("softmax", "softmax", "exp", "exp(x - max) + 1"),
    ("softmax", "mask", "sum", "sum(exp, axis=-2, keepdims=True)"),
    ("log_softmax", "log_softmax", "sum", "sum(exp, axis=0, keepdims=True)"),
    ("layernorm", "layernorm", "var", "mean(x^2, axis=-1, keepdims=True)"),
    ("layernorm", "layernorm", "mean", "mean(x, axis=0, keepdims=True)"),
    ("batchnorm", "batchnorm", "std", "sqrt(var) + eps"),
    ("rmsnorm", "rmsnorm", "rms", "sqrt(square)"),
]


@pytest.mark.parametrize(("function", "case", "step", "text"), WRONG_STEPS)
def test_a_wrong_step(function: str, case: str, step: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = COMPOSITES[function]
    monkeypatch.setitem(COMPOSITES, function, replace(row, steps={**row.steps, step: text}))
    noticed(template_of(case))


@pytest.mark.parametrize(
    ("function", "case", "options"),
    [("layernorm", "layernorm", {"eps": 1e-4}), ("rmsnorm", "rmsnorm", {"eps": 1e-6})],
)
def test_a_wrong_default(
    function: str, case: str, options: Mapping[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMPOSITES, function, replace(COMPOSITES[function], options=options))
    noticed(template_of(case))


def test_a_wrong_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMPOSITES, "dropout", replace(COMPOSITES["dropout"], result="x*mask*(1 - p)"))
    noticed(template_of("dropout"))


# --- parts, loops, names, broadcasting ---


@pytest.mark.parametrize(
    ("case", "axis"),
    [("row", 0), ("column", 1), ("element", 0), ("from the end", 1), ("of an expression", 0), ("span", 0)],
)
def test_another_part(case: str, axis: int, monkeypatch: pytest.MonkeyPatch) -> None:
    right = known._indexed
    monkeypatch.setattr(known, "_indexed", lambda name, elements, items: right(name, np.flip(elements, axis), items))
    noticed(template_of(case))


@pytest.mark.parametrize("case", ["whole", "two letters"])
def test_parts_put_together_in_another_order(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = known.Known._all
    monkeypatch.setattr(known.Known, "_all", lambda self, name: backwards(right(self, name)))
    noticed(template_of(case))


def test_a_loop_that_ends_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    def early(key: str) -> Iterator[Head]:
        turns = list(heads(key))
        yield from turns[: max(1, len(turns) - 1)]

    monkeypatch.setattr(expand, "heads", early)
    noticed(template_of("loop"))


def test_a_letter_that_stands_for_another_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(text: str, known: Mapping[str, object], loop: Mapping[str, int]) -> Any:
        return parse(text.replace("t*n", "(t+1)*n"), known, loop)

    monkeypatch.setattr(expand, "parse", shifted)
    noticed(template_of("loop"))


def test_elements_called_in_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    class FromTheLast(Naming):
        def labels(self, name: str, shape: Shape, before: tuple[int, ...] = ()) -> tuple[str, ...]:
            return super().labels(name, shape, before)[:: -1 if name == "y" else 1]

    monkeypatch.setattr(expand, "Lowering", lambda given, taken, _: Lowering(given, taken, FromTheLast()))
    noticed(template_of("matrix by matrix"))


def test_given_elements_taken_in_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "named", lambda names, shape: backwards(named(names, shape)))
    noticed(template_of("matrix by matrix"))


def test_rows_broadcast_as_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    def along_the_other_axis(function: Callable[..., Expr], *operands: Array) -> Array:
        deepest = max(operand.ndim for operand in operands)
        return elementwise(function, *(one[:, None] if one.ndim == 1 and deepest == 2 else one for one in operands))

    monkeypatch.setattr(lower, "elementwise", along_the_other_axis)
    noticed(SQUARE)


ALIASES = """
title = "other names"
rates = [0.1]
iterations = 2
[inputs]
X = [[1, 2], [0.5, 3]]
[parameters]
W = [[0.1, 0.2], [0.3, 0.4]]
[forward]
Z = "X @ W"
V = "Z.T"
Y = "X.T"
P = "softmax(mask(Z)).T"
U = "concat(zeros(2), Z[0])"
[loss]
E = "sum(Z^2)"
"""


@pytest.mark.parametrize(
    ("function", "make"),
    [
        ("transpose", lambda x: x),
        ("concat", lambda *parts, axis: _made["concat"](*reversed(parts), axis=axis)),
        ("zeros", lambda sizes: _made["ones"](sizes)),
        ("mask", lambda x: x),
    ],
)
def test_another_name_of_the_wrong_element(
    function: str, make: Callable[..., Array], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is computed with V and U: they are only drawn, as elements that have their names elsewhere."""
    assert not list(differences(Trace(loads(ALIASES)), Tolerance()))
    monkeypatch.setitem(FUNCTIONS, function, replace(FUNCTIONS[function], make=make))
    noticed(ALIASES)


def noticed(template: str) -> None:
    """Let the reference disagree with what a template has become, and agree when the template is read rightly."""
    found = list(differences(Trace(loads(template)), Tolerance()))
    assert found
    assert {one.kind for one in found} == {Kind.REFERENCE}


SQUARE = """
title = "A row added to a square"
rates = [0.1]
iterations = 2
[inputs]
A = [[1, 2], [3, 4]]
[parameters]
b = [0.5, -0.25]
[forward]
y = "A + b"
[loss]
E = "sum(y^3)"
"""


# --- samples ---

SAMPLES = """
title = "A recurrent network"
rates = [0.1, 0.5]
iterations = 5
batch = 2

[data]
inputs = ["x"]
targets = ["y"]
rows = [[[[1, 0], [0, 1]], 1], [[[0, 0], [0, 1]], 0], [[[1, 0], [1, 1]], 1]]

[parameters]
Wx = [[0.4, -0.2], [0.1, 0.3]]
Wh = [[0.9, 0.1], [-0.1, 0.8]]
v = [0.5, 0.25]

[forward]
"h[0]" = "zeros(2)"
"h[t] for t in 1..2" = "tanh(x[t-1] @ Wx + h[t-1] @ Wh)"
o = "sigmoid(h[-1] @ v)"

[loss]
E = "bce(o, y)"
"""


def test_a_training_by_samples_is_proven() -> None:
    assert list(differences(Trace(loads(SAMPLES)), Tolerance())) == []


def test_passes_over_some_rows_each_are_those_over_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetgen.proof.mathematics._MOST_NUMBERS", 200)
    study = override(loads(SAMPLES), iterations=40)
    assert list(differences(Trace(study), Tolerance())) == []


def evaluated(study: Study) -> Book:
    book = Book(study, study)
    compose(book)
    return book


def test_a_right_evaluation_of_all_samples() -> None:
    assert list(whole_data.differences(evaluated(loads(SAMPLES)), Tolerance())) == []


@pytest.mark.parametrize("quantity", ["h_pre_1_1", "o", "E", "mean E"])
def test_a_wrong_evaluation_of_a_sample(quantity: str, monkeypatch: pytest.MonkeyPatch) -> None:
    book = evaluated(loads(SAMPLES))
    right = Evaluation.at

    def wrong(self: Evaluation, variant: int, point: int) -> list[Row]:
        rows = right(self, variant, point)
        if (variant, point) == (1, 1):
            numbers = list(rows[2])
            numbers[self.names.index(quantity)] += 1e-9
            rows[2] = tuple(numbers)
        return rows

    monkeypatch.setattr(Evaluation, "at", wrong)
    (difference,) = whole_data.differences(book, Tolerance())
    assert (difference.quantity, difference.rate, difference.kind) == (quantity, 0.5, Kind.REFERENCE)
