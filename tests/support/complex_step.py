"""Gradients by one complex step through the whole network, name by name: what the reference's sweep back must give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sheetgen.proof.reference import Array
from sheetgen.proof.reference_calls import Calls
from sheetgen.proof.reference_functions import FUNCTIONS

STEP = 2.0**-166


def by_complex_step(
    equations: Mapping[str, str], loss: str, given: Mapping[str, Array | float], names: Sequence[str]
) -> dict[str, Array]:
    """Return ∂loss/∂name for each name, elementwise over the arrays of ``given``."""
    calls = Calls(equations)
    with np.errstate(all="ignore"):
        return {name: _loss_moved(calls, loss, given, name).imag / STEP for name in names}


def _loss_moved(calls: Calls, loss: str, given: Mapping[str, Array | float], moved: str) -> Any:
    """Return the loss with one name moved by a small imaginary number; real parts are computed in real numbers."""
    numbers: dict[int, Any] = dict(calls.constants)
    numbers |= {calls.places[name]: value + 0j for name, value in given.items() if name in calls.places}
    if moved in given and moved in calls.places:
        numbers[calls.places[moved]] += STEP * 1j
    for call in calls.calls:
        operands = [numbers[place] for place in call.operands]
        value, real = FUNCTIONS[call.function](*operands), FUNCTIONS[call.function](*map(np.real, operands))
        exact = np.real(real) + 1j * np.imag(value) if np.iscomplexobj(value) else value
        numbers[call.result] = exact + STEP * 1j if call.result == calls.places.get(moved) else exact
    return np.asarray(numbers[calls.places[loss]], dtype=complex)
