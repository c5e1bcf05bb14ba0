"""Layers that go through the rows of what they read, one after the other: torch's RNN, LSTM and GRU.

The stacked weights are torch's: of an LSTM for the gates i, f, g, o, of a GRU for r, z, n, each ``hidden_size`` rows.
Of ``num_layers`` each reads the states of the one below; what belongs to the second has ``_l1`` behind its name. Where
they are ``bidirectional``, each has cells that go from the last row to the first, too: ``_reverse``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sheetgen.template.stack.layer import Layer

_NONLINEARITIES = ("tanh", "relu")
_REVERSE = "_reverse"


def rnn(layer: Layer) -> None:
    """Write h[t] = tanh(x[t-1] @ W_ih.T + b_ih + h[t-1] @ W_hh.T + b_hh)."""
    function = layer.word("nonlinearity", _NONLINEARITIES, "tanh")

    def write(steps: _Steps) -> None:
        steps.begin("h")
        steps.write("h", f"{function}({steps.of_input} + {steps.of_state})")

    _stacked(layer, 1, write)


def lstm(layer: Layer) -> None:
    """Write the gates, the cell c[t] = f·c[t-1] + i·g and the state h[t] = o·tanh(c[t])."""
    _stacked(layer, 4, _lstm)


def _lstm(steps: _Steps) -> None:
    steps.begin("h", "c")
    gates = steps.write("gates", f"{steps.of_input} + {steps.of_state}")
    for number, (word, function) in enumerate({"i": "sigmoid", "f": "sigmoid", "g": "tanh", "o": "sigmoid"}.items()):
        steps.write(word, f"{function}({steps.gate(gates, number)})")
    i, f, g, o, c = map(steps.layer.name, "ifgoc")
    steps.write("c", f"{f}[t]*{c}[t-1] + {i}[t]*{g}[t]")
    steps.write("h", f"{o}[t]*tanh({c}[t])")


def gru(layer: Layer) -> None:
    """Write the gates, the candidate n[t] = tanh(… + r·(…)) and the state h[t] = (1 − u)·n + u·h[t-1].

    The gate that torch calls z is u, as z is the layer's result.
    """
    _stacked(layer, 3, _gru)


def _gru(steps: _Steps) -> None:
    steps.begin("h")
    inputs, states = steps.write("from_x", steps.of_input), steps.write("from_h", steps.of_state)
    for number, word in enumerate("ru"):
        steps.write(word, f"sigmoid({steps.gate(inputs, number)} + {steps.gate(states, number)})")
    r, u, n, h = map(steps.layer.name, "runh")
    steps.write("n", f"tanh({steps.gate(inputs, 2)} + {r}[t]*{steps.gate(states, 2)})")
    steps.write("h", f"(1 - {u}[t])*{n}[t] + {u}[t]*{h}[t-1]")


@dataclass(frozen=True)
class _Read:
    """What a layer of cells goes through: rows of so many ``features``, the first of which is ``name[first]``."""

    name: str
    features: int
    first: int = 0

    def row(self, length: int, backwards: bool) -> str:
        """Return the row of step t, which counts from 1."""
        if backwards:
            return f"{self.name}[{self.first + length}-t]"
        return f"{self.name}[t{'-1' if not self.first else ''}]"


def _stacked(layer: Layer, gates: int, write: Callable[[_Steps], None]) -> None:
    """Write the cells of every layer and direction, and what the next layer reads: all states, or the last ones."""
    x = layer.source
    if len(x.shape) != 2:
        layer.fail_source("rows of features, one a step, such as [[1], [2], [3]]")
    length, features = x.shape
    if length < 2 and f"{layer.name('h')}[0]" not in layer.tables.document.table("forward"):
        layer.fail_source("two rows or more, as W_hh would not be used")
    hidden, count = layer.size("hidden_size", "W_hh", 1), layer.whole("num_layers", 1)
    both, last = layer.flag("bidirectional", False), layer.flag("last", False)
    read, states = _Read(x.name, features), [""]
    for number in range(count):
        below = f"_l{number}" if number else ""
        directions = [below, f"{below}{_REVERSE}"] if both else [below]
        for behind in directions:
            row = read.row(length, backwards=behind != below)
            write(_Steps(layer.inner(behind), gates, length, hidden, row, read.features))
        states = [layer.inner(behind).name("h") for behind in directions]
        read = _Read(states[0], hidden, 1)
        if both and number < count - 1:
            joined = layer.inner(f"_l{number}").write("y", _both(states, length), part=f"[t] for t in 0..{length - 1}")
            read = _Read(joined, 2 * hidden)
    width = hidden * len(states)
    if last:
        ends = [f"{state}[{length}]" for state in states]
        layer.write("z", f"concat({', '.join(ends)})" if both else ends[0], (width,))
    elif both:
        layer.write("z", _both(states, length), (length, width), part=f"[t] for t in 0..{length - 1}")
    else:
        layer.write("z", f"{states[0]}[1:]", (length, width))


def _both(states: list[str], length: int) -> str:
    """Return the states of both directions at the row t, which counts from 0, side by side."""
    forwards, backwards = states
    return f"concat({forwards}[t+1], {backwards}[{length}-t])"


class _Steps:
    """The equations of cells in one direction, whose weights are stacked for some gates; t counts the steps from 1."""

    def __init__(self, layer: Layer, gates: int, length: int, hidden: int, row: str, features: int) -> None:
        self.layer, self.length, self.hidden = layer, length, hidden
        rows, stacked = gates * hidden, f"{gates} · hidden_size" if gates > 1 else "hidden_size"
        w_ih = layer.weight("W_ih", (rows, features), f"{stacked} × size of a row", (features, hidden))
        b_ih = layer.bias("b_ih", rows, stacked)
        w_hh = layer.weight("W_hh", (rows, hidden), f"{stacked} × hidden_size", (hidden, hidden))
        b_hh = layer.bias("b_hh", rows, stacked)
        self.of_input = f"{row} @ {w_ih}.T{b_ih}"
        self.of_state = f"{layer.name('h')}[t-1] @ {w_hh}.T{b_hh}"

    def begin(self, *words: str) -> None:
        """Let states be 0 before the first row."""
        for word in words:
            self.layer.write(word, f"zeros({self.hidden})", part="[0]")

    def write(self, word: str, text: str) -> str:
        """Add the equation of every step."""
        return self.layer.write(word, text, part=f"[t] for t in 1..{self.length}")

    def gate(self, name: str, number: int) -> str:
        """Return the part of stacked gates that belongs to one."""
        return f"{name}[t, {number * self.hidden}:{(number + 1) * self.hidden}]"
