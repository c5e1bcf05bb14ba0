"""The sheet of the weights: a table of the layers, and below it every kernel as a block of numbers to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnn.live import looks
from cnn.live.arrangement import BIAS_COLUMN, Arrangement, Kernels
from cnn.live.words import layer_name, shape
from cnn.net.folded import PlainLayer
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.cell_names import column_letter
from sheetgen.page.marks import signed_scale
from sheetgen.page.page import Content, Page
from sheetgen.page.style import Style
from sheetgen.page.validation import any_number
from sheetgen.sheet_names import CNN_LIVE, CNN_WEIGHTS

TABLE_ROW = 4
"""The header of the table of layers."""
IMAGE = "image"
"""What the table calls what the first layer takes."""
LABELS = (
    "layer", "number", "kind", "kernel", "stride", "padding", "ReLU", "maps in", "maps out", "side in", "side out",
    "receptive field", "weights and biases", "first row", "first column", "maps across", "rows to next",
    "columns to next", "kernel row", "kernel column", "kernel to next",
)  # fmt: skip
_WEIGHT = Style(colour=style.BLUE, number="0.00;-0.00", size=9, align="center")
_NUMBER = Style(align="center")
_GREY = Style(align="center", colour=style.GREY)


def weights_table(place: Arrangement) -> Block:
    """Return the table of the layers: a row for the image, and one for each."""
    return Block.below(TABLE_ROW, LABELS, len(place.layers) + 1, 2)


def weights_page(place: Arrangement, title: str) -> Page:
    """Return the sheet of the weights."""
    page = Page(CNN_WEIGHTS, tab_colour="C01048", zoom=80)
    columns = max(kernels.square(0, kernels.inputs - 1).column + kernels.kernel for kernels in place.kernels if kernels)
    page.widths = {1: 2.0, 2: 26.0} | dict.fromkeys(range(3, max(columns, len(LABELS) + 2) + 1), 5.6)
    page.heights = {1: 30, TABLE_ROW: 44}
    page.put("B1", title, style.TITLE)
    count = sum(layer.numbers for layer in place.layers)
    note = (
        f"Its {count:,} numbers: batch norms and the normalisation of the image are in them. "
        f"Change a blue one, and every map on {CNN_LIVE} follows."
    )
    page.put("B2", note, style.NOTE)
    _put_table(page, place)
    for number, (layer, kernels) in enumerate(zip(place.layers, place.kernels, strict=True)):
        if kernels:
            _put_kernels(page, number, layer, kernels)
    looks.on_legible_pages(page, max(columns, len(LABELS) + 2), last_row(place))
    return page


def last_row(place: Arrangement) -> int:
    """Return the last row that kernels take."""
    return max(kernels.last_row for kernels in place.kernels if kernels)


def _put_table(page: Page, place: Arrangement) -> None:
    """Put what each layer is, and where its maps and kernels stand: the formulas of other sheets look it up here."""
    block = weights_table(place)
    block.header(page, replace(style.LABEL, size=9))
    image = place.image
    looked_up = (image.row, image.column, 1, 0, 0)
    first: list[Content] = [IMAGE, 0.0, "", "", "", "", "", "", 1.0, "", float(image.side), 1.0, ""]
    block.line(page, block.first, [*first, *map(float, looked_up), "", "", ""], _styles(len(first)))
    for number, layer in enumerate(place.layers):
        lattice, kernels = place.maps[number], place.kernels[number]
        facts: Sequence[Content] = (
            layer_name(layer), number + 1.0, layer.kind, float(layer.kernel), float(layer.stride), float(layer.padding),
            float(layer.relu), float(layer.channels_in), float(layer.channels), float(layer.side_in), float(layer.side),
            float(layer.receptive_field), float(layer.numbers),
        )  # fmt: skip
        where = [lattice.row, lattice.column, lattice.across, lattice.down, lattice.right]
        of_kernels: list[Content] = ["", "", ""]
        if kernels:
            of_kernels = [float(kernels.row), float(kernels.column), float(kernels.pitch)]
        block.line(page, block.first + 1 + number, [*facts, *map(float, where), *of_kernels], _styles(len(facts)))


def _styles(facts: int) -> list[Style]:
    return [Style(bold=True), *[_NUMBER] * (facts - 1), *[_GREY] * (len(LABELS) - facts)]


def _put_kernels(page: Page, number: int, layer: PlainLayer, kernels: Kernels) -> None:
    """Put the kernels of a layer, a row of them for each map out, with its bias."""
    assert layer.weight is not None
    assert layer.bias is not None
    words = f"{number + 1} · {layer_name(layer)}: {shape(layer)} from {kernels.inputs}"
    page.put(f"B{kernels.row - 2}", words, style.HEADING)
    page.heights[kernels.row - 2] = 20
    above = kernels.row - 1
    page.put(f"{column_letter(BIAS_COLUMN)}{above}", "bias", looks.CAPTION)
    if layer.ring is not None:
        page.put(f"B{above}", "what stands around a map that comes in", Style(colour=style.GREY, size=9, align="right"))
        for given, value in enumerate(layer.ring.tolist()):
            page.put(kernels.ring(given), value, _WEIGHT)
    weight = layer.weight.reshape(kernels.outputs, kernels.inputs, kernels.kernel, kernels.kernel).tolist()
    for output, bias in enumerate(layer.bias.tolist()):
        row = kernels.row + output * kernels.pitch
        to = f"to score {output}" if layer.kind == "linear" else f"to map {output + 1}"
        page.put(f"B{row}", to, Style(colour=style.GREY, size=9, align="right"))
        page.put(kernels.bias(output), bias, _WEIGHT)
        for given in range(kernels.inputs):
            square = kernels.square(output, given)
            for i, line in enumerate(weight[output][given]):
                for j, value in enumerate(line):
                    page.put(square.cell(i, j), value, _WEIGHT)
    biases = f"{kernels.bias(0)}:{kernels.bias(kernels.outputs - 1)}"
    size = float(abs(layer.weight).max())
    page.colour(kernels.area, signed_scale(f"{size:.6g}"))
    page.guard(any_number(), kernels.area, biases)
