"""Layers that go through the rows of what they read, one after the other: torch's RNN, LSTM and GRU, of one layer.

The stacked weights are torch's: of an LSTM for the gates i, f, g, o, of a GRU for r, z, n, each ``hidden_size`` rows.
"""

from __future__ import annotations

from sheetgen.template.stack.layer import Layer

_NONLINEARITIES = ("tanh", "relu")


def rnn(layer: Layer) -> None:
    """Write h[t] = tanh(x[t-1] @ W_ih.T + b_ih + h[t-1] @ W_hh.T + b_hh)."""
    steps = _Steps(layer, 1)
    function = layer.word("nonlinearity", _NONLINEARITIES, "tanh")
    steps.begin("h")
    steps.write("h", f"{function}({steps.of_input} + {steps.of_state})")
    steps.result()


def lstm(layer: Layer) -> None:
    """Write the gates, the cell c[t] = f·c[t-1] + i·g and the state h[t] = o·tanh(c[t])."""
    steps = _Steps(layer, 4)
    steps.begin("h", "c")
    gates = steps.write("gates", f"{steps.of_input} + {steps.of_state}")
    for number, (word, function) in enumerate({"i": "sigmoid", "f": "sigmoid", "g": "tanh", "o": "sigmoid"}.items()):
        steps.write(word, f"{function}({steps.gate(gates, number)})")
    i, f, g, o, c = map(layer.name, "ifgoc")
    steps.write("c", f"{f}[t]*{c}[t-1] + {i}[t]*{g}[t]")
    steps.write("h", f"{o}[t]*tanh({c}[t])")
    steps.result()


def gru(layer: Layer) -> None:
    """Write the gates, the candidate n[t] = tanh(… + r·(…)) and the state h[t] = (1 − u)·n + u·h[t-1].

    The gate that torch calls z is u, as z is the layer's result.
    """
    steps = _Steps(layer, 3)
    steps.begin("h")
    inputs, states = steps.write("from_x", steps.of_input), steps.write("from_h", steps.of_state)
    for number, word in enumerate("ru"):
        steps.write(word, f"sigmoid({steps.gate(inputs, number)} + {steps.gate(states, number)})")
    r, u, n, h = map(layer.name, "runh")
    steps.write("n", f"tanh({steps.gate(inputs, 2)} + {r}[t]*{steps.gate(states, 2)})")
    steps.write("h", f"(1 - {u}[t])*{n}[t] + {u}[t]*{h}[t-1]")
    steps.result()


class _Steps:
    """The equations of a recurrent layer, whose weights are stacked for some gates; t counts the rows from 1."""

    def __init__(self, layer: Layer, gates: int) -> None:
        x = layer.source
        if len(x.shape) != 2:
            layer.fail_source("rows of features, one a step, such as [[1], [2], [3]]")
        self.layer, (self.length, features) = layer, x.shape
        if self.length < 2 and f"{layer.name('h')}[0]" not in layer.tables.document.table("forward"):
            layer.fail_source("two rows or more, as W_hh would not be used")
        self.hidden = layer.size("hidden_size", "W_hh", 1)
        rows, stacked = gates * self.hidden, f"{gates} · hidden_size" if gates > 1 else "hidden_size"
        fans = self.hidden, self.hidden
        w_ih = layer.weight("W_ih", (rows, features), f"{stacked} × input_size", (features, self.hidden))
        b_ih = layer.bias("b_ih", rows, stacked)
        w_hh = layer.weight("W_hh", (rows, self.hidden), f"{stacked} × hidden_size", fans)
        b_hh = layer.bias("b_hh", rows, stacked)
        self.of_input = f"{x.name}[t-1] @ {w_ih}.T{b_ih}"
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

    def result(self) -> None:
        """Write what the next layer reads: all states, or the last one."""
        last = self.layer.flag("last", False)
        shape = (self.hidden,) if last else (self.length, self.hidden)
        self.layer.write("z", f"{self.layer.name('h')}[{self.length if last else '1:'}]", shape)
