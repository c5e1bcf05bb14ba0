"""The graph of the seed, column by column, and of networks that are less regular."""

from __future__ import annotations

import re

import pytest
from networks import ODD

from sheetgen import TemplateError, load, loads
from sheetgen.algebra.expr import Expr
from sheetgen.algebra.parser import parse
from sheetgen.network.assemble import assemble
from sheetgen.network.graph import Graph, Section, equation_of, layers
from sheetgen.sheets.layout import Layout

SEED = load().network
D = "∂E_total/∂"

# The 40 columns of the seed, as the layout promises them.
COLUMNS = [
    "iteration",
    "i1",
    "i2",
    "t1",
    "t2",
    "w1",
    "w2",
    "w3",
    "w4",
    "w5",
    "w6",
    "w7",
    "w8",
    "h1",
    "h2",
    "a_h1",
    "a_h2",
    "o1",
    "o2",
    "a_o1",
    "a_o2",
    "E1",
    "E2",
    "E_total",
    "∂E_total/∂a_o1",
    "∂E_total/∂a_o2",
    "∂E_total/∂o1",
    "∂E_total/∂o2",
    "∂E_total/∂a_h1",
    "∂E_total/∂a_h2",
    "∂E_total/∂h1",
    "∂E_total/∂h2",
    "∂E_total/∂w1",
    "∂E_total/∂w2",
    "∂E_total/∂w3",
    "∂E_total/∂w4",
    "∂E_total/∂w5",
    "∂E_total/∂w6",
    "∂E_total/∂w7",
    "∂E_total/∂w8",
]


def graph(forward: dict[str, str], loss: dict[str, str], weights: str = "w", data: str = "x") -> Graph:
    return assemble(data.split(), ["t"], weights.split(), exprs(forward), exprs(loss))


def exprs(equations: dict[str, str]) -> dict[str, Expr]:
    return {name: parse(text) for name, text in equations.items()}


def equations_of(graph: Graph) -> dict[str, Expr]:
    return {quantity.name: equation_of(quantity) for quantity in (*graph.equations, *graph.derivatives)}


def test_the_seed_has_exactly_these_forty_columns() -> None:
    assert Layout(load()).columns() == tuple(COLUMNS)
    assert len(COLUMNS) == 40


def test_the_sections_of_the_seed() -> None:
    counts = {section: len(SEED.section(section)) for section in Section}
    assert list(counts.values()) == [0, 4, 8, 8, 3, 0, 8, 8, 0, 0]


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


def test_updates_are_gradient_descent() -> None:
    assert load().graph.by_name["w1"].equation == _rate_update()


def _rate_update() -> Expr:
    from sheetgen.algebra.expr import Apply, Before, Var

    return Apply("sub", (Before("w1"), Apply("mul", (Var("η"), Before(D + "w1")))))


def test_layers_of_the_seed() -> None:
    names = [[quantity.name for quantity in layer] for layer in layers(SEED)]
    assert names == [["h1", "h2"], ["a_h1", "a_h2"], ["o1", "o2"], ["a_o1", "a_o2"], ["E1", "E2"], ["E_total"]]


def test_declared_in_any_order() -> None:
    g = graph({"y": "2*z + v", "z": "w*x", "v": "w*x^2"}, {"E": "L1 + 1", "L1": "(t - y)^2"})
    assert [quantity.name for quantity in g.equations] == ["z", "v", "y", "L1", "E"]
    assert [quantity.name for quantity in g.derivatives] == ["∂E/∂y", "∂E/∂z", "∂E/∂v", "∂E/∂w"]


def test_a_metric_that_no_one_uses_gets_no_derivative() -> None:
    g = graph({"y": "w*x", "rounded": "y/2"}, {"E": "(t - y)^2"})
    assert "rounded" in g.names
    assert g.gradient("rounded") is None
    assert "rounded" not in g.influences
    assert g.gradient("y") == "∂E/∂y"
    assert g.users["y"] == ["rounded", "E"]


def test_a_quantity_that_no_weight_reaches_gets_no_derivative() -> None:
    g = graph({"scaled": "x/2", "y": "w*scaled"}, {"E": "(t - y)^2"})
    assert g.gradient("scaled") is None


def test_a_derivative_of_one_gets_no_column() -> None:
    g = graph({"y": "w*x"}, {"E1": "(t - y)^2", "E": "E1 + 3"})
    assert g.gradient("E1") is None
    assert g.gradient("E") is None


def test_skip_connections_and_shared_weights_sum_over_all_users() -> None:
    g = graph({"z": "w*x", "y": "w*z + z"}, {"E": "(t - y)^2"})
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


def test_position_and_lookup() -> None:
    assert SEED.position["i1"] == 0
    assert SEED.names[SEED.position["E_total"]] == "E_total"
    assert SEED.local("E1", "a_o1") == parse("a_o1 - t1")


@pytest.mark.parametrize(
    ("forward", "loss", "quantity", "message"),
    [
        ({"y": "w*q"}, {"E": "(t - y)^2"}, "y", "y uses 'q', which is declared nowhere; declare it"),
        ({"hidden": "w*x", "y": "hiden"}, {"E": "t - y"}, "y", "did you mean 'hidden'?"),
        ({"y": "w*E"}, {"E": "(t - y)^2"}, "y", "y uses 'E' of [loss]; move y to [loss], or E to [forward]"),
        ({"y": "w*y"}, {"E": "t - y"}, "y", "the equations go round in a circle: y → y"),
        ({"p": "w*q", "q": "p + x"}, {"E": "t - q"}, "p", "the equations go round in a circle: p → q → p"),
        (
            {"y": "w*x"},
            {"E": "t - y", "F": "t + y"},
            "F",
            "[loss] ends in 2 quantities (E, F); exactly one must be left",
        ),
        ({"y": "w*x"}, {"E": "(t - x)^2"}, "w", "w does not influence the loss E, so it cannot be trained"),
        ({"y": "0*w*x"}, {"E": "(t - y)^2"}, "w", "w does not influence the loss E, so it cannot be trained"),
    ],
)
def test_equations_that_form_no_network(
    forward: dict[str, str], loss: dict[str, str], quantity: str, message: str
) -> None:
    with pytest.raises(TemplateError, match=re.escape(message)) as caught:
        graph(forward, loss)
    assert caught.value.quantity == quantity
