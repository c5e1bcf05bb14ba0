"""The equations of a template: over several lines, and never more than a sheet or a cell can hold."""

from __future__ import annotations

import pytest
from networks import GOOD

from sheetgen import TemplateError, loads
from sheetgen.template import equations


def test_too_many_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_metrics(count: int) -> str:
        return GOOD.replace('h = "w*x"', "\n".join(['h = "w*x"', *(f'm{k} = "x"' for k in range(count))]))

    columns = 1 + 2 + 1 + 2 + 1 + 2 + 1  # iteration, data, weights, forward, loss, backward, gradients
    assert equations.MAX_COLUMNS == 16_384
    monkeypatch.setattr(equations, "MAX_COLUMNS", 1_000)
    assert len(loads(with_metrics(1_000 - columns)).graph.names) == 1_000
    with pytest.raises(TemplateError, match="the network needs 1,001 columns; a sheet has 1,000"):
        loads(with_metrics(1_001 - columns))


@pytest.mark.parametrize(
    ("equation", "why"),
    [
        ("sigmoid(" * 40 + "w" + ")" * 40, "the formula of ∂E/∂w is longer than the 8,192 characters"),
        ("*".join(["w"] * 150), "its formula is more than 240 operations deep"),
    ],
)
def test_a_formula_longer_or_deeper_than_programs_read(equation: str, why: str) -> None:
    with pytest.raises(TemplateError, match=why) as caught:
        loads(GOOD.replace("w*x", f"x*{equation}"))
    assert caught.value.line == 12


def test_equations_over_several_lines() -> None:
    study = loads(GOOD.replace('"w*x"', '"""\nw*x\n + 1"""'))
    assert study.equations["h"] == "w*x\n + 1"
