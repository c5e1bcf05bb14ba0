"""What the parts of a network are, in words; without inputs it is a function of its parameters."""

from __future__ import annotations

from collections.abc import Mapping

from sheetgen.network.graph import Graph, Section

_OF_INPUTS = {
    Section.FORWARD: "from the inputs to the outputs",
    Section.LOSS: "how far the outputs are from the targets",
}
_OF_PARAMETERS = {Section.FORWARD: "from the parameters to the end", Section.LOSS: "what is minimised"}

_HEADINGS = {
    Section.STATE: "From the row above: what a row goes on from",
    Section.BATCH: "Over the batch: one number for all its rows",
    Section.FORWARD: "Forward",
    Section.LOSS: "Loss",
    Section.METRICS: "Metrics: what is watched, and not minimised",
    Section.BACKWARD: "Backward: the chain rule, one tensor at a time",
    Section.GRADIENTS: "Gradients: what each weight does to the loss",
    Section.ABOVE: "Through the row above: what its quantities and weights do to this row's loss",
}


def section_words(network: Graph) -> Mapping[Section, str]:
    """Return what the forward half and the loss of a network are."""
    return _OF_INPUTS if network.inputs or network.targets else _OF_PARAMETERS


def section_headings(network: Graph) -> dict[Section, str]:
    """Return what stands above the equations of each section."""
    words = section_words(network)
    return {section: f"{said}: {words[section]}" if section in words else said for section, said in _HEADINGS.items()}
