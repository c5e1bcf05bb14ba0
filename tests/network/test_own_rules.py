"""A template's own rules of training: built-in ones written out, and others against plain loops and torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tracing import trace

from sheetgen import NumberError, TemplateError, build, loads, verify
from sheetgen.network import descent
from sheetgen.network.graph import Section
from sheetgen.network.optimizers import OPTIMIZERS, SCHEDULES
from sheetgen.network.study import Study
from sheetgen.network.tolerance import Tolerance
from sheetgen.network.trace import Trace
from sheetgen.proof.mathematics import differences
from sheetgen.show import equations
from sheetgen.template.write import effective_template

Array = NDArray[np.float64]

RATE, UPDATES = 0.05, 40
START = np.array([0.8, -0.45, -0.3])
WEIGHTS = ("u", "v", "b")

ONE = "[inputs]\nx1 = 0.6\nx2 = -1.1\n[targets]\nt = 0.25\n"
SEVERAL = (
    '[data]\ninputs = ["x1", "x2"]\ntargets = ["t"]\nrows = [[0.6, -1.1, 0.25], [0.1, 0.7, -0.4], [-0.9, 0.3, 0.5]]\n'
)
SAMPLES = np.array([[0.6, -1.1, 0.25], [0.1, 0.7, -0.4], [-0.9, 0.3, 0.5]])
NETWORK = """[parameters]
u = 0.8
v = -0.45
b = -0.3
[forward]
y = "tanh(u*x1 + v*x2 + b)"
[loss]
E = "(t - y)^2"
"""


def study_of(head: str, rule: str, data: str = ONE) -> Study:
    return loads(f"rates = [{RATE}]\niterations = {UPDATES}\n{head}\n{rule}\n{data}{NETWORK}")


def gradient(w: Array, sample: Array = SAMPLES[0]) -> Array:
    x1, x2, t = sample
    y = np.tanh(w[0] * x1 + w[1] * x2 + w[2])
    return -2 * (t - y) * (1 - y * y) * np.array([x1, x2, 1.0])


def ours(study: Study) -> Array:
    """Return the weights of every row."""
    places = [study.graph.position[name] for name in WEIGHTS]
    return np.array([[row[place] for place in places] for chunk in trace(study) for row in chunk.rows[0]])


Loop = Callable[[Array, Array, dict[str, Any], int], Array]
"""Takes the weights, their gradient, what is remembered and the iteration; returns the weights after."""


def averaged(w: Array, g: Array, m: dict[str, Any], i: int) -> Array:
    m["v"] = 0.9 * m.get("v", np.full(3, 0.05)) + 0.1 * g
    return np.asarray(w - RATE * m["v"])


def rms_on_the_previous_mean(w: Array, g: Array, m: dict[str, Any], i: int) -> Array:
    before = m.get("v", np.ones(3))
    m["v"] = 0.9 * before + 0.1 * g * g
    return np.asarray(w - RATE * g / np.sqrt(before))


def adam_without_correction(w: Array, g: Array, m: dict[str, Any], i: int) -> Array:
    m["m"] = 0.9 * m.get("m", np.zeros(3)) + 0.1 * g
    m["v"] = 0.999 * m.get("v", np.zeros(3)) + 0.001 * g**2
    return np.asarray(w - RATE * m["m"] / (np.sqrt(m["v"]) + 1e-8))


def dampened(w: Array, g: Array, m: dict[str, Any], i: int) -> Array:
    m["v"] = g if i == 0 else 0.9 * m["v"] + 0.7 * g
    return np.asarray(w - RATE * m["v"])


def rprop(w: Array, g: Array, m: dict[str, Any], i: int) -> Array:
    turned = np.sign(g * m.get("p", np.zeros(3)))
    factor = np.where(turned > 0, 1.2, np.where(turned < 0, 0.5, 1.0))
    m["d"] = np.clip(m.get("d", np.full(3, RATE)) * factor, 1e-6, 50)
    m["p"] = np.where(turned < 0, 0, g)
    return np.asarray(w - m["d"] * np.sign(m["p"]))


RULES: Mapping[str, tuple[str, Loop]] = {
    "averaged": ('memory = { v = 0.05 }\nv = "0.9*v + 0.1*g"\nstep = "w - η*v"', averaged),
    "rms": (
        'memory = { v = 1 }\nold = "previous(v)"\nv = "0.9*v + 0.1*g^2"\nstep = "w - η*g/sqrt(old)"',
        rms_on_the_previous_mean,
    ),
    "plain-adam": (
        "memory = { m = 0, v = 0 }\nbeta1 = 0.9\nbeta2 = 0.999\neps = 1e-8\n"
        'm = "beta1*m + (1 - beta1)*g"\nv = "beta2*v + (1 - beta2)*g^2"\nstep = "w - η*m/(sqrt(v) + eps)"',
        adam_without_correction,
    ),
    "dampened": (
        "memory = { v = 0 }\nmomentum = 0.9\ndampening = 0.3\n"
        'v = "where(iteration == 0, g, momentum*v + (1 - dampening)*g)"\nstep = "w - η*v"',
        dampened,
    ),
    "rprop": (
        'memory = { d = "η", p = 0 }\ns = "sign(g*previous(p))"\n'
        'd = "max(1e-6, min(50, d*where(s > 0, 1.2, where(s < 0, 0.5, 1))))"\n'
        'p = "where(s < 0, 0, g)"\nstep = "w - d*sign(p)"',
        rprop,
    ),
    "by-value": (
        'limit = 0.2\nstep = "w - η*max(-limit, min(limit, g))"',
        lambda w, g, m, i: w - RATE * np.clip(g, -0.2, 0.2),
    ),
    "by-norm": (
        'limit = 0.2\nn = "total(g^2)"\nstep = "w - η*g*min(1, limit/(sqrt(n) + 1e-6))"',
        lambda w, g, m, i: w - RATE * g * min(1, 0.2 / (float(np.sqrt(g @ g)) + 1e-6)),
    ),
    "by-layer": (
        'factor = { b = 0.1, else = 2 }\nstep = "w - η*factor*g"',
        lambda w, g, m, i: w - RATE * np.array([2, 2, 0.1]) * g,
    ),
    "coupled": ('decay = 0.1\nc = "g + decay*w"\nstep = "w - η*c"', lambda w, g, m, i: w - RATE * (g + 0.1 * w)),
    "decoupled": (
        'memory = { v = 0 }\ndecay = { b = 0, else = 0.1 }\nv = "0.9*v + g"\nstep = "w - η*decay*w - η*v"',
        lambda w, g, m, i: w - RATE * np.array([0.1, 0.1, 0]) * w - RATE * velocity(g, m),
    ),
}


def velocity(g: Array, m: dict[str, Any]) -> Array:
    m["v"] = 0.9 * m.get("v", np.zeros(3)) + g
    return np.asarray(m["v"])


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_what_a_plain_loop_makes_of_it(name: str) -> None:
    rule, loop = RULES[name]
    study = study_of(f'optimiser = "{name}"', f"[optimisers.{name}]\n{rule}")
    w, memory = START, dict[str, Any]()
    for iteration, row in enumerate(ours(study)):
        assert row == pytest.approx(w, rel=1e-12, abs=1e-14), iteration
        w = loop(w, gradient(w), memory, iteration)
    assert list(differences(Trace(study), Tolerance())) == []


@pytest.mark.parametrize("name", RULES)
def test_with_batches_it_moves_once_a_batch(name: str) -> None:
    rule, loop = RULES[name]
    study = study_of(f'optimiser = "{name}"\nbatch = 2', f"[optimisers.{name}]\n{rule}", SEVERAL)
    w, memory, rows = START, dict[str, Any](), ours(study)
    for iteration in range(UPDATES + 1):
        turns = [(2 * iteration + place) % 3 for place in (0, 1)]
        assert rows[2 * iteration] == pytest.approx(w, rel=1e-11, abs=1e-13), iteration
        assert rows[2 * iteration + 1] == pytest.approx(w, rel=1e-11, abs=1e-13), iteration
        w = loop(w, (gradient(w, SAMPLES[turns[0]]) + gradient(w, SAMPLES[turns[1]])) / 2, memory, iteration)
    assert list(differences(Trace(study), Tolerance())) == []


def by_torch(name: str) -> Array:
    """Return torch's weights, a row an iteration."""
    torch = pytest.importorskip("torch", reason="the companion's packages are not installed")
    p = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in START]
    method = {
        "dampened": lambda: torch.optim.SGD(p, RATE, momentum=0.9, dampening=0.3),
        "rprop": lambda: torch.optim.Rprop(p, RATE),
        "by-layer": lambda: torch.optim.SGD([{"params": p[:2], "lr": 0.1}, {"params": p[2:], "lr": 0.005}]),
        "coupled": lambda: torch.optim.SGD(p, RATE, weight_decay=0.1),
    }.get(name, lambda: torch.optim.SGD(p, RATE))()
    rows = []
    for _ in range(UPDATES + 1):
        rows.append([float(value.detach()) for value in p])
        method.zero_grad()
        ((0.25 - torch.tanh(p[0] * 0.6 + p[1] * -1.1 + p[2])) ** 2).backward()
        if name == "by-value":
            torch.nn.utils.clip_grad_value_(p, 0.2)
        if name == "by-norm":
            torch.nn.utils.clip_grad_norm_(p, 0.2)
        method.step()
    return np.array(rows)


@pytest.mark.parametrize("name", ["dampened", "rprop", "by-value", "by-norm", "by-layer", "coupled"])
def test_a_rule_that_torch_has_is_that_of_torch(name: str) -> None:
    study = study_of(f'optimiser = "{name}"', f"[optimisers.{name}]\n{RULES[name][0]}")
    assert ours(study) == pytest.approx(by_torch(name), rel=1e-12, abs=1e-14)


def written_out(name: str) -> str:
    """Return a built-in optimiser as a template would write it."""
    row = OPTIMIZERS[name]
    settings = [f"{key} = {setting.default!r}" for key, setting in row.settings.items()]
    memory = ", ".join(f"{column.letter} = {column.start}" for column in row.columns if column.start)
    columns = [f'{column.letter} = "{column.equation}"' for column in row.columns]
    lines = [*settings, f"memory = {{ {memory} }}", *columns, f'step = "{row.step}"']
    return "\n".join((f"[optimisers.own-{name}]", *lines))


@pytest.mark.parametrize("data", [ONE, SEVERAL], ids=["one sample", "batches"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_built_in_optimiser_written_out_has_the_same_columns(name: str, data: str) -> None:
    batch = "batch = 2" if data is SEVERAL else ""
    built_in = study_of(f'optimiser = "{name}"\n{batch}', "", data)
    own = study_of(f'optimiser = "own-{name}"\n{batch}', written_out(name), data)
    plain = {column.symbol: column.letter for column in OPTIMIZERS[name].columns if column.symbol}
    labels = [label.replace(label[:2], plain.get(label[:2], label[:2])) for label in built_in.graph.names]
    assert list(own.graph.names) == labels
    assert [chunk.rows for chunk in trace(own)] == [chunk.rows for chunk in trace(built_in)]
    assert list(differences(Trace(own), Tolerance())) == []
    state = {q.name for q in own.graph.section(Section.OPTIMIZER)}
    assert len(state) == 3 * len(OPTIMIZERS[name].columns)


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "constant"])
def test_a_built_in_schedule_written_out_has_the_same_rates(name: str) -> None:
    row = SCHEDULES[name]
    given = {"step_size": 15, "gamma": 0.5, "t_max": UPDATES, "total_steps": UPDATES}
    settings = {key: given.get(key, setting.default) for key, setting in row.settings.items()}
    listed = ", ".join(f"{key} = {value!r}" for key, value in settings.items())
    built_in = study_of(f'schedule = {{ name = "{name}", {listed} }}', "")
    rule = "\n".join((f"[schedules.own-{name}]", *listed.split(", "), f'rate = "{row.equation}"'))
    own = study_of(f'schedule = "own-{name}"', rule)
    assert own.graph.names == built_in.graph.names
    assert [chunk.rows for chunk in trace(own)] == [chunk.rows for chunk in trace(built_in)]
    assert list(differences(Trace(own), Tolerance())) == []


@pytest.mark.parametrize(("counter", "data"), [("iteration", ONE), ("epoch", ONE), ("epoch", SEVERAL)])
def test_a_schedule_of_1_over_t(counter: str, data: str) -> None:
    rule = f'[schedules.inverse]\nk = 0.1\nrate = "eta0/(1 + k*{counter})"'
    study = study_of('schedule = "inverse"', rule, data)
    rates = [row[study.graph.position["η"]] for chunk in trace(study) for row in chunk.rows[0]]
    first, every = (0, 1) if counter == "iteration" else (1, 1 if data is ONE else 3)
    assert rates == pytest.approx([RATE / (1 + 0.1 * (first + i // every)) for i in range(UPDATES + 1)], rel=1e-14)
    assert list(differences(Trace(study), Tolerance())) == []


def all_rules(data: str) -> str:
    """Return a template that trains by each rule on a sheet of its own."""
    rules = "\n".join(f"[optimisers.{name}]\n{rule}" for name, (rule, _) in RULES.items())
    variants = "\n".join(f'[[variants]]\nrate = {RATE}\noptimiser = "{name}"' for name in RULES)
    return f"iterations = 3\n{variants}\n{rules}\n{data}{NETWORK}"


def test_all_rules_are_proven_by_both_engines(tmp_path: Path, engine_name: str) -> None:
    path = tmp_path / "rules.xlsx"
    build(loads(all_rules(ONE)), path)
    report = verify(path, engine_name)
    assert report.ok, report.diffs[:3]


def test_a_workbook_keeps_its_rules(tmp_path: Path) -> None:
    study = loads(all_rules(SEVERAL).replace("iterations = 3", "iterations = 3\nbatch = 2"))
    again = loads(effective_template(study))
    assert again.variants == study.variants
    assert effective_template(again) == effective_template(study)


def test_settings_of_a_rule_are_chosen_where_it_is_used() -> None:
    rule = '[optimisers.mine]\nk = 2\nf = { b = 0.1, else = 1 }\nstep = "w - η*k*f*g"'
    one = study_of('optimiser = { name = "mine", k = 3, f = { b = 0.2 } }', rule)
    assert dict(one.variants[0].optimizer.settings) == {"k": 3, "f[b]": 0.2, "f[else]": 1}
    moved = ours(one)[1]
    assert moved == pytest.approx(START - RATE * 3 * np.array([1, 1, 0.2]) * gradient(START), rel=1e-13)


def test_what_show_says_of_them() -> None:
    text = equations(study_of('optimiser = "rprop"', f"[optimisers.rprop]\n{RULES['rprop'][0]}"), "text")
    assert "  s[u] := sign(∂E/∂u·previous p[u])\n" in text
    assert "  u := u − d[u]·sign(p[u])\n" in text
    latex = equations(study_of('optimiser = "rprop"', f"[optimisers.rprop]\n{RULES['rprop'][0]}"), "latex")
    assert r"{{p}_{u}}^{\mathrm{previous}}" in latex
    named = equations(study_of('optimiser = "by_sign"', '[optimisers.by_sign]\nstep = "w - η*sign(g)"'), "latex")
    assert r"  & \text{Update (by\_sign)} \\" in named
    by_norm = study_of('optimiser = "by-norm"', f"[optimisers.by-norm]\n{RULES['by-norm'][0]}")
    assert "  n[all weights] = (∂E/∂u)² + (∂E/∂v)² + (∂E/∂b)²\n" in equations(by_norm, "text")
    assert "n[all weights]: =" in equations(by_norm, "excel")


@pytest.mark.parametrize(
    ("rules", "line", "quantity"),
    [
        ('c = "g/0"\nstep = "w - η*c"', 6, "c[u]"),
        ('n = "total(g/0)"\nstep = "w - η*n"', 6, "n[all weights]"),
        ('c = "g"\nstep = "w - η*c/0"', 7, "u"),
        ('c = "g"\nstep = "w - η*c"\n[schedules.down]\nrate = "eta0/iteration"', 9, "η"),
    ],
)
def test_an_equation_without_a_value_is_told_with_its_line(rules: str, line: int, quantity: str) -> None:
    head = 'optimiser = "mine"\n' + ('schedule = "down"' if "down" in rules else "")
    with pytest.raises(NumberError) as caught:
        list(trace(study_of(head, f"[optimisers.mine]\n{rules}")))
    assert str(caught.value).startswith(f"template, line {line}: {quantity} has no value at iteration ")


def test_one_number_for_a_setting_that_parameters_have_their_own_of_is_refused() -> None:
    rule = '[optimisers.mine]\nf = { b = 0.1, else = 1 }\nstep = "w - η*f*g"'
    with pytest.raises(TemplateError, match=r"line 3: f must be a table, as where it is declared: f = \{ b = … \}"):
        study_of('optimiser = { name = "mine", f = 2 }', rule)


def test_over_tensors_a_sum_is_one_of_tensors() -> None:
    rule = '[optimisers.mine]\nf = { W = 0.5, else = 1 }\nn = "total(g^2)"\nstep = "w - η*f*g/(1 + n)"'
    text = (
        f'rates = [0.1]\niterations = 3\noptimiser = "mine"\n{rule}\n[inputs]\nx = [1, 2]\n[parameters]\n'
        'W = { shape = [2, 60] }\nb = { shape = [60], init = "ones" }\n[forward]\nH = "tanh(x @ W + b)"\n'
        '[loss]\nE = "sum(H^2)"\n'
    )
    study = loads(text)
    shown = equations(study, "text")
    assert "  n[all weights] = sum((∂E/∂W)²) + sum((∂E/∂b)²)\n" in shown
    assert "  W := W − η·f[W]·∂E/∂W/(1 + n[all weights])\n  b := b − η·f[else]·" in shown
    assert list(differences(Trace(study), Tolerance())) == []


def test_a_sum_that_leaves_a_weight_out_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    added = descent._added
    monkeypatch.setattr(descent, "_added", lambda terms: added(terms[:2]))
    study = study_of('optimiser = "by-norm"', f"[optimisers.by-norm]\n{RULES['by-norm'][0]}")
    assert "n[all weights]" in {difference.quantity for difference in differences(Trace(study), Tolerance())}


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        (
            'step = "w - η*q"',
            5,
            "the rule mine: step uses 'q', which is declared nowhere; there are w, g, η, iteration",
        ),
        (
            'v = "v + g"\nstep = "w - v"',
            5,
            "v uses v as it was before, and nothing says what it starts from; memory = { v = 0 }",
        ),
        (
            'a = "previous(q)"\nstep = "w - a"',
            5,
            "a uses previous(q), which is no memory; give it an equation, and a start",
        ),
        ('v = "g"', 4, 'the rule mine: it has no step; step = "w - η*g"'),
        ('a = "b + g"\nb = "a"\nstep = "w - a"', 5, "the equations go round in a circle: "),
        ('step = "w - "', 5, "step: the equation ends at column 5"),
        ('memory = { v = 0 }\nstep = "w - g"', 5, 'the memory v has no equation; v = "…"'),
        ('memory = { v = "g" }\nv = "v + g"\nstep = "w - v"', 5, "memory uses 'g', which is declared nowhere"),
        (
            'memory = { v = 0 }\nv = "v + g"\nstep = "w - previous(v)"',
            7,
            "step uses previous(v), which needs a column: before =",
        ),
        ('step = "w - total(g)"', 5, "total(…) stands around a whole equation; give it one of its own"),
        ('f = { q = 1 }\nstep = "w - f*g"', 5, "f names 'q', which is no trained parameter"),
        ('f = { u = 1 }\nstep = "w - f*g"', 5, "f says nothing of v; f = { …, else = 0 }"),
        ('g = 3\nstep = "w - g"', 5, "'g' cannot name a number of a rule"),
        ('k = true\nstep = "w - g"', 5, "k must be a number, not True"),
        ('k = [1]\nstep = "w - g"', 5, "k must be a number"),
        ("step = 3", 5, 'step must be an equation in quotes, such as step = "w - η*g"'),
        ('x1 = 0.1\nstep = "w - x1*g"', 8, "'x1' is a setting of 'mine' too"),
        (
            'step = "w - 0.12345678901234567*g"',
            5,
            "is no number a formula can hold (15 digits, 1e-307 to 1e307); make it a setting",
        ),
        ('title = 3\nstep = "w - g"', 5, "title must be a printable text of 1 to 80 characters"),
        ('s = "total(previous(s))"\nstep = "w - s"', 5, "s uses s as it was before"),
    ],
)
def test_a_bad_rule_gets_one_line(lines: str, line: int, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        study_of('optimiser = "mine"', f"[optimisers.mine]\n{lines}")
    assert message in str(caught.value)
    assert f"template, line {line}: " in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[optimisers.adam]\nstep = "w"', "line 4: 'adam' is built in; give your own another name"),
        ('[optimisers]\nmine = "w"', "line 5: optimisers.mine must be a table: a line [optimisers.mine]"),
        ('[optimisers."a/b"]\nstep = "w"', "'a/b' cannot name a rule; use letters, digits, _ and -"),
        ("[schedules.mine]\nk = 1", "line 4: the rule mine: it has no rate"),
        ('[schedules.mine]\nrate = "eta"', "rate uses 'eta', which is declared nowhere; did you mean 'eta0'?"),
        ('[schedules.mine]\nrate = "previous(eta0)"', "a schedule has no previous(…) and no total(…)"),
        ("[schedule.mine]", "a name, such as schedule"),
    ],
)
def test_a_bad_table_of_rules(text: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        study_of("", text)
    assert message in str(caught.value)


def test_two_settings_of_one_name() -> None:
    rules = '[optimisers.o]\nk = 1\nstep = "w - k*g"\n[schedules.s]\nk = 2\nrate = "eta0*k"'
    with pytest.raises(TemplateError, match="'k' is a setting of 'o' and of 's'; give one of them another name"):
        study_of('optimiser = "o"\nschedule = "s"', rules)
