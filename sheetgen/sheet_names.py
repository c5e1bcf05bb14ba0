"""The names of a workbook's own sheets; those of the training sheets come from the template."""

from __future__ import annotations

START, INPUTS, DATA, EPOCHS, ERROR, EQUATIONS, CHECKS, SOURCE = (
    "Start", "Inputs", "Data", "Epochs", "Error", "Equations", "Checks", "Source",
)  # fmt: skip
EXPLORER, PICTURES, GRADIENT_CHECK, CNN = "Explorer", "Pictures", "Gradient check", "CNN"

RESERVED = frozenset(
    (START, INPUTS, DATA, EPOCHS, ERROR, EXPLORER, PICTURES, GRADIENT_CHECK, EQUATIONS, CHECKS, SOURCE, CNN, "History")
)
"""What no training sheet may be called, by capitals or not; Excel keeps History for itself."""
