"""[layers]: the names and equations it stands for, its weights, and one clear error for each mistake."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

import pytest
from networks import expanded_layers, perceptron
from outside import ROOT
from tracing import trace

from sheetgen import TemplateError, load, loads
from sheetgen.algebra.parser import parse
from sheetgen.limits import MAX_FORMULA
from sheetgen.show import equations
from sheetgen.template.layers.expand import Expansion
from sheetgen.template.write import effective_template

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "gelu", "silu", "identity")
LOSSES = ("half_squared_error", "mean_squared_error", "binary_cross_entropy", "categorical_cross_entropy", "huber")


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
    expansion = perceptron([2, 2, 1], biases=[[0.35, 0.36], [0.6]], activation="tanh", output="identity")
    assert list(expansion.parameters) == ["w1", "w2", "w3", "w4", "b1", "b2", "w5", "w6", "b3"]
    assert [expansion.parameters[f"b{k}"] for k in (1, 2, 3)] == [0.35, 0.36, 0.6]
    assert expansion.forward == {
        "h1": "w1*i1 + w2*i2 + b1",
        "h2": "w3*i1 + w4*i2 + b2",
        "a_h1": "tanh(h1)",
        "a_h2": "tanh(h2)",
        "o1": "w5*a_h1 + w6*a_h2 + b3",
    }
    assert expansion.loss == {"E_total": "0.5*(t1 - o1)^2"}
    assert (expansion.metrics, expansion.frozen) == ({}, ())


def test_no_hidden_layer() -> None:
    expansion = perceptron([2, 1])
    assert expansion.forward == {"o1": "w1*i1 + w2*i2 + b1", "a_o1": "sigmoid(o1)"}
    assert expansion.loss == {"E_total": "0.5*(t1 - a_o1)^2"}


def test_a_deeper_network_counts_its_layers() -> None:
    expansion = perceptron([1, 2, 1, 1], bias=[True, False, True], activation=["relu", "identity", "sigmoid"])
    assert list(expansion.parameters) == ["w1_1_1", "w1_2_1", "b1_1", "b1_2", "w2_1_1", "w2_1_2", "w3_1_1", "b3_1"]
    assert expansion.forward == {
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
    assert ("w1" in perceptron(sizes).parameters) == classic
    assert ("w1_1_1" in perceptron(sizes).parameters) != classic


def test_softmax() -> None:
    expansion = perceptron([2, 3], loss="categorical_cross_entropy", bias=False)
    assert list(expansion.forward.items())[3:] == [
        ("z_max", "held(max(o1, o2, o3))"),
        ("e_1", "exp(o1 - z_max)"),
        ("e_2", "exp(o2 - z_max)"),
        ("e_3", "exp(o3 - z_max)"),
        ("e_sum", "e_1 + e_2 + e_3"),
        ("p1", "e_1/e_sum"),
        ("p2", "e_2/e_sum"),
        ("p3", "e_3/e_sum"),
    ]
    assert expansion.loss == {"E1": "cce(p1, t1)", "E2": "cce(p2, t2)", "E3": "cce(p3, t3)", "E_total": "E1 + E2 + E3"}
    assert expansion.metrics == {"accuracy": "where(t1*p1 + t2*p2 + t3*p3 >= max(p1, p2, p3), 1, 0)"}


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
    expansion = perceptron([1, 2], loss=loss).loss
    assert (expansion["E1"], expansion["E_total"]) == (first, total)
    assert perceptron([1, 1], loss=loss).loss == {"E_total": first}


def test_accuracy() -> None:
    first = "where(a_o1 >= 0.5, t1, 1 - t1)"
    assert perceptron([1, 1], loss="binary_cross_entropy").metrics == {"accuracy": first}
    both = f"{first}*where(a_o2 >= 0.5, t2, 1 - t2)"
    assert perceptron([1, 2], loss="binary_cross_entropy").metrics == {"accuracy": both}
    assert perceptron([1, 2], accuracy=True).metrics == {"accuracy": both}
    assert perceptron([1, 1], loss="binary_cross_entropy", accuracy=False).metrics == {}


def test_penalties() -> None:
    expansion = perceptron([2, 1], l2=0.01)
    assert (expansion.parameters["lambda_2"], expansion.frozen) == (0.01, ("lambda_2",))
    assert expansion.loss == {
        "E_data": "0.5*(t1 - a_o1)^2",
        "penalty": "lambda_2*(w1^2 + w2^2)",
        "E_total": "E_data + penalty",
    }
    both = perceptron([2, 1], l1=0.001, l2=0.01, frozen_biases=True)
    assert both.loss["penalty"] == "lambda_1*(abs(w1) + abs(w2)) + lambda_2*(w1^2 + w2^2)"
    assert both.frozen == ("b1", "lambda_1", "lambda_2")


def test_a_larger_networks_penalty_has_a_part_a_layer() -> None:
    loss = perceptron([9, 9, 9], l2=0.01).loss
    assert loss["penalty"] == "penalty_1 + penalty_2"
    assert loss["penalty_1"].startswith("lambda_2*(w1^2 + w2^2 +")
    wider = perceptron([20, 12, 1], l1=0.1, l2=0.01).loss
    parts = [f"penalty_1_part{k}" for k in range(1, 6)]
    assert wider["penalty_1"] == " + ".join(parts)
    assert sum(wider[part].count("^2") for part in parts) == sum(wider[part].count("abs(") for part in parts) == 240


def test_long_sums_stay_within_a_formula_and_the_parser() -> None:
    expansion = perceptron([784, 3, 1], activation="tanh", l2=0.1)
    assert expansion.forward["z1_1"] == " + ".join(f"z1_1_part{k}" for k in range(1, 9))
    assert expansion.forward["z1_1_part1"].count("*") == 98
    for name, text in {**expansion.forward, **{n: t for n, t in expansion.loss.items() if "abs" not in t}}.items():
        parse(text)
        assert len(re.sub(r"\w+", "R" * 17, text)) < MAX_FORMULA, name


def test_wide_softmax_is_joined_in_parts() -> None:
    expansion = perceptron([1, 150], loss="categorical_cross_entropy")
    assert expansion.forward["z_max"] == "held(max(z_max_part1, z_max_part2))"
    assert expansion.forward["z_max_part2"].startswith("max(z1_76, ")
    assert expansion.forward["e_sum"] == "e_sum_part1 + e_sum_part2"
    assert expansion.loss["E_total"] == "E_total_part1 + E_total_part2"
    assert expansion.metrics["accuracy"] == "where(p_told_part1 + p_told_part2 >= max(p_max_part1, p_max_part2), 1, 0)"


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("sizes", [[3, 9, 4], [3, 4, 4, 2], [2, 120]])
def test_no_name_is_made_twice(sizes: list[int], output: str, loss: str) -> None:
    if (output, loss) == ("sigmoid", "categorical_cross_entropy"):
        return
    expansion = perceptron(sizes, output=output, loss=loss, l1=0.1, l2=0.1, accuracy=True)
    names = [
        name.lower()
        for table in (expansion.parameters, expansion.forward, expansion.loss, expansion.metrics)
        for name in table
    ]
    assert len(set(names)) == len(names)


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


@pytest.mark.parametrize("text", ["layers = 3", 'layers = "x"'])
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
    expansion: Expansion, given: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
) -> dict[str, Any]:
    """Evaluate an expansion with Python's own arithmetic, in the order in which it is written."""
    space: dict[str, Any] = {**functions, **given}
    for table in (expansion.forward, expansion.loss, expansion.metrics):
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


def torch_outputs(expansion: Expansion, sizes: list[int], activations: list[str], inputs: Any) -> tuple[Any, Any]:
    """Return the last layer of a network of torch's with an expansion's parameters, before and after activation."""
    import torch

    functions = {**torch_functions(), "identity": lambda z: z, "softmax": lambda z: torch.softmax(z, -1)}
    a = z = inputs
    for linear, activation in zip(linear_layers(sizes, expansion.parameters.values()), activations, strict=True):
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
    expansion = perceptron(
        sizes, activation=activation, loss=loss, biases=[vector.tolist() for vector in biases], init="he"
    )
    i, t = torch.randn(sizes[0], dtype=torch.float64), torch.tensor([0.0, 1.0], dtype=torch.float64)
    z, a = torch_outputs(expansion, sizes, [*[activation] * (len(sizes) - 2), output], i)
    given = {f"{letter}{k + 1}": value for letter, values in (("i", i), ("t", t)) for k, value in enumerate(values)}
    parameters = {name: torch.tensor(value, dtype=torch.float64) for name, value in expansion.parameters.items()}
    mine = evaluated(expansion, {**given, **parameters}, torch_functions())
    torch.testing.assert_close(mine["E_total"], torch_loss(loss, z, a, t), rtol=1e-12, atol=1e-14)
    if loss == "categorical_cross_entropy":
        assert mine["accuracy"] == int(a.argmax() == 1)
    elif loss == "binary_cross_entropy":
        assert mine["accuracy"] == int(bool(((a >= 0.5) == (t == 1)).all()))


def test_l2_is_twice_a_weight_decay() -> None:
    torch = pytest.importorskip("torch")
    expansion = perceptron([2, 2, 1], l1=0.25, l2=0.5)
    parameters = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in expansion.parameters.items()}
    given = {"i1": torch.tensor(0.0), "i2": torch.tensor(0.0), "t1": torch.tensor(0.5)}  # no slope of the data in w1
    evaluated(expansion, {**parameters, **given}, torch_functions())["penalty"].backward()
    w1 = expansion.parameters["w1"]
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
    page = (ROOT / "docs" / "template.md").read_text("utf-8")
    section = page.partition("## Layers in one table\n")[2].partition("\n## ")[0]
    example, shown = re.findall(r"```(?:toml)?\n(.*?)```", section, re.DOTALL)
    assert equations(loads(example), "text").startswith(shown.partition("  …")[0])
    documented = set(re.findall(r"`(\w+)`", "".join(re.findall(r"(?m)^\| (`.*?) \|", section))))
    with pytest.raises(TemplateError) as caught:
        expanded_layers({"?": 1}, ["x"], ["t"])
    known = set(str(caught.value).partition("; there are ")[2].split(", "))
    assert documented | {"scale"} == known
