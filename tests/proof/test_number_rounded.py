"""Number formats: which show a number as finely as the one that its cell was built with."""

from __future__ import annotations

import pytest

from sheetgen.proof.number_rounded import as_fine

SIX, GENERAL, SCIENTIFIC = "0.000000", "General", "0.00E+00"


@pytest.mark.parametrize(
    ("number", "code", "built"),
    [
        (0.1234567, SIX, SIX),
        (0.1234567, "0.0000000", SIX),
        (0.1234567, GENERAL, SIX),
        (0.1234567, "@", SIX),
        (0.1234567, "0.0000%", SIX),
        (0.1234567, "0.00000E+00", SIX),
        (0.5, "0.0", SIX),
        (0.5, "0%", GENERAL),
        (2.0, "0", SIX),
        (0.0, "0", SIX),
        (-1250.0, "#,##0", GENERAL),
        (1.234e-5, "0.00000000", SCIENTIFIC),
        (123456.78, "0", SCIENTIFIC),
        (1e300, "0", GENERAL),
        (1.23e-300, "0.00E+00", GENERAL),
        (float("inf"), "0", SIX),
        (1234567.1, "0", GENERAL),
    ],
)
def test_as_fine(number: float, code: str, built: str) -> None:
    assert as_fine(number, code, built)


@pytest.mark.parametrize(
    ("number", "code", "built"),
    [
        (0.1234567, "0.00000", SIX),
        (0.1234567, "0", SIX),
        (-0.6, "0", SIX),
        (0.1234567, "0%", SIX),
        (0.1234567, "0.0000E+00", SIX),
        (0.1234567, "0.000000;-0;0", SIX),
        (0.25, "0.0", GENERAL),
        (1.25, "#,##0", GENERAL),
        (1.234e-5, SIX, SCIENTIFIC),
        (1e-9, "0.00", GENERAL),
        (123456.78, "0E+00", SCIENTIFIC),
    ],
)
def test_coarser(number: float, code: str, built: str) -> None:
    assert not as_fine(number, code, built)
