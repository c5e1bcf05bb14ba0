"""What the independent reference has against a study, and studies that it must have something against."""

from __future__ import annotations

from dataclasses import replace

from sheetgen import Tolerance
from sheetgen.algebra.expr import Expr
from sheetgen.network.study import Study
from sheetgen.network.trace import Trace
from sheetgen.proof.mathematics import differences
from sheetgen.proof.report import Difference


def disagreements(study: Study) -> list[Difference]:
    return list(differences(Trace(study), Tolerance()))


def with_equation(study: Study, name: str, equation: Expr) -> Study:
    """Return a study whose quantity has another equation."""
    quantities = [replace(q, equation=equation) if q.name == name else q for q in study.network.quantities]
    assert tuple(quantities) != study.network.quantities
    return replace(study, network=replace(study.network, quantities=tuple(quantities)))
