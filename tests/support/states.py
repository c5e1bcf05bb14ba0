"""Networks that go on from row to row: Elman's, and an LSTM of one unit."""

from __future__ import annotations

SAMPLES = [(1.0, 0.5), (0.0, 0.9), (-1.0, 0.1), (1.0, 0.7), (0.5, -0.4)]
RATE = 0.2


def _data() -> str:
    return f'[data]\ninputs = ["x"]\ntargets = ["t"]\nrows = {[list(sample) for sample in SAMPLES]}\n'


def elman(reset: str = "never", gradient: str = "cut", iterations: int = 17, head: str = "") -> str:
    """Return the template of one hidden unit that reads its own state of the row above."""
    return f"""
title = "Elman"
rates = [{RATE}]
iterations = {iterations}
{head}
{_data()}
[parameters]
w = 0.4
u = 0.7
b = 0.1
v = 0.9
c = 0.0
[state]
h = {{ start = 0.2, reset = "{reset}", gradient = "{gradient}" }}
[forward]
z = "w*x + u*previous(h) + b"
h = "tanh(z)"
y = "v*h + c"
[loss]
E = "(y - t)^2"
[metrics]
moved = "abs(h - previous(h))"
"""


LSTM_START = {
    "wi": 0.5, "ui": -0.3, "bi": 0.1, "wf": 0.2, "uf": 0.4, "bf": 1.0,
    "wg": 0.7, "ug": -0.6, "bg": 0.0, "wo": -0.2, "uo": 0.3, "bo": 0.2, "v": 1.1,
}  # fmt: skip


def lstm(reset: str = "epoch", of_c: str = "one step", of_h: str = "one step") -> str:
    """Return the template of an LSTM of one unit, whose two states go on."""
    gates = "\n".join(
        f'{gate} = "{activation}(w{gate}*x + u{gate}*previous(h) + b{gate})"'
        for gate, activation in (("i", "sigmoid"), ("f", "sigmoid"), ("g", "tanh"), ("o", "sigmoid"))
    )
    parameters = "\n".join(f"{name} = {value}" for name, value in LSTM_START.items())
    return f"""
title = "LSTM"
rates = [{RATE}]
iterations = 17
{_data()}
[parameters]
{parameters}
[state]
c = {{ start = 0.3, reset = "{reset}", gradient = "{of_c}" }}
h = {{ start = -0.1, reset = "{reset}", gradient = "{of_h}" }}
[forward]
{gates}
c = "f*previous(c) + i*g"
h = "o*tanh(c)"
y = "v*h"
[loss]
E = "(y - t)^2"
"""
