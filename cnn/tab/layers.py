"""The layer table: shapes, parameters, receptive field and cost as formulas from kernel, stride and padding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnn.net.networks import LayerFacts
from cnn.tab.sections import CENTRED, COUNT, GAP, heading, table
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Content, Formula, Page
from sheetgen.page.style import Style

_LABELS = (
    "layer", "number", "kernel", "stride", "padding", "bias", "channels in", "channels out", "side in", "side out",
    "parameters", "receptive field", "jump", "multiply-adds",
)  # fmt: skip
_NAMES = {
    "conv": "conv", "batchnorm": "batch norm", "relu": "ReLU", "dropout": "dropout", "maxpool": "max pool",
    "avgpool": "average pool", "linear": "linear",
    "identity": "no dropout",
}  # fmt: skip
GLOBAL = "global average pool"
_INPUT = Style(colour=style.BLUE, align="center")


@dataclass(frozen=True)
class Layers:
    """The table of layers, the row of its totals, and the next free row."""

    block: Block
    total_row: int
    next_row: int

    @property
    def names(self) -> str:
        """The range that names the layers."""
        return self.block.column("layer")


def name_of(layer: LayerFacts) -> str:
    """Return what a layer is called; an average over the whole picture is a global average pool."""
    return GLOBAL if layer.is_global else _NAMES[layer.kind]


def put(page: Page, layers: Sequence[LayerFacts], row: int) -> Layers:
    """Put the table: blue numbers are the network, black ones follow from them."""
    note = (
        "Blue: what the network is. Black: what follows. side out = ⌊(side in + 2·padding − kernel)/stride⌋ + 1;"
        " receptive field = the one before + (kernel − 1)·jump; jump = the one before · stride."
    )
    row = heading(page, row, "The network, layer by layer", note)
    block = table(page, row, _LABELS, len(layers) + 1)
    picture: dict[str, Content] = {
        "layer": "input",
        "number": 0.0,
        "channels out": 1.0,
        "side out": float(layers[0].side_in),
        "receptive field": 1.0,
        "jump": 1.0,
    }
    block.line(page, block.first, map(picture.get, _LABELS), (style.EQUATION, CENTRED, *[_INPUT] * 12))
    for number, layer in enumerate(layers, start=block.first + 1):
        _put_layer(page, block, number, layer)
    total = block.last + 1
    page.put(block.cell("layer", total), "in all", Style(bold=True, align="left", indent=1))
    _put_total(page, block, "parameters", sum(layer.parameters for layer in layers))
    _put_total(page, block, "multiply-adds", sum(layer.multiply_adds for layer in layers))
    return Layers(block, total, total + GAP + 1)


def _put_total(page: Page, block: Block, label: str, total: int) -> None:
    """Put the sum of a column below it."""
    cells = f"{block.cell(label, block.first + 1)}:{block.cell(label, block.last)}"
    look = Style(number=style.INTEGER, bold=True, align="center")
    page.put(block.cell(label, block.last + 1), Formula(f"SUM({cells})", lambda: float(total)), look)


def _put_layer(page: Page, block: Block, row: int, layer: LayerFacts) -> None:
    """Put one layer; a layer without weights of its own keeps the number of channels."""
    weighted = layer.kind in ("conv", "linear")
    here = {label: block.cell(label, row) for label in _LABELS}
    above = {label: block.cell(label, row - 1) for label in _LABELS}
    kernel, channels = float(layer.kernel), float(layer.channels)
    contents = (
        name_of(layer),
        float(layer.number),
        Formula(here["side in"], lambda: kernel) if layer.is_global else kernel,
        float(layer.stride),
        float(layer.padding),
        float(layer.bias),
        Formula(above["channels out"], lambda: float(layer.channels_in)),
        channels if weighted else Formula(here["channels in"], lambda: channels),
        Formula(above["side out"], lambda: float(layer.side_in)),
        Formula(_side(here), lambda: float(layer.side)),
        Formula(_parameters(here), lambda: float(layer.parameters)),
        Formula(_field(here, above), lambda: float(layer.receptive_field)),
        Formula(f"{above['jump']}*{here['stride']}", lambda: float(layer.jump)),
        Formula(_cost(here), lambda: float(layer.multiply_adds)),
    )
    looks = [style.EQUATION, CENTRED]
    looks += [_INPUT if isinstance(content, float) else COUNT for content in contents[2:]]
    block.line(page, row, contents, looks)


def _side(here: dict[str, str]) -> str:
    return f"INT(({here['side in']}+2*{here['padding']}-{here['kernel']})/{here['stride']})+1"


def _weights(here: dict[str, str]) -> str:
    return f"{here['kernel']}*{here['kernel']}*{here['channels in']}*{here['channels out']}"


def _is_weighted(here: dict[str, str]) -> str:
    return f'OR({here["layer"]}="conv",{here["layer"]}="linear")'


def _parameters(here: dict[str, str]) -> str:
    """Kernels and biases of convolutions and linear layers, scale and shift of a batch norm."""
    weighted = f"{_weights(here)}+{here['bias']}*{here['channels out']}"
    norm = f'IF({here["layer"]}="batch norm",2*{here["channels out"]},0)'
    return f"IF({_is_weighted(here)},{weighted},{norm})"


def _field(here: dict[str, str], above: dict[str, str]) -> str:
    return f"{above['receptive field']}+({here['kernel']}-1)*{above['jump']}"


def _cost(here: dict[str, str]) -> str:
    return f"IF({_is_weighted(here)},{_weights(here)}*{here['side out']}*{here['side out']},0)"
