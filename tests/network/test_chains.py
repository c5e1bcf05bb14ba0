"""The chain rule written out: the paths as taught, and that their products add up to the gradient."""

from __future__ import annotations

import math

import pytest
from networks import ODD, template
from tracing import trace

from sheetgen import load, loads
from sheetgen.algebra.evaluate import evaluate
from sheetgen.algebra.notation import Text
from sheetgen.network.chains import MAX_PATHS, paths
from sheetgen.network.study import Study

SIGMOID_DOWN = ("a_o1·(1 − a_o1)", "a_o2·(1 − a_o2)", "a_h1·(1 − a_h1)")


def written(study: Study, weight: str) -> list[list[tuple[str, str]]]:
    return [[(f.label, Text().write(f.expr)) for f in path] for path in paths(study.graph, weight)]


def test_w5_as_it_is_taught() -> None:
    assert written(load(), "w5") == [
        [("∂E_total/∂a_o1", "a_o1 − t1"), ("∂a_o1/∂o1", "a_o1·(1 − a_o1)"), ("∂o1/∂w5", "a_h1")]
    ]


def test_both_paths_of_w1() -> None:
    tail = [("∂a_h1/∂h1", "a_h1·(1 − a_h1)"), ("∂h1/∂w1", "i1")]
    assert written(load(), "w1") == [
        [("∂E_total/∂a_o1", "a_o1 − t1"), ("∂a_o1/∂o1", "a_o1·(1 − a_o1)"), ("∂o1/∂a_h1", "w5"), *tail],
        [("∂E_total/∂a_o2", "a_o2 − t2"), ("∂a_o2/∂o2", "a_o2·(1 − a_o2)"), ("∂o2/∂a_h1", "w7"), *tail],
    ]


MANY = template(
    "\n".join(f'y{k} = "w*x + {k}"' for k in range(MAX_PATHS + 2)),
    f'E = "{" + ".join(f"(t - y{k})^2" for k in range(MAX_PATHS + 2))}"',
)
DEEP = template(
    "\n".join(['a0 = "w*x"', *(f'a{k} = "tanh(a{k - 1}) + 0.1*a{k - 1}"' for k in range(1, 4))]), 'E = "(t - a3)^2"'
)
TWO_WAYS = template('y = "sigmoid(w*x)"', 'E1 = "(t - y)^2"\nR = "2*E1"\nE = "E1 + R"')
IN_LOSS = template('y = "w*x"', 'E = "(t - y)^2 + 0.1*w^2"')


@pytest.mark.parametrize("text", [None, ODD, MANY, DEEP, TWO_WAYS, IN_LOSS])
def test_the_products_add_up_to_the_gradient(text: str | None) -> None:
    study = loads(text) if text else load()
    row = dict(zip(study.graph.names, next(iter(trace(study))).rows[0][0], strict=True))
    for weight in study.network.weights:
        products = [
            math.prod(evaluate(factor.expr, row.__getitem__) for factor in path) for path in paths(study.graph, weight)
        ]
        assert math.fsum(products) == pytest.approx(row[f"∂{study.graph.loss}/∂{weight}"], rel=1e-12)


@pytest.mark.parametrize("text", [None, ODD, MANY, DEEP, TWO_WAYS])
def test_a_label_of_a_total_derivative_names_its_value(text: str | None) -> None:
    """∂loss/∂q under a factor must be the number in the column of that name, where there is one."""
    study = loads(text) if text else load()
    graph = study.graph
    row = dict(zip(graph.names, next(iter(trace(study))).rows[0][0], strict=True))
    checked = 0
    for weight in graph.weights:
        for path in paths(graph, weight):
            if len(path) > 1 and path[0].label in row:
                checked += 1
                assert evaluate(path[0].expr, row.__getitem__) == pytest.approx(row[path[0].label], rel=1e-12)
    assert checked or text == TWO_WAYS


def test_a_direct_use_by_the_loss_is_called_so() -> None:
    assert written(loads(IN_LOSS), "w") == [
        [("∂E/∂y", "2·(y − t)"), ("∂y/∂w", "x")],
        [("∂E/∂w direct", "0.2·w")],
    ]


def test_a_factor_of_one_is_left_out_only_from_the_product() -> None:
    assert written(loads(TWO_WAYS), "w") == [
        [("∂R/∂E1", "2"), ("∂E1/∂y", "2·(y − t)"), ("∂y/∂w", "y·(1 − y)·x")],
        [("∂E1/∂y", "2·(y − t)"), ("∂y/∂w", "y·(1 − y)·x")],
    ]


def test_many_paths_start_next_to_the_weight() -> None:
    chain = written(loads(MANY), "w")
    assert len(chain) == MAX_PATHS + 2
    assert chain[1] == [("∂E/∂y1", "∂E/∂y1"), ("∂y1/∂w", "x")]
