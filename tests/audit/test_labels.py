"""What labels name, in the spellings that people use."""

from __future__ import annotations

import pytest

from sheetgen.audit.labels import Kind, meaning, settled
from sheetgen.audit.spelling import keys


@pytest.mark.parametrize(
    "text",
    ["a_h1", "out_h1", "outh1", "σ(h1)", "sigmoid(h1)", "out h1", "Out_h1 = σ(h1)", "ReLU(h₁)", "h1 out", "a_h₁"],
)
def test_an_activation_is_one_however_it_is_spelled(text: str) -> None:
    meant = meaning(text)
    assert meant is not None
    assert meant.kind == Kind.QUANTITY
    assert "(h1)" in meant.names


@pytest.mark.parametrize(
    "text",
    [
        *("E", "E_total", "E_T", "E_Tot", "Etotal", "Error", "Loss", "Cost", "J", "L", "total error", "E = E1+E2"),
        *("MSE", "Cross entropy", "Loss (MSE)", "E_total:"),
    ],
)
def test_a_whole_loss(text: str) -> None:
    meant = meaning(text)
    assert meant is not None
    assert meant.kind == Kind.LOSS


@pytest.mark.parametrize(
    "text",
    [
        *("∂E/∂w1", "dE/dw1", "∂E_t/∂w1", "dE_dw1", "dEdw1", "d(E)/d(w1)", "∂E / ∂w₁", "δE/δw1", "𝜕E/𝜕w1"),
        *("∂E/∂w1 = ((out_o1-t1)*(out_o1(1-out_o1)))*i1", "partial E / partial w1", "gradient of E wrt w1"),
        "∇_{w1} E",
    ],
)
def test_a_derivative_of_the_loss_by_a_weight(text: str) -> None:
    meant = meaning(text)
    assert meant is not None
    assert (meant.kind, meant.by, meant.weak) == (Kind.DERIVATIVE, ("w1",), False)
    assert meant.of[0] in ("e", "et")


@pytest.mark.parametrize(
    "text", ["grad_w1", "∇w1", "gradient w1", "gradient of w1", "grad(w1)", "w1 grad", "dw1", "dW1"]
)
def test_a_derivative_that_leaves_its_loss_unsaid(text: str) -> None:
    meant = meaning(text)
    assert meant is not None
    assert (meant.kind, meant.of, meant.by) == (Kind.DERIVATIVE, (), ("w1",))


@pytest.mark.parametrize(
    ("text", "of", "by"),
    [
        ("∂E1/∂a_o1", "e1", "(o1)"),
        ("∂a_o1/∂o1", "(o1)", "o1"),
        ("∂o1/∂w5", "o1", "w5"),
        ("dL/dZ2", "l", "z2"),
        ("∂L/∂W^[1]", "l", "w1"),
        ("∂E/∂net_h1", "e", "<h1>"),
    ],
)
def test_a_derivative_of_something_by_something(text: str, of: str, by: str) -> None:
    meant = meaning(text)
    assert meant is not None
    assert meant.kind == Kind.DERIVATIVE
    assert of in meant.of
    assert by in meant.by


@pytest.mark.parametrize(
    ("text", "how"),
    [
        *(("dw sum", "sum"), ("dβ sum", "sum"), ("sum of dE/dw1", "sum"), ("Σ dE/dw1", "sum"), ("dw sumO", "sum")),
        *(("mean ∂E_total/∂w1", "mean"), ("avg dw1", "mean"), ("∂E/∂w1", "")),
    ],
)
def test_several_derivatives_put_together(text: str, how: str) -> None:
    meant = meaning(text)
    assert meant is not None
    assert (meant.kind, meant.gathered) == (Kind.DERIVATIVE, how)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((text, Kind.RATE) for text in ("η", "ƞ", "lr", "LR", "Learning rate", "Learning Rate, η = ", "alpha", "eta")),
        *((text, Kind.ERROR_TERM) for text in ("δ2", "δ_o1", "delta o1", "delta_h1", "δ(o1)")),
        *((text, Kind.UPDATED) for text in ("w1 new", "new w1", "w1+", "w1(t+1)", "w1'", "β updated")),
        *((text, Kind.OTHER) for text in ("epoch", "iteration", "b velocity(t)", "w momentum(t + 1)", "Δw1")),
        *((text, Kind.QUANTITY) for text in ("w1", "E1", "i1 = Input 1", "y(smoothed)", "yhat (softmax)", "normOut0")),
    ],
)
def test_what_else_a_label_names(text: str, kind: Kind) -> None:
    meant = meaning(text)
    assert meant is not None
    assert meant.kind == kind


@pytest.mark.parametrize("text", ["→", "", "42", "The network that is trained on this sheet", "x" * 500])
def test_what_is_no_label(text: str) -> None:
    meant = meaning(text)
    assert meant is None or meant.kind == Kind.QUANTITY
    assert text in ("42",) or meant is None


def test_numbers_that_stand_apart_stay_apart() -> None:
    """The 12th row's first element is not the second row's 11th; of single digits either spelling is meant."""
    assert not set(keys("D_11_0")) & set(keys("D_1_10"))
    assert set(keys("D_11_0")) & set(keys("D[11, 0]"))
    assert set(keys("w_1_1")) & set(keys("W11")) & set(keys("W[1,1]"))


def test_what_others_are_derived_by_is_no_derivative() -> None:
    labels = {text: meaning(text) for text in ("G_a", "distance", "g_w", "w", "E", "∂E/∂G_a", "∂E/∂distance")}
    found = settled({text: meant for text, meant in labels.items() if meant})
    assert {text for text, meant in found.items() if meant.derivative} == {"g_w", "∂E/∂G_a", "∂E/∂distance"}
