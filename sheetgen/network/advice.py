"""What a template could have in place of an equation that has no value."""

from __future__ import annotations

from sheetgen.algebra.expr import operations
from sheetgen.network.graph import Graph, equation_of


def instead_of_probabilities(graph: Graph) -> str:
    """Return what to write in place of the logarithm of a probability that rounds to 0, "" where there is none."""
    used = {op for quantity in graph.equations for op in operations(equation_of(quantity))}
    if "bce" in used or {"sigmoid", "ln"} <= used:
        return "write the loss of the logit z that sigmoid is taken of, bce_with_logits(z, t)"
    return "write the loss of logits, cce_with_logits(z, t)" if "cce" in used else ""
