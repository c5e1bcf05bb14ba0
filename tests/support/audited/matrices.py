"""Networks in matrix layout: blocks with their names beside or above them, and array formulas between them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from audited.galleries import acts
from audited.network import Network, Numbers, Quantity, Spot
from audited.sheets import Key

SIGMOID, TANH, RELU = "1/(1+EXP(-{%s}))", "TANH({%s})", "IF({%s}>0,{%s},0)"


class Draft:
    """The quantities of a network in the order in which they are written down."""

    def __init__(self, seed: int, loss: str = "L") -> None:
        self.rng = random.Random(seed)
        self.loss = loss
        self.quantities: dict[str, Quantity] = {}

    def typed(self, name: str, role: str, rows: int, columns: int, low: float = -1.0, high: float = 1.0) -> None:
        drawn = [[round(self.rng.uniform(low, high), 2) or 0.3 for _ in range(columns)] for _ in range(rows)]
        self.given(name, role, drawn)

    def given(self, name: str, role: str, numbers: Sequence[Sequence[float]]) -> None:
        values: Numbers = tuple(tuple(float(value) for value in row) for row in numbers)
        shape = len(values), len(values[0])
        self.quantities[name] = Quantity(name, role, numbers=values, form="block", shape=shape)

    def has(self, name: str, role: str, rows: int, columns: int, formula: str, array: bool = True) -> None:
        by = name.rpartition("∂")[2] if role == "slope" else ""
        single = rows * columns == 1
        array = array and (not single or "{" in formula)
        self.quantities[name] = Quantity(name, role, formula, form="block", shape=(rows, columns), array=array, by=by)

    def slope(self, by: str, formula: str, array: bool = True) -> None:
        rows, columns = self.quantities[by].shape
        self.has(f"∂{self.loss}/∂{by}", "slope", rows, columns, formula, array)

    def updated(self, name: str, step: str = "{%s}-{lr}*{∂%s/∂%s}") -> None:
        rows, columns = self.quantities[name].shape
        self.has(f"{name} new", "next", rows, columns, step % (name, self.loss, name))

    def placed(
        self, title: str, spell: Callable[[str], str], beside: bool = False, across: int = 5, sheet: str = "Sheet1"
    ) -> Network:
        """Return the network with its blocks in lines of ``across``, each under its name or, ``beside``, behind it."""
        spots: dict[str, Spot] = {}
        texts: dict[Key, str | float] = {(sheet, 1, 1): title}
        row, column, height = 3, 2, 0
        for at, (name, quantity) in enumerate(self.quantities.items()):
            if at % across == 0 and at:
                row, column, height = row + height + 2, 2, 0
            rows, columns = quantity.shape
            if beside:
                texts[sheet, row, column] = spell(name)
                spots[name] = Spot(sheet, row, column + 1, rows, columns)
                column, height = column + columns + 3, max(height, rows)
            else:
                texts[sheet, row, column] = spell(name)
                spots[name] = Spot(sheet, row + 1, column, rows, columns)
                column, height = column + columns + 2, max(height, rows + 1)
        found = acts(self.quantities)
        for act, (_, pre) in acts_of_blocks(self.quantities).items():
            found.setdefault(act, (_, pre))
        return Network(title, dict(self.quantities), spots, texts, found, self.loss)


def acts_of_blocks(quantities: dict[str, Quantity]) -> dict[str, tuple[str, str]]:
    """Return the activations that are spelled otherwise than in a table."""
    found = {}
    for quantity in quantities.values():
        match = re.fullmatch(r"IF\(\{([^}]+)\}>0,\{\1\},0\)", quantity.formula)
        if match:
            found[quantity.name] = ("relu", match[1])
    return found


def mlp(beside: bool = True) -> Network:
    """A network of 2, 3 and 2 units with sigmoids, one sample, half the squared error, one update."""
    draft = Draft(1, "E")
    draft.given("x", "input", [[0.05], [0.1]])
    draft.given("t", "target", [[0.01], [0.99]])
    draft.given("lr", "rate", [[0.5]])
    for name, rows, columns in (("W1", 3, 2), ("b1", 3, 1), ("W2", 2, 3), ("b2", 2, 1)):
        draft.typed(name, "weight", rows, columns)
    draft.has("z1", "pre", 3, 1, "MMULT({W1},{x})+{b1}")
    draft.has("a1", "act", 3, 1, SIGMOID % "z1")
    draft.has("z2", "pre", 2, 1, "MMULT({W2},{a1})+{b2}")
    draft.has("a2", "act", 2, 1, SIGMOID % "z2", array=False)
    draft.has("E", "loss", 1, 1, "0.5*SUMXMY2({t},{a2})", array=False)
    draft.slope("a2", "{a2}-{t}")
    draft.slope("z2", "{∂E/∂a2}*{a2}*(1-{a2})")
    draft.slope("W2", "MMULT({∂E/∂z2},TRANSPOSE({a1}))")
    draft.slope("b2", "{∂E/∂z2}")
    draft.slope("a1", "MMULT(TRANSPOSE({W2}),{∂E/∂z2})")
    draft.slope("z1", "{∂E/∂a1}*{a1}*(1-{a1})", array=False)
    draft.slope("W1", "MMULT({∂E/∂z1},TRANSPOSE({x}))")
    draft.slope("b1", "{∂E/∂z1}")
    for name in ("W1", "b1", "W2", "b2"):
        draft.updated(name)
    title = "2-3-2 with sigmoids, names beside" if beside else "2-3-2 with sigmoids, names above"
    return draft.placed(title, _quotient if beside else _delta, beside)


def softmax_batch() -> Network:
    """Four samples, tanh, softmax and cross-entropy, the mean over the batch."""
    draft = Draft(2)
    draft.typed("X", "input", 4, 2)
    draft.given("Y", "target", [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]])
    draft.given("lr", "rate", [[0.1]])
    for name, rows, columns in (("W1", 2, 3), ("b1", 1, 3), ("W2", 3, 3), ("b2", 1, 3)):
        draft.typed(name, "weight", rows, columns)
    draft.has("Z1", "pre", 4, 3, "MMULT({X},{W1})+{b1}")
    draft.has("A1", "act", 4, 3, TANH % "Z1")
    draft.has("Z2", "pre", 4, 3, "MMULT({A1},{W2})+{b2}")
    draft.given("ones", "other", [[1], [1], [1]])
    draft.has("P", "other", 4, 3, "EXP({Z2})/MMULT(EXP({Z2}),{ones})")
    draft.has("L", "loss", 1, 1, "-SUM({Y}*LN({P}))/4")
    draft.slope("Z2", "({P}-{Y})/4")
    draft.slope("W2", "MMULT(TRANSPOSE({A1}),{∂L/∂Z2})")
    draft.has("∂L/∂b2", "slope", 1, 3, "MMULT({row},{∂L/∂Z2})")
    _behind(draft, "row", [[1, 1, 1, 1]], "ones")
    draft.slope("A1", "MMULT({∂L/∂Z2},TRANSPOSE({W2}))")
    draft.slope("Z1", "{∂L/∂A1}*(1-{A1}^2)")
    draft.slope("W1", "MMULT(TRANSPOSE({X}),{∂L/∂Z1})")
    draft.has("∂L/∂b1", "slope", 1, 3, "MMULT({row},{∂L/∂Z1})")
    for name in ("W1", "b1", "W2", "b2"):
        draft.updated(name)
    return draft.placed("Batch of 4, tanh, softmax with cross-entropy", _quotient, across=6)


def _behind(draft: Draft, name: str, numbers: Sequence[Sequence[float]], other: str) -> None:
    """Put typed numbers behind another quantity."""
    draft.given(name, "other", numbers)
    kept = draft.quantities.pop(name)
    items = list(draft.quantities.items())
    at = [key for key, _ in items].index(other) + 1
    draft.quantities = dict([*items[:at], (name, kept), *items[at:]])


def relu() -> Network:
    """A network of 3, 4 and 2 units in row vectors, ReLU, the mean squared error; formulas in cells where possible."""
    draft = Draft(3, "Loss")
    draft.given("x", "input", [[0.5, -0.4, 0.9]])
    draft.given("y", "target", [[0.3, -0.7]])
    draft.given("lr", "rate", [[0.05]])
    for name, rows, columns in (("W1", 3, 4), ("b1", 1, 4), ("W2", 4, 2), ("b2", 1, 2)):
        draft.typed(name, "weight", rows, columns)
    draft.has("z1", "pre", 1, 4, "MMULT({x},{W1})+{b1}")
    draft.has("a1", "act", 1, 4, RELU % ("z1", "z1"), array=False)
    draft.has("yhat", "other", 1, 2, "MMULT({a1},{W2})+{b2}")
    draft.has("Loss", "loss", 1, 1, "SUMXMY2({yhat},{y})/2", array=False)
    draft.slope("yhat", "{yhat}-{y}", array=False)
    draft.slope("W2", "MMULT(TRANSPOSE({a1}),{∂Loss/∂yhat})")
    draft.slope("b2", "{∂Loss/∂yhat}", array=False)
    draft.slope("a1", "MMULT({∂Loss/∂yhat},TRANSPOSE({W2}))")
    draft.slope("z1", "{∂Loss/∂a1}*IF({z1}>0,1,0)", array=False)
    draft.slope("W1", "MMULT(TRANSPOSE({x}),{∂Loss/∂z1})")
    draft.slope("b1", "{∂Loss/∂z1}")
    for name in ("W1", "b1", "W2", "b2"):
        draft.updated(name)
    return draft.placed("ReLU with biases", _latin, across=4)


def softmax_squared() -> Network:
    """Softmax with half the squared error: its derivative needs the whole Jacobian."""
    draft = Draft(4)
    draft.given("x", "input", [[0.7], [-0.2], [0.4]])
    draft.given("t", "target", [[0], [1], [0]])
    draft.given("lr", "rate", [[0.3]])
    draft.typed("W", "weight", 3, 3)
    draft.typed("b", "weight", 3, 1)
    draft.has("z", "pre", 3, 1, "MMULT({W},{x})+{b}")
    draft.has("p", "other", 3, 1, "EXP({z})/SUM(EXP({z}))")
    draft.has("L", "loss", 1, 1, "SUM(({p}-{t})^2)/2")
    draft.slope("p", "{p}-{t}")
    draft.slope("z", "{p}*({∂L/∂p}-SUM({∂L/∂p}*{p}))")
    draft.slope("W", "MMULT({∂L/∂z},TRANSPOSE({x}))")
    draft.slope("b", "{∂L/∂z}")
    draft.updated("W")
    draft.updated("b")
    return draft.placed("Softmax with the squared error", _latin, across=3)


def square() -> Network:
    """Three layers of two units and two samples as columns, so that every matrix is square."""
    draft = Draft(5, "C")
    draft.typed("X", "input", 2, 2)
    draft.typed("T", "target", 2, 2, 0.1, 0.9)
    draft.given("lr", "rate", [[0.2]])
    for name, rows, columns in (("W1", 2, 2), ("W2", 2, 2)):
        draft.typed(name, "weight", rows, columns)
    draft.has("Z1", "pre", 2, 2, "MMULT({W1},{X})")
    draft.has("H", "act", 2, 2, TANH % "Z1")
    draft.has("Z2", "pre", 2, 2, "MMULT({W2},{H})")
    draft.has("O", "act", 2, 2, SIGMOID % "Z2")
    draft.has("C", "loss", 1, 1, "SUM(({O}-{T})^2)/2")
    draft.slope("O", "{O}-{T}")
    draft.slope("Z2", "{∂C/∂O}*{O}*(1-{O})")
    draft.slope("W2", "MMULT({∂C/∂Z2},TRANSPOSE({H}))")
    draft.slope("H", "MMULT(TRANSPOSE({W2}),{∂C/∂Z2})")
    draft.slope("Z1", "{∂C/∂H}*(1-{H}^2)")
    draft.slope("W1", "MMULT({∂C/∂Z1},TRANSPOSE({X}))")
    draft.updated("W1")
    draft.updated("W2")
    return draft.placed("Square matrices", _nabla, beside=True, across=3)


def two_steps() -> Network:
    """The same network written out for two steps, the second under the first."""
    draft = Draft(6, "L")
    draft.given("x", "input", [[1.5], [-0.5]])
    draft.given("y", "target", [[0.8]])
    draft.given("lr", "rate", [[0.1]])
    draft.typed("W1", "weight", 2, 2)
    draft.typed("W2", "weight", 1, 2)

    def step(mark: str) -> None:
        draft.has(f"z1{mark}", "pre", 2, 1, f"MMULT({{W1{mark}}},{{x}})")
        draft.has(f"h{mark}", "act", 2, 1, SIGMOID % f"z1{mark}")
        draft.has(f"o{mark}", "other", 1, 1, f"MMULT({{W2{mark}}},{{h{mark}}})")
        draft.has(f"L{mark}", "loss", 1, 1, f"0.5*({{o{mark}}}-{{y}})^2", array=False)
        for by, text in (
            ("o", "{o}-{y}"),
            ("W2", "{∂L/∂o}*TRANSPOSE({h})"),
            ("h", "TRANSPOSE({W2})*{∂L/∂o}"),
            ("z1", "{∂L/∂h}*{h}*(1-{h})"),
            ("W1", "MMULT({∂L/∂z1},TRANSPOSE({x}))"),
        ):
            rows, columns = draft.quantities[by + mark].shape
            marked = re.sub(r"\{([^}]+)\}", lambda m: m[0] if m[1] in "xy" else f"{{{m[1]}{mark}}}", text)
            draft.has(f"∂L/∂{by}{mark}", "slope", rows, columns, marked)

    step("")
    draft.has("W1'", "next", 2, 2, "{W1}-{lr}*{∂L/∂W1}")
    draft.has("W2'", "next", 1, 2, "{W2}-{lr}*{∂L/∂W2}")
    step("'")
    draft.has("W1''", "next", 2, 2, "{W1'}-{lr}*{∂L/∂W1'}")
    draft.has("W2''", "next", 1, 2, "{W2'}-{lr}*{∂L/∂W2'}")
    return draft.placed("Two steps written out", _primed, across=5)


def _quotient(name: str) -> str:
    return name.replace(" new", "_new")


def _latin(name: str) -> str:
    return name.replace("∂", "d").replace(" new", " (new)")


def _delta(name: str) -> str:
    """Write dW1 for the gradients, and δ for those of what goes into an activation."""
    name = re.sub(r"^∂\w+/∂z(\d)$", r"δ\1", name)
    return re.sub(r"^∂\w+/∂", "d", name).replace(" new", "_new")


def _nabla(name: str) -> str:
    return re.sub(r"^∂\w+/∂", "∇", name).replace(" new", "+")


def _primed(name: str) -> str:
    """Let the loss of the second step have the prime of its quantities: ∂L'/∂W1'."""
    count = len(name) - len(name.rstrip("'"))
    return name.replace("∂L/", f"∂L{chr(39) * count}/")


MATRICES: dict[str, Callable[[], Network]] = {
    "2-3-2 with sigmoids, names beside": lambda: mlp(True),
    "2-3-2 with sigmoids, names above": lambda: mlp(False),
    "batch of 4, softmax with cross-entropy": softmax_batch,
    "ReLU with biases": relu,
    "softmax with the squared error": softmax_squared,
    "square matrices": square,
    "two steps written out": two_steps,
}
