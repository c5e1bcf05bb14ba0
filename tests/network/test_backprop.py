"""The backward half of a network: its equations as a textbook writes them, and the columns that are not needed."""

from __future__ import annotations

import pytest
from networks import ODD, assembled

from sheetgen import load, loads
from sheetgen.algebra.expr import Expr
from sheetgen.algebra.parser import parse
from sheetgen.network.graph import Graph, equation_of

SEED = load().network
D = "∂E_total/∂"


def equations_of(graph: Graph) -> dict[str, Expr]:
    return {quantity.name: equation_of(quantity) for quantity in (*graph.equations, *graph.derivatives)}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a_o1", "a_o1 - t1"),
        ("o2", "g_a_o2*a_o2*(1 - a_o2)"),
        ("a_h1", "g_o1*w5 + g_o2*w7"),
        ("a_h2", "g_o1*w6 + g_o2*w8"),
        ("h1", "g_a_h1*a_h1*(1 - a_h1)"),
        ("h2", "g_a_h2*a_h2*(1 - a_h2)"),
        ("w1", "g_h1*i1"),
        ("w3", "g_h2*i1"),
        ("w4", "g_h2*i2"),
        ("w6", "g_o1*a_h2"),
        ("w7", "g_o2*a_h1"),
    ],
)
def test_backward_equations_of_the_seed(name: str, text: str) -> None:
    assert equation_of(SEED.by_name[D + name]) == _with_gradients(text)


def _with_gradients(text: str) -> Expr:
    """Parse a text in which g_q stands for ∂E_total/∂q."""
    from sheetgen.algebra.expr import Var, substitute

    return substitute(parse(text), lambda n: Var(D + n.removeprefix("g_") if n.startswith("g_") else n))


def test_a_metric_that_no_one_uses_gets_no_derivative() -> None:
    g = assembled({"y": "w*x", "rounded": "y/2"}, {"E": "(t - y)^2"})
    assert "rounded" in g.names
    assert g.gradient("rounded") is None
    assert "rounded" not in g.influences
    assert g.gradient("y") == "∂E/∂y"
    assert g.users["y"] == ["rounded", "E"]


def test_a_quantity_that_no_weight_reaches_gets_no_derivative() -> None:
    g = assembled({"scaled": "x/2", "y": "w*scaled"}, {"E": "(t - y)^2"})
    assert g.gradient("scaled") is None


def test_a_derivative_of_one_gets_no_column() -> None:
    g = assembled({"y": "w*x"}, {"E1": "(t - y)^2", "E": "E1 + 3"})
    assert g.gradient("E1") is None
    assert g.gradient("E") is None


def test_skip_connections_and_shared_weights_sum_over_all_users() -> None:
    g = assembled({"z": "w*x", "y": "w*z + z"}, {"E": "(t - y)^2"})
    equations = equations_of(g)
    gradient = "∂E/∂"
    from sheetgen.algebra.expr import Apply, Var
    from sheetgen.algebra.simplify import add, mul

    y, z = Var(gradient + "y"), Var(gradient + "z")
    assert equations[gradient + "z"] == mul(y, add(Var("w"), parse("1")))
    assert equations[gradient + "w"] == Apply("add", (mul(z, Var("x")), mul(y, Var("z"))))


def test_a_weight_used_in_the_loss_itself() -> None:
    g = loads(ODD).graph
    assert g.users["u"] == ["z1", "z2", "penalty"]
    assert "∂L/∂u" in g.names
    assert g.gradient("penalty") is None
    assert "∂L/∂watched" not in g.names
