"""The sheet of the maps: a drawing, the shown image, the answer, and below them every map of every layer as squares."""

from __future__ import annotations

import math
from collections.abc import Sequence

from openpyxl.formatting.rule import Rule

from cnn.live import looks
from cnn.live.arrangement import ANSWER_ROW_HEIGHT, FIRST_COLUMN, GAP, TOP, Arrangement, Lattice
from cnn.live.formulas import absolute, layer_formulas, live
from cnn.live.number import marks, there_is_a_convolution
from cnn.live.stored import DRAW, DigitsSheet
from cnn.live.words import layer_name, shape, sight
from cnn.net.folded import Array, PlainLayer
from cnn.net.networks import SIDE
from cnn.net.plain import softmax
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.marks import signed_scale
from sheetgen.page.page import Page, quoted
from sheetgen.page.printing import fit
from sheetgen.page.style import Style
from sheetgen.page.validation import decimal, one_of, whole
from sheetgen.sheet_names import CNN_LIVE, CNN_WEIGHTS

_PICK_ROW = 5
COVER = ("cover from row", "column", "size")
"""The square of the image that is covered with paper."""
_BAR, _BAR_CELLS, _BLOCKS = "█", 20, 40
"""What a bar is made of, the columns that it may take, and how many of them a probability of 1 has."""
_BIG = Style(bold=True, size=120, colour=looks.DEEP, align="center")
_PROBABILITY, _SCORE = Style(number="0.0%", align="center"), Style(number="0.00", align="center")
_POWER = Style(number="0.0000", align="center")
_BAR_LOOK = Style(colour=looks.DEEP, size=10)
_DIGIT = Style(bold=True, size=14, align="center")


class MapsSheet:
    """The sheet of the maps, and the cells of it that others refer to; ``weights`` is the sheet of its weights."""

    weights = CNN_WEIGHTS

    def __init__(self, place: Arrangement, digits: DigitsSheet, title: str) -> None:
        self.place, self.digits, self.title = place, digits, title
        self.logits = place.maps[-1]
        self._label = place.image.column + SIDE + place.image.ring + 3

    @property
    def pick(self) -> str:
        """The cell in which the shown digit is picked, as other sheets name it."""
        return f"{quoted(CNN_LIVE)}!${column_letter(self.place.image.column)}${_PICK_ROW}"

    @property
    def columns(self) -> int:
        """How many columns of squares the sheet has."""
        ends = (lattice[lattice.across - 1].column + lattice.side + lattice.ring for lattice in self.place.maps)
        return max(self.logits.column + 26, *ends)

    def _below(self, column: int) -> str:
        """Return the cells of a column of the answers."""
        letter, last = column_letter(column), self.logits[self.logits.count - 1].row
        return f"${letter}${TOP}:${letter}${last}"

    @property
    def _powers(self) -> int:
        return self.logits.column - 7

    @property
    def _shares(self) -> int:
        return self.logits.column - 14

    @property
    def _answer(self) -> str:
        """The cell of the digit that is read."""
        return f"{column_letter(self.logits.column + 8)}{TOP}"

    @property
    def answer(self) -> str:
        """The cell of the digit that is read, as other sheets name it."""
        return f"{quoted(CNN_LIVE)}!{absolute(self._answer)}"

    @property
    def probabilities(self) -> list[str]:
        """The cells of the probabilities."""
        letter = column_letter(self._shares)
        return [f"{letter}{square.row}" for square in self.logits.squares]

    def page(self, values: Sequence[Array], image: Array, drawing: Array) -> Page:
        """Return the sheet; ``values`` is what each layer gives for the shown image, (channels, side, side)."""
        place, page = self.place, Page(CNN_LIVE, tab_colour="C01048", zoom=70)
        columns = self.columns
        looks.squares(page, columns, range(TOP - 1, place.last_row + 1))
        page.heights |= {1: 30, _PICK_ROW: 21}
        page.put("B1", self.title, style.TITLE)
        note = (
            "Draw in the blue cells (type 255 for ink, 0 for paper; several cells at once with Ctrl+Enter) and pick "
            f"“{DRAW}”. Every number below is a formula over the weights on the sheet {CNN_WEIGHTS}."
        )
        page.put("B3", note, style.NOTE)
        self._put_images(page, image, drawing)
        self._put_answers(page, values[-1].ravel())
        for number, layer in enumerate(place.layers):
            self._put_layer(page, number, layer, values[number])
        page.decorate.append(fit)
        return page

    def _put_images(self, page: Page, image: Array, drawing: Array) -> None:
        """Put the drawing, the pick, and the shown image, each pixel of which is one of the drawing or of a digit."""
        place = self.place
        shown, drawn, caption = place.image[0], place.drawing, Style(bold=True)
        page.put(f"{column_letter(drawn.column)}{TOP - 1}", "Your drawing", caption)
        page.put(f"{column_letter(shown.column)}{TOP - 1}", "What the network sees", caption)
        page.put(f"{column_letter(drawn.column + SIDE - 5)}{_PICK_ROW}", "shown:", Style(bold=True, align="right"))
        name = self.digits.digits[self.digits.chosen].name
        cell = looks.across(page, _PICK_ROW, shown.column, (1, 16), name, style.PICK)
        page.guard(one_of(self.digits.names, "what is shown"), cell)
        cover = self._put_cover(page, shown.column + 20)
        for i in range(SIDE):
            for j in range(SIDE):
                cell = page.put(drawn.cell(i, j), float(drawing[i, j]), looks.DRAWN)
                text = self.digits.pixel(cell, i, j, cover)
                page.put(shown.cell(i, j), live(text, float(image[i, j])), looks.PIXEL)
        page.guard(decimal(0, 255), drawn.cells)
        page.colour(drawn.cells, looks.ink_scale(looks.PENCIL, "FFFBE6"))
        page.colour(shown.cells, *self._frames(place.image, 0), looks.ink_scale(looks.INK))
        self._put_ring(page, place.image, 0)

    def _put_cover(self, page: Page, column: int) -> list[str]:
        """Put the square of the image that is covered with paper, at first none; return its cells, absolute."""
        cells = []
        for number, (name, value) in enumerate(zip(COVER, (11.0, 11.0, 0.0), strict=True)):
            at = column + 12 * number
            page.put(f"{column_letter(at + 7)}{_PICK_ROW}", f"{name}:", Style(bold=True, align="right"))
            cells.append(absolute(looks.across(page, _PICK_ROW, at + 8, (1, 3), value, style.PICK)))
        page.guard(whole(0, SIDE), *(cell.replace("$", "") for cell in cells))
        return cells

    def _put_ring(self, page: Page, lattice: Lattice, consumer: int) -> None:
        """Put what stands around the maps that a padded convolution takes."""
        kernels, layer, ring = self.place.kernels[consumer], self.place.layers[consumer], lattice.ring
        if not ring or kernels is None or layer.ring is None:
            return
        inside = range(lattice.side)
        around = [
            (i, j)
            for i in range(-ring, lattice.side + ring)
            for j in range(-ring, lattice.side + ring)
            if i not in inside or j not in inside
        ]
        for channel, square in enumerate(lattice.squares):
            text, value = f"{quoted(CNN_WEIGHTS)}!{absolute(kernels.ring(channel))}", float(layer.ring[channel])
            for i, j in around:
                page.put(square.cell(i, j), live(text, value), looks.RING)

    def _put_answers(self, page: Page, logits: Array) -> None:
        """Put the digits, their bars, probabilities and powers beside their scores, and what is read."""
        powers, shares, scores = self._powers, self._shares, self._below(self.logits.column)
        rows = [square.row for square in self.logits.squares]
        heads = ((self._label, "digit"), (shares, "probability"), (powers, "e^score"), (self.logits.column, "score"))
        for column, text in heads:
            page.put(f"{column_letter(column)}{TOP - 1}", text, looks.CAPTION)
        sizes, probabilities = [float(math.exp(value - logits.max())) for value in logits], softmax(logits).tolist()
        end = rows[-1] + ANSWER_ROW_HEIGHT
        total = f"${column_letter(powers)}${end}"
        for row, digit, size, share in zip(rows, range(len(rows)), sizes, probabilities, strict=True):
            looks.across(page, row, self._label, (2, 2), float(digit), _DIGIT)
            power = f"EXP({column_letter(self.logits.column)}{row}-MAX({scores}))"
            cell = looks.across(page, row, powers, (2, 5), live(power, size), _POWER)
            cell = looks.across(page, row, shares, (2, 5), live(f"{cell}/{total}", share), _PROBABILITY)
            bar = live(f'REPT("{_BAR}",ROUND({_BLOCKS}*{cell},0))', _BAR * math.floor(_BLOCKS * share + 0.5))
            looks.across(page, row, self._label + 3, (2, _BAR_CELLS), bar, _BAR_LOOK)
        page.put(f"{column_letter(powers - 3)}{end}", "sum", Style(colour=style.GREY, size=10))
        looks.across(page, end, powers, (2, 5), live(f"SUM({self._below(powers)})", sum(sizes)), _POWER)
        best = int(logits.argmax())
        text = f"(MATCH(MAX({scores}),{scores},0)-1)/{ANSWER_ROW_HEIGHT}"
        page.put(f"{column_letter(self.logits.column + 8)}{TOP - 1}", "it reads", looks.CAPTION)
        looks.across(page, TOP, self.logits.column + 8, (14, 14), live(text, float(best)), _BIG)
        self._put_sentence(page, best, max(probabilities))

    def _put_sentence(self, page: Page, best: int, share: float) -> None:
        """Say what is read, how sure that is, and what it is where that is known."""
        shares, label = self._below(self._shares), self.digits.now("label")
        known = self.digits.digits[self.digits.chosen].label
        text = (
            f'"It reads this as "&{self._answer}&", with a probability of "&ROUND(100*MAX({shares}),1)&" %."'
            f'&IF({label}="?","",IF({label}={self._answer}," That is right."," It is a "&{label}&"."))'
        )
        told = "" if known is None else " That is right." if known == best else f" It is a {known}."
        percent = math.floor(1000 * share + 0.5) / 10
        value = f"It reads this as {best}, with a probability of {percent:.15g} %.{told}"
        page.put("B2", live(text, value), Style(bold=True, size=13))

    def _put_layer(self, page: Page, number: int, layer: PlainLayer, values: Array) -> None:
        """Put the maps of a layer, with its heading and their numbers, or the scores."""
        place, lattice = self.place, self.place.maps[number]
        answers = number == len(place.layers) - 1
        look = _SCORE if lattice.span > 1 else looks.PIXEL
        numbers = values.tolist()
        for channel, i, j, text in layer_formulas(place, number, self.weights):
            content, square = live(text, numbers[channel][i][j]), lattice[channel]
            if lattice.span > 1:
                height = ANSWER_ROW_HEIGHT if answers else 1
                looks.across(page, square.row, square.column, (height, lattice.span), content, look)
            else:
                page.put(square.cell(i, j), content, look)
        if answers:
            return
        for channel, square in enumerate(lattice.squares):
            where = f"{column_letter(square.column - lattice.ring)}{square.row - lattice.ring - 1}"
            page.put(where, str(channel + 1), looks.MAP_NUMBER)
        row = lattice.row - lattice.ring - GAP - 1
        words = f"{number + 1} · {layer_name(layer)}: {shape(layer)}; {sight(layer)}"
        page.put(f"{column_letter(FIRST_COLUMN)}{row}", words, style.HEADING)
        page.heights[row] = 20
        self._colour(page, lattice, layer, values, row)
        if number + 1 < len(place.layers):
            self._put_ring(page, lattice, number + 1)

    def _colour(self, page: Page, lattice: Lattice, layer: PlainLayer, values: Array, row: int) -> None:
        """Give the maps of a layer one scale of colours, and say beside the heading how far it reaches."""
        cells = looks.all_cells(lattice)
        text = f"MAX(MAX({lattice.area}),-MIN({lattice.area}))"
        if lattice.ring:  # what stands around the maps is no part of them
            text = f"MAX({','.join(f'MAX({square.cells}),-MIN({square.cells})' for square in lattice.squares)})"
        words = "0 is white, and the deepest blue is " if layer.relu else looks.BOTH_SIGNS
        end = looks.scale_end(page, (row, looks.SCALE_COLUMN), 5, live(text, float(abs(values).max())), words)
        if lattice.span > 1:
            page.colour(cells, signed_scale(end))
            return
        scale = looks.positive_scale() if layer.relu else looks.signed_scale(end)
        page.colour(cells, *self._frames(lattice, self.place.maps.index(lattice) + 1), scale)

    def _frames(self, lattice: Lattice, number: int) -> list[Rule]:
        """Return the rules that frame the number which is taken apart on a sheet of its own, and its windows."""
        return [looks.framed(mark) for mark in marks(lattice, number)] if there_is_a_convolution(self.place) else []
