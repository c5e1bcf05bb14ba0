"""Whether the layers of a network fit one another, and what does not."""

from __future__ import annotations

from dataclasses import dataclass

from cnn.errors import UsageError
from cnn.net.layer_table import label
from cnn.net.networks import CLASSES, SIDE, Layer, LayerFacts, Network, total_parameters, walk

MOST_LAYERS, MOST_MAPS, MOST_PARAMETERS = 200, 4096, 10_000_000
_POOLS = ("maxpool", "avgpool")
_FLAT = ("linear", "relu", "dropout", "identity")
"""What may come behind a linear layer."""


@dataclass(frozen=True)
class Misfit:
    """What is wrong with a layer, counted from 1 (0: with the network), and what is expected."""

    number: int
    problem: str
    expected: str


def misfit(network: Network) -> Misfit | None:
    """Return the first layer that cannot do what it says with what it is given; None where all can."""
    if not 0 < len(network.layers) <= MOST_LAYERS:
        return Misfit(0, f"the network has {len(network.layers)} layers", f"1 to {MOST_LAYERS} are expected")
    before, flat = None, False
    for number in range(1, len(network.layers) + 1):
        layer = network.layers[number - 1]
        if found := _odd(layer):
            return Misfit(number, f"layer {number} ({layer.kind}): {found[0]}", found[1])
        *_, facts = walk(Network("", "", network.layers[:number]))
        if found := _unfit(layer, facts, flat):
            given = _given(before)
            return Misfit(number, f"layer {number} ({label(facts)}) takes {found[0]}, and gets {given}", found[1])
        before, flat = facts, flat or layer.kind == "linear"
    assert before is not None
    if (count := total_parameters(network)) > MOST_PARAMETERS:
        return Misfit(0, f"the network has {count:,} parameters", f"{MOST_PARAMETERS:,} are the most")
    if before.kind != "linear" or before.channels != CLASSES:
        problem = f"layer {before.number} ({label(before)}), the last one, gives {_shape(before)}"
        return Misfit(before.number, problem, f"it has to be linear, with out = {CLASSES}: a score for each digit")
    return None


def checked(network: Network) -> Network:
    """Return a network whose layers fit one another; raise `UsageError` otherwise."""
    if found := misfit(network):
        raise UsageError(f"network '{network.name}': {found.problem}", found.expected)
    return network


def _odd(layer: Layer) -> tuple[str, str] | None:
    """Return what no layer of its kind can have, and what is expected."""
    least = {"out": 0, "kernel": 1, "stride": 1, "padding": 0}
    for name, smallest in least.items():
        if not smallest <= getattr(layer, name) <= MOST_MAPS:
            return f"{name} is {getattr(layer, name)}", f"{smallest} to {MOST_MAPS:,} are expected"
    if layer.kind in ("conv", "linear"):
        if not layer.out:
            return "how many maps it gives is missing", "add out = 10, or another number"
        if layer.padding >= layer.kernel and layer.padding:
            return f"padding {layer.padding} is not smaller than the kernel", f"{layer.kernel - 1} is the most"
    elif layer.out or layer.padding or layer.bias:
        return "it gives as many maps as it gets", "leave out, padding and bias out"
    if layer.kind in _POOLS and layer.kernel == 1 and not layer.pools_all:
        return "its kernel is missing", "add kernel = 2, or another number"
    if layer.kind == "avgpool" and layer.stride != layer.kernel and not layer.pools_all:
        return f"stride {layer.stride} is not its kernel, {layer.kernel}", "leave the stride out"
    if layer.pools_all and layer.kind != "avgpool":
        return "it cannot be global", 'only kind = "avgpool" can'
    return None


def _unfit(layer: Layer, facts: LayerFacts, flat: bool) -> tuple[str, str] | None:
    """Return what a layer takes, where it is given something else, and what to do; ``flat``: behind a linear layer."""
    if flat:
        return None if layer.kind in _FLAT else ("maps", "put it before the linear layer")
    if layer.kind == "linear" and facts.side_in > 1:
        return "single numbers", 'put a layer before it: kind = "avgpool", global = true'
    least = facts.kernel - 2 * facts.padding
    if facts.side < 1:
        return f"maps of {least} × {least} or larger", "make the kernel smaller, or pool less before it"
    return None


def _given(before: LayerFacts | None) -> str:
    """Return what a layer gets, and from whom."""
    if before is None:
        return f"the image, 1 map of {SIDE} × {SIDE}"
    return f"{_shape(before)} from layer {before.number} ({label(before)})"


def _shape(layer: LayerFacts) -> str:
    several = "s" if layer.channels > 1 else ""
    if layer.side == 1:
        return f"{layer.channels} number{several}"
    return f"{layer.channels} map{several} of {layer.side} × {layer.side}"
