"""Names as a textbook has them: Greek letters, digits below the line, primes; and what is told of other names."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tracing import trace

from sheetgen import TemplateError, build, loads, verify
from sheetgen.proof.reference import Reference
from sheetgen.show import equations
from sheetgen.template.write import effective_template

PLAIN = """rates = [0.1]
iterations = 3
[inputs]
"x1" = 0.5
"x2" = 0.7
[targets]
t = 0.3
[parameters]
"w" = 0.4
"v" = -0.2
"l" = 0.1
"a12" = 0.3
[forward]
"h1" = "w*x1^2 + v*x2 + a12"
"y" = "tanh(h1)"
[loss]
E = "(y - t)² + l*w^2"
"""
TEXTBOOK = {"x1": "x₁", "x2": "x₂", "w": "w′", "v": "w′′", "l": "λ", "a12": "θ₁₂", "h1": "h₁", "y": "y′"}
NAMED = re.sub(r"\b(?:x1|x2|w|v|l|a12|h1|y)\b", lambda name: TEXTBOOK[name[0]], PLAIN)


def test_they_are_the_same_network() -> None:
    plain, named = loads(PLAIN), loads(NAMED)
    assert [chunk.rows for chunk in trace(named)] == [chunk.rows for chunk in trace(plain)]
    assert "∂E/∂θ₁₂" in named.graph.names
    again = loads(effective_template(named))
    assert replace(again, name=named.name) == named


def test_they_are_proven_by_both_engines(tmp_path: Path, engine_name: str) -> None:
    build(loads(NAMED), tmp_path / "names.xlsx")
    report = verify(tmp_path / "names.xlsx", engine_name)
    assert report.ok, report.diffs[:3]


def test_of_tensors_too(tmp_path: Path) -> None:
    text = (
        'rates = [0.1]\niterations = 2\n[inputs]\n"x₁" = [1, 2]\n[parameters]\n"W′" = { shape = [2, 2] }\n'
        '[forward]\n"h₁[t] for t in 0..1" = "tanh(x₁[t]*W′[t])"\n[loss]\nE = "sum(h₁^2)"\n'
    )
    built = build(loads(text), tmp_path / "tensors.xlsx")
    assert built.report is not None
    assert built.report.ok, built.report.diffs[:3]
    assert "h₁_1_0" in loads(text).graph.names


def test_the_reference_tells_them_apart() -> None:
    reference = Reference({"E": "x₁*x1 + w′*w"}, "E")
    given = {"x₁": 2.0, "x1": 3.0, "w′": 5.0, "w": 7.0}
    assert reference.values(given)["E"] == 41
    assert {name: float(d) for name, d in reference.derivatives(given, list(given)).items()} == {
        "x₁": 3, "x1": 2, "w′": 7, "w": 5,
    }  # fmt: skip


def test_latex_has_its_own_letters() -> None:
    latex = equations(loads(NAMED), "latex")
    assert r"h_{1} &= w' \cdot {x_{1}}^{2} + w'' \cdot x_{2} + \theta_{12} \\" in latex
    assert r"+ \lambda \cdot {w'}^{2} \\" in latex
    assert not re.search("[₀-₉′α-ω]", latex)


def test_latex_over_tensors_has_them_too() -> None:
    text = (
        "rates = [0.1]\niterations = 2\nseed = 1\n[inputs]\nx = [0.5, -1]\n[targets]\nt = [0, 1]\n"
        '[parameters]\n"W′" = { shape = [2, 2] }\n"β₁" = { shape = [2] }\n"λ" = 0.3\n'
        '[forward]\n"y′" = "W′.T @ x + β₁"\n[loss]\nE = "sum((t - y′)^2) + λ*sum(W′^2)"\n'
    )
    latex = equations(loads(text), "latex")
    assert r"\mathbf{y}' &= {\mathbf{W}'}^{\top} \, \mathbf{x} + \beta_{1} \\" in latex
    assert r"+ \lambda \cdot \mathrm{sum}\left({\mathbf{W}'}^{\odot 2}\right) \\" in latex
    assert not re.search("[₀-₉′α-ω]", latex)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a b", "'a b' cannot name a quantity; use letters, digits and _, beginning with a letter: a_b"),
        ("w'", "cannot name a quantity; use letters, digits and _, beginning with a letter: w′"),
        ("x¹", "'x¹' cannot name a quantity; use letters, digits and _, beginning with a letter: x1"),
        ("2w", "'2w' cannot name a quantity; use letters, digits and _, beginning with a letter: w"),
        ("w-1", "'w-1' cannot name a quantity; use letters, digits and _, beginning with a letter: w_1"),
        ("′", "'′' cannot name a quantity; use letters, digits and _, beginning with a letter"),
        ("ʬ", "'ʬ' cannot name a quantity"),
        ("lambda", "'lambda' is a reserved word; call it λ, or lambda_"),
        ("in", "'in' is a reserved word; call it in_"),
        ("η₀", "'η₀' is a reserved word; give the quantity another name"),
        ("x₁", "'x₁' is already declared as 'x1' in [inputs], line 4 (they differ in where a"),
    ],
)
def test_another_name_is_told(name: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        loads(PLAIN.replace('"a12" = 0.3', f'"a12" = 0.3\n"{name}" = 1'))
    assert message in str(caught.value)
    assert "line 13" in str(caught.value)


def test_a_name_without_quotes_is_told_so() -> None:
    with pytest.raises(
        TemplateError, match='the name x₁ has letters beyond A to Z, so TOML wants it in quotes: "x₁" = …'
    ):
        loads(PLAIN.replace('"x1" = 0.5', "x₁ = 0.5"))
