"""The second opinion on rows that meet: right ones pass, and each kind of wrong one is found."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from judged import disagreements, with_equation
from over_batches import all_functions, batch_norm

from sheetgen import Tolerance, loads
from sheetgen.algebra.expr import OverBatch
from sheetgen.algebra.parser import parse
from sheetgen.network.batches import batches
from sheetgen.network.graph import equation_of
from sheetgen.network.trace import Trace
from sheetgen.proof.mathematics import differences
from sheetgen.proof.report import Kind

ALL = [batch_norm(), batch_norm("full"), all_functions(4), all_functions(2, head="shuffle = 5")]


@pytest.mark.parametrize("text", ALL)
def test_what_is_right_is_proven(text: str) -> None:
    assert disagreements(loads(text)) == []


def test_a_part_of_the_rows_is_judged_by_whole_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetgen.proof.mathematics.batches", partial(batches, numbers=1))
    for text in ALL:
        assert list(differences(Trace(loads(text), chunk_rows=5), Tolerance())) == []


FAULTS = {
    "batch_mean(z)": OverBatch("batch_max", "z"),
    "batch_var(y)": OverBatch("batch_mean", "y"),
    "batch_max(z)": OverBatch("batch_mean", "z"),
    "batch_place(z)": OverBatch("batch_place", "x1"),
    "batch_sum(u)": OverBatch("batch_mean", "u"),
    "batch_sum(∂E/∂batch_max(z))": OverBatch("batch_mean", "∂E/∂batch_max(z)"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_number_of_a_batch_is_found(name: str) -> None:
    found = disagreements(with_equation(loads(all_functions()), name, FAULTS[name]))
    assert {one.kind for one in found} == {Kind.REFERENCE}
    assert name in {one.quantity for one in found}


@pytest.mark.parametrize("text", [batch_norm(iterations=3), all_functions(iterations=3)])
def test_every_derivative_is_judged(text: str) -> None:
    study = loads(text)
    for quantity in study.network.derivatives:
        if not quantity.is_over_batch:
            doubled = parse("2*a")
            broken = replace(doubled, args=(doubled.args[0], equation_of(quantity)))  # type: ignore[call-arg,union-attr]
            assert quantity.name in {one.quantity for one in disagreements(with_equation(study, quantity.name, broken))}
