"""One step of learning, live: the gradient of every number of the folded network, and the network after the step.

Each number stands on its sheet where its counterpart stands: a gradient by a number of a map as on the sheet of the
maps, a gradient by a weight, and a new weight, as on that of the weights. Kernels turned by 180 degrees, which the
gradients go back through, have a sheet of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cnn.live import looks
from cnn.live.arrangement import ANSWER_ROW_HEIGHT, TOP, Arrangement, Kernels, Lattice
from cnn.live.backward import backward, weight_slopes
from cnn.live.formulas import absolute, live
from cnn.live.kernels import last_row
from cnn.live.maps import MapsSheet
from cnn.live.words import layer_name
from cnn.net.folded import Array, PlainLayer
from cnn.net.networks import CLASSES, SIDE
from cnn.net.plain import forward
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.marks import signed_scale
from sheetgen.page.page import Formula, Page, quoted
from sheetgen.page.printing import fit
from sheetgen.page.style import Style
from sheetgen.page.validation import positive_number, whole
from sheetgen.sheet_names import (
    CNN_GRADIENTS,
    CNN_LIVE,
    CNN_MOVED,
    CNN_SLOPES,
    CNN_STEP,
    CNN_TURNED,
    CNN_WEIGHTS,
)

RATE = 1e-6
"""The rate at first: small, for the first layer multiplies pixels of up to 255."""
_LABEL_CELL, _RATE_CELL = "$P$5", "$AF$5"
_LABEL, _RATE = (f"{quoted(CNN_STEP)}!{cell}" for cell in (_LABEL_CELL, _RATE_CELL))
_LARGEST_KERNEL = 3
_WEIGHT = Style(number="0.00;-0.00", size=9, align="center")
_SMALL = Style(number="0.0E+00;-0.0E+00;0", size=8, align="center")
_SCALE_COLUMN = 11
"""Of a sheet of weights: where the scale of a layer ends, beside its heading."""
_WIDTH = 7.3
"""Of a column of gradients, in characters: -1.2E-05 fits, in wider fonts too."""
_LOSS = Style(number="0.000000", bold=True, align="center")


def can_learn(place: Arrangement) -> bool:
    """Whether the gradients of all layers of a network can be written as formulas over contiguous ranges."""
    return place.layers[-1].kind == "linear" and all(map(_can_learn, place.layers))


def _can_learn(layer: PlainLayer) -> bool:
    match layer.kind:
        case "conv":
            return layer.stride == 1 and layer.padding < layer.kernel <= _LARGEST_KERNEL
        case "maxpool":
            return layer.kernel == layer.stride
        case "avgpool":
            return layer.is_global
        case _:
            return True


class Learning:
    """The sheets of one step of learning on a picture, at first with a label."""

    def __init__(self, sheet: MapsSheet, values: Sequence[Array], image: Array, label: int) -> None:
        self.place, self.sheet, self.values, self.image, self.label = sheet.place, sheet, values, image, label
        self.slopes = backward(self.place.layers, values, label)
        moved, self.weight_slopes = [], []
        for number, layer in enumerate(self.place.layers):
            found = None
            if layer.weight is not None:
                assert layer.bias is not None
                found = weight_slopes(layer, values[number - 1] if number else image[None], self.slopes[number])
                weight, bias = layer.weight - RATE * found[0], layer.bias - RATE * found[1]
                layer = replace(layer, weight=weight, bias=bias)
            moved.append(layer)
            self.weight_slopes.append(found)
        self.moved = tuple(moved)

    def pages(self) -> list[Page]:
        """Return the sheets."""
        return [self._step(), self._gradients(), self._weight_gradients(), self._new_weights(), self._turned()]

    def _step(self) -> Page:
        after = forward(self.moved, self.image)
        return StepSheet(self.sheet, self.label).page_after(self.values, after, self.image)

    def _gradients(self) -> Page:
        """Return the sheet of the gradients by the numbers of the maps, where these stand on theirs."""
        place = self.place
        page = Page(CNN_GRADIENTS, tab_colour="C01048", zoom=70)
        looks.squares(page, self.sheet.columns, range(TOP - 1, place.last_row + 1))
        page.heights |= {1: 30}
        page.put("C1", "The gradient by every number of the maps, before its ReLU", style.TITLE)
        page.put("C2", f"Each stands where its number stands on {CNN_LIVE}.", style.NOTE)
        last = len(place.layers) - 1
        for number, layer in enumerate(place.layers):
            lattice, numbers = place.maps[number], self.slopes[number].tolist()
            for channel, i, j, text in self._slope_formulas(number):
                content, square = live(text, numbers[channel][i][j]), lattice[channel]
                if lattice.span > 1:
                    size = ANSWER_ROW_HEIGHT if number == last else 1, lattice.span
                    looks.across(page, square.row, square.column, size, content, _SMALL)
                else:
                    page.put(square.cell(i, j), content, looks.PIXEL)
            if number < last:
                row = lattice.row - lattice.ring - 3
                page.put(f"C{row}", f"{number + 1} · {layer_name(layer)}", style.HEADING)
                page.heights[row] = 20
            self._colour_maps(page, number)
        page.put(f"{column_letter(place.maps[-1].column)}{TOP - 1}", "by the scores: p − y", looks.CAPTION)
        page.decorate.append(fit)
        return page

    def _colour_maps(self, page: Page, number: int) -> None:
        """Give the gradients by the maps of a layer a scale of colours; that of the scores ends below them."""
        lattice, last = self.place.maps[number], number == len(self.place.layers) - 1
        at = (lattice.row - lattice.ring - 3, looks.SCALE_COLUMN)
        if last:
            at = (lattice.last_row + ANSWER_ROW_HEIGHT, lattice.column)
        size = live(looks.largest(lattice.area), max(float(abs(self.slopes[number]).max()), 1e-300))
        end = looks.scale_end(page, at, 5, size, number=_SMALL.number)
        scale = signed_scale if lattice.span > 1 else looks.signed_scale
        page.colour(looks.all_cells(lattice), scale(end))

    def _slope_formulas(self, number: int) -> Iterator[tuple[int, int, int, str]]:
        """Yield the formula of ∂E/∂z of each number of a layer."""
        place, layer, lattice = self.place, self.place.layers[number], self.place.maps[number]
        for channel in range(layer.channels):
            for i in range(layer.side):
                for j in range(layer.side):
                    if number == len(place.layers) - 1:
                        share = f"{quoted(CNN_LIVE)}!{self.sheet.probabilities[channel]}"
                        yield channel, i, j, f"{share}-IF({_LABEL}={channel},1,0)"
                        continue
                    text = self._passed(number + 1, channel, i, j)
                    here = f"{quoted(CNN_LIVE)}!{lattice[channel].cell(i, j)}"
                    yield channel, i, j, f"IF({here}>0,{text},0)" if layer.relu else text

    def _passed(self, number: int, channel: int, i: int, j: int) -> str:
        """Return the formula of ∂E by a number that a layer takes."""
        layer, after, kernels = self.place.layers[number], self.place.maps[number], self.place.kernels[number]
        if layer.kind == "avgpool":
            return f"{after[channel].cell(0, 0)}/{layer.kernel**2}"
        if layer.kind == "maxpool":
            return self._passed_by_maximum(number, channel, i, j)
        assert kernels is not None
        if layer.kind == "scale":
            weight = absolute(kernels.square(channel, 0).cell(0, 0))
            return f"{after[channel].cell(i, j)}*{quoted(CNN_WEIGHTS)}!{weight}"
        outputs = range(layer.channels)
        if layer.kernel == 1:
            sheet = quoted(CNN_WEIGHTS)
            weights = (absolute(kernels.square(o, channel).cell(0, 0)) for o in outputs)
            return "+".join(f"{after[o].cell(i, j)}*{sheet}!{weight}" for o, weight in enumerate(weights))
        start_i, start_j = i + layer.padding - layer.kernel + 1, j + layer.padding - layer.kernel + 1
        sheet = quoted(CNN_TURNED)
        turned = (absolute(kernels.square(o, channel).cells) for o in outputs)
        windows = (after[o].window(start_i, start_j, layer.kernel) for o in outputs)
        return "+".join(f"SUMPRODUCT({w},{sheet}!{k})" for w, k in zip(windows, turned, strict=True))

    def _passed_by_maximum(self, number: int, channel: int, i: int, j: int) -> str:
        """Return the formula of ∂E by a number that a maximum is over: that of the maximum, for the first that is."""
        layer, before, after = self.place.layers[number], self.place.before(number), self.place.maps[number]
        k = layer.kernel
        row, column = i // k, j // k
        if row >= layer.side or column >= layer.side:
            return "0"
        sheet, square = quoted(CNN_LIVE), before[channel]
        largest = f"{sheet}!{after[channel].cell(row, column)}"
        window = [(row * k + a, column * k + b) for a in range(k) for b in range(k)]
        earlier = window[: window.index((i, j))]
        others = [f"{sheet}!{square.cell(*place)}>={largest}" for place in earlier]
        beaten = ",".join([f"{sheet}!{square.cell(i, j)}<{largest}", *others])
        return f"IF(OR({beaten}),0,{after[channel].cell(row, column)})"

    def _weight_pages(self, name: str, title: str, note: str) -> Page:
        page = Page(name, tab_colour="C01048", zoom=80)
        columns = max(k.square(0, k.inputs - 1).column + k.kernel for k in self.place.kernels if k)
        columns = max(columns, _SCALE_COLUMN)
        page.widths = {1: 2.0, 2: 26.0} | dict.fromkeys(range(3, columns + 1), _WIDTH)
        page.heights = {1: 30}
        page.put("B1", title, style.TITLE)
        page.put("B2", note, style.NOTE)
        for number, (layer, kernels) in enumerate(zip(self.place.layers, self.place.kernels, strict=True)):
            if kernels:
                page.put(f"B{kernels.row - 2}", f"{number + 1} · {layer_name(layer)}", style.HEADING)
                page.put(f"{column_letter(kernels.bias_column)}{kernels.row - 1}", "bias", looks.CAPTION)
        looks.on_legible_pages(page, columns, last_row(self.place))
        return page

    def _weight_gradients(self) -> Page:
        """Return the sheet of the gradients by the weights, where these stand on theirs."""
        note = f"Each stands where its weight stands on {CNN_WEIGHTS}."
        page = self._weight_pages(CNN_SLOPES, "The gradient by every weight and bias", note)
        for number, layer in enumerate(self.place.layers):
            kernels, found = self.place.kernels[number], self.weight_slopes[number]
            if kernels is None or found is None:
                continue
            weight = found[0].reshape(kernels.outputs, kernels.inputs, kernels.kernel, kernels.kernel).tolist()
            before, after = self.place.before(number), self.place.maps[number]
            for o, bias in enumerate(found[1].tolist()):
                slopes = f"{quoted(CNN_GRADIENTS)}!{after[o].cells}"
                page.put(kernels.bias(o), live(f"SUM({slopes})", bias), _SMALL)
                for c in range(kernels.inputs):
                    taken = before[o if layer.kind == "scale" else c]
                    for a in range(kernels.kernel):
                        for b in range(kernels.kernel):
                            text = self._weight_slope(
                                layer, slopes, taken.window(a - layer.padding, b - layer.padding, layer.side)
                            )
                            page.put(kernels.square(o, c).cell(a, b), live(text, weight[o][c][a][b]), _SMALL)
            self._colour(page, kernels, found[0], _SMALL)
        return page

    @staticmethod
    def _weight_slope(layer: PlainLayer, slopes: str, window: str) -> str:
        """Return the formula of ∂E by a weight: the sum of the gradients times what it was multiplied with."""
        if layer.side == 1:
            return f"{slopes.partition(':')[0]}*{quoted(CNN_LIVE)}!{window.partition(':')[0]}"
        return f"SUMPRODUCT({slopes},{quoted(CNN_LIVE)}!{window})"

    @staticmethod
    def _colour(page: Page, kernels: Kernels, numbers: Array, look: Style) -> None:
        size = live(looks.largest(kernels.area), max(float(abs(numbers).max()), 1e-300))
        end = looks.scale_end(page, (kernels.row - 2, _SCALE_COLUMN), 1, size, number=look.number)
        page.colour(kernels.area, signed_scale(end))

    def _new_weights(self) -> Page:
        """Return the sheet of the weights after the step."""
        note = f"Each is its weight on {CNN_WEIGHTS} minus the rate times its gradient on {CNN_SLOPES}."
        page = self._weight_pages(CNN_MOVED, "The weights after one step", note)
        for kernels, layer in zip(self.place.kernels, self.moved, strict=True):
            if kernels is None:
                continue
            assert layer.weight is not None
            assert layer.bias is not None
            weight = layer.weight.reshape(kernels.outputs, kernels.inputs, kernels.kernel, kernels.kernel).tolist()
            for o, bias in enumerate(layer.bias.tolist()):
                self._put_moved(page, kernels.bias(o), bias)
                for c in range(kernels.inputs):
                    for a in range(kernels.kernel):
                        for b in range(kernels.kernel):
                            self._put_moved(page, kernels.square(o, c).cell(a, b), weight[o][c][a][b])
            self._colour(page, kernels, layer.weight, _WEIGHT)
        return page

    @staticmethod
    def _put_moved(page: Page, cell: str, value: float) -> None:
        page.put(cell, live(f"{quoted(CNN_WEIGHTS)}!{cell}-{_RATE}*{quoted(CNN_SLOPES)}!{cell}", value), _WEIGHT)

    def _turned(self) -> Page:
        """Return the sheet of the kernels turned by 180 degrees, of the layers that gradients go back through."""
        note = "A gradient goes back through a convolution as a convolution with the turned kernels."
        page = self._weight_pages(CNN_TURNED, "The kernels, turned by 180 degrees", note)
        for kernels, layer in list(zip(self.place.kernels, self.place.layers, strict=True))[1:]:
            if kernels is None or kernels.kernel == 1:
                continue
            assert layer.weight is not None
            weight, end = layer.weight.tolist(), kernels.kernel - 1
            for o in range(kernels.outputs):
                for c in range(kernels.inputs):
                    square = kernels.square(o, c)
                    for a in range(kernels.kernel):
                        for b in range(kernels.kernel):
                            text = f"{quoted(CNN_WEIGHTS)}!{square.cell(end - a, end - b)}"
                            page.put(square.cell(a, b), live(text, weight[o][c][end - a][end - b]), _WEIGHT)
            self._colour(page, kernels, layer.weight, _WEIGHT)
        return page


class StepSheet(MapsSheet):
    """The sheet of the network after the step: its answer and its maps, where they stand on the sheet of the maps."""

    weights = CNN_MOVED

    def __init__(self, sheet: MapsSheet, label: int) -> None:
        super().__init__(sheet.place, sheet.digits, "One step of learning")
        self.before, self.label = sheet, label
        self.losses = (0.0, 0.0)

    def page_after(self, values: Sequence[Array], after: Sequence[Array], image: Array) -> Page:
        """Return the sheet, given what each layer gives before and after the step."""
        place, page = self.place, Page(CNN_STEP, tab_colour="C01048", zoom=70)
        looks.squares(page, self.columns, range(TOP - 1, place.last_row + 1))
        page.heights |= {1: 30, 5: 21}
        page.put("B1", self.title, style.TITLE)
        note = (
            "Gradient descent on this one picture, batch norms as they are in evaluation: each new weight is the weight"
            " minus the rate times its gradient. (The rate is small, for pixels go up to 255.) Below is the network"
            " with the new weights."
        )
        page.put("B3", note, style.NOTE)
        self.losses = _loss(values[-1].ravel(), self.label), _loss(after[-1].ravel(), self.label)
        page.put("C5", "the right digit:", Style(bold=True))
        right, words = self._right_digit()
        cell = looks.across(page, 5, 16, (1, 3), right, style.PICK)
        page.guard(whole(0, CLASSES - 1), cell)
        page.put("C6", words, style.NOTE)
        page.put("V5", "learning rate:", Style(bold=True))
        cell = looks.across(page, 5, 32, (1, 5), RATE, style.PICK)
        page.guard(positive_number(), cell)
        square = place.image[0]
        page.put(f"{column_letter(square.column)}{TOP - 1}", "What the network sees", Style(bold=True))
        for i in range(SIDE):
            for j in range(SIDE):
                shown = live(f"{quoted(CNN_LIVE)}!{square.cell(i, j)}", float(image[i, j]))
                page.put(square.cell(i, j), shown, looks.PIXEL)
        page.colour(square.cells, looks.ink_scale(looks.INK))
        self._put_ring(page, place.image, 0)
        self._put_losses(page)
        self._put_answers(page, after[-1].ravel())
        for number, layer in enumerate(place.layers):
            self._put_layer(page, number, layer, after[number])
        page.decorate.append(fit)
        return page

    def _right_digit(self) -> tuple[Formula, Formula]:
        """Return the right digit until somebody types another over it, and where it comes from.

        It is the label of the picture that is shown, and what is read where nobody knows that.
        """
        label, answer, name = self.digits.now("label"), self.before.answer, self.digits.now("name")
        digit, shown = f'IF({label}="?",{answer},{label})', self.digits.digits[self.digits.chosen]
        labelled, read = "the label of", "nobody knows what it is, so this is what is read in"
        over = "; type another over it to teach that"
        text = (
            f'IF({_LABEL_CELL}={digit},IF({label}="?","{read} ","{labelled} ")&"what is shown: "&{name}&"{over}",'
            f'"typed; shown is "&{name})'
        )
        value = f"{read if shown.label is None else labelled} what is shown: {shown.name}{over}"
        return live(digit, float(self.label)), live(text, value)

    def _put_losses(self, page: Page) -> None:
        """Put the loss before and after the step, left of the image."""
        scores = self._below(self.logits.column)
        first, *_, last = scores.split(":")
        total = f"{column_letter(self._powers)}{self.logits[self.logits.count - 1].row + ANSWER_ROW_HEIGHT}"
        for number, (name, sheet) in enumerate((("the loss before", CNN_LIVE), ("the loss after", CNN_STEP))):
            area = f"{quoted(sheet)}!{first}:{last}"
            place = f"{ANSWER_ROW_HEIGHT}*{_LABEL}+1"
            text = f"LN({quoted(sheet)}!{total})+MAX({area})-INDEX({area},{place})"
            row = TOP + 2 + 4 * number
            page.put(f"C{row}", name, Style(bold=True))
            looks.across(page, row, 16, (2, 8), live(text, self.losses[number]), _LOSS)
        change = live(f"$P${TOP + 6}-$P${TOP + 2}", self.losses[1] - self.losses[0])
        page.put(f"C{TOP + 10}", "the change", Style(bold=True))
        looks.across(page, TOP + 10, 16, (2, 8), change, replace(_LOSS, number="0.00E+00;-0.00E+00;0"))

    def _put_sentence(self, page: Page, best: int, share: float) -> None:
        """Say what is read after the step, and how sure that is."""
        text = (
            f'"After the step it reads "&{self._answer}&", with a probability of "'
            f'&ROUND(100*MAX({self._below(self._shares)}),1)&" %."'
        )
        percent = math.floor(1000 * share + 0.5) / 10
        value = f"After the step it reads {best}, with a probability of {percent:.15g} %."
        page.put("B2", live(text, value), Style(bold=True, size=13))

    def _frames(self, lattice: Lattice, number: int) -> list:  # type: ignore[type-arg]
        """Return no frames: those stand on the sheet of the maps."""
        return []


def _loss(scores: Array, label: int) -> float:
    """Return −ln of the probability of a class."""
    return float(math.log(sum(math.exp(score - scores.max()) for score in scores)) + scores.max() - scores[label])
