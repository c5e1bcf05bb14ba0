"""The reference must notice what formula and value agree on: a wrong rule, a wrong equation, a wrong step."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from judged import disagreements, with_equation
from networks import ODD, template
from tracing import trace

from sheetgen import Tolerance, load, loads, override
from sheetgen.algebra.expr import Var, substitute
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.algebra.parser import parse
from sheetgen.network.batches import batches
from sheetgen.network.optimizers import OPTIMIZERS
from sheetgen.network.row_program import Row
from sheetgen.network.study import Study
from sheetgen.network.trace import Trace
from sheetgen.proof.mathematics import differences
from sheetgen.proof.report import Kind


def wrong(seed: Study, name: str, text: str) -> Study:
    """Return a study whose quantity has another equation; d_q stands for ∂E_total/∂q."""
    expr = substitute(parse(text), lambda n: Var("∂E_total/∂" + n[2:] if n.startswith("d_") else n))
    return with_equation(seed, name, expr)


SEED = override(load(), rates=[0.5, 2.0], iterations=30)

SATURATED = template('h = "w*x"\ny = "sigmoid(h)"', 'E = "(t - y)^2"', "w = -1400", "0.5")


@pytest.mark.parametrize("study", [load(), loads(ODD), loads(SATURATED)], ids=["seed", "odd", "saturated"])
def test_what_is_right_is_proven(study: Study) -> None:
    assert disagreements(study) == []


def test_hundreds_of_rows_and_large_rates_are_proven() -> None:
    assert disagreements(override(load(), rates=[50.0, 1000.0], iterations=600)) == []


def test_many_passes_over_few_rows_find_what_one_pass_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetgen.proof.mathematics.batches", partial(batches, numbers=1))
    study = loads(ODD)
    assert list(differences(Trace(study, chunk_rows=5), Tolerance())) == []
    position = study.graph.position["iteration"]
    assert max(row[position] for row in Trace(study).rows_of(0)) > 3


def test_training_must_begin_with_the_templates_weights() -> None:
    trace = Trace(SEED)
    list(trace.chunks())
    trace.study = override(SEED, values={"w1": SEED.values["w1"] + 1e-9})
    found = list(differences(trace, Tolerance()))
    assert {(difference.quantity, difference.iteration) for difference in found} == {("w1", 0)}


# primitive, operand, a wrong derivative, a use of the primitive in which it matters
WRONG_RULES = [
    ("sigmoid", 0, "y*(1 + y)", "sigmoid(w*x)"),
    ("sigmoid", 0, "1 - y", "sigmoid(w*x)"),
    ("tanh", 0, "1 - y", "tanh(w*x)"),
    ("exp", 0, "a", "exp(w*x)"),
    ("ln", 0, "1/y", "ln(3 + w*x)"),
    ("sqrt", 0, "1/y", "sqrt(3 + w*x)"),
    ("pow", 0, "b*a^b", "(w*x)^3"),
    ("pow", 1, "y", "2^(w*x)"),
    ("div", 0, "b", "w/x"),
    ("div", 1, "y/b", "x/w"),
    ("mul", 0, "a", "w*x"),
    ("mul", 1, "b", "x*w"),
    ("sub", 1, "1", "x - w"),
    ("neg", 0, "1", "-w"),
    ("add", 1, "2", "x + w"),
]


@pytest.mark.parametrize(("op", "operand", "text", "use"), WRONG_RULES)
def test_a_wrong_rule_in_the_table(op: str, operand: int, text: str, use: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = template(f'y = "{use}"', 'E = "(y - t)^2"')
    assert disagreements(loads(source)) == []
    row = PRIMITIVES[op]
    rules = tuple(text if index == operand else right for index, right in enumerate(row.derivatives))
    monkeypatch.setitem(PRIMITIVES, op, replace(row, derivatives=rules))
    disagreeing = disagreements(loads(source))
    assert "∂E/∂w" in {difference.quantity for difference in disagreeing}
    assert {difference.kind for difference in disagreeing} == {Kind.REFERENCE}


def test_a_wrong_rule_in_the_seed_names_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRIMITIVES, "sigmoid", replace(PRIMITIVES["sigmoid"], derivatives=("y*(1 + y)",)))
    study = override(load(), rates=[0.5], iterations=1)
    first = disagreements(study)[0]
    assert (first.quantity, first.iteration, first.rate, first.sheet) == ("∂E_total/∂o1", 0, 0.5, "lr 0.5")
    assert first.cell == "AA5"


def losses(study: Study) -> list[float]:
    position = study.graph.position["E_total"]
    rows: list[Row] = [row for chunk in trace(study) for row in chunk.rows[0]]
    return [row[position] for row in rows]


def test_the_mistake_that_moves_the_loss_by_less_than_1e_7() -> None:
    """∂E/∂w3 with a_h1·(1 − a_h1) where a_h2 is needed: the survey's commonest mistake."""
    study = override(load(), rates=[0.5])
    mistaken = wrong(study, "∂E_total/∂w3", "d_a_h2*a_h1*(1 - a_h1)*i1")
    moved = [abs(a - b) for a, b in zip(losses(study), losses(mistaken), strict=True)]
    assert 0 < max(moved) < 1e-7
    disagreeing = disagreements(mistaken)
    assert {difference.quantity for difference in disagreeing} >= {"∂E_total/∂w3", "w3"}
    assert {difference.iteration for difference in disagreeing if difference.quantity == "∂E_total/∂w3"} == set(
        range(101)
    )


@pytest.mark.parametrize(
    ("name", "text", "iteration"),
    [
        ("∂E_total/∂h2", "d_a_h2*h2*(1 - h2)", 0),
        ("∂E_total/∂a_h1", "d_o1*w6 + d_o2*w8", 0),
        ("∂E_total/∂w1", "d_h1*i2", 0),
        ("∂E_total/∂a_o1", "t1 - a_o1", 0),
        ("h1", "w1*i1 + w3*i2", 0),
        ("a_o2", "sigmoid(o1)", 0),
        ("E1", "0.5*(t1 - a_o1)^2 + 0.0000000001", 0),
        ("E_total", "E1 + E2 + E2", 0),
    ],
)
def test_a_wrong_equation(name: str, text: str, iteration: int) -> None:
    disagreeing = disagreements(wrong(SEED, name, text))
    assert (name, iteration) in {(difference.quantity, difference.iteration) for difference in disagreeing}


@pytest.mark.parametrize("step", ["w + η*g", "w - 2*η*g", "w - g", "w", "w - 1.00000001*η*g"])
def test_a_wrong_update(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIMIZERS, "sgd", replace(OPTIMIZERS["sgd"], step=step))
    disagreeing = disagreements(override(load(), rates=[0.5, 2.0], iterations=30))
    assert {difference.quantity for difference in disagreeing} == set(SEED.network.weights)
    assert min(d.iteration for d in disagreeing if d.iteration is not None) == 1


def test_both_sheets_are_proven_and_each_difference_is_placed() -> None:
    disagreeing = disagreements(wrong(SEED, "∂E_total/∂w8", "d_o2*a_h1"))
    assert {difference.sheet for difference in disagreeing} == {"lr 0.5", "lr 2.0"}
    gradient = [d for d in disagreeing if d.quantity == "∂E_total/∂w8" and d.sheet == "lr 2.0"]
    assert [d.cell for d in gradient] == [f"AN{5 + row}" for row in range(31)]


AT_THE_EDGE = [
    'optimiser = { name = "adam", beta1 = 0 }',
    'optimiser = { name = "adam", beta2 = 0 }',
    'optimiser = { name = "adam", beta1 = 0, beta2 = 0, eps = 0 }',
    'optimiser = { name = "adamw", beta1 = 0, weight_decay = 0 }',
    'optimiser = { name = "momentum", momentum = 0 }',
    'optimiser = { name = "nesterov", momentum = 0 }',
    'optimiser = { name = "adagrad", eps = 0 }',
    'optimiser = { name = "rmsprop", alpha = 0, eps = 0 }',
    'schedule = { name = "cosine", t_max = 1 }',
    'schedule = { name = "step", step_size = 1, gamma = 1e-300 }',
    'schedule = { name = "exponential", gamma = 1e-80 }',
    'schedule = { name = "one-cycle", total_steps = 2, pct_start = 0.9 }',
]
ONE_SAMPLE = "[inputs]\nx = 0.5\n[targets]\nt = 0.3\n"
SAMPLES = 'batch = 2\n[data]\ninputs = ["x"]\ntargets = ["t"]\nrows = [[0.5, 0.3], [1, 0.2], [0.2, 0.9]]\n'


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("data", [ONE_SAMPLE, SAMPLES], ids=["one", "batches"])
@pytest.mark.parametrize("line", AT_THE_EDGE)
def test_no_setting_that_is_allowed_makes_numpy_warn(line: str, data: str) -> None:
    study = loads(
        f"rates = [0.1]\niterations = 3\n{line}\n{data}[parameters]\nw = 0.4\nb = 0.1\n"
        '[forward]\ny = "sigmoid(w*x + b)"\n[loss]\nE = "(t - y)^2"\n'
    )
    assert list(differences(Trace(study), Tolerance())) == []
