"""Tables that are no network of the gallery: sums over a batch in one cell, Adam, momentum, samples in rows, a list."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from audited.galleries import acts
from audited.network import Network, Quantity, Spot
from audited.sheets import Key


def _constant(name: str, value: float, role: str = "other") -> Quantity:
    return Quantity(name, role, numbers=((value,),), form="constant")


def _data(name: str, role: str, values: list[float]) -> Quantity:
    return Quantity(name, role, numbers=tuple((value,) for value in values))


def _step(name: str, role: str, formula: str, start: str | float | None = None, by: str = "") -> Quantity:
    return Quantity(name, role, formula, start, by=by)


def _drawn(seed: int, count: int, low: float, high: float) -> list[float]:
    rng = random.Random(seed)
    return [round(rng.uniform(low, high), 2) or 0.1 for _ in range(count)]


def _network(
    name: str,
    constants: list[Quantity],
    data: list[Quantity],
    steps: list[Quantity],
    rows: int,
    loss: str,
    labels: dict[str, str] | None = None,
    title: str = "",
) -> Network:
    """Put the constants on top, the data below, and the table of the steps to the right of them."""
    sheet, labels = "Training", labels or {}
    spots: dict[str, Spot] = {}
    texts: dict[Key, str | float] = {(sheet, 1, 1): title} if title else {}
    for at, quantity in enumerate(constants):
        texts[sheet, at + 2, 1] = labels.get(quantity.name, quantity.name)
        spots[quantity.name] = Spot(sheet, at + 2, 2)
    top = len(constants) + 4
    for at, quantity in enumerate(data):
        texts[sheet, top, at + 1] = labels.get(quantity.name, quantity.name)
        spots[quantity.name] = Spot(sheet, top + 1, at + 1, len(quantity.numbers))
    left = max(len(data), 2) + 2
    for at, quantity in enumerate(steps):
        texts[sheet, top, left + at] = labels.get(quantity.name, quantity.name)
        spots[quantity.name] = Spot(sheet, top + 1, left + at, rows)
    quantities = {quantity.name: quantity for quantity in [*constants, *data, *steps]}
    found = acts(quantities)
    for act, (_, pre) in found.items():
        quantities[act], quantities[pre] = replace(quantities[act], role="act"), replace(quantities[pre], role="pre")
    return Network(name, quantities, spots, texts, found, loss)


def line() -> Network:
    """A line through eight points: a row is a step, and its sums go over the batch."""
    x = _drawn(11, 8, 0.2, 3.0)
    constants = [_constant("lr", 0.05, "rate"), Quantity("n", "count", "COUNT({x!})", form="constant")]
    data = [
        _data("x", "input", x),
        _data("t", "target", [round(2 * value + 1 + 0.1 * (at % 3), 2) for at, value in enumerate(x)]),
    ]
    steps = [
        _step("step", "other", "{step@-1}+1", 0.0),
        _step("w", "weight", "{w@-1}-{lr}*{∂L/∂w@-1}", 0.3),
        _step("b", "weight", "{b@-1}-{lr}*{∂L/∂b@-1}", 0.1),
        _step("L", "loss", "SUMPRODUCT(({w}*{x!}+{b}-{t!})^2)/{n}"),
        _step("∂L/∂w", "slope", "2/{n}*SUMPRODUCT({w}*{x!}+{b}-{t!},{x!})", by="w"),
        _step("∂L/∂b", "slope", "2/{n}*SUMPRODUCT({w}*{x!}+{b}-{t!})", by="b"),
    ]
    labels = {"lr": "learning rate", "L": "MSE", "∂L/∂w": "dMSE/dw", "∂L/∂b": "dMSE/db", "step": "epoch"}
    return _network("line through a batch", constants, data, steps, 6, "L", labels)


def _unit() -> list[Quantity]:
    """One sigmoid unit of two inputs with cross-entropy, without its updates."""
    return [
        _step("z", "pre", "{w1}*{x1}+{w2}*{x2}+{b}"),
        _step("a", "act", "1/(1+EXP(-{z}))"),
        _step("L", "loss", "-({y}*LN({a})+(1-{y})*LN(1-{a}))"),
        _step("∂L/∂a", "slope", "-{y}/{a}+(1-{y})/(1-{a})", by="a"),
        _step("∂L/∂z", "slope", "{∂L/∂a}*{a}*(1-{a})", by="z"),
        _step("∂L/∂w1", "slope", "{∂L/∂z}*{x1}", by="w1"),
        _step("∂L/∂w2", "slope", "{∂L/∂z}*{x2}", by="w2"),
        _step("∂L/∂b", "slope", "{∂L/∂z}", by="b"),
    ]


def _samples(rows: int, seed: int) -> list[Quantity]:
    x1, x2 = _drawn(seed, rows, -1.5, 1.5), _drawn(seed + 1, rows, -1.5, 1.5)
    return [
        _data("x1", "input", x1),
        _data("x2", "input", x2),
        _data("y", "target", [float(a + b > 0) for a, b in zip(x1, x2, strict=True)]),
    ]


_WEIGHTS = (("w1", 0.4), ("w2", -0.3), ("b", 0.1))


def adam() -> Network:
    """Adam with a sample a step: both moments and their corrections are columns."""
    constants = [
        _constant("lr", 0.1, "rate"),
        _constant("beta1", 0.9),
        _constant("beta2", 0.999),
        _constant("eps", 1e-8),
    ]
    steps: list[Quantity] = [_step("t", "other", "{t@-1}+1", 1.0)]
    for name, value in _WEIGHTS:
        moved = f"{{{name}@-1}}-{{lr}}*{{mhat_{name}@-1}}/(SQRT({{vhat_{name}@-1}})+{{eps}})"
        steps.append(_step(name, "weight", moved, value))
    steps += [*_samples(8, 21), *_unit()]
    for name, _ in _WEIGHTS:
        slope = f"{{∂L/∂{name}}}"
        first, second = f"(1-{{beta1}})*{slope}", f"(1-{{beta2}})*{slope}^2"
        steps += [
            _step(f"m_{name}", "state", f"{{beta1}}*{{m_{name}@-1}}+{first}", first),
            _step(f"v_{name}", "state", f"{{beta2}}*{{v_{name}@-1}}+{second}", second),
            _step(f"mhat_{name}", "state", f"{{m_{name}}}/(1-{{beta1}}^{{t}})"),
            _step(f"vhat_{name}", "state", f"{{v_{name}}}/(1-{{beta2}}^{{t}})"),
        ]
    labels = {"lr": "α", "beta1": "β1", "beta2": "β2", "eps": "ε"}
    return _network("Adam by hand", constants, [], steps, 8, "L", labels, "Adam")


def momentum() -> Network:
    """Momentum with a sample a step."""
    constants = [_constant("lr", 0.2, "rate"), _constant("mu", 0.9)]
    steps: list[Quantity] = [_step("step", "other", "{step@-1}+1", 1.0)]
    for name, value in _WEIGHTS:
        steps.append(_step(name, "weight", f"{{{name}@-1}}-{{lr}}*{{v_{name}@-1}}", value))
    steps += [*_samples(7, 31), *_unit()]
    for name, _ in _WEIGHTS:
        steps.append(_step(f"v_{name}", "state", f"{{mu}}*{{v_{name}@-1}}+{{∂L/∂{name}}}", f"{{∂L/∂{name}}}"))
    labels = {"lr": "Learning rate", "mu": "momentum", "∂L/∂w1": "grad_w1", "∂L/∂w2": "grad_w2", "∂L/∂b": "grad_b"}
    return _network("momentum by hand", constants, [], steps, 7, "L", labels)


def online() -> Network:
    """A sample a step, the plain rule, and the learning rate in the title alone: typed into each formula."""
    steps: list[Quantity] = [_step("step", "other", "{step@-1}+1", 1.0)]
    for name, value in _WEIGHTS:
        steps.append(_step(name, "weight", f"{{{name}@-1}}-0.5*{{∂L/∂{name}@-1}}", value))
    steps += [*_samples(7, 41), *_unit()]
    labels = {"L": "Loss", **{f"∂L/∂{by}": f"dLoss/d{by}" for by in ("a", "z", "w1", "w2", "b")}}
    return _network("rate in the title", [], [], steps, 7, "L", labels, "Training, learning rate = 0.5")


def samples_in_rows() -> Network:
    """Six samples in rows, two batches: the sums over each batch and the updates stand in a list below."""
    sheet = "Batch"
    columns = [
        *_samples(6, 51),
        _step("z", "pre", "{w1}*{x1}+{w2}*{x2}+{b}"),
        _step("a", "act", "TANH({z})"),
        _step("e", "other", "({a}-{y})^2"),
        _step("∂e/∂a", "slope", "2*({a}-{y})", by="a"),
        _step("∂e/∂z", "slope", "{∂e/∂a}*(1-{a}^2)", by="z"),
        _step("∂e/∂w1", "slope", "{∂e/∂z}*{x1}", by="w1"),
        _step("∂e/∂w2", "slope", "{∂e/∂z}*{x2}", by="w2"),
        _step("∂e/∂b", "slope", "{∂e/∂z}", by="b"),
    ]
    constants = [_constant(name, value, "weight") for name, value in _WEIGHTS] + [_constant("lr", 0.1, "rate")]
    sums = [Quantity("E", "loss", "AVERAGE({e:0-5})", form="single")]
    for name, _ in _WEIGHTS:
        sums.append(Quantity(f"∂E/∂{name}", "slope", f"AVERAGE({{∂e/∂{name}:0-5}})", form="single", by=name))
    for name, _ in _WEIGHTS:
        sums.append(Quantity(f"{name} new", "next", f"{{{name}}}-{{lr}}*{{∂E/∂{name}}}", form="single"))
    spots, texts = {}, {}
    for at, quantity in enumerate(constants):
        texts[sheet, 1, at + 1], spots[quantity.name] = quantity.name, Spot(sheet, 2, at + 1)
    for at, quantity in enumerate(columns):
        texts[sheet, 4, at + 1] = quantity.name
        spots[quantity.name] = Spot(sheet, 5, at + 1, 6)
    for at, quantity in enumerate(sums):
        texts[sheet, 13 + at, 1], spots[quantity.name] = quantity.name, Spot(sheet, 13 + at, 2)
    quantities = {quantity.name: quantity for quantity in [*constants, *columns, *sums]}
    return Network("samples in rows", quantities, spots, texts, {"a": ("tanh", "z")}, "E")


def listed() -> Network:
    """Mazur's network in a list: a name in the first column, its number beside it, one step."""
    sheet = "Sheet1"
    typed = {
        "i1": 0.05,
        "i2": 0.1,
        "t1": 0.01,
        "t2": 0.99,
        "w1": 0.15,
        "w2": 0.2,
        "w3": 0.25,
        "w4": 0.3,
        "b1": 0.35,
        "w5": 0.4,
        "w6": 0.45,
        "w7": 0.5,
        "w8": 0.55,
        "b2": 0.6,
        "lr": 0.5,
    }
    roles = {"i": "input", "t": "target", "w": "weight", "b": "weight", "l": "rate"}
    items = [Quantity(name, roles[name[0]], numbers=((value,),), form="single") for name, value in typed.items()]

    def has(name: str, role: str, formula: str, by: str = "") -> None:
        items.append(Quantity(name, role, formula, form="single", by=by))

    has("h1", "pre", "{w1}*{i1}+{w2}*{i2}+{b1}")
    has("h2", "pre", "{w3}*{i1}+{w4}*{i2}+{b1}")
    for act, pre in (("out_h1", "h1"), ("out_h2", "h2")):
        has(act, "act", f"1/(1+EXP(-{{{pre}}}))")
    has("o1", "pre", "{w5}*{out_h1}+{w6}*{out_h2}+{b2}")
    has("o2", "pre", "{w7}*{out_h1}+{w8}*{out_h2}+{b2}")
    for act, pre in (("out_o1", "o1"), ("out_o2", "o2")):
        has(act, "act", f"1/(1+EXP(-{{{pre}}}))")
    has("E1", "other", "0.5*({t1}-{out_o1})^2")
    has("E2", "other", "0.5*({t2}-{out_o2})^2")
    has("E_total", "loss", "{E1}+{E2}")
    for at in "12":
        has(f"∂E_total/∂out_o{at}", "slope", f"{{out_o{at}}}-{{t{at}}}", f"out_o{at}")
        has(f"∂E_total/∂o{at}", "slope", f"{{∂E_total/∂out_o{at}}}*{{out_o{at}}}*(1-{{out_o{at}}})", f"o{at}")
    for by, unit, act in (("w5", 1, 1), ("w6", 1, 2), ("w7", 2, 1), ("w8", 2, 2)):
        has(f"∂E_total/∂{by}", "slope", f"{{∂E_total/∂o{unit}}}*{{out_h{act}}}", by)
    has("∂E_total/∂b2", "slope", "{∂E_total/∂o1}+{∂E_total/∂o2}", "b2")
    for at, (one, two) in (("1", ("w5", "w7")), ("2", ("w6", "w8"))):
        has(f"∂E_total/∂out_h{at}", "slope", f"{{∂E_total/∂o1}}*{{{one}}}+{{∂E_total/∂o2}}*{{{two}}}", f"out_h{at}")
        has(f"∂E_total/∂h{at}", "slope", f"{{∂E_total/∂out_h{at}}}*{{out_h{at}}}*(1-{{out_h{at}}})", f"h{at}")
    for by, unit, given in (("w1", 1, 1), ("w2", 1, 2), ("w3", 2, 1), ("w4", 2, 2)):
        has(f"∂E_total/∂{by}", "slope", f"{{∂E_total/∂h{unit}}}*{{i{given}}}", by)
    has("∂E_total/∂b1", "slope", "{∂E_total/∂h1}+{∂E_total/∂h2}", "b1")
    for name in [name for name in typed if name[0] in "wb"]:
        has(f"{name}+", "next", f"{{{name}}}-{{lr}}*{{∂E_total/∂{name}}}")
    quantities = {item.name: item for item in items}
    spots, texts = {}, {(sheet, 1, 1): "One step of backpropagation"}
    for at, name in enumerate(quantities):
        texts[sheet, at + 3, 1], spots[name] = name, Spot(sheet, at + 3, 2)
    return Network("list of one step", quantities, spots, texts, acts(quantities))


TABLES: dict[str, Callable[[], Network]] = {
    "line through a batch": line,
    "Adam by hand": adam,
    "momentum by hand": momentum,
    "rate in the title": online,
    "samples in rows": samples_in_rows,
    "list of one step": listed,
}
