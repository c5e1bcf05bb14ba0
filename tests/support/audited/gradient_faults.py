"""Mistakes in gradients, as people make them: each finds the formulas in which it can be made."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from audited.network import Network
from audited.seeded import Maker, Seeded, alike, named, simple, spread, symbols, terms, with_other

Found = Iterator[tuple[str, str]]

_FACTORS = (
    ("sigmoid", r"\{(?P<at>[^{}]+)\}\*\(1-\{(?P=at)\}\)"),
    ("tanh", r"\(1-\{(?P<at>[^{}]+)\}\^2\)"),
    ("relu", r"IF\(\{(?P<at>[^{}]+)\}>0,1,0\)"),
)
_WRITTEN = {"sigmoid": "{%s}*(1-{%s})", "tanh": "(1-{%s}^2)", "relu": "IF({%s}>0,1,0)"}


def _factor(network: Network, kind: str, act: str) -> str:
    return _WRITTEN[kind].replace("%s", act)


def _derivatives(network: Network) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the slopes with an activation's derivative: name, formula, its text, its kind and what it is taken at."""
    pres = {pre: act for act, (_, pre) in network.acts.items()}
    for slope in network.role("slope"):
        for kind, pattern in _FACTORS:
            for match in re.finditer(pattern, slope.formula):
                if match["at"] in network.acts or match["at"] in pres:
                    yield slope.name, slope.formula, match[0], kind, match["at"]


def other_unit(network: Network) -> Found:
    for name, formula, text, _, at in _derivatives(network):
        for other in alike(network, at):
            yield name, formula.replace(text, with_other(text, at, other))


def other_unit_in_half(network: Network) -> Found:
    for name, formula, text, _, at in _derivatives(network):
        for other in alike(network, at):
            if text.count("{" + at + "}") == 2:
                yield name, formula.replace("(1-{" + at + "})", "(1-{" + other + "})")


def pre_activation(network: Network) -> Found:
    for name, formula, text, kind, at in _derivatives(network):
        if kind != "relu" and at in network.acts:
            yield name, formula.replace(text, with_other(text, at, network.acts[at][1]))


def left_out(network: Network) -> Found:
    for name, formula, text, _, _ in _derivatives(network):
        yield name, formula.replace("*" + text, "")


def twice(network: Network) -> Found:
    for name, formula, text, kind, _ in _derivatives(network):
        if kind != "relu":
            yield name, f"{formula}*{text}"


def other_function(network: Network) -> Found:
    for name, formula, text, kind, at in _derivatives(network):
        for other in _WRITTEN:
            if other != kind and at in network.acts:
                yield name, formula.replace(text, _factor(network, other, at))


def sign(network: Network) -> Found:
    """Turn the sign of a slope; that of δ is a convention."""
    for slope in network.role("slope"):
        if _is_delta(network, slope.name):
            continue
        yield slope.name, f"-({slope.formula})" if len(terms(slope.formula)) > 1 else f"-{slope.formula}"
        for term in terms(slope.formula)[1:]:
            flipped = ("-" if term[0] == "+" else "+") + term[1:]
            if not _target(network, slope.formula):
                yield slope.name, slope.formula.replace(term, flipped, 1)


def _is_delta(network: Network, name: str) -> bool:
    spot = network.spots[name]
    beside = (spot.sheet, spot.row - 1, spot.column), (spot.sheet, spot.row, spot.column - 1)
    return any(str(network.texts.get(key, "")).startswith("δ") for key in beside)


def _target(network: Network, formula: str) -> bool:
    return any(network.quantities[name].role == "target" for name in symbols(formula))


def swapped(network: Network) -> Found:
    """Another input, another weight, another unit's slope."""
    for slope in network.role("slope"):
        for name in symbols(slope.formula):
            inside = any(text in slope.formula and at == name for _, _, text, _, at in _derivatives(network))
            if network.quantities[name].role not in ("input", "weight", "slope", "act") or inside:
                continue
            for other in alike(network, name):
                if other != slope.name and other not in symbols(slope.formula):
                    yield slope.name, with_other(slope.formula, name, other)


def transposed(network: Network) -> Found:
    """A TRANSPOSE left out or too many, where the shapes let it pass."""
    for slope in network.role("slope"):
        rows, columns = slope.shape
        if slope.form != "block" or rows == 1 or columns == 1:
            continue
        for match in re.finditer(r"TRANSPOSE\(\{([^}]+)\}\)", slope.formula):
            shape = network.quantities[match[1]].shape
            if shape[0] == shape[1]:
                yield slope.name, slope.formula.replace(match[0], "{" + match[1] + "}")
        if rows == columns and "MMULT" in slope.formula:
            yield slope.name, f"TRANSPOSE({slope.formula})"
        for match in re.finditer(r"MMULT\(\{([^}]+)\},", slope.formula):
            shape = network.quantities[match[1]].shape
            if shape[0] == shape[1]:
                yield slope.name, slope.formula.replace(match[0], "MMULT(TRANSPOSE({" + match[1] + "}),")


def path_left_out(network: Network) -> Found:
    for slope in network.role("slope"):
        found = terms(slope.formula)
        if len(found) > 1 and not _target(network, slope.formula):
            for term in found:
                rest = slope.formula.replace(term, "", 1)
                yield slope.name, rest.removeprefix("+")
        for match in re.finditer(r"MMULT\(TRANSPOSE\(\{(W\d?)\}\),\{([^}]+)\}\)", slope.formula):
            rows = network.quantities[match[1]].shape[0]
            if rows > 1:
                last = rows - 2
                part = f"MMULT(TRANSPOSE({{{match[1]}:0-{last}}}),{{{match[2]}:0-{last}}})"
                yield slope.name, slope.formula.replace(match[0], part)


def factor(network: Network) -> Found:
    for slope in network.role("slope"):
        several = len(terms(slope.formula)) > 1
        body = f"({slope.formula})" if several else slope.formula
        for text in (f"2*{body}", f"0.5*{body}", f"{body}/2"):
            yield slope.name, text
        for written in (r"^2/\{n\}\*", r"^2\*", r"/4$", r"/\{batch\}$"):
            without = re.sub(written, "", slope.formula)
            if without != slope.formula:
                yield slope.name, without
        count = [name for name in network.quantities if network.quantities[name].role == "count"]
        for name in count[:1]:
            yield slope.name, f"{body}/{{{name}}}"


def target_sign(network: Network) -> Found:
    for slope in network.role("slope"):
        targets = [name for name in symbols(slope.formula) if network.quantities[name].role == "target"]
        for target in targets:
            for match in re.finditer(r"(\{[^{}]+\})-(\{" + re.escape(target) + r"\})", slope.formula):
                yield slope.name, slope.formula.replace(match[0], f"{match[1]}+{match[2]}")
                yield slope.name, slope.formula.replace(match[0], f"{match[2]}-{match[1]}")


def updated_weight(network: Network) -> Found:
    """Take the weight that the same step has just updated, as if it were that of the forward pass."""
    for slope in network.role("slope"):
        for name in symbols(slope.formula):
            quantity = network.quantities[name]
            if quantity.role != "weight" or slope.name.endswith("/∂" + name):
                continue
            if f"{name} new" in network.quantities or f"{name}+" in network.quantities:
                new = f"{name} new" if f"{name} new" in network.quantities else f"{name}+"
                yield slope.name, with_other(slope.formula, name, new)
            elif quantity.form == "column" and "IF(" not in quantity.formula:
                yield slope.name, slope.formula.replace("{" + name + "}", "{" + name + "@+1}")


def wrong_rows(network: Network) -> Found:
    """Sum a gradient over the wrong rows of a batch."""
    for quantity in network.role("mean", "slope"):
        for match in re.finditer(r"\{([^{}:]+):(\d+)-(\d+)\}", quantity.formula):
            first, last = int(match[2]), int(match[3])
            for low, high in ((first, last - 1), (first + 1, last), (first + 1, last + 1), (first, last - 2)):
                yield quantity.name, quantity.formula.replace(match[0], f"{{{match[1]}:{low}-{high}}}")
        if quantity.role == "mean" and "∂" in quantity.name and "{sample}=1" in quantity.formula:
            yield quantity.name, quantity.formula.replace("{sample}=1", "{sample}=2")
            inner = quantity.name.removeprefix("mean ")
            yield quantity.name, quantity.formula.replace("{" + inner + "}", "{" + inner + "@-1}")
        for match in re.finditer(r"MMULT\(\{row\},\{([^}]+)\}\)", quantity.formula):
            yield quantity.name, f"MMULT({{ones!}},{{{match[1]}:0-2}})".replace("{ones!}", "TRANSPOSE({ones})")


def softmax_shortcut(network: Network) -> Found:
    """Output minus target, which holds for softmax or a sigmoid with cross-entropy, with another loss."""
    targets = [quantity.name for quantity in network.role("target")]
    for slope in network.role("slope"):
        by = network.quantities.get(slope.by)
        if by is None or "∂" not in slope.formula or "^2" not in _loss(network) + "SUMXMY2":
            continue
        outputs = [act for act, (_, pre) in network.acts.items() if pre == slope.by]
        if network.name == "Softmax with the squared error" and slope.by == "z":
            outputs = ["p"]
        for output in outputs:
            close = [target for target in targets if re.sub(r"\D", "", target)[-1:] == re.sub(r"\D", "", output)[-1:]]
            last = f"∂{network.loss}/∂{output}"
            if last in network.quantities and _target(network, network.quantities[last].formula):
                for target in close if len(targets) > 1 else targets:
                    yield slope.name, f"{{{output}}}-{{{target}}}"


def _loss(network: Network) -> str:
    return " ".join(
        quantity.formula for quantity in network.quantities.values() if quantity.name.startswith(network.loss[0])
    )


def log_base(network: Network, rng: random.Random) -> Seeded | None:
    """Take the logarithm of another base: in the loss, whose slopes are then all wrong."""
    losses = [quantity for quantity in network.quantities.values() if "LN(" in quantity.formula]
    if not losses:
        return None
    base = rng.choice(("LOG10(", "LOG("))
    other = {(loss.name, None): loss.formula.replace("LN(", base) for loss in losses}
    firsts = [key for loss in losses for key in network.spots[loss.name].keys]
    outer = [slope for slope in network.role("slope") if not any("∂" in name for name in symbols(slope.formula))]
    firsts += [key for slope in outer for key in network.spots[slope.name].keys]
    what = f"{losses[0].name} = {other[losses[0].name, None]}"
    return Seeded("log-base", named("log-base"), network, other, firsts=frozenset(firsts), what=what)


def log_factor(network: Network) -> Found:
    """Divide by LN(10) in the slope of a natural logarithm."""
    for slope in network.role("slope"):
        if "∂" in "".join(symbols(slope.formula)) or "LN(" not in _loss(network):
            continue
        body = f"({slope.formula})" if len(terms(slope.formula)) > 1 else slope.formula
        yield slope.name, f"{body}/LN(10)"


def two_mistakes(network: Network, rng: random.Random) -> Seeded | None:
    """Two mistakes in one formula: another unit's derivative and a swapped input, or with a wrong sign."""
    first = list(other_unit(network)) + list(pre_activation(network))
    if not first:
        return None
    name, formula = rng.choice(sorted(first))
    again = network.with_formula(name, formula)
    second = [found for found in swapped(again) if found[0] == name]
    kinds: tuple[frozenset[str], ...]
    one = frozenset({"other-unit-derivative", "pre-activation", "wrong-reference", "swapped-index"})
    if second and rng.random() < 0.6:
        name, formula = rng.choice(sorted(second))
        kinds = (one, frozenset({"swapped-index", "wrong-reference"}))
    else:
        formula = f"-({formula})" if len(terms(formula)) > 1 else f"-{formula}"
        kinds = (one, frozenset({"sign"}))
    return Seeded("two-mistakes", kinds, network, spread(network, name, formula, rng), what=f"{name} = {formula}")


OTHER = ("other-unit-derivative", "swapped-index", "wrong-reference")
GRADIENT_FAULTS: dict[str, Maker] = {
    "other unit's derivative": simple("other-unit-derivative", named("other-unit-derivative"), other_unit),
    "other unit in half of it": simple("other-unit-derivative", named(*OTHER), other_unit_in_half),
    "pre-activation for activation": simple("pre-activation", named("pre-activation"), pre_activation),
    "derivative left out": simple("derivative-left-out", named("derivative-left-out", "softmax-shortcut"), left_out),
    "derivative twice": simple("derivative-twice", named("derivative-twice", "factor-too-many"), twice),
    "derivative of another function": simple("other-derivative", named("other-derivative"), other_function),
    "wrong sign": simple("sign", named("sign", "target-sign", "operator"), sign),
    "swapped index": simple("swapped-index", named("swapped-index", "wrong-reference"), swapped),
    "transposed matrix": simple("transposed", named("transposed"), transposed),
    "path left out": simple("path-left-out", named("path-left-out", "wrong-rows"), path_left_out),
    "factor": simple("factor", named("factor", "factor-left-out", "factor-too-many"), factor),
    "target with the wrong sign": simple("target-sign", named("target-sign", "sign"), target_sign),
    "weight already updated": simple("updated-weight", named("updated-weight"), updated_weight),
    "wrong rows of a batch": simple("wrong-rows", named("wrong-rows", "path-left-out", "path-too-many"), wrong_rows),
    "shortcut of softmax": simple(
        "softmax-shortcut", named("softmax-shortcut", "derivative-left-out"), softmax_shortcut
    ),
    "logarithm of another base": log_base,
    "logarithm's base in the slope": simple("log-base", named("log-base", "factor", "factor-too-many"), log_factor),
    "two mistakes": two_mistakes,
}
