"""What equations over tensors become: the scalars, their names, and the lines of what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tracing import trace

from sheetgen.algebra.notation import Text
from sheetgen.errors import TemplateError
from sheetgen.network.graph import equation_of
from sheetgen.network.study import Study
from sheetgen.template.load import loads
from sheetgen.template.write import effective_template

HEAD = 'title = "t"\nrates = [0.1]\niterations = 3\n'
PERCEPTRON = (
    HEAD
    + """
[inputs]
X = [[1, 0, 2], [0, 1, 1]]
[targets]
T = [[1, 0], [0, 1]]
[parameters]
W = [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]
b = { shape = [2], init = "zeros" }
[forward]
P = "softmax(X @ W + b)"
[loss]
E = "sum(cce(P, T))"
"""
)


def equations(text: str) -> dict[str, str]:
    """Return the scalars that a template becomes, as text."""
    return {q.name: Text().write(equation_of(q)) for q in loads(text).network.equations}


def rows_of(study: Study) -> list[list[float]]:
    return [row for chunk in trace(study, [0]) for row in chunk.rows[0]]


def test_a_product_and_a_softmax_become_the_formulas_of_a_textbook() -> None:
    found = equations(PERCEPTRON)
    assert found["P_pre_0_1"] == "X_0_0·W_0_1 + X_0_1·W_1_1 + X_0_2·W_2_1 + b_1"
    assert found["P_max_1_0"] == "held(max(P_pre_1_0, P_pre_1_1))"
    assert found["P_exp_1_0"] == "exp(P_pre_1_0 − P_max_1_0)"
    assert found["P_0_1"] == "P_exp_0_1/P_sum_0_0"
    assert found["E"] == "cce(P_0_0, T_0_0) + cce(P_0_1, T_0_1) + cce(P_1_0, T_1_0) + cce(P_1_1, T_1_1)"


def test_a_loop_runs_through_the_parts_of_a_tensor() -> None:
    text = (
        HEAD
        + """
[inputs]
x = [[1, 0], [0, 1], [1, 1]]
[parameters]
W = [[0.1, 0.2], [0.3, 0.4]]
U = [[0.5, 0.6], [0.7, 0.8]]
[forward]
"h[0]" = "zeros(2)"
"h[t] for t in 1..3" = "tanh(x[t-1] @ W + h[t-1] @ U)"
[loss]
E = "sum(h[-1]^2)"
"""
    )
    found = equations(text)
    assert found["h_pre_1_0"] == "x_0_0·W_0_0 + x_0_1·W_1_0"
    assert found["h_pre_3_1"] == "x_2_0·W_0_1 + x_2_1·W_1_1 + (h_2_0·U_0_1 + h_2_1·U_1_1)"
    assert found["E"] == "h_3_0² + h_3_1²"
    assert "h_0_0" not in found


def test_a_mask_hides_what_comes_later() -> None:
    found = equations(PERCEPTRON.replace("X @ W + b", "mask(X @ W + b)"))
    assert found["P_sum_1_0"] == "P_exp_1_0 + P_exp_1_1"
    assert "P_exp_0_1" not in found


def test_the_effective_template_reads_back_as_the_same_study() -> None:
    study = loads(PERCEPTRON)
    again = loads(effective_template(study))
    assert again.network == study.network
    assert again.values == study.values
    assert effective_template(again) == effective_template(study)


def test_the_effective_template_keeps_the_order_of_tensors_where_one_is_frozen() -> None:
    text = PERCEPTRON.replace("[inputs]", 'frozen = ["W"]\n[inputs]', 1)
    study = loads(text)
    again = loads(effective_template(study))
    assert study.tensors is not None
    assert again.tensors is not None
    assert list(again.tensors.given) == list(study.tensors.given) == ["X", "T", "W", "b"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("X @ W + b", "(X @ W) @ X + b", 13, "in X @ W @ X + b, 2×3 and 2 do not fit each other"),
        ("X @ W + b", "X @ W.T + b", 13, "@ multiplies 2×3 by 2×3; 3 columns on the left need 3 rows on the right"),
        ("X @ W + b", "X @ W + X", 13, "2×2 and 2×3 do not fit each other"),
        ("X @ W + b", "X @ V + b", 13, "P uses 'V', which is declared nowhere"),
        ("X @ W + b", "X[2] @ W + b", 13, "X, 2×3, has no place 2 along axis 0"),
        ("X @ W + b", "summ(X @ W) + b", 13, "there is no function 'summ'"),
        ("sum(cce(P, T))", "cce(P, T)", 15, "E is 2×2, and what is minimised is one number; E = sum(cce(P, T))"),
        ("X @ W + b", "maxpool(X, [1, 2]) @ W[:2]", 13, "a window of 1×2 needs a stride, one for both axes; stride=2"),
        ("W = [[0.1", "lambda = [1, 2]\nW = [[0.1", 10, "'lambda' is a reserved word; call it λ, or lambda_"),
        ('P = "softmax', '"h[in] for in in 0..1" = "X[in]*2"\nP = "softmax', 13, "'in' is a reserved word"),
        ('P = "', 'tanh = "X*2"\nP = "', 13, "'tanh' cannot be told from the function tanh()"),
        ('P = "', 'b_1 = "X[0, 0]"\nP = "', 13, "b_1 and b would both have an element b_1; rename one"),
        ("[0, 1, 1]]", "[0, 1]]", 6, "X must be a list whose rows are all of one length"),
        (
            "X @ W + b",
            "reshape(X @ W, [-2, 2]) + b",
            13,
            "reshape of 2×2, 4 elements, to -2×2; the sizes must multiply to 4",
        ),
        ("X @ W + b", "b[0, 1]", 13, "b is 2, and places along 2 axes are asked for; its only axis is 0"),
        ("X @ W + b", "(X @ W + b).T[:1][1:]", 13, "a part of (X @ W + b).T[:1], 1×2, is empty"),
        ("X @ W + b", "sum(X)", 13, "P = softmax(sum(X)): axis=-1 of a number; it has no axis"),
        (
            "X @ W + b",
            "matmul(X, W, b)",
            13,
            "P = softmax(matmul(X, W, b)): in matmul(X, W, b), matmul takes 2 operands",
        ),
        ("X @ W + b", "transpose() + b", 13, "in transpose(), transpose takes 1 operand, not 0"),
        ("X @ W + b", "concat(b, b, axis=2)", 13, "what concat gives has no axis 2; its only axis is 0"),
        ("X @ W + b", "stack(b, b, axis=2)", 13, "what stack gives has no axis 2; its axes are 0 to 1"),
        ('init = "zeros"', 'init = ["zeros"]', 11, "b: there is no init ['zeros']; "),
        (
            "[[1, 0], [0, 1]]",
            '{ class = "a", classes = [["a"], ["b"]] }',
            8,
            "T: expected a list of at least two words",
        ),
        ("[[1, 0], [0, 1]]", f"{'[' * 70}1{']' * 70}", 8, "T has 70 axes; at most 16"),
        ("b = { shape = [2]", f"b = {{ shape = {[1] * 70}", 11, "b has 70 axes; at most 16"),
        ("X @ W + b", f"zeros({[1] * 17})", 13, "a tensor of 17 axes; at most 16"),
        ("X @ W + b", f"reshape(X, {[1] * 70})", 13, "a tensor of 70 axes; at most 16"),
        (
            'P = "',
            '"h[i, j] for i in 0..9999 for j in 0..9999" = "X"\nP = "',
            13,
            "its loops go 100,000,000 turns; they may go",
        ),
        (
            'P = "softmax(X @ W + b)',
            '"h[999999999]" = "b*2"\nP = "h',
            14,
            "used as a whole, and h[0] is declared nowhere",
        ),
        ('P = "softmax(X @ W + b)', '"h[1]" = "b*2"\nP = "h[0:999999999]', 14, "and h[0] is declared nowhere"),
        ("X @ W + b", "0*mask(X @ X.T)", 13, "0*mask(X @ X.T) computes with what a mask hides"),
        ("X @ W + b", "mask(X @ X.T) - mask(X @ X.T)", 13, " computes with what a mask hides"),
        ("X @ W + b", "mask(X @ X.T)/0", 13, "/0 computes with what a mask hides"),
        ("X @ W + b", "X @ 2", 13, "@ multiplies 2×3 by a number; write * for a number"),
        ("X @ W + b", "sum(X, axis=0, axis=1)", 13, "'axis' is said twice (column 24); keep one"),
        ("X @ W + b", "sum(X, keepdims=1)", 13, "sum: keepdims is 1; keepdims must be True or False"),
        ("X @ W + b", "dropout(X, 1, p=1)", 13, "dropout: p is 1; p must be a number from 0 to less than 1"),
        (
            "X @ W + b",
            "conv2d(X, W, padding=999)",
            13,
            "a tensor of 2000×2001; sizes from 1, of at most 100,000 elements",
        ),
        ("X @ W + b", f"X{'.T' * 200}", 13, "it has more than 150 operations inside one another"),
        (
            "softmax(X @ W + b)",
            "X[:, :2]",
            12,
            "[forward] computes nothing: it only gives other names to what is given",
        ),
    ],
)
def test_what_does_not_fit_is_one_line(old: str, new: str, line: int, words: str) -> None:
    with pytest.raises(TemplateError) as caught:
        loads(PERCEPTRON.replace(old, new), "t.toml")
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"t.toml, line {line}: ")
    assert "\n" not in str(caught.value)


def test_a_sum_that_is_compared_and_used_has_one_name() -> None:
    found = equations(PERCEPTRON.replace("softmax(X @ W + b)", "sigmoid(where(X @ W + b > 0, X @ W + b, 0))"))
    assert found["P_pre_0_0"] == "X_0_0·W_0_0 + X_0_1·W_1_0 + X_0_2·W_2_0 + b_0"
    assert found["P_0_0"] == "σ(where(P_pre_0_0 > 0, P_pre_0_0, 0))"


def test_a_span_of_earlier_parts_may_be_used_by_a_later_one() -> None:
    text = (
        HEAD
        + """
[inputs]
x = [1, 2, 3]
[parameters]
w = [0.1, 0.2, 0.3]
[forward]
"s[0]" = "w[0]*x[0]"
"s[t] for t in 1..2" = "w[t]*x[t] + sum(s[0:t])"
"p[t] for t in 0..2" = "softmax(s[0:t+1]) @ x[0:t+1]"
[loss]
E = "s[2] + p[2]"
"""
    )
    found = equations(text)
    assert found["s_2"] == "w_2·x_2 + (s_0 + s_1)"
    assert found["p_softmax_sum_1_0"] == "p_softmax_exp_1_0 + p_softmax_exp_1_1"
    with pytest.raises(TemplateError, match=r"circle: s\[1\] → s\[1\]"):
        loads(text.replace("sum(s[0:t])", "sum(s[0:t+1])"))
    with pytest.raises(TemplateError, match=r"q\[1\] is 2; q\[0\] is 1: make them alike"):
        loads(text.replace("[loss]", '"q[t] for t in 0..2" = "x[0:t+1]*2"\nr = "sum(q)"\n[loss]'))


def test_an_inner_part_of_a_metric_is_no_metric_unless_it_is_made_of_one() -> None:
    network = loads(PERCEPTRON + '[metrics]\nworst = "max(abs(P - T))"\ntwice = "max(2*stack(worst, 1))"\n').network
    assert [q.name for q in network.metrics] == ["worst", "twice_part_0", "twice"]
    assert "worst_part_0_1" in network.names


@pytest.mark.parametrize("optimiser", ["adam", "adamw"])
@pytest.mark.parametrize("batch", [1, 2])
def test_what_adam_derives_from_its_memory_stands_in_the_update(optimiser: str, batch: int) -> None:
    compact = loads(
        f'optimiser = "{optimiser}"\nbatch = {batch}\n'
        + HEAD
        + '[data]\ninputs = ["x"]\ntargets = ["y"]\nrows = [[[1, 2], 1], [[0, 1], 2]]\n'
        + '[parameters]\nw = [0.1, 0.2]\n[forward]\nz = "x @ w"\n[loss]\nE = "(z - y)^2"\n'
    )
    with_columns = replace(compact, tensors=None)
    found = [[[row[s.graph.position[f"w_{k}"]] for k in (0, 1)] for row in rows_of(s)] for s in (compact, with_columns)]
    assert found[0] == found[1]
    assert found[0][0] != found[0][-1]
    assert set(with_columns.graph.names) - set(compact.graph.names) == {"m̂[w_0]", "v̂[w_0]", "m̂[w_1]", "v̂[w_1]"}


MANY = (
    HEAD
    + """
[inputs]
x = 0.5
[parameters]
W = { shape = [30], init = "normal" }
V = { shape = [11, 10] }
[forward]
m = "max(W*x)"
P = "softmax(W*x)"
s = "sum(V, keepdims=True)"
i = "argmax(W*x)"
[loss]
E = "m + sum(P^2) + sum(s)"
"""
)


def test_the_largest_of_many_is_found_in_steps_unless_it_is_held() -> None:
    found = equations(MANY)
    assert found["m"] == "max(m_part2, m_part3, m_part4)"
    assert found["m_part2"].count(", ") == 9
    assert found["P_max_0"].startswith("held(max(")
    assert found["P_max_0"].count(", ") == 29


def test_the_sum_of_many_keeps_the_axes_that_it_is_told_to_keep() -> None:
    assert equations(MANY)["s_0_0"] == " + ".join(f"s_part_{row}" for row in range(11))
    tensors = loads(MANY).tensors
    assert tensors is not None
    assert [step.shape for step in tensors.unrolled if step.name == "s"] == [(1, 1)]


def test_the_place_of_the_largest_of_many_fits_a_formula() -> None:
    study = loads(MANY)
    row = dict(zip(study.graph.names, next(trace(study)).rows[0][0], strict=True))
    weights = [row[f"W_{place}"] for place in range(30)]
    assert row["i"] == weights.index(max(weights))
