"""The second opinion on rows that go on from one another: right ones pass, and each kind of wrong one is found."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from judged import disagreements, with_equation
from states import SAMPLES, elman, lstm

from sheetgen import Tolerance, loads
from sheetgen.algebra.expr import Before, Expr, Var
from sheetgen.algebra.parser import parse
from sheetgen.network.batches import batches
from sheetgen.network.graph import Section
from sheetgen.network.trace import Trace
from sheetgen.proof.mathematics import differences
from sheetgen.proof.report import Kind

ALL = [elman("never"), elman("epoch", "one step"), lstm(), lstm("never", of_c="cut")]


@pytest.mark.parametrize("text", ALL)
def test_what_is_right_is_proven(text: str) -> None:
    assert disagreements(loads(text)) == []


def test_many_passes_over_few_rows_judge_each_by_the_row_above(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetgen.proof.mathematics.batches", partial(batches, numbers=1))
    for text in ALL:
        assert list(differences(Trace(loads(text), chunk_rows=5), Tolerance())) == []


LABEL = "∂E/∂above({})"
FAULTS: dict[str, Expr] = {
    "previous(h)": Before("h"),  # it never begins anew
    "∂E/∂previous(h)": Var("∂E/∂z"),
    LABEL.format("h"): Var("∂E/∂previous(h)"),  # it runs through where the state began anew
    LABEL.format("z"): Var(LABEL.format("h")),
    LABEL.format("w"): Var(LABEL.format("z")),
    "two-row ∂E/∂w": Var("∂E/∂w"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_equation_is_found(name: str) -> None:
    found = disagreements(with_equation(loads(elman("epoch", "one step")), name, FAULTS[name]))
    assert {one.kind for one in found} == {Kind.REFERENCE}
    assert name in {one.quantity for one in found}


def test_every_column_of_the_row_above_is_judged() -> None:
    study = loads(lstm())
    above = study.network.section(Section.ABOVE)
    assert len(above) > len(study.network.weights)
    for quantity in above:
        assert quantity.equation is not None
        doubled = parse("2*a")
        broken = replace(doubled, args=(doubled.args[0], quantity.equation))  # type: ignore[call-arg,union-attr]
        assert {one.quantity for one in disagreements(with_equation(study, quantity.name, broken))} >= {quantity.name}


def test_the_evaluation_of_all_samples_begins_with_the_start_at_each_point() -> None:
    from sheetgen.network.evaluation import Evaluation, points

    study = loads(elman("never", "one step"))
    parameters = [[tuple(study.values[name] for name in study.network.parameters)] * len(points(study))]
    evaluation = Evaluation(study, parameters)
    place, state = evaluation.names.index("previous(h)"), evaluation.names.index("h")
    for point in range(len(evaluation.points)):
        found = evaluation.at(0, point)
        assert [row[place] for row in found] == [0.2, *(row[state] for row in found[:-1])]
        assert len(found) == len(SAMPLES)
