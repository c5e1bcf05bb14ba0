"""The sheet on which one sees one number being made: a picked pixel of a map, its windows, kernels and products."""

from __future__ import annotations

from collections.abc import Sequence

from cnn.live import looks
from cnn.live.arrangement import Arrangement, Lattice, Square
from cnn.live.formulas import absolute, live
from cnn.live.kernels import weights_table
from cnn.live.words import layer_name
from cnn.net.folded import Array
from cnn.net.plain import ringed
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.marks import signed_scale
from sheetgen.page.page import Page, quoted
from sheetgen.page.printing import fit, landscape
from sheetgen.page.style import Style
from sheetgen.page.validation import one_of_words, whole
from sheetgen.sheet_names import CNN_LIVE, CNN_NUMBER, CNN_WEIGHTS

_FIRST, _AREA_COLUMN, _FACTS = 18, 6, 5
"""The row of the first window, its column, and the row of the first fact that is looked up."""
_PICKS = ("layer", "map", "row", "column")
_AREAS = ("what it sees", "the kernel", "products")
_VALUE = Style(number="0.00;-0.00", align="center", border="EAECF0")
_SUM = Style(number="0.0000;-0.0000", align="center", bold=True)
_SIZE = Style(number='"±"0.00', colour=style.GREY, size=9, align="center")
_GREY, _RIGHT = Style(colour=style.GREY, size=9, align="center"), Style(align="right", colour=style.GREY)
_OUT = ("maps out", "side out", "ReLU", "kernel", "stride", "padding", "maps in", "first row", "first column",
        "maps across", "rows to next", "columns to next", "kernel row", "kernel column", "kernel to next")  # fmt: skip
_IN = ("first row", "first column", "maps across", "rows to next", "columns to next")


def there_is_a_convolution(place: Arrangement) -> bool:
    """Whether a network has a layer whose numbers the sheet can take apart."""
    return any(layer.kind == "conv" for layer in place.layers)


def marks(lattice: Lattice, number: int) -> tuple[str, str]:
    """Return when a cell of the maps of a layer, 0 for the image, is the picked number, and when it is in a window."""
    sheet = quoted(CNN_NUMBER)
    layer, row, column = (f"{sheet}!{_taken(name)}" for name in ("layer", "row", "column"))
    chosen = f"{sheet}!{_taken('map')}"
    below = f"MOD(ROW()-{lattice.row},{max(1, lattice.down)})"
    beside = f"MOD(COLUMN()-{lattice.column},{max(1, lattice.right)})"
    at = (
        f"INT((ROW()-{lattice.row})/{lattice.down})*{lattice.across}+INT((COLUMN()-{lattice.column})/{lattice.right})+1"
    )
    itself = f"AND({layer}={number},{at}={chosen},{below}={row}-1,{beside}={column}-1)"
    stride, padding, kernel = (f"{sheet}!{_out(label)}" for label in ("stride", "padding", "kernel"))
    if number == 0:
        below, beside = f"(ROW()-{lattice.row})", f"(COLUMN()-{lattice.column})"
    ranges = (
        f"{offset}>=({line}-1)*{stride}-{padding},{offset}<({line}-1)*{stride}-{padding}+{kernel}"
        for offset, line in ((below, row), (beside, column))
    )
    return itself, f"AND({layer}={number + 1},{','.join(ranges)})"


def _pick(name: str) -> str:
    """Return the cell of a pick."""
    return f"$C${4 + _PICKS.index(name)}"


def _taken(name: str) -> str:
    """Return the cell of a pick brought within what there is."""
    return f"$D${4 + _PICKS.index(name)}"


def _out(label: str) -> str:
    """Return the cell of a fact about the picked layer."""
    return f"${_FACT_LETTER}${_FACTS + _OUT.index(label)}"


def _in(label: str) -> str:
    """Return the cell of a fact about what that layer takes."""
    return f"${_FACT_LETTER}${_FACTS + len(_OUT) + 1 + _IN.index(label)}"


_FACT_LETTER = "AB"


class NumberSheet:
    """The sheet, for the largest kernel and the most maps in that a convolution of the network has."""

    def __init__(self, place: Arrangement, values: Sequence[Array], image: Array) -> None:
        self.place, self.table = place, weights_table(place)
        self.layers = [number for number, layer in enumerate(place.layers) if layer.kind == "conv"]
        self.kernel = max(place.layers[number].kernel for number in self.layers)
        self.inputs = max(place.layers[number].channels_in for number in self.layers)
        self.chosen = next((n for n in self.layers if n and place.layers[n].kernel > 1), self.layers[0])
        layer = place.layers[self.chosen]
        self.given = ringed(layer, values[self.chosen - 1] if self.chosen else image[None])
        self.outputs = values[self.chosen]
        self.middle = layer.side // 2

    def page(self) -> Page:
        """Return the sheet."""
        page = Page(CNN_NUMBER, tab_colour="C01048", zoom=110)
        widths = dict.fromkeys(range(3, _AREA_COLUMN + 3 * (self.kernel + 1) + 3), 7.3)
        page.widths = {1: 2.0, 2: 32.0, 27: 18.0, 28: 8.0} | widths
        page.heights = {1: 30}
        page.put("B1", "One number being made", style.TITLE)
        self._put_picks(page)
        self._put_facts(page)
        sums = [self._put_map(page, given) for given in range(self.inputs)]
        self._put_total(page, sums)
        for area in range(len(_AREAS)):
            squares = (
                Square(_FIRST + n * (self.kernel + 1), self._column(area), self.kernel) for n in range(self.inputs)
            )
            cells = " ".join(square.cells for square in squares)
            page.colour(cells, signed_scale(self._put_largest(page, area)))
        page.put(f"B{_FIRST - 2}", "the deepest colours", _RIGHT)
        page.decorate += [landscape, fit]
        return page

    def _put_largest(self, page: Page, area: int) -> str:
        """Put the largest size of the numbers of an area above it, where its scale of colours ends; return the cell."""
        first, last = (f"{column_letter(self._column(area) + b)}" for b in (0, self.kernel - 1))
        cells = f"{first}{_FIRST}:{last}{_FIRST + self.inputs * (self.kernel + 1)}"
        parts = [pair for given in range(self.inputs) for pair in self._parts(given).values()]
        sizes = [abs((window, kernel, window * kernel)[area]) for window, kernel in parts]
        size = live(looks.largest(cells), max(1e-300, *sizes))
        return absolute(page.put(f"{first}{_FIRST - 2}", size, _SIZE))

    def _column(self, area: int) -> int:
        """Return the first column of the windows (0), of the kernels (1), of the products (2), or that of the sums."""
        return _AREA_COLUMN + area * (self.kernel + 1)

    def _put_picks(self, page: Page) -> None:
        layer = self.place.layers[self.chosen]
        numbers = [self.chosen + 1, 1, self.middle + 1, self.middle + 1]
        most = (len(self.place.layers), layer.channels, layer.side, layer.side)
        ends = (str(len(self.place.layers)), _out("maps out"), _out("side out"), _out("side out"))
        for name, number, end, words in zip(_PICKS, numbers, ends, most, strict=True):
            page.put(f"B{4 + _PICKS.index(name)}", name, style.NAME)
            cell = page.put(_pick(name).replace("$", ""), float(number), style.PICK)
            text = f"MAX(1,MIN(INT({_pick(name)}),{end}))"
            page.put(_taken(name).replace("$", ""), live(text, float(number)), _GREY)
            page.put(f"E{4 + _PICKS.index(name)}", "" if name == "layer" else live(end, float(words)), _GREY)
            if name == "layer":
                page.guard(one_of_words([str(n + 1) for n in self.layers], "a convolution"), cell)
            else:
                page.guard(whole(1, max(max(x.channels, x.side) for x in self.place.layers)), cell)
        page.put("D3", "taken", _GREY)
        page.put("E3", "of", _GREY)
        names = f"{quoted(CNN_WEIGHTS)}!{self.table.column('layer')}"
        told = "the sum of all products and the bias. It is framed in red on the sheet of the maps."
        text = f'"Layer "&{_taken("layer")}&", "&INDEX({names},{_taken("layer")}+1)&": "&"{told}"'
        page.put("B2", live(text, f"Layer {self.chosen + 1}, {layer_name(layer)}: {told}"), style.NOTE)

    def _put_facts(self, page: Page) -> None:
        """Put what is looked up about the picked layer, and about what it takes."""
        block, layer = self.table, self.place.layers[self.chosen]
        out, taken, kernels = (
            self.place.maps[self.chosen],
            self.place.before(self.chosen),
            self.place.kernels[self.chosen],
        )
        assert kernels is not None
        values = (
            layer.channels, layer.side, int(layer.relu), layer.kernel, layer.stride, layer.padding, layer.channels_in,
            out.row, out.column, out.across, out.down, out.right, kernels.row, kernels.column, kernels.pitch,
        )  # fmt: skip
        before = (taken.row, taken.column, taken.across, *((0, 0) if self.chosen == 0 else (taken.down, taken.right)))
        page.put(f"AA{_FACTS - 1}", "looked up: the layer", style.NAME)
        page.put(f"AA{_FACTS + len(_OUT)}", "what it takes", style.NAME)
        sheet = quoted(CNN_WEIGHTS)
        for labels, cell, shift, found in ((_OUT, _out, "+1", values), (_IN, _in, "", before)):
            for label, value in zip(labels, found, strict=True):
                where = cell(label).replace("$", "")
                page.put(f"AA{where[2:]}", label, _RIGHT)
                text = f"INDEX({sheet}!{block.column(label)},{_taken('layer')}{shift})"
                page.put(where, live(text, float(value)), _GREY)

    def _put_map(self, page: Page, given: int) -> str:
        """Put the window on one map that comes in, its kernel, their products and the sum of these; return its cell."""
        first, number = self._row(given), given + 1
        parts = self._parts(given)
        beyond = f"{number}>{_out('maps in')}"
        name = f"from map {number}"
        page.put(f"B{first}", live(f'IF({beyond},"","{name}")', name if parts else ""), style.NAME)
        self._put_corner(page, first, given, beyond)
        for a in range(self.kernel):
            for b in range(self.kernel):
                absent = f"OR({beyond},{max(a, b) + 1}>{_out('kernel')})" if max(a, b) else beyond
                found = parts.get((a, b))
                row = f"{_out('kernel row')}+({_taken('map')}-1)*{_out('kernel to next')}+{a}"
                column = f"{_out('kernel column')}+{given}*{_out('kernel to next')}+{b}"
                window, kernel, product = (f"{column_letter(self._column(area) + b)}{first + a}" for area in range(3))
                texts = (
                    f"INDEX({self._maps},$C{first}+{a},$D{first}+{b})",
                    f"INDEX({self._weights},{row},{column})",
                    f"{window}*{kernel}",
                )
                values: Sequence[float | str] = ("", "", "")
                if found is not None:
                    values = (*found, found[0] * found[1])
                for cell, text, value in zip((window, kernel, product), texts, values, strict=True):
                    page.put(cell, live(f'IF({absent},"",{text})', value), _VALUE)
        left, right = (column_letter(self._column(2) + b) for b in (0, self.kernel - 1))
        text = f"SUM({left}{first}:{right}{first + self.kernel - 1})"
        total = sum(window * weight for window, weight in parts.values()) if parts else ""
        return page.put(f"{column_letter(self._column(3))}{first}", live(f'IF({beyond},"",{text})', total), _SUM)

    def _put_corner(self, page: Page, first: int, given: int, beyond: str) -> None:
        """Put the row and the column in which a window begins on the sheet of the maps, where there is such a map."""
        taken, layer = self.place.before(self.chosen), self.place.layers[self.chosen]
        at = self.middle * layer.stride - layer.padding
        square = taken[given] if self.chosen else taken[0]
        lines = (
            ("C", "row", "first row", f"INT({given}/{_in('maps across')})*{_in('rows to next')}", square.row),
            (
                "D",
                "column",
                "first column",
                f"MOD({given},{_in('maps across')})*{_in('columns to next')}",
                square.column,
            ),
        )
        for letter, pick, label, offset, start in lines:
            text = f"{_in(label)}+{offset}+({_taken(pick)}-1)*{_out('stride')}-{_out('padding')}"
            value = float(start + at) if given < layer.channels_in else ""
            page.put(f"{letter}{first}", live(f'IF({beyond},"",{text})', value), _GREY)

    def _row(self, given: int) -> int:
        """Return the first row of the window on a map that comes in."""
        return _FIRST + given * (self.kernel + 1)

    def _parts(self, given: int) -> dict[tuple[int, int], tuple[float, float]]:
        """Return what stands in the window on a map that comes in, and in its kernel; nothing where there is none."""
        layer = self.place.layers[self.chosen]
        assert layer.weight is not None
        if given >= layer.channels_in:
            return {}
        start, places = self.middle * layer.stride, range(layer.kernel)
        window, kernel = self.given[given], layer.weight[0, given]
        return {(a, b): (float(window[start + a, start + b]), float(kernel[a, b])) for a in places for b in places}

    @property
    def _maps(self) -> str:
        """All cells of the sheet of the maps that maps stand in."""
        lattices = (self.place.image, *self.place.maps)
        column = max(lattice[lattice.across - 1].column + lattice.side + lattice.ring for lattice in lattices)
        return f"{quoted(CNN_LIVE)}!$A$1:${column_letter(column)}${self.place.last_row + 1}"

    @property
    def _weights(self) -> str:
        """All cells of the sheet of the weights that kernels stand in."""
        kernels = [found for found in self.place.kernels if found]
        column = max(found.square(0, found.inputs - 1).column + found.kernel for found in kernels)
        return f"{quoted(CNN_WEIGHTS)}!$A$1:${column_letter(column)}${kernels[-1].last_row}"

    def _put_total(self, page: Page, sums: Sequence[str]) -> None:
        """Put the sum of all products, the bias, what the ReLU leaves, and the number on the map beside it."""
        layer = self.place.layers[self.chosen]
        kernels = self.place.kernels[self.chosen]
        assert kernels is not None
        assert layer.bias is not None
        letter = column_letter(self._column(3))
        total = sum(window * weight for n in range(self.inputs) for window, weight in self._parts(n).values())
        bias, result = float(layer.bias[0]), total + float(layer.bias[0])
        chosen, row, column = (_taken(name) for name in ("map", "row", "column"))
        bias_row = f"{_out('kernel row')}+({chosen}-1)*{_out('kernel to next')}"
        on_row = f"{_out('first row')}+INT(({chosen}-1)/{_out('maps across')})*{_out('rows to next')}+{row}-1"
        on_column = f"{_out('first column')}+MOD({chosen}-1,{_out('maps across')})*{_out('columns to next')}+{column}-1"
        value = float(self.outputs[0, self.middle, self.middle])
        left = max(0.0, result) if layer.relu else result
        lines = (
            ("all products together", f"SUM({letter}{_FIRST}:{sums[-1]})", total),
            ("the bias", f"INDEX({self._weights},{bias_row},{kernels.bias_column})", bias),
            ("their sum", "C9+C10", result),
            ("after the ReLU, if there is one", f"IF({_out('ReLU')}=1,MAX(0,C11),C11)", left),
            ("on the map", f"INDEX({self._maps},{on_row},{on_column})", value),
        )  # fmt: skip
        for number, (name, text, found) in enumerate(lines):
            page.put(f"B{9 + number}", name, style.NAME)
            page.put(f"C{9 + number}", live(text, found), _SUM)
        kind = f"INDEX({quoted(CNN_WEIGHTS)}!{self.table.column('kind')},{_taken('layer')}+1)"
        same = 'IF(ABS(C12-C13)<=0.000000001*MAX(1,ABS(C13)),"OK: the same","not the same")'
        flag = f'IF({kind}="conv",{same},"no convolution")'
        page.put("D13", live(flag, "OK: the same"), style.FLAG)
        page.merges.append("D13:E13")
        page.flags.append("D13")
        for area, name in enumerate((*_AREAS, "sum")):
            page.put(f"{column_letter(self._column(area))}{_FIRST - 1}", name, style.NAME)
        page.put(f"C{_FIRST - 1}", "row", _GREY)
        page.put(f"D{_FIRST - 1}", "column", _GREY)
