"""Mistakes in what is done with a gradient: updates and the moments of optimisers."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from audited.network import Network, Quantity
from audited.seeded import Maker, Seeded, alike, named, simple

Found = Iterator[tuple[str, str]]

_GRADIENT = re.compile(r"\{((?:mean )?∂[^{}@]+|v\[[^]]+\]|v_\w+|mhat_\w+|m̂\[[^]]+\])(@-1)?\}")


def _updates(network: Network) -> Iterator[tuple[Quantity, re.Match[str]]]:
    """Yield what is updated, with the gradient or the moment in its formula."""
    for quantity in network.role("weight", "next"):
        match = _GRADIENT.search(quantity.formula)
        if match and quantity.formula:
            yield quantity, match


def plus(network: Network) -> Found:
    for quantity, _ in _updates(network):
        for minus in ("-{η}", "-{lr}", "-0.5*"):
            yield quantity.name, quantity.formula.replace(minus, "+" + minus[1:])


def other_gradient(network: Network) -> Found:
    for quantity, match in _updates(network):
        for other in alike(network, match[1]):
            yield quantity.name, quantity.formula.replace(match[0], "{" + other + (match[2] or "") + "}")


def other_rate(network: Network) -> Found:
    for quantity, _ in _updates(network):
        for rate in ("{η}", "{lr}", "-0.5*"):
            if rate in quantity.formula:
                for typed in ("0.03", "0.7", "1.5"):
                    number = f"-{typed}*" if rate == "-0.5*" else typed
                    yield quantity.name, quantity.formula.replace(rate, number)
                if rate != "-0.5*":
                    yield quantity.name, quantity.formula.replace(rate, f"0.1*{rate}")


def rate_left_out(network: Network) -> Found:
    for quantity, _ in _updates(network):
        for rate in ("{η}*", "{lr}*", "0.5*"):
            one = network.quantities.get(rate.strip("{}*"))
            if rate in quantity.formula and not (one and one.numbers == ((1.0,),)):
                yield quantity.name, quantity.formula.replace(rate, "")


def same_row(network: Network) -> Found:
    """Start from another parameter's old value."""
    for quantity, _ in _updates(network):
        for match in re.finditer(r"\{([^{}@∂]+)(@-1)?\}", quantity.formula):
            if network.quantities[match[1]].role == "weight":
                for other in alike(network, match[1]):
                    yield quantity.name, quantity.formula.replace(match[0], "{" + other + (match[2] or "") + "}")


def bias_correction(network: Network) -> Found:
    for quantity in network.role("state"):
        match = re.fullmatch(r"(\{[^{}]+\})/\(1-(\{[^{}]+\})\^(.+)\)", quantity.formula)
        if match:
            yield quantity.name, match[1]
            yield quantity.name, f"{match[1]}/(1-{match[2]})"
            yield quantity.name, f"{match[1]}/(1-{match[2]}^2)"
            yield quantity.name, f"{match[1]}/(1-{match[2]}^({match[3]}+1))"


def all_updates_plus(network: Network, rng: random.Random) -> Seeded | None:
    """Write + in every update."""
    found = dict(plus(network))
    changed = {name: text for name, text in found.items() if text != network.quantities[name].formula}
    if not changed:
        return None
    other = {(name, None): text for name, text in changed.items()}
    return Seeded("update-plus", named(*_SIGN), network, other, what="every update with +")


_SIGN = ("update-plus",)
UPDATE_FAULTS: dict[str, Maker] = {
    "update with +": simple("update-plus", named(*_SIGN), plus),
    "every update with +": all_updates_plus,
    "update with another's gradient": simple("update-other-gradient", named("update-other-gradient"), other_gradient),
    "update with another rate": simple("update-other-rate", named("update-other-rate"), other_rate),
    "update without the rate": simple("update-other-rate", named("update-other-rate"), rate_left_out),
    "update of another weight": simple("update-other-weight", named("update-other-weight"), same_row),
    "bias correction": simple("adam-bias", named("adam-bias-left-out", "adam-bias-power"), bias_correction),
}
