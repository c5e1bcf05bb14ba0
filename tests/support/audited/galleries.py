"""The project's own networks as somebody else would have typed them: one sheet, other spellings, no Inputs."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from gallery import small_workbook_of
from openpyxl import load_workbook

from audited import spelling
from audited.network import Network, Quantity, Spot
from audited.sheets import Key

_ROLES = {
    "data": "input",
    "weights": "weight",
    "forward": "other",
    "loss": "other",
    "metrics": "other",
    "backward": "slope",
    "gradients": "slope",
    "batch means": "mean",
    "optimiser": "state",
}
_REFERENCE = re.compile(r"(?:'([^']+)'!)?\$?([A-Z]{1,3})\$?(\d+)")
_INDEX = re.compile(r"INDEX\('Data'![^)]*\)")
_ACTS = (
    ("sigmoid", re.compile(r"1/\(1\+EXP\(-\{([^}]+)\}\)\)")),
    ("tanh", re.compile(r"TANH\(\{([^}]+)\}\)")),
    ("relu", re.compile(r"MAX\(0,\{([^}]+)\}\)")),
)
ITERATIONS = 5


@dataclass(frozen=True)
class Typed:
    """How a network of the gallery is typed: the training sheet, the spelling, and the table's place and order."""

    template: str
    sheet: int
    style: str
    row: int = 4
    column: int = 1
    shuffled: bool = False
    epoch: str = ""
    rate: str = "left"


TYPED = {
    "seed, out_h1": Typed("mlp-2-2-2", 0, "out", row=6, column=3, epoch="epoch"),
    "seed, columns in another order": Typed("mlp-2-2-2", 1, "latin", row=5, shuffled=True, rate="above"),
    "Mazur, σ(h1)": Typed("mazur", 0, "sigma", row=8, column=2),
    "XOR, mini-batches": Typed("xor", 0, "loss", epoch="iteration"),
    "dead ReLU": Typed("dead-relu", 0, "latin", row=3, column=5),
    "linear regression by samples": Typed("linear-regression", 1, "grad"),
    "logistic regression, momentum": Typed("logistic-regression", 1, "latin"),
    "logistic regression, Adam": Typed("logistic-regression", 2, "out", row=7),
    "perceptron": Typed("perceptron", 0, "seed", column=4),
    "iris, softmax": Typed("iris", 0, "out"),
    "vanishing gradients": Typed("vanishing-gradients", 0, "grad", shuffled=True, rate="above"),
}


@cache
def _workbook(template: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = small_workbook_of(template, Path(folder), ITERATIONS)
        return load_workbook(path), load_workbook(path, data_only=True)


def network(name: str) -> Network:
    """Return a network of the gallery as it is typed under a name of ``TYPED``."""
    typed = TYPED[name]
    quantities = list(_quantities(typed))
    order = [quantity for quantity in quantities if quantity.form == "column"]
    if typed.shuffled:
        random.Random(name).shuffle(order)
    if typed.epoch:
        counted = Quantity(typed.epoch, "other", "{" + typed.epoch + "@-1}+1", 0.0)
        order = [
            counted,
            *(quantity for quantity in order if quantity.name != "iteration" or _used("iteration", order)),
        ]
    constants = [quantity for quantity in quantities if quantity.form == "constant"]
    return _placed(name, typed, order, constants)


def _used(name: str, quantities: Sequence[Quantity]) -> bool:
    return any(f"{{{name}" in quantity.formula for quantity in quantities if quantity.name != name)


def _quantities(typed: Typed) -> list[Quantity]:
    """Read the columns of a training sheet, the cells of other sheets that it refers to as constants."""
    book, shown = _workbook(typed.template)
    tabs = [sheet for sheet in book.worksheets if _header(sheet)]
    sheet = tabs[min(typed.sheet, len(tabs) - 1)]
    top, values = _header(sheet), shown[sheet.title]
    labels = [cell.value for cell in sheet[top] if cell.value is not None]
    groups, group = {}, "data"
    for column, _ in enumerate(labels, 1):
        group = sheet.cell(top - 1, column).value if sheet.cell(top - 1, column).value in _ROLES else group
        groups[column] = group
    last = max(row for row in range(top + 2, sheet.max_row + 1) if sheet.cell(row, 1).value is not None)
    constants: dict[str, Quantity] = {}

    def symbolic(text: str, row: int) -> str:
        def named(match: re.Match[str]) -> str:
            other, letters, number = match.groups()
            if other is None and match[0] != "$B$2":
                column = sheet[f"{letters}1"].column
                move = int(number) - row
                return "{" + labels[column - 1] + (f"@{move}" if move else "") + "}"
            where = other or sheet.title
            name = "η" if other is None else _constant(book[where], letters, number)
            role = "rate" if name == "η" else "count" if where == "Data" else "other"
            if name not in constants:
                value = float(shown[where][f"{letters}{number}"].value)
                constants[name] = Quantity(name, role, numbers=((value,),), form="constant")
            return "{" + name + "}"

        return _REFERENCE.sub(named, text)

    found = []
    for column, label in enumerate(labels, 1):
        first, later = sheet.cell(top + 2, column).value, sheet.cell(top + 4, column).value
        numbers = tuple((float(values.cell(row, column).value),) for row in range(top + 2, last + 1))
        role = (
            _ROLES[groups[column]] if label not in ("iteration", "sample", "epoch", "in batch", "in epoch") else "other"
        )
        quantity = Quantity(label, role, numbers=numbers, label=label)
        typed_in = (
            not str(later).startswith("=")
            or _INDEX.search(str(later))
            or re.fullmatch(r"='Inputs'![$A-Z0-9]+", str(later))
        )
        if typed_in:
            if role == "weight":
                quantity = replace(quantity, role="other")
            if role == "input" and re.fullmatch(r"t\d*|passed", label):
                quantity = replace(quantity, role="target")
        else:
            formula = symbolic(str(later)[1:], top + 4)
            start: str | float | None = None
            if not str(first).startswith("=") or re.fullmatch(r"='Inputs'![$A-Z0-9]+", str(first)):
                start = numbers[0][0]
            elif symbolic(str(first)[1:], top + 2) != formula:
                start = symbolic(str(first)[1:], top + 2)
            quantity = replace(quantity, formula=formula, start=start, numbers=())
            if role in ("slope", "mean"):
                quantity = replace(quantity, by=label.rpartition("∂")[2])
        found.append(quantity)
    return [*found, *constants.values()]


def _header(sheet: Any) -> int:
    rows = [row for row in range(1, 9) if sheet.cell(row, 1).value == "iteration" and sheet.cell(2, 1).value == "η"]
    return rows[0] if rows else 0


def _constant(sheet: Any, letters: str, number: str) -> str:
    column = sheet[f"{letters}1"].column
    return str(sheet.cell(int(number), column - 1 if sheet.title == "Data" else 1).value)


def _placed(name: str, typed: Typed, order: list[Quantity], constants: list[Quantity]) -> Network:
    spell, sheet = spelling.STYLES[typed.style], "Sheet1"
    texts: dict[Key, str | float] = {}
    spots: dict[str, Spot] = {}
    rows = max(len(quantity.numbers) for quantity in order)
    for at, quantity in enumerate(constants):
        label = _RATES[typed.style] if quantity.name == "η" else quantity.name
        if typed.rate == "above":
            texts[sheet, 1, 2 * at + 1], spots[quantity.name] = label, Spot(sheet, 2, 2 * at + 1)
        else:
            texts[sheet, 1, 2 * at + 1], spots[quantity.name] = label, Spot(sheet, 1, 2 * at + 2)
    for at, quantity in enumerate(order):
        texts[sheet, typed.row, typed.column + at] = spell(quantity.name)
        spots[quantity.name] = Spot(sheet, typed.row + 1, typed.column + at, rows)
    losses = [quantity.name for quantity in order if quantity.name in ("E_total", "E")]
    quantities = {quantity.name: quantity for quantity in [*constants, *order]}
    found = acts(quantities)
    for act, (_, pre) in found.items():
        quantities[act] = replace(quantities[act], role="act")
        if quantities[pre].role == "other":
            quantities[pre] = replace(quantities[pre], role="pre")
    quantities[losses[0]] = replace(quantities[losses[0]], role="loss")
    charts = (
        (("Loss curve", f"η = {constants[0].numbers[0][0]:g}", losses[0]),)
        if constants and constants[0].role == "rate"
        else ()
    )
    return Network(name, quantities, spots, texts, found, losses[0], charts)


_RATES = {
    "seed": "η",
    "out": "Learning rate",
    "latin": "lr",
    "sigma": "ƞ",
    "loss": "alpha",
    "grad": "learning rate η =",
}


def acts(quantities: dict[str, Quantity]) -> dict[str, tuple[str, str]]:
    """Return each activation with its kind and what it is taken of."""
    found = {}
    for quantity in quantities.values():
        for kind, pattern in _ACTS:
            match = pattern.fullmatch(quantity.formula)
            if match:
                found[quantity.name] = (kind, match[1])
    return found
