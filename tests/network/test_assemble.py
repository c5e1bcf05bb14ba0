"""Equations that form a network, in whatever order they stand, and those that form none."""

from __future__ import annotations

import re

import pytest
from networks import assembled

from sheetgen import TemplateError


def test_declared_in_any_order() -> None:
    g = assembled({"y": "2*z + v", "z": "w*x", "v": "w*x^2"}, {"E": "L1 + 1", "L1": "(t - y)^2"})
    assert [quantity.name for quantity in g.equations] == ["z", "v", "y", "L1", "E"]
    assert [quantity.name for quantity in g.derivatives] == ["∂E/∂y", "∂E/∂z", "∂E/∂v", "∂E/∂w"]


@pytest.mark.parametrize(
    ("forward", "loss", "quantity", "message"),
    [
        ({"y": "w*q"}, {"E": "(t - y)^2"}, "y", "y uses 'q', which is declared nowhere; declare it"),
        ({"hidden": "w*x", "y": "hiden"}, {"E": "t - y"}, "y", "did you mean 'hidden'?"),
        ({"y": "w*E"}, {"E": "(t - y)^2"}, "y", "y uses 'E' of [loss]; move y to [loss], or E to [forward]"),
        ({"y": "w*y"}, {"E": "t - y"}, "y", "the equations go round in a circle: y → y"),
        ({"p": "w*q", "q": "p + x"}, {"E": "t - q"}, "p", "the equations go round in a circle: p → q → p"),
        (
            {"y": "w*x"},
            {"E": "t - y", "F": "t + y"},
            "F",
            "[loss] ends in 2 quantities (E, F); exactly one must be left",
        ),
        ({"y": "w*x"}, {"E": "(t - x)^2"}, "w", "w does not influence the loss E, so it cannot be trained"),
        ({"y": "0*w*x"}, {"E": "(t - y)^2"}, "w", "w does not influence the loss E, so it cannot be trained"),
    ],
)
def test_equations_that_form_no_network(
    forward: dict[str, str], loss: dict[str, str], quantity: str, message: str
) -> None:
    with pytest.raises(TemplateError, match=re.escape(message)) as caught:
        assembled(forward, loss)
    assert caught.value.quantity == quantity
