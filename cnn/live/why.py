"""The sheet that says why: which features times which weights make a score, and where on the image they lie.

The score of a class is Σ_c w_c·mean(r_c) + b exactly, r_c being the maps before the average. So it is the mean of the
class activation map Σ_c w_c·r_c, plus b (Zhou et al., Learning Deep Features for Discriminative Localization, 2016).
"""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.formatting.rule import Rule

from cnn.live import looks
from cnn.live.arrangement import Arrangement, Square
from cnn.live.formulas import absolute, live
from cnn.live.maps import MapsSheet
from cnn.net.folded import Array
from cnn.net.networks import CLASSES, SIDE
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.marks import signed_scale
from sheetgen.page.page import Page, quoted
from sheetgen.page.printing import fit, landscape
from sheetgen.page.style import Style
from sheetgen.page.validation import whole
from sheetgen.sheet_names import CNN_LIVE, CNN_WEIGHTS, CNN_WHY

_PICK_ROW, _MAP_ROW = 5, 8
_WIDTH, _SMALL_MAP = 34, 23
"""Columns from the map of one class to that of the other, at least; and from there to the small map of the class."""
_VALUE = Style(number="0.00;-0.00", align="center", border="EAECF0")
_SUM = Style(number="0.0000;-0.0000", align="center", bold=True)
_SIZE = Style(number="0.0000", align="center", colour=style.GREY)
_HEAD = Style(bold=True, align="center", size=10)


def can_say_why(place: Arrangement) -> bool:
    """Whether a network ends with an average of maps and a linear layer, so that a score is a sum over maps."""
    if len(place.layers) < 3:
        return False
    _, average, linear = place.layers[-3:]
    return linear.kind == "linear" and average.is_global and not average.relu and average.side_in > 1


class WhySheet:
    """The sheet: the class that is read, and one that is picked, side by side."""

    def __init__(self, place: Arrangement, sheet: MapsSheet, values: Sequence[Array], image: Array) -> None:
        self.place, self.sheet, self.image = place, sheet, image
        self.maps, self.means, self.scores = values[-3], values[-2].ravel(), values[-1].ravel()
        self.read = int(self.scores.argmax())
        self.picked = int(self.scores.argsort()[-2])
        self.table_row = _MAP_ROW + SIDE + 5
        self.width = max(_WIDTH, _SMALL_MAP + place.maps[-3].side + 2)

    def page(self) -> Page:
        """Return the sheet."""
        page = Page(CNN_WHY, tab_colour="C01048", zoom=80)
        last = self.table_row + len(self.means) + 4
        looks.squares(page, 2 + 3 * self.width, range(_MAP_ROW - 1, last + 1))
        page.heights |= {1: 30, _PICK_ROW: 21}
        page.put("B1", "Why it reads what it reads", style.TITLE)
        note = (
            "A score is the mean of a map over the image, plus a bias: blue speaks for the class, red against it. "
            f"The ink is framed. Cover a square of the image on {CNN_LIVE} to see what it does without it."
        )
        page.put("B2", note, style.NOTE)
        self._put_picture(page)
        for side, digit in enumerate((self.read, self.picked)):
            self._put_class(page, side, digit)
        page.decorate += [landscape, fit]
        return page

    def _put_picture(self, page: Page) -> None:
        square, shown = Square(_MAP_ROW, 2, SIDE), self.place.image[0]
        page.put(f"B{_MAP_ROW - 1}", "What the network sees", Style(bold=True))
        for i in range(SIDE):
            for j in range(SIDE):
                text = f"{quoted(CNN_LIVE)}!{shown.cell(i, j)}"
                page.put(square.cell(i, j), live(text, float(self.image[i, j])), looks.PIXEL)
        page.colour(square.cells, looks.ink_scale(looks.INK))

    def _put_class(self, page: Page, side: int, digit: int) -> None:
        """Put the map of a class over the image, and below it the features, their weights and the products."""
        left = 2 + (side + 1) * self.width
        column = column_letter
        if side == 0:
            page.put(f"{column(left)}{_PICK_ROW}", "for the digit that is read:", Style(bold=True))
            chosen = looks.across(page, _PICK_ROW, left + 14, (1, 3), live(self.sheet.answer, float(digit)), _BIG)
        else:
            page.put(f"{column(left)}{_PICK_ROW}", "for the digit picked here:", Style(bold=True))
            chosen = looks.across(page, _PICK_ROW, left + 14, (1, 3), float(digit), style.PICK)
            page.guard(whole(0, CLASSES - 1), chosen)
        weights = self._put_features(page, left, digit, absolute(chosen))
        small, scale = self._put_small_map(page, left, digit, weights)
        self._put_map(page, left, digit, small, scale)

    def _put_features(self, page: Page, left: int, digit: int, chosen: str) -> list[str]:
        """Put a line for each map: its mean, the weight of the class, their product; return the weights' cells."""
        kernels = self.place.kernels[-1]
        assert kernels is not None
        layer = self.place.layers[-1]
        assert layer.weight is not None
        assert layer.bias is not None
        sheet, letter = quoted(CNN_WEIGHTS), column_letter
        columns = {"map": left, "mean": left + 4, "weight": left + 10, "product": left + 16}
        for name, at in columns.items():
            looks.across(page, self.table_row, at, (1, 3 if name == "map" else 5), name, _HEAD)
        cells, products = [], []
        for number, mean in enumerate(self.means.tolist()):
            row = self.table_row + 1 + number
            looks.across(page, row, columns["map"], (1, 3), float(number + 1), _HEAD)
            given = f"{quoted(CNN_LIVE)}!{self.place.maps[-2][number].cell(0, 0)}"
            a = looks.across(page, row, columns["mean"], (1, 5), live(given, mean), _VALUE)
            first, last = kernels.square(0, number).cell(0, 0), kernels.square(kernels.outputs - 1, number).cell(0, 0)
            text = f"INDEX({sheet}!{absolute(f'{first}:{last}')},{chosen}+1)"
            weight = float(layer.weight[digit, number])
            b = looks.across(page, row, columns["weight"], (1, 5), live(text, weight), _VALUE)
            looks.across(page, row, columns["product"], (1, 5), live(f"{a}*{b}", mean * weight), _VALUE)
            cells.append(absolute(b))
            products.append(mean * weight)
        first_row, last_row = self.table_row + 1, self.table_row + len(products)
        area = f"{letter(columns['product'])}{first_row}:{letter(columns['product'])}{last_row}"
        page.put(f"{letter(columns['mean'])}{last_row + 3}", "the largest, of either sign", looks.CAPTION)
        size = live(looks.largest(area), max(1e-300, *map(abs, products)))
        end = looks.across(page, last_row + 3, columns["product"], (1, 5), size, _SIZE)
        page.colour(area, signed_scale(absolute(end)))
        biases = f"{sheet}!{absolute(f'{kernels.bias(0)}:{kernels.bias(kernels.outputs - 1)}')}"
        bias = float(layer.bias[digit])
        page.put(f"{letter(columns['mean'])}{last_row + 1}", "the bias", looks.CAPTION)
        b = looks.across(
            page, last_row + 1, columns["product"], (1, 5), live(f"INDEX({biases},{chosen}+1)", bias), _VALUE
        )
        page.put(f"{letter(columns['mean'])}{last_row + 2}", "the score", Style(bold=True))
        score = sum(products) + bias
        looks.across(page, last_row + 2, columns["product"], (1, 5), live(f"SUM({area})+{b}", score), _SUM)
        return cells

    def _put_small_map(self, page: Page, left: int, digit: int, weights: Sequence[str]) -> tuple[Square, Rule]:
        """Put the map of a class as large as the maps before the average are; return where, and its colours."""
        lattice, weight = self.place.maps[-3], self.place.layers[-1].weight
        assert weight is not None
        square = Square(self.table_row + 2, left + _SMALL_MAP, lattice.side)
        page.put(f"{column_letter(left + _SMALL_MAP)}{self.table_row}", "Σ weight · map", looks.CAPTION)
        found = (weight[digit].reshape(-1, 1, 1) * self.maps).sum(axis=0)
        sheet = quoted(CNN_LIVE)
        for i in range(lattice.side):
            for j in range(lattice.side):
                terms = (f"{sheet}!{lattice[c].cell(i, j)}*{cell}" for c, cell in enumerate(weights))
                page.put(square.cell(i, j), live("+".join(terms), float(found[i, j])), looks.PIXEL)
        row = square.row + lattice.side + 1
        page.put(f"{column_letter(left + _SMALL_MAP)}{row}", "its mean", looks.CAPTION)
        looks.across(page, row, left + 28, (1, 5), live(f"AVERAGE({square.cells})", float(found.mean())), _SUM)
        page.put(f"{column_letter(left + _SMALL_MAP)}{row + 1}", "largest", looks.CAPTION)
        size = live(looks.largest(square.cells), max(1e-300, float(abs(found).max())))
        scale = looks.signed_scale(absolute(looks.across(page, row + 1, left + 28, (1, 5), size, _SIZE)))
        page.colour(square.cells, scale)
        return square, scale

    def _put_map(self, page: Page, left: int, digit: int, small: Square, scale: Rule) -> None:
        """Put the map of a class over the image: each pixel has the number whose window lies around it."""
        square, layer = Square(_MAP_ROW, left, SIDE), self.place.layers[-3]
        field, jump = layer.receptive_field, layer.jump
        padded = self._offset()
        weight = self.place.layers[-1].weight
        assert weight is not None
        found = (weight[digit].reshape(-1, 1, 1) * self.maps).sum(axis=0)

        def nearest(pixel: int) -> int:
            """Return the row, or the column, of the number whose window has its middle nearest to a pixel."""
            return max(0, min(small.side - 1, round((pixel - padded - (field - 1) / 2) / jump)))

        for i in range(SIDE):
            for j in range(SIDE):
                at = nearest(i), nearest(j)
                page.put(square.cell(i, j), live(absolute(small.cell(*at)), float(found[at])), looks.PIXEL)
        ink = Square(_MAP_ROW, 2, SIDE).cell(0, 0)
        page.colour(square.cells, looks.framed(f"{ink}>127", looks.INK), scale)

    def _offset(self) -> int:
        """Return how far outside the image the first window begins, as a number below 0."""
        jump, start = 1, 0
        for layer in self.place.layers[:-2]:
            start -= layer.padding * jump
            jump = layer.jump
        return start


_BIG = Style(bold=True, size=14, colour=looks.DEEP, align="center")
