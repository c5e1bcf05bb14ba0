"""The pictures ``gradients`` and ``weights``: what becomes of them in the course of the training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from sheetgen.network.graph import ITERATION, mean
from sheetgen.network.pictures import layers_of_weights
from sheetgen.network.study import Picture
from sheetgen.page import charts, style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Formula, quoted
from sheetgen.sheet_names import PICTURES
from sheetgen.sheets import picks
from sheetgen.sheets.folds import KeptRow
from sheetgen.sheets.picks import EXPLORER_ITERATION
from sheetgen.sheets.pictures.canvas import CHART_ROWS, WIDE_CHART
from sheetgen.sheets.pictures.sampled import Sampled
from sheetgen.sheets.pictures.studio import Studio

_PICKED, _HEIGHT = "picked iteration", "height of its line"
_LINE_OF_THE_PICK = "98A2B3"


def put_weights(studio: Studio, picture: Picture) -> None:
    """Put the picture of the weights."""
    names = studio.book.study.network.weights
    table = Sampled(studio, names)
    table.put_iterations()
    for name in names:
        table.put_quantity(name)
    studio.canvas.picture(
        "Every trained parameter by iteration",
        "The training sheet that is picked on Explorer; the grey line stands at the picked iteration.",
    )
    _chart(studio, table, names, "parameters by iteration", "value")


def put_gradients(studio: Studio, picture: Picture) -> None:
    """Put the picture of the gradients' sizes, a line a layer."""
    layers = layers_of_weights(studio.book.study)
    called = [_called(layer) for layer in layers]
    table = Sampled(studio, called, last=True)
    table.put_iterations()
    for layer, label in zip(layers, called, strict=True):
        _put_norm(studio, table, label, layer)
    studio.canvas.picture(
        "How large the gradient of each layer is, by iteration",
        "The length of the gradient by all weights of a layer, on a logarithmic axis: where it is small, the layer"
        " learns next to nothing. The grey line stands at the iteration picked on Explorer.",
    )
    _chart(studio, table, called, "size of the gradient, layer by layer", "|∂|, logarithmic axis", logarithmic=True)


def _called(layer: Sequence[str]) -> str:
    """Return what a layer is called: by its weights."""
    return f"∂ by {layer[0]}" if len(layer) == 1 else f"∂ by {layer[0]} … {layer[-1]}"


def _put_norm(studio: Studio, table: Sampled, label: str, layer: Sequence[str]) -> None:
    """Put the column of the length of a layer's gradient."""
    book = studio.book
    network, batch, layout = book.study.network, book.study.batch, book.layout
    names = [network.slope(name) for name in layer]
    names = names if batch == 1 else list(map(mean, names))
    blocks = _blocks(book.study.graph.position, names)

    def formula(row: str) -> str:
        offered = range(picks.offered(layout))
        areas = [[f"INDEX({layout.range(v, first, last)},{row},0)" for v in offered] for first, last in blocks]
        return f"SQRT(SUMSQ({','.join(picks.among(studio.moments.number, area) for area in areas)}))"

    def length(kept: KeptRow) -> float:
        return math.sqrt(sum(kept.values[name] ** 2 for name in names))

    table.put(label, formula, length, lambda kept: length(kept) + sum(kept.errors[name] for name in names))


def _blocks(position: Mapping[str, int], labels: Sequence[str]) -> list[tuple[str, str]]:
    """Return the first and last of each run of labels whose columns stand side by side."""
    blocks: list[tuple[str, str]] = []
    for label in sorted(labels, key=position.__getitem__):
        if blocks and position[label] == position[blocks[-1][1]] + 1:
            blocks[-1] = blocks[-1][0], label
        else:
            blocks.append((label, label))
    return blocks


def _chart(
    studio: Studio, table: Sampled, labels: Sequence[str], title: str, y_title: str, logarithmic: bool = False
) -> None:
    """Put the chart of some columns, and a line where the picked iteration is."""
    picked = _put_pick(studio, table, labels)
    lines = [charts.Line(table.heading(label), table.reference(ITERATION), table.reference(label)) for label in labels]
    row, column = studio.canvas.place(WIDE_CHART, CHART_ROWS)
    chart = charts.scatter(
        title,
        ITERATION,
        y_title,
        [*lines, picked],
        x_range=(0, studio.book.study.iterations),
        y_format="0E+00" if logarithmic else "General",
        logarithmic=logarithmic,
        size=studio.canvas.chart_size(WIDE_CHART),
    )
    if not logarithmic:
        chart.x_axis.tickLblPos = "low"
    alt = f"Chart: {title}, {len(labels)} lines, of the training sheet picked on Explorer."
    studio.page.charts.append((f"{column_letter(column)}{row}", chart, alt))


def _put_pick(studio: Studio, table: Sampled, labels: Sequence[str]) -> charts.Line:
    """Put the two ends of the line at the picked iteration; return it."""
    page, block = studio.page, studio.margin.block((_PICKED, _HEIGHT), 2)
    block.header(page)
    area = table.block.area(labels[0], labels[-1])

    def numbers() -> list[float]:
        contents = [page.cells[row, table.block.index(label)].content for row in table.block.rows for label in labels]
        return [float(formula.value()) for formula in contents if isinstance(formula, Formula)]

    def size() -> float:
        return max(map(abs, numbers()))

    least = Formula(f"MIN({area})", lambda: min(numbers()), size)
    most = Formula(f"MAX({area})", lambda: max(numbers()), size)
    for row, height in zip(block.rows, (least, most), strict=True):
        iteration = Formula(EXPLORER_ITERATION.reference, lambda: float(studio.moments.iteration))
        page.put(block.cell(_PICKED, row), iteration, style.COUNT)
        page.put(block.cell(_HEIGHT, row), height, style.CALC)
    sheet = quoted(PICTURES)
    return charts.Line(
        f"{sheet}!{block.absolute(_PICKED, block.first - 1)}",
        f"{sheet}!{block.column(_PICKED)}",
        f"{sheet}!{block.column(_HEIGHT)}",
        colour=_LINE_OF_THE_PICK,
    )
