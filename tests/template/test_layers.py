"""[layers]: the names and equations it stands for, its weights, and one clear error for each mistake."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sheetgen import TemplateError, load, loads
from sheetgen.algebra.parser import parse
from sheetgen.limits import MAX_FORMULA
from sheetgen.network.trace import trace
from sheetgen.show import equations
from sheetgen.template.document import Document
from sheetgen.template.layers import Expansion, expand_layers
from sheetgen.template.write import effective_template

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "gelu", "silu", "identity")
LOSSES = ("half_squared_error", "mean_squared_error", "binary_cross_entropy", "categorical_cross_entropy", "huber")


def layers(sizes: list[int], **options: object) -> Expansion:
    """Expand a network of inputs i1, i2, … and targets t1, t2, …"""
    inputs, targets = (
        [f"{letter}{k + 1}" for k in range(size)] for letter, size in (("i", sizes[0]), ("t", sizes[-1]))
    )
    return expansion({"sizes": sizes, **options}, inputs, targets)


def expansion(table: Mapping[str, object], inputs: list[str], targets: list[str]) -> Expansion:
    """Expand a table [layers]."""
    return expand_layers(Document("mine.toml", {"layers": table}), inputs, targets)


def template(layers: str, more: str = "", inputs: str = "i1 = 0.05\ni2 = 0.1", targets: str = "t1 = 0.01") -> str:
    return f"rates = [0.5]\niterations = 3\n[inputs]\n{inputs}\n[targets]\n{targets}\n[layers]\n{layers}\n{more}\n"


SEED = """\
sizes = [2, 2, 2]
bias = false
weights = [[[0.15, 0.2], [0.25, 0.3]], [[0.4, 0.45], [0.5, 0.55]]]
"""


# The equations.


def test_the_seed() -> None:
    seed, short = load(), loads(template(SEED, targets="t1 = 0.01\nt2 = 0.99"))
    assert short.equations == seed.equations
    assert list(short.equations) == list(seed.equations)
    assert short.values == seed.values
    assert short.graph == seed.graph


def test_biases_are_numbered_through_the_network() -> None:
    found = layers([2, 2, 1], biases=[[0.35, 0.36], [0.6]], activation="tanh", output="identity")
    assert list(found.parameters) == ["w1", "w2", "w3", "w4", "b1", "b2", "w5", "w6", "b3"]
    assert [found.parameters[f"b{k}"] for k in (1, 2, 3)] == [0.35, 0.36, 0.6]
    assert found.forward == {
        "h1": "w1*i1 + w2*i2 + b1",
        "h2": "w3*i1 + w4*i2 + b2",
        "a_h1": "tanh(h1)",
        "a_h2": "tanh(h2)",
        "o1": "w5*a_h1 + w6*a_h2 + b3",
    }
    assert found.loss == {"E_total": "0.5*(t1 - o1)^2"}
    assert (found.metrics, found.frozen) == ({}, ())


def test_no_hidden_layer() -> None:
    found = layers([2, 1])
    assert found.forward == {"o1": "w1*i1 + w2*i2 + b1", "a_o1": "sigmoid(o1)"}
    assert found.loss == {"E_total": "0.5*(t1 - a_o1)^2"}


def test_a_deeper_network_counts_its_layers() -> None:
    found = layers([1, 2, 1, 1], bias=[True, False, True], activation=["relu", "identity", "sigmoid"])
    assert list(found.parameters) == ["w1_1_1", "w1_2_1", "b1_1", "b1_2", "w2_1_1", "w2_1_2", "w3_1_1", "b3_1"]
    assert found.forward == {
        "z1_1": "w1_1_1*i1 + b1_1",
        "z1_2": "w1_2_1*i1 + b1_2",
        "a1_1": "relu(z1_1)",
        "a1_2": "relu(z1_2)",
        "z2_1": "w2_1_1*a1_1 + w2_1_2*a1_2",
        "z3_1": "w3_1_1*z2_1 + b3_1",
        "a3_1": "sigmoid(z3_1)",
    }


@pytest.mark.parametrize(
    ("sizes", "classic"),
    [
        ([9, 9, 9], True),
        ([9, 9], True),
        ([10, 2, 2], False),
        ([2, 10, 2], False),
        ([2, 10], False),
        ([2, 2, 2, 2], False),
    ],
)
def test_which_names(sizes: list[int], classic: bool) -> None:
    assert ("w1" in layers(sizes).parameters) == classic
    assert ("w1_1_1" in layers(sizes).parameters) != classic


def test_softmax() -> None:
    found = layers([2, 3], loss="categorical_cross_entropy", bias=False)
    assert list(found.forward.items())[3:] == [
        ("z_max", "held(max(o1, o2, o3))"),
        ("e_1", "exp(o1 - z_max)"),
        ("e_2", "exp(o2 - z_max)"),
        ("e_3", "exp(o3 - z_max)"),
        ("e_sum", "e_1 + e_2 + e_3"),
        ("p1", "e_1/e_sum"),
        ("p2", "e_2/e_sum"),
        ("p3", "e_3/e_sum"),
    ]
    assert found.loss == {"E1": "cce(p1, t1)", "E2": "cce(p2, t2)", "E3": "cce(p3, t3)", "E_total": "E1 + E2 + E3"}
    assert found.metrics == {"accuracy": "where(t1*p1 + t2*p2 + t3*p3 >= max(p1, p2, p3), 1, 0)"}


@pytest.mark.parametrize(
    ("loss", "first", "total"),
    [
        ("half_squared_error", "0.5*(t1 - a_o1)^2", "E1 + E2"),
        ("mean_squared_error", "(t1 - a_o1)^2", "(E1 + E2)/2"),
        ("binary_cross_entropy", "bce(a_o1, t1)", "(E1 + E2)/2"),
        ("huber", "huber(a_o1, t1)", "(E1 + E2)/2"),
    ],
)
def test_losses(loss: str, first: str, total: str) -> None:
    found = layers([1, 2], loss=loss).loss
    assert (found["E1"], found["E_total"]) == (first, total)
    assert layers([1, 1], loss=loss).loss == {"E_total": first}


def test_accuracy() -> None:
    one = "where(a_o1 >= 0.5, t1, 1 - t1)"
    assert layers([1, 1], loss="binary_cross_entropy").metrics == {"accuracy": one}
    two = f"{one}*where(a_o2 >= 0.5, t2, 1 - t2)"
    assert layers([1, 2], loss="binary_cross_entropy").metrics == {"accuracy": two}
    assert layers([1, 2], accuracy=True).metrics == {"accuracy": two}
    assert layers([1, 1], loss="binary_cross_entropy", accuracy=False).metrics == {}


def test_penalties() -> None:
    found = layers([2, 1], l2=0.01)
    assert (found.parameters["lambda_2"], found.frozen) == (0.01, ("lambda_2",))
    assert found.loss == {
        "E_data": "0.5*(t1 - a_o1)^2",
        "penalty": "lambda_2*(w1^2 + w2^2)",
        "E_total": "E_data + penalty",
    }
    both = layers([2, 1], l1=0.001, l2=0.01, frozen_biases=True)
    assert both.loss["penalty"] == "lambda_1*(abs(w1) + abs(w2)) + lambda_2*(w1^2 + w2^2)"
    assert both.frozen == ("b1", "lambda_1", "lambda_2")


def test_a_larger_networks_penalty_has_a_part_a_layer() -> None:
    loss = layers([9, 9, 9], l2=0.01).loss
    assert loss["penalty"] == "penalty_1 + penalty_2"
    assert loss["penalty_1"].startswith("lambda_2*(w1^2 + w2^2 +")
    wider = layers([20, 12, 1], l1=0.1, l2=0.01).loss
    parts = [f"penalty_1_part{k}" for k in range(1, 6)]
    assert wider["penalty_1"] == " + ".join(parts)
    assert sum(wider[part].count("^2") for part in parts) == sum(wider[part].count("abs(") for part in parts) == 240


def test_long_sums_stay_within_a_formula_and_the_parser() -> None:
    found = layers([784, 3, 1], activation="tanh", l2=0.1)
    assert found.forward["z1_1"] == " + ".join(f"z1_1_part{k}" for k in range(1, 9))
    assert found.forward["z1_1_part1"].count("*") == 98
    for name, text in {**found.forward, **{n: t for n, t in found.loss.items() if "abs" not in t}}.items():
        parse(text)
        assert len(re.sub(r"\w+", "R" * 17, text)) < MAX_FORMULA, name


def test_wide_softmax_is_joined_in_parts() -> None:
    found = layers([1, 150], loss="categorical_cross_entropy")
    assert found.forward["z_max"] == "held(max(z_max_part1, z_max_part2))"
    assert found.forward["z_max_part2"].startswith("max(z1_76, ")
    assert found.forward["e_sum"] == "e_sum_part1 + e_sum_part2"
    assert found.loss["E_total"] == "E_total_part1 + E_total_part2"
    assert found.metrics["accuracy"] == "where(p_told_part1 + p_told_part2 >= max(p_max_part1, p_max_part2), 1, 0)"


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("sizes", [[3, 9, 4], [3, 4, 4, 2], [2, 120]])
def test_no_name_is_made_twice(sizes: list[int], output: str, loss: str) -> None:
    if (output, loss) == ("sigmoid", "categorical_cross_entropy"):
        return
    found = layers(sizes, output=output, loss=loss, l1=0.1, l2=0.1, accuracy=True)
    made = [name.lower() for table in (found.parameters, found.forward, found.loss, found.metrics) for name in table]
    assert len(set(made)) == len(made)


# The initial weights.


def weights(found: Expansion) -> list[float]:
    return [value for name, value in found.parameters.items() if name.startswith("w")]


def test_given_weights_are_by_layer_to_from() -> None:
    found = layers(
        [1, 2, 1, 1], weights=[[[1], [2]], [[3, 4]], [[5]]], biases=[[6, 7], [], [8]], bias=[True, False, True]
    )
    assert found.parameters == {
        "w1_1_1": 1.0, "w1_2_1": 2.0, "b1_1": 6.0, "b1_2": 7.0, "w2_1_1": 3.0, "w2_1_2": 4.0, "w3_1_1": 5.0,
        "b3_1": 8.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "bound", "deviation"),
    [
        ({}, math.sqrt(6 / 70), math.sqrt(2 / 70)),
        ({"init": "xavier"}, math.sqrt(6 / 70), math.sqrt(2 / 70)),
        ({"init": "he"}, math.inf, math.sqrt(2 / 40)),
        ({"init": "uniform"}, 1.0, 1 / math.sqrt(3)),
        ({"init": "uniform", "scale": 0.3}, 0.3, 0.3 / math.sqrt(3)),
    ],
)
@pytest.mark.parametrize("seed", [0, 1, 7])
def test_drawn_weights(options: Mapping[str, object], bound: float, deviation: float, seed: int) -> None:
    found = layers([40, 30], seed=seed, **options)
    drawn = weights(found)
    assert len(drawn) == 1200
    assert max(map(abs, drawn)) <= bound + 5e-5
    assert all(weight == round(weight, 4) for weight in drawn)
    assert statistics.pstdev(drawn) == pytest.approx(deviation, rel=0.1)
    assert abs(statistics.fmean(drawn)) < 4 * deviation / math.sqrt(len(drawn))
    assert found == layers([40, 30], seed=seed, **options)
    assert weights(layers([40, 30], seed=seed + 1, **options)) != drawn
    assert all(value == 0 for name, value in found.parameters.items() if name.startswith("b"))


def test_the_default_seed_is_1() -> None:
    assert layers([2, 3, 2]) == layers([2, 3, 2], seed=1) != layers([2, 3, 2], seed=2)


# Mistakes.

W = [[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6], [0.7, 0.8]]]

# options over sizes = [2, 2, 2] -> (the key blamed, words of the message)
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"size": 1}, "size", "[layers] has no key 'size'; did you mean 'sizes'?"),
    ({"zzz": 1}, "zzz", "[layers] has no key 'zzz'; there are sizes, activation"),
    ({"sizes": None}, "sizes", "sizes: expected a list of the units of each layer"),
    ({"sizes": [2]}, "sizes", "sizes: expected a list of the units of each layer"),
    ({"sizes": [2, 0, 2]}, "sizes", "sizes: 0 is no number of units; expected whole numbers from 1"),
    ({"sizes": [2, 2.0, 2]}, "sizes", "sizes: 2.0 is no number of units"),
    ({"sizes": [2, True, 2]}, "sizes", "sizes: True is no number of units"),
    ({"sizes": [2, "2", 2]}, "sizes", "sizes: '2' is no number of units"),
    ({"sizes": [3, 2, 2]}, "sizes", "sizes: it begins with 3, but the template has 2 inputs"),
    ({"sizes": [2, 2, 1]}, "sizes", "sizes: it ends with 1, but the template has 2 targets"),
    ({"sizes": [2, 10**4000, 2]}, "sizes", "sizes: a layer has more units than a sheet has columns, 16,384"),
    ({"sizes": [2, 90, 90, 2]}, "sizes", "8,460 weights and 182 biases need 17,284 columns for values and gradients"),
    ({"activation": "relo"}, "activation", "activation: there is no 'relo'; did you mean 'relu'?"),
    ({"activation": 1}, "activation", "activation: expected a text in quotes, such as 'sigmoid', not 1"),
    ({"activation": ["tanh"]}, "activation", "activation: expected one item a layer, 2 in all, not 1"),
    ({"activation": ["tanh", 2]}, "activation", "activation: expected a text in quotes"),
    ({"activation": ["tanh", "tanh"], "output": "tanh"}, "output", "output: the list of activations already names"),
    ({"activation": "softmax"}, "activation", 'softmax can only stand on the last layer; use output = "softmax"'),
    ({"activation": ["softmax", "tanh"]}, "activation", "softmax can only stand on the last layer"),
    ({"output": "sigmoids"}, "output", "output: there is no 'sigmoids'; did you mean 'sigmoid'?"),
    ({"bias": 1}, "bias", "bias: expected true, false or a list of them, not 1"),
    ({"bias": [True, 0]}, "bias", "bias: expected true, false or a list of them"),
    ({"bias": [True]}, "bias", "bias: expected one item a layer, 2 in all, not 1"),
    ({"loss": "mse"}, "loss", "loss: there is no 'mse'; there are mean_squared_error, half_squared_error, huber"),
    ({"loss": "hubert"}, "loss", "loss: there is no 'hubert'; did you mean 'huber'?"),
    ({"loss": ["huber"]}, "loss", "loss: expected a text in quotes"),
    (
        {"loss": "categorical_cross_entropy", "output": "sigmoid"},
        "loss",
        "loss: categorical_cross_entropy needs probabilities: the last layer must be 'softmax', not 'sigmoid'",
    ),
    ({"loss": "binary_cross_entropy", "output": "tanh"}, "loss", "the last layer must be 'sigmoid' or 'softmax'"),
    ({"init": "xaviar"}, "init", "init: there is no 'xaviar'; did you mean 'xavier'?"),
    ({"seed": 1.0}, "seed", "seed: expected a whole number from 0, not 1.0"),
    ({"seed": True}, "seed", "seed: expected a whole number from 0, not True"),
    ({"seed": -1}, "seed", "seed: expected a whole number from 0, not -1"),
    ({"scale": 2}, "scale", "scale: it belongs to init = \"uniform\"; 'xavier' has a scale of its own"),
    ({"init": "uniform", "scale": 0}, "scale", "scale must be 0.001 or more (weights are rounded to 4 decimals)"),
    ({"init": "uniform", "scale": "1"}, "scale", "scale must be a number, not '1'"),
    ({"weights": W, "init": "he"}, "init", "init: the weights are given, so none are drawn"),
    ({"weights": W, "seed": 1}, "seed", "seed: the weights are given, so none are drawn"),
    ({"weights": 1}, "weights", "weights: expected a list with one item a layer, not 1"),
    ({"weights": W[:1]}, "weights", "weights: expected one item a layer, 2 in all, not 1"),
    ({"weights": [W[0], [1, 2]]}, "weights", "weights of layer 2 must be a list of rows, expected 2×2 (to × from)"),
    ({"weights": [W[0], [[1, 2, 3]] * 2]}, "weights", "weights of layer 2 have shape 2×3, expected 2×2 (to × from)"),
    ({"weights": [[], W[1]]}, "weights", "weights of layer 1 have shape 0×0, expected 2×2"),
    ({"weights": [W[0], [[1, 2], [3]]]}, "weights", "weights of layer 2 have rows of 1 and 2 numbers, expected 2×2"),
    ({"weights": [W[0], [[1, 2], [3, True]]]}, "weights", "a weight of layer 2 must be a number, not True"),
    ({"weights": [W[0], [[1, 2], [3, "4"]]]}, "weights", "a weight of layer 2 must be a number, not '4'"),
    ({"weights": [W[0], [[1, 2], [3, math.nan]]]}, "weights", "a weight of layer 2 must be a finite number"),
    ({"biases": 1}, "biases", "biases: expected a list with one item a layer, not 1"),
    ({"biases": [1, 2]}, "biases", "biases of layer 1 must be a list of 2 numbers, not 1"),
    ({"biases": [[1, 2], [3]]}, "biases", "biases of layer 2 are 1 numbers, expected 2"),
    ({"biases": [[1, 2], [3, math.inf]]}, "biases", "a bias of layer 2 must be a finite number"),
    ({"biases": [[1, 2], [3, 4]], "bias": False}, "biases", "layer 1 are 2 numbers, expected 0: bias is false there"),
    ({"l1": "1"}, "l1", "l1 must be a number, not '1'"),
    ({"l2": -0.1}, "l2", "l2 must be 0 or more, not -0.1"),
    ({"l2": math.nan}, "l2", "l2 must be a finite number"),
    ({"frozen_biases": 1}, "frozen_biases", "frozen_biases: expected true or false, not 1"),
    ({"frozen_biases": True, "bias": False}, "frozen_biases", "frozen_biases: there are no biases to hold"),
    ({"accuracy": "yes"}, "accuracy", "accuracy: expected true or false, not 'yes'"),
    ({"accuracy": True, "output": "tanh"}, "accuracy", "the last layer must be 'sigmoid' or 'softmax' to tell right"),
]


@pytest.mark.parametrize(("options", "key", "message"), BAD, ids=lambda value: str(value)[:40])
def test_what_is_wrong_is_said(options: Mapping[str, object], key: str, message: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(message)) as caught:
        expansion({"sizes": [2, 2, 2], **options}, ["i1", "i2"], ["t1", "t2"])
    assert (caught.value.table, caught.value.key) == ("layers", key)
    assert "\n" not in str(caught.value)


def test_softmax_needs_two_outputs() -> None:
    for options, key in (({"output": "softmax"}, "output"), ({"activation": ["tanh", "softmax"]}, "activation")):
        with pytest.raises(TemplateError, match='softmax needs 2 outputs or more; for one, use "sigmoid"') as caught:
            layers([2, 2, 1], **options)
        assert caught.value.key == key
    with pytest.raises(TemplateError, match="softmax needs 2 outputs or more"):
        layers([2, 1], loss="categorical_cross_entropy")


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (["w1", "x"], ["y"], "[layers] makes a quantity 'w1'; rename the input 'w1'"),
        (["x1", "x2"], ["A_O1"], "[layers] makes a quantity 'a_o1'; rename the target 'A_O1'"),
        (["E_TOTAL", "x2"], ["y"], "[layers] makes a quantity 'E_total'; rename the input 'E_TOTAL'"),
    ],
)
def test_a_name_that_is_taken(inputs: list[str], targets: list[str], message: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(message)) as caught:
        expansion({"sizes": [2, 1]}, inputs, targets)
    assert (caught.value.table, caught.value.key) == ("layers", "")
    assert repr(caught.value.quantity) == message.split()[-1]


# In a template.


def test_what_is_typed_goes_before_the_shorthand() -> None:
    more = '[parameters]\nw1 = 0.7\ns = 0.1\n[forward]\no1 = "w3*a_h1 + s*i1"\n[loss]\nE_total = "(t1 - a_o1)^2"'
    study = loads(template('sizes = [2, 1, 1]\nactivation = "tanh"\nbias = false', more))
    assert (study.values["w1"], study.values["s"]) == (0.7, 0.1)
    assert study.equations == {
        "h1": "w1*i1 + w2*i2",
        "a_h1": "tanh(h1)",
        "o1": "w3*a_h1 + s*i1",
        "a_o1": "tanh(o1)",
        "E_total": "(t1 - a_o1)^2",
    }


def test_the_effective_template_is_written_out() -> None:
    study = loads(template("sizes = [2, 2, 1]"))
    assert "[layers]" not in effective_template(study)
    assert loads(effective_template(study)).graph == study.graph


@pytest.mark.parametrize(
    ("layers", "more", "line", "message"),
    [
        ("sizes = [2, 1]\nbias = 1", "", 10, "bias: expected true, false"),
        (
            "sizes = [2, 1]\nactivations = 'tanh'",
            "",
            10,
            "[layers] has no key 'activations'; did you mean 'activation'?",
        ),
        ("", "", 8, "sizes: expected a list of the units"),
        ("sizes = [2, 1]", "[forward]\no1 = 3", 11, "o1 must be an equation in quotes"),
        ("sizes = [2, 1]", '[forward]\no1 = "w1*i1"', 8, "w2 does not influence the loss E_total"),
        ("sizes = [2, 1]", "[parameters]\nO1 = 3", 8, "'o1' is already declared as 'O1' in [parameters], line 11"),
        ("sizes = [2, 1]", "[loss]\nF = 't1'", 11, "[loss] ends in 2 quantities (E_total, F)"),
    ],
)
def test_mistakes_name_a_line(layers: str, more: str, line: int, message: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(message)) as caught:
        loads(template(layers, more))
    assert caught.value.line == line


@pytest.mark.parametrize("text", ["layers = 3", 'layers = "x"', "[[layers]]\nsizes = [2, 1]"])
def test_layers_that_are_no_table(text: str) -> None:
    with pytest.raises(TemplateError, match="'layers' must be a table"):
        loads(f"rates = [0.5]\niterations = 3\n{text}\n[inputs]\nx = 1\n")


@pytest.mark.parametrize("text", ["layers = {sizes = [1, 1], bias = 2}", "layers.sizes = [1, 1]\nlayers.bias = 2"])
def test_inline_and_dotted_layers(text: str) -> None:
    with pytest.raises(TemplateError, match="bias: expected true, false") as caught:
        loads(f"rates = [0.5]\niterations = 3\n{text}\n[inputs]\nx = 1\n[targets]\nt = 1\n")
    assert caught.value.line == 3 + text.count("\n")


# Against torch: its layers are the oracle, and so are its functions where ours are not in the table yet.


def evaluated(
    found: Expansion, given: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
) -> dict[str, Any]:
    """Evaluate an expansion with Python's own arithmetic, in the order in which it is written."""
    space: dict[str, Any] = {**functions, **given}
    for table in (found.forward, found.loss, found.metrics):
        for name, text in table.items():
            space[name] = eval(text.replace("^", "**"), {"__builtins__": {}}, space)
    return space


def torch_functions() -> dict[str, Callable[..., Any]]:
    import torch
    from torch.nn import functional

    names = ("leaky_relu", "elu", "softplus", "gelu", "silu")
    return {
        **{name: getattr(functional, name) for name in names},
        **{name: getattr(torch, name) for name in ("sigmoid", "tanh", "relu", "exp", "abs")},
        "max": lambda *values: torch.stack(values).amax(0),
        "held": lambda value: value.detach(),
        "where": lambda test, yes, no: yes if test else no,
        "bce": lambda a, t: -(t * torch.log(a) + (1 - t) * torch.log(1 - a)),
        "cce": lambda a, t: -t * torch.log(a),
        "huber": lambda a, t: functional.huber_loss(a, t),
    }


def linear_layers(sizes: list[int], parameters: Iterable[float]) -> list[Any]:
    """Return torch.nn.Linear layers of these sizes, filled with parameters in their own order."""
    import torch

    linears = [torch.nn.Linear(fan_in, fan_out, dtype=torch.float64) for fan_in, fan_out in pairwise(sizes)]
    numbers = torch.tensor(list(parameters), dtype=torch.float64)
    torch.nn.utils.vector_to_parameters(numbers, torch.nn.ModuleList(linears).parameters())
    return linears


def torch_outputs(found: Expansion, sizes: list[int], activations: list[str], inputs: Any) -> tuple[Any, Any]:
    """Return the last layer of a network of torch's with an expansion's parameters, before and after activation."""
    import torch

    functions = {**torch_functions(), "identity": lambda z: z, "softmax": lambda z: torch.softmax(z, -1)}
    a = z = inputs
    for linear, activation in zip(linear_layers(sizes, found.parameters.values()), activations, strict=True):
        z = linear(a)
        a = functions[activation](z)
    return z, a


def torch_loss(loss: str, z: Any, a: Any, t: Any) -> Any:
    from torch.nn import functional

    return {
        "half_squared_error": lambda: functional.mse_loss(a, t, reduction="sum") / 2,
        "mean_squared_error": lambda: functional.mse_loss(a, t),
        "binary_cross_entropy": lambda: functional.binary_cross_entropy(a, t),
        "categorical_cross_entropy": lambda: functional.cross_entropy(z, t),
        "huber": lambda: functional.huber_loss(a, t),
    }[loss]()


@pytest.mark.parametrize("sizes", [[3, 2], [3, 4, 2], [3, 4, 5, 2], [3, 11, 2], [120, 3, 2]], ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_equations_are_torchs(loss: str, activation: str, sizes: list[int]) -> None:
    torch = pytest.importorskip("torch")
    output = {"binary_cross_entropy": "sigmoid", "categorical_cross_entropy": "softmax"}.get(loss, activation)
    torch.manual_seed(1)
    biases = torch.randn(sum(sizes[1:]), dtype=torch.float64).round(decimals=3).split(sizes[1:])
    found = layers(sizes, activation=activation, loss=loss, biases=[vector.tolist() for vector in biases], init="he")
    i, t = torch.randn(sizes[0], dtype=torch.float64), torch.tensor([0.0, 1.0], dtype=torch.float64)
    z, a = torch_outputs(found, sizes, [*[activation] * (len(sizes) - 2), output], i)
    given = {f"{letter}{k + 1}": value for letter, values in (("i", i), ("t", t)) for k, value in enumerate(values)}
    parameters = {name: torch.tensor(value, dtype=torch.float64) for name, value in found.parameters.items()}
    mine = evaluated(found, {**given, **parameters}, torch_functions())
    torch.testing.assert_close(mine["E_total"], torch_loss(loss, z, a, t), rtol=1e-12, atol=1e-14)
    if loss == "categorical_cross_entropy":
        assert mine["accuracy"] == int(a.argmax() == 1)
    elif loss == "binary_cross_entropy":
        assert mine["accuracy"] == int(bool(((a >= 0.5) == (t == 1)).all()))


def test_l2_is_twice_a_weight_decay() -> None:
    torch = pytest.importorskip("torch")
    found = layers([2, 2, 1], l1=0.25, l2=0.5)
    parameters = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in found.parameters.items()}
    given = {"i1": torch.tensor(0.0), "i2": torch.tensor(0.0), "t1": torch.tensor(0.5)}  # no slope of the data in w1
    evaluated(found, {**parameters, **given}, torch_functions())["penalty"].backward()
    w1 = found.parameters["w1"]
    assert parameters["w1"].grad.item() == pytest.approx(2 * 0.5 * w1 + math.copysign(0.25, w1))
    assert parameters["b1"].grad is None


@pytest.mark.parametrize("sizes", [[2, 1], [2, 3, 1], [2, 3, 4, 1]], ids=str)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_training_is_torchs(activation: str, sizes: list[int]) -> None:
    torch = pytest.importorskip("torch")
    study = loads(template(f'sizes = {sizes}\nactivation = "{activation}"'))
    rows = next(iter(trace(study))).rows[0]
    function = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh}[activation]
    linears = linear_layers(sizes, [study.values[name] for name in study.network.weights])
    network = torch.nn.Sequential(*[module for linear in linears for module in (linear, function())])
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    for row in rows:
        loss = 0.5 * (0.01 - network(torch.tensor([0.05, 0.1], dtype=torch.float64))[0]) ** 2
        values = dict(zip(study.graph.names, row, strict=True))
        assert values["E_total"] == pytest.approx(loss.item(), rel=1e-12)
        flat = [value for parameter in network.parameters() for value in parameter.flatten().tolist()]
        assert [values[name] for name in study.network.weights] == pytest.approx(flat, rel=1e-12, abs=1e-15)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


# The page that describes it.


def test_the_example_of_the_documentation() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "template.md").read_text("utf-8")
    section = page.partition("## Layers in one table\n")[2].partition("\n## ")[0]
    example, shown = re.findall(r"```(?:toml)?\n(.*?)```", section, re.DOTALL)
    assert equations(loads(example), "text").startswith(shown.partition("  …")[0])
    documented = set(re.findall(r"`(\w+)`", "".join(re.findall(r"(?m)^\| (`.*?) \|", section))))
    with pytest.raises(TemplateError) as caught:
        expansion({"?": 1}, ["x"], ["t"])
    known = set(str(caught.value).partition("; there are ")[2].split(", "))
    assert documented | {"scale"} == known
