"""What a stranger types wrong in an equation over tensors: one line says where, what was expected and what to do."""

from __future__ import annotations

import pytest

from sheetgen import NumberError, TemplateError, Tolerance, loads
from sheetgen.network.trace import Trace
from sheetgen.proof.mathematics import differences

TEMPLATE = """
title = "A layer"
rates = [0.1]
iterations = 2
seed = 1
[inputs]
X = [[1, 0, 2], [0, 1, -1]]
i = [0, 2]
C = [[0, 1, 0], [0, 0, 1]]
[targets]
t = [1, 0]
[parameters]
W = { shape = [3, 2] }
b = [0, 0]
v = [1, 2]
[forward]
H = "tanh(X @ W + b)"
y = "H @ v"
[loss]
E = "mean((y - t)^2)"
"""
H, Y, E = 17, 18, 20
"""The lines of the equations."""


def wrong(old: str, new: str) -> str:
    assert old in TEMPLATE
    return TEMPLATE.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("tanh", "log", H, "there is no function 'log' (column 1); did you mean 'ln'?"),
        ("tanh", "ReLU", H, "there is no function 'ReLU' (column 1); did you mean 'relu'?"),
        ("tanh", "Layer_Norm", H, "there is no function 'Layer_Norm' (column 1); did you mean 'layernorm'?"),
        ("tanh", "np.tanh", H, "'.' at column 3 is not part of an equation; write tanh(x) for np.tanh(x)"),
        ("X @ W", "mm(X, W)", H, "there is no function 'mm' (column 6); write a @ b"),
        ("X @ W", "X @ W'", H, "; the transpose of W is W.T"),
        ("X @ W", "X W", H, "'W' stands at column 8 where an operator, ',' or the ')' of the '(' at column 5 was"),
        (" + b)", " + b", H, "the equation ends at column 15 where an operator, ',' or the ')' of the '(' at column 5"),
        ("H @ v", "H[0:2 + v", Y, "at column 5 a whole number was expected"),
        ("H @ v", "(H @ v", Y, "the equation ends at column 7 where an operator or the ')' of the '(' at column 1 was"),
        ("H @ v", "y = H @ v", Y, "'=' stands at column 3; the name of a quantity stands before the quotes"),
        ("H @ v", "concat([H, H]) @ v", Y, "a list of tensors stands at column 9; leave out its brackets"),
        ("H @ v", "sum(H*v, 1)", Y, "sum takes its axis by name; axis=1"),
        ("H @ v", "sum(H*v, dim=1)", Y, "sum has no option 'dim'; did you mean 'axis'?"),
        ("H @ v", "sum(H*v, axis=1, keepdim=True)", Y, "sum has no option 'keepdim'; did you mean 'keepdims'?"),
        ("H @ v", "softmax(H, dim=0) @ v", Y, "softmax has no option 'dim'; softmax is over the last axis"),
        ("H @ v", "dropout(H, 0.5) @ v", Y, "the mask of dropout is 0.5; it is data: dropout(x, mask, p=0.5)"),
        ("H @ v", "H[0:5] @ v", Y, "H, 2×2, has no span to 5 along axis 0; its places are 0 to 1, and a span may end"),
        ("H @ v", "H[:, -3:] @ v", Y, "H, 2×2, has no span to -3 along axis 1"),
        ("H @ v", "softmax(mask(H)/(-2)) @ v", Y, "mask(H)/(-2) computes with what a mask hides; give the mask to"),
        ("H @ v", "softmax(mask(H)/0) @ v", Y, "mask(H)/0 computes with what a mask hides"),
        ("H @ v", "softmax(mask(H)/v[0]) @ v", Y, "give the mask to softmax alone: softmax(mask(S/k))"),
        ("H @ v", "embedding(C, W) @ v @ C.T @ H", Y, "C has rows with a 1 at the place; write C @ W"),
        ("H @ v", "embedding(X, W)[0] @ v", Y, "in embedding(X, W), X_1_2 is -1, and there are the places 0 to 2"),
        (
            "i = [0, 2]",
            "i = [0, 3]",
            Y,
            "in onehot(i, 3), i_1 is 3, and there are the places 0 to 2; count places from 0",
        ),
        ("i = [0, 2]", "i = [0, 1.5]", Y, "in onehot(i, 3), i_1 is 1.5, and there are the places 0 to 2"),
        ('y = "H', '"y[b] for b in 0..1" = "b*H[b]', Y, "b is the number of the loop, and a quantity b, too; give the"),
        ("y - t", "t - y[1:7]", E, "y, 2, has no span to 7 along axis 0"),
        ("W = { shape = [3, 2] }", 'W = "randn(3, 2)"', 13, "W must be a number, nested lists or { shape = [4, 3] }"),
        ("shape = [3, 2]", "size = [3, 2]", 13, "W has no key 'size'; did you mean 'shape'?"),
        ("shape = [3, 2]", "shape = [3, 2], seed = 4", 13, "no key 'seed'; it belongs above the first table: seed = 7"),
        ("[3, 2]", '[3, 2], init = "kaiming"', 13, "there is no init 'kaiming'; did you mean 'he'?"),
        ("seed = 1\n[inputs]", "[inputs]\nseed = 7", 6, "seed stands in [inputs], and belongs above the first table"),
        ('y = "H', 'y[0] = "H', Y, 'the key y[0] has brackets, so TOML wants it in quotes; "y[0]" = '),
    ],
)
def test_what_a_stranger_types(old: str, new: str, line: int, message: str) -> None:
    text = wrong(old, new)
    if old.startswith("i = "):
        text = text.replace("H @ v", "onehot(i, 3) @ W @ v + H @ v")
    with pytest.raises(TemplateError) as caught:
        loads(text, "layer.toml")
    said = str(caught.value)
    assert said.startswith(f"layer.toml, line {line}: ")
    assert message in said
    assert "\n" not in said


def test_a_part_that_is_not_there_is_told_which_are() -> None:
    text = wrong('y = "H @ v"', '"y[a] for a in 0..4" = "H[0] @ v*a"').replace("y - t", "y[7] - t")
    with pytest.raises(TemplateError, match=r"E uses 'y\[7\]', which is declared nowhere; y has the parts 0 to 4"):
        loads(text)


@pytest.mark.parametrize("expression", ["embedding(i, W) @ v + H @ v", "onehot(i, 3) @ W @ v + H @ v"])
def test_places_that_are_there_are_taken(expression: str) -> None:
    assert not list(differences(Trace(loads(wrong("H @ v", expression))), Tolerance()))


def test_a_letter_between_brackets_hides_nothing() -> None:
    study = loads(wrong('y = "H @ v"', '"y[t] for t in 0..1" = "H[t] @ v"'))
    assert not list(differences(Trace(study), Tolerance()))


@pytest.mark.parametrize("divisor", ["X[0, 1]", "(X[:, 0] - 1)"])
def test_zeros_through_zero_have_no_value(divisor: str) -> None:
    study = loads(wrong("H @ v", f"H @ v + zeros(2)/{divisor}"), "layer.toml")
    with pytest.raises(NumberError, match=f"layer.toml, line {Y}: y_0 has no value at iteration 0.*it divides by zero"):
        list(Trace(study).chunks())


def test_zeros_through_a_number_are_nothing() -> None:
    study = loads(wrong("H @ v", "H @ v + zeros(2)/sqrt(4)"))
    assert study.network.by_name["y_0"].equation == loads(TEMPLATE).network.by_name["y_0"].equation
