"""Equations in LaTeX: how names are written, with the layers and derivatives in them."""

from __future__ import annotations

import pytest

from sheetgen.algebra.latex import Latex, latex_name, latex_words
from sheetgen.algebra.parser import parse


def test_a_power_of_a_name_with_its_layer_above() -> None:
    assert Latex().write(parse("w2_1_3^2 + w1^2")) == r"{\left(w^{(2)}_{1,3}\right)}^{2} + {w_{1}}^{2}"


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("w1", "w_{1}"),
        ("a_h1", "a_{h1}"),
        ("E_total", "E_{total}"),
        ("E", "E"),
        ("loss", r"\mathrm{loss}"),
        ("net12", r"\mathrm{net}_{12}"),
        ("a_h_1", r"a_{h\_1}"),
        ("η", r"\eta"),
        ("∂E_total/∂w1", r"\frac{\partial E_{total}}{\partial w_{1}}"),
        ("w2_1_3", "w^{(2)}_{1,3}"),
        ("w12_30_4", "w^{(12)}_{30,4}"),
        ("b2_1", "b^{(2)}_{1}"),
        ("z2_1", "z^{(2)}_{1}"),
        ("a2_1", "a^{(2)}_{1}"),
        ("∂E/∂w2_1_3", r"\frac{\partial E}{\partial w^{(2)}_{1,3}}"),
        ("w2_1", r"\mathrm{w2}_{1}"),
        ("a2_1_3", r"\mathrm{a2}_{1\_3}"),
        ("h2_1", r"\mathrm{h2}_{1}"),
        ("v′[b]", "{v'}_{b}"),
        ("v[b′]", "{v}_{b'}"),
        ("m̂[w2_1_3]", r"{\hat{m}}_{w^{(2)}_{1,3}}"),
        ("n[all weights]", r"{n}_{\text{all weights}}"),
        ("decay[else]", r"{\mathrm{decay}}_{\text{else}}"),
        ("previous old[β₁]", r"{{\mathrm{old}}_{\beta_{1}}}^{\mathrm{previous}}"),
        ("mean ∂E/∂w1", r"\overline{\frac{\partial E}{\partial w_{1}}}"),
    ],
)
def test_names_in_latex(name: str, latex: str) -> None:
    assert latex_name(name) == latex


def test_words_hold_no_sign_that_latex_takes_for_its_own() -> None:
    assert latex_words("50% of A & B_1 {x} #2") == r"50\% of A \& B\_1 \{x\} \#2"
    assert latex_words("\\^~$") == r"\textbackslash{}\textasciicircum{}\textasciitilde{}\$"
