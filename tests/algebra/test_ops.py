"""Every row of the table against torch, the reference and central differences; kinks, extremes, laziness."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from networks import template
from openpyxl import load_workbook
from tracing import trace
from trees import nodes
from workbook_lint import lint

from sheetgen import NumberError, TemplateError, build, loads, verify
from sheetgen.algebra.calculus import derivative
from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, evaluate
from sheetgen.algebra.expr import Var
from sheetgen.algebra.notation import Text
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.algebra.parser import parse
from sheetgen.proof.reference import Reference

torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")
F = torch.nn.functional

LINE = (-30.0, -3.0, -1.0, -0.37, 0.0, 0.25, 1.0, 2.5, 30.0)
POSITIVE = (0.05, 0.7, 1.0, 4.5)
OPEN = (0.02, 0.5, 0.93)
Points = tuple[tuple[float, ...], ...]


class Oracle(NamedTuple):
    """A use of a primitive in the operands a, b and c, the same in torch, and the operands to try."""

    text: str
    torch: Callable[..., Any]
    points: Points


def line(points: tuple[float, ...] = LINE) -> Points:
    return tuple((x,) for x in points)


def plane(first: tuple[float, ...] = LINE, second: tuple[float, ...] = (-1.0, 0.25, 2.5)) -> Points:
    return tuple(product(first, second))


def _chosen(sign: str, compare: Callable[..., Any]) -> Oracle:
    return Oracle(f"where(a {sign} b, a*a, 3*b)", lambda a, b: torch.where(compare(a, b), a * a, 3 * b), plane())


# The ties of max and min go to the first operand; torch.maximum splits them.
ORACLES: Mapping[str, Oracle] = {
    "add": Oracle("a + b", lambda a, b: a + b, plane()),
    "sub": Oracle("a - b", lambda a, b: a - b, plane()),
    "mul": Oracle("a*b", lambda a, b: a * b, plane()),
    "div": Oracle("a/b", lambda a, b: a / b, plane()),
    "neg": Oracle("-a", lambda a: -a, line()),
    "pow": Oracle("a^b", lambda a, b: a**b, plane(POSITIVE)),
    "gt": _chosen(">", torch.gt),
    "ge": _chosen(">=", torch.ge),
    "lt": _chosen("<", torch.lt),
    "le": _chosen("<=", torch.le),
    "eq": _chosen("==", torch.eq),
    "where": Oracle(
        "where(a > 0, sin(b)*a, b*c)",
        lambda a, b, c: torch.where(a > 0, torch.sin(b) * a, b * c),
        tuple(product((-1.0, 0.0, 2.0), (-0.5, 1.5), (0.25,))),
    ),
    "exp": Oracle("exp(a)", torch.exp, line()),
    "ln": Oracle("ln(a)", torch.log, line(POSITIVE)),
    "sqrt": Oracle("sqrt(a)", torch.sqrt, line(POSITIVE)),
    "sin": Oracle("sin(a)", torch.sin, line()),
    "cos": Oracle("cos(a)", torch.cos, line()),
    "pi": Oracle("a*pi()", lambda a: a * torch.pi, line()),
    "abs": Oracle("abs(a)", torch.abs, line()),
    "sign": Oracle("sign(a)*a", lambda a: torch.sign(a) * a, line()),
    "max": Oracle("max(a, b)", lambda a, b: torch.where(a >= b, a, b), plane()),
    "min": Oracle("min(a, b)", lambda a, b: torch.where(a <= b, a, b), plane()),
    "floor": Oracle("floor(a) + a", lambda a: torch.floor(a) + a, line()),
    "mod": Oracle("mod(a, b)", torch.remainder, plane((-7.3, -0.4, 0.3, 5.2), (-3.0, -0.7, 0.9, 2.0))),
    "held": Oracle("held(a)*a", lambda a: a.detach() * a, line()),
    "identity": Oracle("identity(a)", torch.nn.Identity(), line()),
    "sigmoid": Oracle("sigmoid(a)", torch.sigmoid, line()),
    "stable_sigmoid": Oracle("stable_sigmoid(a)", torch.sigmoid, line()),
    "tanh": Oracle("tanh(a)", torch.tanh, line()),
    "relu": Oracle("relu(a)", F.relu, line()),
    "leaky_relu": Oracle("leaky_relu(a)", F.leaky_relu, line()),
    "elu": Oracle("elu(a)", F.elu, line()),
    "softplus": Oracle("softplus(a)", lambda a: F.softplus(a, threshold=1000), line()),
    "gelu": Oracle("gelu(a)", lambda a: F.gelu(a, approximate="tanh"), line()),
    "silu": Oracle("silu(a)", F.silu, line()),
    "squared_error": Oracle("squared_error(a, b)", F.mse_loss, plane()),
    "half_squared_error": Oracle("half_squared_error(a, b)", lambda a, b: F.mse_loss(a, b) / 2, plane()),
    "huber": Oracle("huber(a, b)", F.huber_loss, plane()),
    "bce": Oracle("bce(a, b)", F.binary_cross_entropy, plane(OPEN, (0.0, 0.3, 1.0))),
    "bce_with_logits": Oracle(
        "bce_with_logits(a, b)",
        lambda a, b: b * F.softplus(-a, threshold=1000) + (1 - b) * F.softplus(a, threshold=1000),
        plane((-1e4, -7.0, -0.6, 0.0, 0.3, 5.0, 1e4), (0.0, 0.3, 1.0)),
    ),
    "cce": Oracle("cce(a, b)", lambda a, b: -torch.xlogy(b, a), plane(OPEN, (0.4, 1.0))),
    "l1_penalty": Oracle("l1_penalty(a)", lambda a: F.l1_loss(a, torch.zeros_like(a)), line()),
    "l2_penalty": Oracle("l2_penalty(a)", lambda a: a * a, line()),
}
CASES = [(name, point) for name, oracle in ORACLES.items() for point in oracle.points]


def test_every_row_has_an_oracle() -> None:
    assert set(ORACLES) == set(PRIMITIVES)
    for name, oracle in ORACLES.items():
        used = {getattr(node, "op", "") for node in nodes(parse(oracle.text))}
        assert name in used


def named(point: tuple[float, ...]) -> dict[str, float]:
    return dict(zip("abc", point, strict=False))


def value(text: str, values: Mapping[str, float]) -> float:
    return evaluate(parse(text), values.__getitem__)


def slope(text: str, name: str, values: Mapping[str, float], own: Var | None = None) -> float:
    return evaluate(derivative(parse(text), name, own), values.__getitem__)


@pytest.mark.parametrize(("name", "point"), CASES)
def test_value_and_slopes_against_torch(name: str, point: tuple[float, ...]) -> None:
    text, function, _ = ORACLES[name]
    values = named(point)
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point]
    result = function(*tensors)
    slopes = torch.autograd.grad(result, tensors, allow_unused=True)
    y = value(text, values)
    # exp(a) − 1 and ln(1 + …) lose what is small beside the 1, which torch's expm1 and log1p keep.
    assert y == pytest.approx(result.item(), rel=1e-13, abs=2e-16)
    for letter, tensor in zip(values, slopes, strict=True):
        expected = 0.0 if tensor is None else tensor.item()
        assert slope(text, letter, values) == pytest.approx(expected, rel=1e-12, abs=2e-16)
        assert slope(text, letter, {**values, "y": y}, Var("y")) == pytest.approx(expected, rel=1e-12, abs=2e-16)


@pytest.mark.parametrize(("name", "point"), CASES)
def test_value_and_slopes_against_the_reference(name: str, point: tuple[float, ...]) -> None:
    text, values = ORACLES[name].text, named(point)
    reference = Reference({"E": text}, "E")
    assert value(text, values) == pytest.approx(float(reference.values(values)["E"]), rel=1e-13, abs=2e-16)
    for letter, reference_slope in reference.derivatives(values, list(values)).items():
        assert slope(text, letter, values) == pytest.approx(float(reference_slope), rel=1e-12, abs=2e-16), letter


@pytest.mark.parametrize(("name", "point"), [case for case in CASES if case[0] != "held"])
def test_slopes_against_central_differences(name: str, point: tuple[float, ...]) -> None:
    """Kinks and jumps aside, where the differences to both sides are not alike."""
    text, values = ORACLES[name].text, named(point)
    for letter, x in values.items():
        step = 1e-6 * max(1.0, abs(x))
        try:
            low, here, high = (value(text, {**values, letter: x + h}) for h in (-step, 0.0, step))
        except ARITHMETIC_ERRORS:
            continue
        gradient = slope(text, letter, values)
        if abs((high - here) - (here - low)) < 1e-4 * step * max(1.0, abs(gradient)):
            assert gradient == pytest.approx((high - low) / (2 * step), rel=1e-6, abs=1e-7)


def test_the_cross_entropy_of_classes() -> None:
    """Σ −b·ln(a) over a softmax's parts is torch's cross_entropy, gradients included."""
    z = [0.3, -1.2, 2.0]
    logits = torch.tensor([z], dtype=torch.float64, requires_grad=True)
    loss = F.cross_entropy(logits, torch.tensor([1]))
    (expected,) = torch.autograd.grad(loss, logits)
    parts = range(1, 4)
    forward = 'm = "held(max(z1, z2, z3))"\n' + "".join(f'e{k} = "exp(z{k} - m)"\n' for k in parts)
    forward += 's = "e1 + e2 + e3"\n' + "\n".join(f'p{k} = "e{k}/s"' for k in parts)
    text = template(
        forward,
        'E = "cce(p1, 0) + cce(p2, 1) + cce(p3, 0)"',
        "\n".join(f"z{k} = {x}" for k, x in zip(parts, z, strict=True)),
    )
    study = loads(text)
    assert "∂E/∂m" not in study.graph.names
    row = dict(zip(study.graph.names, next(iter(trace(study))).rows[0][0], strict=True))
    assert row["E"] == pytest.approx(loss.item(), rel=1e-14)
    assert [row[f"∂E/∂z{k}"] for k in parts] == pytest.approx(expected[0].tolist(), rel=1e-13)


def test_a_class_of_probability_0_costs_nothing_where_it_is_not_the_right_one() -> None:
    values = {"a": 0.0, "b": 0.0}
    assert value("cce(a, b)", values) == slope("cce(a, b)", "a", values) == 0.0
    reference = Reference({"E": "cce(a, b)"}, "E")
    assert reference.values(values)["E"] == reference.derivatives(values, ["a"])["a"] == 0.0


EXTREMES = [
    ("softplus(a)", 1e4, 1e4, 1.0),
    ("softplus(a)", -1e4, 0.0, 0.0),
    ("elu(a)", -800.0, -1.0, 0.0),
    ("elu(a)", 1000.0, 1000.0, 1.0),
    ("gelu(a)", 1e3, 1e3, 1.0),
    ("gelu(a)", -1e3, 0.0, 0.0),
    ("silu(a)", 800.0, 800.0, 1.0),
    ("silu(a)", -700.0, -700 * math.exp(-700), -699 * math.exp(-700)),
    ("sigmoid(a)", 800.0, 1.0, 0.0),
    ("stable_sigmoid(a)", 1e4, 1.0, 0.0),
    ("stable_sigmoid(a)", -1e4, 0.0, 0.0),
    ("stable_sigmoid(a)", -700.0, math.exp(-700), math.exp(-700)),
    ("bce_with_logits(a, 1)", -1e4, 1e4, -1.0),
    ("bce_with_logits(a, 1)", 1e4, 0.0, 0.0),
    ("bce_with_logits(a, 0)", 1e300, 1e300, 1.0),
    ("bce_with_logits(a, 0)", -1e300, 0.0, 0.0),
    ("relu(a)", -1e300, 0.0, 0.0),
    ("relu(a)", 1e300, 1e300, 1.0),
    ("leaky_relu(a)", -1e300, -1e298, 0.01),
    ("tanh(a)", -1e300, -1.0, 0.0),
    ("huber(a, 0)", 1e300, 1e300, 1.0),
    ("bce(a, 1)", 1e-40, 40 * math.log(10), -1e40),
    ("l1_penalty(a)", -1e300, 1e300, -1.0),
    ("where(a > 0, ln(a), 0)", 0.0, 0.0, 0.0),
    ("where(a > 0, ln(a), exp(a))", -1.0, math.exp(-1), math.exp(-1)),
    ("where(a < 700, exp(a), exp(700))", 1e4, math.exp(700), 0.0),
    ("where(a == 0, 1, 1/a)", 0.0, 1.0, 0.0),
]


@pytest.mark.parametrize(("text", "at", "expected", "gradient"), EXTREMES)
def test_safe_at_extremes(text: str, at: float, expected: float, gradient: float) -> None:
    values = {"a": at}
    reference = Reference({"E": text}, "E")
    assert value(text, values) == pytest.approx(expected, rel=1e-13)
    assert slope(text, "a", values) == pytest.approx(gradient, rel=1e-12)
    assert float(reference.values(values)["E"]) == pytest.approx(expected, rel=1e-13)
    assert float(reference.derivatives(values, ["a"])["a"]) == pytest.approx(gradient, rel=1e-12, abs=1e-290)


LARGE, UNDEFINED, ZERO_DIVISOR = "a value is too large", "a function has no value there", "it divides by zero"
REFUSED = [
    ("sigmoid(w)", -800, LARGE),
    ("silu(w)", -800, LARGE),
    ("exp(w)", 710, LARGE),
    ("sin(w)", 2e8, LARGE),
    ("cos(w)", -2e8, LARGE),
    ("mod(1, w)", 0, ZERO_DIVISOR),
    ("squared_error(w, 0)", 1e200, LARGE),
    ("gelu(w)", 1e110, LARGE),
    ("bce(w, 1)", 1, UNDEFINED),
    ("bce(w, 0)", 1, UNDEFINED),
    ("bce(w, 0)", 0, UNDEFINED),
    ("cce(w, 1)", 0, UNDEFINED),
    # An infinite operand that would vanish.
    ("max(w, -w*1e200*1e200)", 1, LARGE),
    ("min(1, w*1e200*1e200)", 1, LARGE),
    ("relu(-w*1e200*1e200)", 1, LARGE),
    ("1/(1 + abs(w*1e200*1e200))", 1, LARGE),
    ("sign(w*1e200*1e200)", 1, LARGE),
    ("mod(w, 1e200*1e200*w)", 1, LARGE),
    ("where(w*1e200*1e200 > 0, w, 0)", 1, LARGE),
    ("where(0 < w*1e200*1e200 - w*1e200*1e200, w, 0)", 1, LARGE),
    ("1/where(w > 0, w*1e200*1e200, 1)", 1, LARGE),
    ("exp(-where(w > 0, w*1e200*1e200, 1))", 1, LARGE),
    ("where(w > 0, w*1e200*1e200, 1)", 1, LARGE),
    ("where(w > 0, ln(-w), 1)", 1, UNDEFINED),
]


@pytest.mark.parametrize(("text", "at", "reason"), REFUSED)
def test_refused_with_the_reason(text: str, at: float, reason: str) -> None:
    study = loads(template(f'q = "{text}"', 'E = "w^2*0.0001 + 0.0001*q"', f"w = {float(at)!r}"))
    with pytest.raises(NumberError) as caught:
        deque(trace(study), 0)
    assert (caught.value.quantity, caught.value.iteration, caught.value.reason) == ("q", 0, reason)


def test_branches_are_differentiated_where_they_are_taken() -> None:
    study = loads(template('y = "where(w*x > 0, w^2, -w)"', 'E = "(t - y)^2"'))
    text = Text()
    shown = {q.name: text.write(q.equation) for q in study.graph.derivatives if q.equation}
    assert shown == {"∂E/∂y": "2·(y − t)", "∂E/∂w": "∂E/∂y·where(w·x > 0, 2·w, −1)"}


def test_the_gradient_of_a_rectifier_reads_as_a_textbook_writes_it() -> None:
    study = loads(template('h = "w*x"\ny = "relu(h)"', 'E = "half_squared_error(y, t)"'))
    text = Text()
    shown = {q.name: text.write(q.equation) for q in study.graph.derivatives if q.equation}
    assert shown == {"∂E/∂y": "y − t", "∂E/∂h": "∂E/∂y·where(y > 0, 1, 0)", "∂E/∂w": "∂E/∂h·x"}


@pytest.mark.parametrize("forward", ["held(w)", "floor(w)", "sign(w)", "where(w > 0, x, 0)"])
def test_a_weight_without_influence_cannot_be_trained(forward: str) -> None:
    with pytest.raises(TemplateError, match="w does not influence the loss E") as caught:
        loads(template(f'y = "{forward}"', 'E = "(t - y)^2"'))
    assert caught.value.quantity == "w"


def test_a_quantity_held_everywhere_is_no_way_to_the_loss() -> None:
    study = loads(template('h = "w*x"\nm = "h*2"\ny = "h - held(m)"', 'E = "(t - y)^2"'))
    assert "m" not in study.graph.influences
    assert study.graph.ways["h"] == ["y"]
    assert study.graph.gradient("m") is None


def all_functions() -> str:
    """Return a template in which every oracle's text is a quantity of its own, in the loss by its square."""
    forward = ['h = "w*x - v"', 'p = "sigmoid(h)"', 'n = "exp(h)"']
    for index, (name, oracle) in enumerate(ORACLES.items()):
        first = "p" if name in ("bce", "cce") else "n" if name in ("ln", "sqrt", "pow") else "h"
        text = oracle.text
        for letter, quantity in (("a", first), ("b", "t"), ("c", "w")):
            text = re.sub(rf"\b{letter}\b", quantity, text)
        forward.append(f'f{index} = "{text}"')
    forward.append('m = "max(h, w, v, t) + min(h, w, v)"')
    total = " + ".join(f"f{index}^2" for index in range(len(ORACLES)))
    return template("\n".join(forward), f'E = "0.01*({total} + m^2)"', "w = 0.4\nv = 0.7", "0.05, 0.3", 25)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("primitives") / "all.xlsx"
    assert build(loads(all_functions()), path).ok
    return path


def test_every_function_in_a_workbook(workbook: Path) -> None:
    assert lint(workbook) == []
    assert verify(workbook).ok


def test_the_workbook_checks_its_own_gradients(workbook: Path) -> None:
    """The central differences on Checks hold what is held."""
    verdict = load_workbook(workbook, data_only=True)["Checks"]["B3"].value
    assert verdict.startswith("OK")


@pytest.mark.usefixtures("soffice")
def test_every_function_in_libreoffice(workbook: Path) -> None:
    assert verify(workbook, "libreoffice").ok


def test_elu_and_softplus_lose_the_digits_that_the_docs_say() -> None:
    """Against eᵃ, which both ln(1 + eᵃ) and the slope of elu are, to 1e-9, from −20 down."""
    slopes = {name: derivative(parse(f"{name}(a)"), "a", Var("y")) for name in ("elu", "softplus")}
    for a in (-20.0, -30.0, -38.0, -50.0):
        values = {name: evaluate(parse(f"{name}(a)"), {"a": a}.__getitem__) for name in slopes}
        lost = [evaluate(slopes[name], {"a": a, "y": values[name]}.__getitem__) for name in slopes]
        for number in (*lost, values["softplus"]):
            error = abs(number / math.exp(a) - 1)
            assert 1e-9 < error < 1e-7 if a == -20 else error > 1e-5
            assert (number == 0) is (a < -37)
