"""A new function, loss, penalty, optimiser or schedule is one row of a table and one entry of the reference; no more.

Each row here is added to its table for one test. What a template, a workbook and its proof make of it must follow.
"""

from __future__ import annotations

import math
from collections.abc import MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks import template
from openpyxl import load_workbook

from sheetgen import TemplateError, build, loads, verify
from sheetgen.algebra.ops import PRIMITIVES, LossInLayers, PenaltyInLayers, Primitive
from sheetgen.algebra.parser import parse
from sheetgen.network.error_bounds import error_bound
from sheetgen.network.optimizers import BELOW_ONE, OPTIMIZERS, SCHEDULES, Optimizer, Schedule, Setting, StateColumn
from sheetgen.proof import reference_functions, reference_training
from sheetgen.show import equations

SOFTSIGN = Primitive(
    "softsign", ("(1 - abs(y))^2",), "softsign", r"\mathrm{softsign}",
    kind="activation", expansion="a/(1 + abs(a))",
)  # fmt: skip
_TURNS = ("abc", "bac", "cab")
MIDDLE = Primitive(
    "middle", tuple(f"where(({one} - {two})*({one} - {three}) <= 0, 1, 0)" for one, two, three in _TURNS),
    "middle", r"\mathrm{middle}", "MEDIAN", lambda a, b, c: sorted((a, b, c))[1], kinks=True,
)  # fmt: skip
QUARTIC = Primitive(
    "quartic", ("4*(a - b)^3", "4*(b - a)^3"), "quartic", r"\mathrm{quartic}",
    kind="loss", expansion="(b - a)^4", in_layers=LossInLayers("mean_fourth_power", mean=True),
)  # fmt: skip
SMOOTH = Primitive(
    "smooth_penalty", ("a/(y + 1)",), "smooth_penalty", r"\mathrm{smooth\_penalty}",
    kind="penalty", expansion="sqrt(1 + a^2) - 1", penalty_in_layers=PenaltyInLayers("smooth", "lambda_smooth"),
)  # fmt: skip
SIGNUM = Optimizer(
    "signum", "sign descent with momentum", "w - η*sign(v)",
    {"momentum": Setting(0.9, BELOW_ONE)}, (StateColumn("v", "momentum*v + (1 - momentum)*g", start="0"),),
)  # fmt: skip
INVERSE = Schedule("inverse", "inverse decay", "eta0/(1 + decay*iteration)", {"decay": Setting(0.5)})

Entry = tuple[MutableMapping[str, Any], str, Any]
ROWS: tuple[Entry, ...] = (
    (PRIMITIVES, "softsign", SOFTSIGN),
    (PRIMITIVES, "middle", MIDDLE),
    (PRIMITIVES, "quartic", QUARTIC),
    (PRIMITIVES, "smooth_penalty", SMOOTH),
    (OPTIMIZERS, "signum", SIGNUM),
    (SCHEDULES, "inverse", INVERSE),
)
REFERENCES: tuple[Entry, ...] = (
    (reference_functions.FUNCTIONS, "softsign", lambda z: z / (1 + np.sign(np.real(z)) * z)),
    (reference_functions.FUNCTIONS, "middle", lambda a, b, c: np.where(b.real > c, c, np.where(b.real < a, a, b))),
    (reference_functions.FUNCTIONS, "quartic", lambda a, b: (a - b) * (a - b) * (a - b) * (a - b)),
    (reference_functions.FUNCTIONS, "smooth_penalty", lambda z: z * z / (np.sqrt(1 + z * z) + 1)),
    (
        reference_training.OPTIMIZERS,
        "signum",
        reference_training.ReferenceOptimizer(
            lambda s, w, g, rate, memory: w - rate * np.sign(memory["v"]),
            lambda s, gradient, above: {"v": above["v"] + (1 - s["momentum"]) * (gradient - above["v"])},
        ),
    ),
    (reference_training.SCHEDULES, "inverse", lambda s, base, iteration: base / (1 + s["decay"] * iteration)),
)

METHODS = 'optimiser = { name = "signum", momentum = 0.8 }\nschedule = "inverse"\n'
IN_LAYERS = METHODS + (
    "rates = [0.05]\niterations = 4\n[inputs]\nx1 = 0.5\nx2 = -0.7\n[targets]\nt1 = 0.3\nt2 = 0.9\n"
    '[layers]\nsizes = [2, 2, 2]\nactivation = "softsign"\nloss = "mean_fourth_power"\nseed = 2\nsmooth = 0.3\n'
)
OLD = (
    IN_LAYERS.replace("softsign", "tanh")
    .replace("mean_fourth_power", "huber")
    .replace("smooth", "l2")
    .replace("signum", "momentum")
    .replace('"inverse"', '{ name = "exponential", gamma = 0.9 }')
)
TYPED = METHODS + template(
    'h = "w*x + v"\ny = "softsign(middle(-1, h, 1))"',
    'E = "quartic(y, t) + 0.2*smooth_penalty(w)"',
    "w = 0.4\nv = -0.3",
    "0.05",
    4,
)


@pytest.fixture(autouse=True)
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the rows, after a template of the others was read: nothing may be settled by then."""
    loads(OLD)
    for table, name, row in (*ROWS, *REFERENCES):
        monkeypatch.setitem(table, name, row)


@pytest.mark.parametrize("text", [IN_LAYERS, TYPED], ids=["layers", "typed"])
def test_a_workbook_of_new_rows_is_proven(text: str, tmp_path: Path) -> None:
    built = build(loads(text), tmp_path / "w.xlsx")
    assert built.ok, built.report
    assert built.verdict.startswith("OK")
    assert verify(tmp_path / "w.xlsx").ok


def test_layers_writes_the_new_names() -> None:
    study = loads(IN_LAYERS)
    assert study.equations["a_o2"] == "softsign(o2)"
    assert (study.equations["E1"], study.equations["E_data"]) == ("quartic(a_o1, t1)", "(E1 + E2)/2")
    assert study.equations["penalty"].startswith("lambda_smooth*(sqrt(1 + w1^2) - 1 + sqrt(1 + w2^2) - 1 + ")
    assert (study.equations["E_total"], study.network.fixed) == ("E_data + penalty", ("lambda_smooth",))
    shown = equations(study, "text")
    assert "Update (sign descent with momentum, inverse decay):" in shown
    assert "v[w1] := momentum·v[w1] + (1 − momentum)·∂E_total/∂w1" in shown
    assert r"\mathrm{softsign}\left(o_{2}\right)" in equations(study, "latex")


@pytest.mark.parametrize(("table", "name", "entry"), REFERENCES, ids=[name for _, name, _ in REFERENCES])
def test_without_its_entry_in_the_reference_nothing_is_built(
    table: MutableMapping[str, Any], name: str, entry: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(table, name)
    with pytest.raises((LookupError, NameError), match=name):
        build(loads(TYPED), tmp_path / "w.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("table", "name", "entry"),
    [
        (reference_functions.FUNCTIONS, "softsign", np.tanh),
        (reference_functions.FUNCTIONS, "middle", lambda a, b, c: c),
        (reference_functions.FUNCTIONS, "quartic", lambda a, b: (a - b) * (a - b)),
        (reference_functions.FUNCTIONS, "smooth_penalty", lambda z: z * z),
        (reference_training.OPTIMIZERS, "signum", reference_training.OPTIMIZERS["momentum"]),
        (reference_training.SCHEDULES, "inverse", reference_training.SCHEDULES["constant"]),
    ],
    ids=["softsign", "middle", "quartic", "smooth_penalty", "signum", "inverse"],
)
def test_an_entry_that_says_otherwise_is_heard(
    table: MutableMapping[str, Any], name: str, entry: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(table, name, entry)
    assert not build(loads(TYPED), tmp_path / "w.xlsx").ok


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"softsign"', '"softsig"', "did you mean 'softsign'?"),
        ('"mean_fourth_power"', '"mean_fourth"', "did you mean 'mean_fourth_power'?"),
        ("smooth =", "smoth =", "[layers] has no key 'smoth'; did you mean 'smooth'?"),
        ("smooth = 0.3", "smooth = -1", "smooth must be 0 or more, not -1.0"),
        ("x2 =", "lambda_smooth =", "rename the input 'lambda_smooth'"),
        ('"signum"', '"signun"', "did you mean 'signum'?"),
        ("momentum = 0.8", "momentum = 1.5", "momentum of signum must be at least 0 and below 1, not 1.5"),
        ('"inverse"', "{ name = 'inverse', rate = 1 }", "the schedule knows no setting 'rate'; its settings are decay"),
        ("x2 =", "Softsign =", "'Softsign' cannot be told from the function softsign()"),
    ],
)
def test_messages_know_the_new_rows(old: str, new: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        loads(IN_LAYERS.replace(old, new))
    assert message in str(caught.value)


def test_a_loss_can_be_written_out_and_read_probabilities(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = LossInLayers("fourth_power", probabilities=("sigmoid",), written_out=True)
    monkeypatch.setitem(PRIMITIVES, "quartic", Primitive(**{**vars(QUARTIC), "in_layers": offered}))
    study = loads(IN_LAYERS.replace("mean_fourth_power", "fourth_power"))
    assert (study.equations["a_h1"], study.equations["a_o1"]) == ("softsign(h1)", "sigmoid(o1)")
    assert (study.equations["E2"], study.equations["E_data"]) == ("(t2 - a_o2)^4", "E1 + E2")
    assert "accuracy" in study.equations


def test_a_function_with_kinks_is_bounded_beyond_them(monkeypatch: pytest.MonkeyPatch) -> None:
    value, error = {"a": 1.05}.__getitem__, {"a": 0.1}.__getitem__
    clipped = parse("middle(-1, a, 1)")
    assert error_bound(clipped, value, error, 0.0) == pytest.approx(0.05)
    monkeypatch.setitem(PRIMITIVES, "middle", replace(MIDDLE, kinks=False))
    assert error_bound(clipped, value, error, 0.0) == 0


def test_what_cancels_is_rounded_on_the_scale_of_its_operands(monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"a": 3.0, "b": 2.0}.__getitem__
    less = Primitive("less", ("1", "-1"), "less", "less", "IMSUB", lambda a, b: a - b)
    for cancels, expected in ((False, 1.0), (True, 5.0)):
        monkeypatch.setitem(PRIMITIVES, "less", replace(less, cancels=cancels))
        assert error_bound(parse("less(a, b)"), value, lambda name: 0.0, 1.0) == expected


def test_a_penalty_without_an_expansion_stands_as_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {**vars(SMOOTH), "expansion": "", "evaluate": lambda a: math.hypot(1, a) - 1}
    monkeypatch.setitem(PRIMITIVES, "smooth_penalty", Primitive(**fields))
    penalty = loads(IN_LAYERS).equations["penalty"]
    assert penalty.startswith("lambda_smooth*(smooth_penalty(w1) + smooth_penalty(w2) + ")


def test_a_penalty_stands_beside_the_others() -> None:
    study = loads(IN_LAYERS + "l1 = 0.1\n")
    assert study.equations["penalty"].startswith("lambda_1*(abs(w1) + ")
    assert study.network.fixed == ("lambda_1", "lambda_smooth")


def test_a_column_that_no_formula_can_check_is_named_on_the_sheet(tmp_path: Path) -> None:
    """MEDIAN takes all cells of a range at once, so a whole column cannot be held against it."""
    build(loads(TYPED), tmp_path / "w.xlsx")
    texts = {cell.value for row in load_workbook(tmp_path / "w.xlsx")["Checks"].iter_rows(max_row=12) for cell in row}
    assert "More than a formula can check, so that only `sheetgen verify` does: y" in texts
