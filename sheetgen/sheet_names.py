"""The names of a workbook's own sheets; those of the training sheets come from the template."""

from __future__ import annotations

START, INPUTS, DATA, EPOCHS, ERROR, EQUATIONS, CHECKS, SOURCE = (
    "Start", "Inputs", "Data", "Epochs", "Error", "Equations", "Checks", "Source",
)  # fmt: skip
EXPLORER, PICTURES, GRADIENT_CHECK, CNN = "Explorer", "Pictures", "Gradient check", "CNN"
CNN_LIVE, CNN_NUMBER, CNN_WEIGHTS, CNN_DIGITS = "CNN live", "CNN one number", "CNN weights", "CNN digits"
CNN_WHY, CNN_GRADIENTS, CNN_STEP = "CNN why", "CNN gradients", "CNN step"
LIVE = (CNN_LIVE, CNN_NUMBER, CNN_WHY, CNN_WEIGHTS, CNN_DIGITS, CNN_GRADIENTS, CNN_STEP)
"""The sheets of a trained network that is alive in the workbook, in the order of their tabs."""

RESERVED = frozenset(
    (
        *(START, INPUTS, DATA, EPOCHS, ERROR, EXPLORER, PICTURES, GRADIENT_CHECK, EQUATIONS, CHECKS, SOURCE, CNN),
        *LIVE,
        "History",
    )
)
"""What no training sheet may be called, by capitals or not; Excel keeps History for itself."""
