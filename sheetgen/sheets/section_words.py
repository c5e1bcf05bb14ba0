"""What the forward half and the loss of a network are, in words; without inputs it is a function of its parameters."""

from __future__ import annotations

from collections.abc import Mapping

from sheetgen.network.graph import Graph, Section

_OF_INPUTS = {
    Section.FORWARD: "from the inputs to the outputs",
    Section.LOSS: "how far the outputs are from the targets",
}
_OF_PARAMETERS = {Section.FORWARD: "from the parameters to the end", Section.LOSS: "what is minimised"}


def section_words(network: Graph) -> Mapping[Section, str]:
    """Return what the forward half and the loss of a network are."""
    return _OF_INPUTS if network.inputs or network.targets else _OF_PARAMETERS
