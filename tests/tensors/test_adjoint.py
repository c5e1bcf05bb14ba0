"""The chain rule over tensors: what is printed, computed as it stands, is what torch and the scalars find."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from latex_equations import to_text
from printed_equations import Values
from tensor_programs import tensor_program

from sheetgen.algebra.ops import functions
from sheetgen.network.graph import derivative_label
from sheetgen.network.study import Study
from sheetgen.network.trace import Trace
from sheetgen.sheets.matrices.form import shares
from sheetgen.template.load import load, loads
from sheetgen.template.overrides import override
from sheetgen.template.shipped import template_names, template_text
from sheetgen.tensors.adjoint import backward
from sheetgen.tensors.composites import COMPOSITES
from sheetgen.tensors.forward import forward
from sheetgen.tensors.functions import FUNCTIONS
from sheetgen.tensors.matrices import Equation
from sheetgen.tensors.matrix_latex import equation_latex
from sheetgen.tensors.matrix_text import equation_text
from sheetgen.tensors.passing import PASSING

torch = pytest.importorskip("torch")
from torch_tensors import NearKink, Program  # noqa: E402


def printed(study: Study) -> Iterator[str]:
    """Yield the forward and backward equations of a study as they are printed, in steps."""
    assert study.tensors is not None
    for one in forward(study.tensors):
        yield from map(equation_text, one.steps or one.whole)
    yield from map(equation_text, derivatives(study))


def derivatives(study: Study) -> list[Equation]:
    assert study.tensors is not None
    return backward(study.tensors, study.network.loss, trained(study), shares(study, study.tensors))


def trained(study: Study) -> list[str]:
    assert study.tensors is not None
    return [name for name, given in study.tensors.given.items() if given.table == "parameters"]


def computed(study: Study) -> Values:
    """Return the values of what is printed, for the numbers that a study begins with."""
    assert study.tensors is not None
    numbers = study.at_sample(study.sample_in(0))
    called = study.tensors.naming.labels
    given = {
        name: np.reshape([numbers[label] for label in called(name, one.shape)], one.shape)
        for name, one in study.tensors.given.items()
    }
    return Values(given, printed(study))


def require_right(template: str) -> None:
    """Require of every printed derivative that it is that of the scalars, and of torch."""
    study = loads(template)
    values = computed(study)
    chunk = next(iter(Trace(study).chunks()))
    row = dict(zip(study.graph.names, chunk.rows[0][0], strict=True))
    compared = require_like_scalars(study, values, row)
    program = Program(template)
    parameters = {name: value.clone().requires_grad_() for name, value in program.parameters.items()}
    found = program.values(study.sample_in(0), parameters)
    found["E", ()].backward()
    for name in trained(study):
        gradient = parameters[name].grad
        assert gradient is not None
        np.testing.assert_allclose(values.whole(f"d_E__d_{name}"), gradient.numpy(), rtol=1e-9, atol=1e-12)
    assert compared >= len(study.network.weights)


def require_like_scalars(study: Study, values: Values, row: dict[str, float]) -> int:
    """Require that each number is what a cell of the workbook holds; return how many derivatives there are."""
    assert study.tensors is not None
    loss, compared = study.network.loss, 0
    for step in study.tensors.steps:
        if (step.name, step.place) not in values.texts:
            continue  # a step of a softmax
        elements = values.computed(step.name, step.place).reshape(-1)
        slope = (f"d_{loss}__d_{step.name}", step.place)
        slopes = values.computed(*slope).reshape(-1) if slope in values.texts else [None] * len(elements)
        for label, element, along in zip(step.labels, elements, slopes, strict=True):
            if label is None:
                continue
            np.testing.assert_allclose(element, row[label], rtol=1e-9, atol=1e-12, err_msg=label)
            column = derivative_label(loss, label)
            if column in row:
                assert along is not None, f"{column} is printed nowhere"
                np.testing.assert_allclose(along, row[column], rtol=1e-9, atol=1e-12, err_msg=column)
                compared += 1
    for name in trained(study):
        names = study.tensors.naming.labels(name, study.tensors.given[name].shape)
        for label, along in zip(names, values.whole(f"d_{loss}__d_{name}").reshape(-1), strict=True):
            np.testing.assert_allclose(along, row[derivative_label(loss, label)], rtol=1e-9, atol=1e-12)
            compared += 1
    return compared


@pytest.mark.parametrize("number", range(60))
def test_random_programs(number: int) -> None:
    try:
        require_right(tensor_program(number))
    except NearKink:
        pytest.skip("rounding decides between two sides of a kink")


# --- function by function ---

EXPRESSIONS = {
    "matmul": ["X @ W", "x @ W", "X @ w", "x @ w", "S @ W[0:2]", "x @ S", "S @ w[0:2]", "X @ S"],
    "sum": ["sum(W)", "sum(W, axis=0)", "sum(W*X.T, axis=1)", "sum(W, axis=-1, keepdims=True)/W"],
    "mean": ["mean(W)", "mean(W^2, axis=0)", "W - mean(W, axis=-1, keepdims=True)"],
    "max": ["max(W)", "max(W, axis=0)", "max(W, axis=-1, keepdims=True)*W", "max(W, X.T)", "max(w, 0.2, x)"],
    "min": ["min(W)", "min(W, axis=1)", "min(W, 0.3)"],
    "argmax": ["argmax(W)*w[0]"],
    "transpose": ["W.T @ W", "S.T", "(X @ W).T * 2"],
    "reshape": ["reshape(W, [2, 3]) * X", "reshape(W, 6)", "reshape(W*2, -1)", "reshape(W*2, [-1, 3])"],
    "flatten": ["flatten(W)*flatten(X)"],
    "concat": ["concat(w, x, w)", "concat(W, W^2, axis=1)"],
    "stack": ["stack(w, x, w)", "stack(w, w^2, axis=1) @ W.T"],
    "onehot": ["onehot(argmax(W), 3) * w"],
    "mask": ["softmax(mask(W @ W.T))", "log_softmax(W @ W.T)"],
    "zeros": ["zeros(3) + w"],
    "ones": ["ones([2, 3])*w"],
    "conv1d": [
        "conv1d(concat(w, x), w)", "conv1d(w, W[0], stride=2)", "conv1d(W.T, reshape(S, [3, 2, 2]), padding=1)",
        "conv1d(w, W, padding=2)", "conv1d(concat(w, x), w, dilation=2)",
        "conv1d(W.T, reshape(S, [2, 1, 6]), padding=9, dilation=3, groups=2)",
        "conv1d(W.T, reshape(S, [4, 1, 3]), padding=1, groups=2, stride=2)",
        "conv1d(concat(w, x, w), W[0], stride=2, padding=1)",
    ],
    "conv2d": [
        "conv2d(W @ X, X[:, 1:])", "conv2d(W @ X, W, padding=1)", "conv2d(W @ X, reshape(S, [3, 2, 2]))",
        "conv2d(stack(W @ X, W @ X), reshape(S, [1, 2, 2, 3]), padding=1)",
        "conv2d(stack(W @ X, X.T @ X), reshape(S, [3, 2, 2, 1]), stride=2)",
        "conv2d(W @ X, W[0:2], stride=2, padding=1)",
        "conv2d(stack(W @ X, W @ X), reshape(S, [3, 2, 2, 1]), dilation=2)",
        "conv2d(W @ X, W[0:2], dilation=2, padding=2, stride=2)",
        "conv2d(stack(W @ X, W @ X), reshape(S, [4, 1, 3, 1]), groups=2)",
        "conv2d(stack(W @ X, W @ X), reshape(S, [2, 1, 2, 3]), groups=2, dilation=2, padding=2, stride=2)",
    ],
    "maxpool": ["maxpool(W @ X, 2)", "maxpool(S, [2, 2], stride=1)", "maxpool(w, 2, stride=1)"],
    "avgpool": ["avgpool(W @ X, 2, stride=1)", "avgpool(w, 3)", "avgpool(S, [2, 1], stride=1)"],
    "softmax": ["softmax(W)", "softmax(w)", "softmax(S)"],
    "log_softmax": ["log_softmax(W)", "log_softmax(w)*x"],
    "cce_with_logits": ["cce_with_logits(W, W[:, 0:1])", "cce_with_logits(w, x)*x", "cce_with_logits(S, 0.5)"],
    "layernorm": ["layernorm(X @ W, w[0:2], x[0:2])"],
    "batchnorm": ["batchnorm(W, w[1:3], 0.5)"],
    "rmsnorm": ["rmsnorm(W, w[0:2])"],
    "dropout": ["dropout(w, x)"],
    "embedding": ["embedding(i, W)"],
    "parts": ["W[0] + W[-1]", "W[:, 1]*w", "W[1:, 0:1]", "(X @ W)[1, :] @ w[0:2]", "(X @ W)[0]"],
    "signs": [
        "w + x*w - w/x", "-w^2 - 3", "W*w[0] + w[1]", "(W - 0.5)/w[2]", "2^w", "(x + 1)^w", "w - (x - w)",
        "W.T*w + W.T/w", "0*W @ X + x", "(0*w + 1)*x", "w^1 + W[:, 0]^0",
    ],
}  # fmt: skip
"""Some expressions for each function of tensors, over parameters W (3×2), w (3), S (2×3×2) and inputs X (2×3), x (3),
i (3 numbers of rows).
"""

SCALARS = {
    "ln": "ln(w + 2)", "sqrt": "sqrt(w + 2)", "pi": "w*pi()", "mod": "mod(w, 0.3)", "where": "where(w > x, w^2, 3*w)",
    "max": "max(w, 0.1)", "min": "min(w, 0.1)", "held": "held(w)*w", "sign": "sign(w)*w", "floor": "floor(w)*w",
    "squared_error": "squared_error(w, x)", "half_squared_error": "half_squared_error(x, w)", "huber": "huber(3*w, x)",
    "bce": "bce(sigmoid(w), sigmoid(x))", "cce": "cce(sigmoid(w), x)",
    "stable_sigmoid": "stable_sigmoid(w)", "bce_with_logits": "bce_with_logits(w, x)",
}  # fmt: skip


def single(expression: str) -> str:
    return f"""
rates = [0.1]
iterations = 1
[inputs]
X = [[0.3, -0.7, 1.1], [0.2, 0.9, -0.4]]
x = [0.6, 0.25, 0.8]
i = [2, 0, 1]
[parameters]
W = [[0.31, -0.62], [0.83, 0.44], [-0.25, 0.56]]
w = [0.15, -0.37, 0.72]
S = [[[0.1, 0.23], [-0.3, 0.41], [0.5, -0.6]], [[0.75, -0.82], [0.19, 0.07], [-0.91, 0.33]]]
[forward]
Y = "{expression}"
moved = "1 + 0.5*sum(w)"
[loss]
E = "sum(sin(Y + 0.3)*Y) + 0.1*sum(W) + moved + sum(S^2)"
"""


def test_no_function_is_left_out() -> None:
    assert {*FUNCTIONS, *COMPOSITES} <= EXPRESSIONS.keys()
    assert not PASSING.keys() - EXPRESSIONS.keys()


@pytest.mark.parametrize("expression", [one for several in EXPRESSIONS.values() for one in several])
def test_function_by_function(expression: str) -> None:
    require_right(single(expression))


@pytest.mark.parametrize("function", functions())
def test_functions_of_scalars(function: str) -> None:
    require_right(single(SCALARS.get(function, f"{function}(w)")))


IN_TENSORS = [name for name in template_names() if re.search("@|conv2d|shape = ", template_text(name))]
"""The shipped templates that are written in tensors."""
TRAINED = [name for name in IN_TENSORS if load(name).trains]


@pytest.mark.parametrize("template", TRAINED)
def test_shipped_templates(template: str) -> None:
    study = override(load(template), iterations=1)
    chunk = next(iter(Trace(study).chunks()))
    row = dict(zip(study.graph.names, chunk.rows[0][0], strict=True))
    assert require_like_scalars(study, computed(study), row) >= len(study.network.weights)


# --- how it reads ---


def shown(template: str) -> dict[str, str]:
    """Return the printed derivatives, by what stands before the equals sign."""
    study = loads(template)
    assert study.tensors is not None
    return dict(equation_text(one).split(" = ", 1) for one in derivatives(study))


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        ("X @ W", {"∂E/∂W": "0.1·ones([3, 2]) + Xᵀ·∂E/∂Y"}),
        ("x @ W", {"∂E/∂W": "0.1·ones([3, 2]) + x ⊗ ∂E/∂Y"}),
        ("tanh(X @ W)", {"∂E/∂Y_pre": "∂E/∂Y ⊙ (1 − Y²)"}),
        ("softmax(X @ W)", {"∂E/∂Y_pre": "Y ⊙ (∂E/∂Y − rowsum(∂E/∂Y ⊙ Y))"}),
        ("X @ W + w[0:2]", {"∂E/∂w": "½·ones([3]) + into(w[0:2], Σ over rows of ∂E/∂Y)"}),
        ("conv2d(X, W[0:2])", {"∂E/∂W": "0.1·ones([3, 2]) + into(W[0:2], conv2d(X, ∂E/∂Y))"}),
        ("concat(w, x)", {"∂E/∂w": "½·ones([3]) + ∂E/∂Y[0:3]"}),
        ("X.T @ w[0:2]", {"∂E/∂w": "½·ones([3]) + into(w[0:2], X·∂E/∂Y)"}),
        ("W - mean(W, axis=-1, keepdims=True)", {"∂E/∂W": "0.1·ones([3, 2]) + ∂E/∂Y − rowsum(∂E/∂Y)/2"}),
        ("mean(W^2, axis=1, keepdims=True)", {"∂E/∂W": "0.1·ones([3, 2]) + ∂E/∂Y ⊙ W"}),
        ("mean(W^6, axis=1, keepdims=True)", {"∂E/∂W": "0.1·ones([3, 2]) + 3·∂E/∂Y ⊙ W^5"}),
        ("W.T @ x", {"∂E/∂W": "0.1·ones([3, 2]) + x ⊗ ∂E/∂Y"}),
        ("(W[0:2] @ W.T) @ x", {"∂E/∂Y_part": "∂E/∂Y ⊗ x"}),
    ],
)
def test_it_reads_as_in_a_textbook(expression: str, lines: dict[str, str]) -> None:
    found = shown(single(expression))
    assert {name: found[name] for name in lines} == lines


CROSS_ENTROPIES = """
rates = [0.1]
iterations = 2
[inputs]
X = [[1, 2], [3, 4], [0, 1]]
T = [[1, 0, 0], [0, 0.5, 0.5], [0, 0, 1]]
t = [0, 1, 0]
[parameters]
U = [[0.1, 0.2, 0.3], [0.3, 0.2, -0.1]]
V = [[0.1, -0.2, 0.3], [0.3, 0.4, -0.1]]
W = [[0.5, -0.2, 0.3], [0.3, 0.6, -0.1]]
[forward]
P = "softmax(X @ U)"
Q = "softmax(X @ V)"
"R[t] for t in 0..2" = "softmax(X[t] @ V)"
"e[t] for t in 0..2" = "sum(cce(R[t], T[t]))"
L = "log_softmax(X @ W)"
[loss]
e_P = "2*sum(cce(P, T), axis=1)"
e_Q = "-sum(t*ln(Q), axis=1)"
E = "mean(e_P) + sum(e_Q) + mean(e) - sum(T*L)/3"
"""


def test_a_softmax_and_its_cross_entropy_are_p_less_y() -> None:
    found = shown(CROSS_ENTROPIES)
    assert {name: found[name] for name in found if "_pre" in name} == {
        "∂E/∂P_pre": "2·(P − T)/3",
        "∂E/∂Q_pre": "Q − t",
        "∂E/∂R_pre[t] for t in 0..2": "(∂E/∂e[t])·(R[t] − T[t])",
        "∂E/∂L_pre": "(exp(L) − T)/3",
    }
    require_right(CROSS_ENTROPIES)


LOGITS = """
rates = [0.1]
iterations = 2
[inputs]
X = [[1, 2], [0, -1], [2, 1]]
T = [[1, 0, 0], [0, 1, 0], [0, 0.5, 0.5]]
[parameters]
W = [[0.5, -0.2, 0.3], [0.3, 0.6, -0.1]]
V = [[0.5, -0.2, 0.3], [0.3, 0.6, -0.1]]
[forward]
Z = "X @ W"
Q = "X @ V"
P = "softmax(Z)"
e = "cce_with_logits(Q, T)"
[loss]
E = "mean(cce_with_logits(Z, T)) + sum(e^2) + mean(bce_with_logits(Q, T))"
"""


def test_a_cross_entropy_of_logits_is_p_less_y_as_well() -> None:
    """By the name of the softmax, where there is one."""
    found = shown(LOGITS)
    assert found["∂E/∂Z"] == "(P − T)/3"
    assert found["∂E/∂Q"] == "(σ(Q) − T)/9 + reshape(∂E/∂e, [3, 1]) ⊙ (softmax(Q) − T)"
    require_right(LOGITS)


def test_of_other_weights_than_shares_a_cross_entropy_of_logits_keeps_their_sum() -> None:
    template = LOGITS.replace("[0, 0.5, 0.5]", "[0, 0.5, 0.6]")
    assert shown(template)["∂E/∂Z"] == "softmax(Z) ⊙ rowsum(T/3) − T/3"
    require_right(template)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("[0, 0.5, 0.5]", "[0, 0.5, 0.6]"),  # a row that does not add up to 1
        ("sum(cce(P, T), axis=1)", "sum(X[:, 0:1]*T*cce(P, T), axis=1)"),
        ('e_P = "2*sum(cce(P, T), axis=1)"', 'e_P = "2*sum(cce(P, T), axis=1) + sum(P^2, axis=1)"'),
    ],
)
def test_what_is_no_cross_entropy_of_shares_keeps_the_jacobian(here: str, there: str) -> None:
    template = CROSS_ENTROPIES.replace(here, there)
    assert template != CROSS_ENTROPIES
    assert shown(template)["∂E/∂P_pre"] == "P ⊙ (∂E/∂P − rowsum(∂E/∂P ⊙ P))"
    require_right(template)


def test_a_convolution_turns_its_kernel_around() -> None:
    template = single("conv2d(tanh(W @ X), K)").replace("[forward]", "K = [[1, 2], [3, 4]]\n[forward]")
    assert shown(template)["∂E/∂Y_part"] == "full2d(∂E/∂Y, rot180(K))"
    require_right(template)


RECURRENT = """
rates = [0.1]
iterations = 2
[inputs]
x = [[1, 0], [0, 1], [1, 1], [0.5, 2]]
[parameters]
U = [[0.1, 0.2], [0.3, 0.4]]
V = [[0.5, -0.6], [0.7, 0.8]]
[forward]
"h[0]" = "zeros(2)"
"h[t] for t in 1..4" = "tanh(x[t-1] @ U + h[t-1] @ V)"
"y[t] for t in 0..3" = "h[t+1]*h[4-t]"
[loss]
E = "sum(h[-1]^2) + sum(y[2:4])"
"""


def test_a_loop_goes_back_turn_by_turn() -> None:
    found = shown(RECURRENT.replace('"y[t] for t in 0..3" = "h[t+1]*h[4-t]"\n', "").replace(" + sum(y[2:4])", ""))
    assert found == {
        "∂E/∂h[4]": "2·h[4]",
        "∂E/∂h_pre[t] for t in 1..4": "∂E/∂h[t] ⊙ (1 − h[t]²)",
        "∂E/∂h[t] for t in 1..3": "(∂E/∂h_pre[t+1])·Vᵀ",
        "∂E/∂U": "Σ t=1..4 (x[t-1] ⊗ ∂E/∂h_pre[t])",
        "∂E/∂V": "Σ t=1..4 (h[t-1] ⊗ ∂E/∂h_pre[t])",
    }
    require_right(RECURRENT)


def test_equations_stand_after_those_they_use() -> None:
    """A table of layers reads an equation that is typed, and the other way round."""
    study = loads(
        'rates = [0.1]\niterations = 1\nseed = 1\nloss = "mean_squared_error"\n[inputs]\nx = [1, 2]\n[targets]\n'
        't = [0, 1]\n[forward]\nr = "z1 + 1"\nu = "x*2"\n[[layers]]\nkind = "linear"\nfrom = "u"\nout_features = 3\n'
        '[[layers]]\nkind = "linear"\nfrom = "r"\nout_features = 2\n'
    )
    assert study.tensors is not None
    assert [one.typed.key for one in forward(study.tensors)] == ["u", "z1", "r", "z2", "E_total"]


# --- LaTeX ---


@pytest.mark.parametrize("number", range(40))
def test_latex_says_the_same(number: int) -> None:
    """What is printed in LaTeX, computed, is what the same equation comes to as text."""
    study = loads(tensor_program(number))
    assert study.tensors is not None
    equations = [
        *(equation for one in forward(study.tensors) for equation in one.steps or one.whole),
        *derivatives(study),
    ]
    as_text = computed(study)
    given = {name.replace("_", ""): value for name, value in as_text.given.items()}
    as_latex = Values(given, (to_text(equation_latex(equation)) for equation in equations))
    names = {name.replace("_", ""): name for name, _ in as_text.texts}
    for name, place in as_latex.texts:
        expected = as_text.computed(names[name.replace("_", "")], place)
        np.testing.assert_allclose(as_latex.computed(name, place), expected, rtol=1e-9, atol=1e-12)
