"""Networks with one parameter moved: what is held keeps the value of the network as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from networks import template
from openpyxl import load_workbook

from sheetgen import build, loads
from sheetgen.algebra.expr import Apply, Held, Var
from sheetgen.algebra.parser import parse
from sheetgen.sheets.moved import held, with_held

FROZEN = 'frozen = ["b"]\n' + template('y = "w*held(x + b)"', 'E = "(t - y)^2"', "w = 0.4\nb = 0.1")
COMPUTED = template('h = "w*x"\ny = "w*held(h + x)*v"', 'E = "(t - y)^2"', "w = 0.4\nv = 1.3")


def test_only_what_stands_inside_is_held() -> None:
    inside = Apply("held", (Apply("add", (Held("x"), Held("w"))),))
    assert with_held(parse("w*held(x + w)")) == Apply("mul", (Var("w"), inside))
    assert held(loads(FROZEN).network) == ()
    assert held(loads(COMPUTED).network) == ("h",)


@pytest.mark.parametrize("text", [FROZEN, COMPUTED], ids=["data and a frozen parameter", "a computed quantity"])
def test_the_workbook_checks_gradients_of_what_is_held(text: str, tmp_path: Path) -> None:
    built = build(loads(text), tmp_path / "w.xlsx")
    assert built.ok, built.report
    workbook = load_workbook(tmp_path / "w.xlsx", data_only=True)
    assert workbook["Checks"]["B3"].value.startswith("OK")
    assert built.verdict.startswith("OK")
