"""A network as a table: for a reader as text, for other programs as numbers."""

from __future__ import annotations

from dataclasses import dataclass

from cnn.net.networks import LayerFacts, Network, receptive_field, total_multiply_adds, total_parameters, walk

_WORDS = {"batchnorm": "batch norm", "relu": "ReLU", "maxpool": "max pool", "avgpool": "average pool"}


@dataclass(frozen=True)
class NetworkFacts:
    """A network's name, its totals, and its layers; a receptive field is the side of a square in pixels.

    ``receptive_field`` is that before the pooling to 1×1, ``multiply_adds`` is per picture.
    """

    network: str
    parameters: int
    receptive_field: int
    receptive_field_after_pooling: int
    multiply_adds: int
    layers: tuple[LayerFacts, ...]


def network_facts(network: Network) -> NetworkFacts:
    """Return what follows from a network's table of layers."""
    layers = tuple(walk(network))
    return NetworkFacts(
        network.name,
        total_parameters(network),
        receptive_field(network),
        layers[-1].receptive_field,
        total_multiply_adds(network),
        layers,
    )


def label(layer: LayerFacts) -> str:
    """Return a layer's name with what sets it apart: ``conv 3×3, padding 1``."""
    text = _WORDS.get(layer.kind, layer.kind)
    if layer.kind in ("conv", "maxpool", "avgpool"):
        text += f" {layer.kernel}×{layer.kernel}"
    if layer.padding:
        text += f", padding {layer.padding}"
    return text + (", bias" if layer.bias else "")


def layer_table(network: Network) -> str:
    """Return the table as text, a line a layer, with the totals under it."""
    facts = network_facts(network)
    lines = [f"{network.name}: {network.about}", ""]
    lines.append(f"{'#':>3}  {'layer':<22}{'output':>12}{'parameters':>12}{'receptive field':>17}{'multiply-adds':>15}")
    for layer in facts.layers:
        shape = f"{layer.channels}×{layer.side}×{layer.side}" if layer.kind != "linear" else str(layer.channels)
        lines.append(
            f"{layer.number:>3}  {label(layer):<22}{shape:>12}{layer.parameters:>12,}"
            f"{layer.receptive_field:>17}{layer.multiply_adds:>15,}"
        )
    lines += [
        "",
        f"parameters       {facts.parameters:,}",
        f"receptive field  {facts.receptive_field} before the pooling to 1×1, "
        f"{facts.receptive_field_after_pooling} after it",
        f"multiply-adds    {facts.multiply_adds:,}",
    ]
    return "\n".join(lines)
