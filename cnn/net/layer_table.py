"""A network as a table: for a reader as text, for other programs as numbers."""

from __future__ import annotations

from typing import Any

from cnn.net.networks import LayerFacts, Network, multiply_adds, parameters, receptive_field, walk


def layer_row(facts: LayerFacts) -> dict[str, Any]:
    """Return a layer as the row of a table: its settings, shapes [channels, side, side], and what follows
    from them.
    """
    layer = facts.layer
    kernel = facts.side_in if layer.pools_all else layer.kernel
    return {
        "number": facts.number,
        "kind": layer.kind,
        "kernel": kernel,
        "stride": kernel if layer.pools_all else layer.stride,
        "padding": layer.padding,
        "bias": layer.bias,
        "channels_in": facts.channels_in,
        "channels": facts.channels,
        "side_in": facts.side_in,
        "side": facts.side,
        "global": facts.side == 1 and layer.kind == "avgpool",
        "parameters": facts.parameters,
        "receptive_field": facts.receptive_field,
        "jump": facts.jump,
        "multiply_adds": facts.multiply_adds,
    }


def network_facts(network: Network) -> dict[str, Any]:
    """Return a network's name, totals and layer table."""
    rows = [layer_row(facts) for facts in walk(network)]
    return {
        "network": network.name,
        "parameters": parameters(network),
        "receptive_field": receptive_field(network),
        "receptive_field_after_pooling": rows[-1]["receptive_field"],
        "multiply_adds": multiply_adds(network),
        "layers": rows,
    }


def label(row: dict[str, Any]) -> str:
    """Return a layer's name with what sets it apart: ``conv 3×3, padding 1``."""
    words = {"batchnorm": "batch norm", "relu": "ReLU", "maxpool": "max pool", "avgpool": "average pool"}
    text = words.get(row["kind"], str(row["kind"]))
    if row["kind"] in ("conv", "maxpool", "avgpool"):
        text += f" {row['kernel']}×{row['kernel']}"
    if row["padding"]:
        text += f", padding {row['padding']}"
    return text + (", bias" if row["bias"] else "")


def layer_table(network: Network) -> str:
    """Return the table as text, a line a layer, with the totals under it."""
    facts = network_facts(network)
    lines = [f"{network.name}: {network.about}", ""]
    lines.append(f"{'#':>3}  {'layer':<22}{'output':>12}{'parameters':>12}{'receptive field':>17}{'multiply-adds':>15}")
    for row in facts["layers"]:
        shape = f"{row['channels']}×{row['side']}×{row['side']}" if row["kind"] != "linear" else str(row["channels"])
        lines.append(
            f"{row['number']:>3}  {label(row):<22}{shape:>12}{row['parameters']:>12,}"
            f"{row['receptive_field']:>17}{row['multiply_adds']:>15,}"
        )
    lines += [
        "",
        f"parameters       {facts['parameters']:,}",
        f"receptive field  {facts['receptive_field']} before the pooling to 1×1, "
        f"{facts['receptive_field_after_pooling']} after it",
        f"multiply-adds    {facts['multiply_adds']:,}",
    ]
    return "\n".join(lines)
