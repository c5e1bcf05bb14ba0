"""The seed's network trained with torch in float64."""

from __future__ import annotations

import pytest

INPUTS, TARGETS = [0.05, 0.1], [0.01, 0.99]


def by_autograd(rate: float, iteration: int) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[float, float]]]:
    """Train the seed's network with torch in float64; return value and derivative of each neuron and weight."""
    torch = pytest.importorskip("torch")
    w = torch.tensor([0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55], dtype=torch.float64, requires_grad=True)
    x, t = (torch.tensor(values, dtype=torch.float64) for values in (INPUTS, TARGETS))
    for step in range(iteration + 1):
        h = w[:4].reshape(2, 2) @ x
        a = torch.sigmoid(h)
        o = w[4:].reshape(2, 2) @ a
        b = torch.sigmoid(o)
        errors = 0.5 * (t - b) ** 2
        total = errors.sum()
        layers = {"h": h, "a_h": a, "o": o, "a_o": b, "E": errors}
        for layer in layers.values():
            layer.retain_grad()
        w.grad = None
        total.backward()
        if step < iteration:
            with torch.no_grad():
                w -= rate * w.grad
    neurons = {
        f"{name}{i + 1}": (float(layer.detach()[i]), float(layer.grad[i]))
        for name, layer in layers.items()
        for i in (0, 1)
    }
    neurons["E_total"] = (float(total.detach()), 1.0)
    return neurons, {f"w{i + 1}": (float(w.detach()[i]), float(w.grad[i])) for i in range(8)}
