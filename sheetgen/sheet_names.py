"""The names of a workbook's own sheets; those of the training sheets come from the template."""

from __future__ import annotations

START, INPUTS, DATA, EPOCHS, TEST, ERROR, EQUATIONS, CHECKS, SOURCE = (
    "Start", "Inputs", "Data", "Epochs", "Test", "Error", "Equations", "Checks", "Source",
)  # fmt: skip
EXPLORER, PICTURES, GRADIENT_CHECK, CNN = "Explorer", "Pictures", "Gradient check", "CNN"
CNN_LIVE, CNN_NUMBER, CNN_WEIGHTS, CNN_DIGITS = "CNN live", "CNN one number", "CNN weights", "CNN digits"
CNN_WHY, CNN_STEP, CNN_GRADIENTS = "CNN why", "CNN step", "CNN gradients"
CNN_SLOPES, CNN_MOVED, CNN_TURNED = "CNN weight gradients", "CNN new weights", "CNN turned kernels"
LEARNING = (CNN_STEP, CNN_GRADIENTS, CNN_SLOPES, CNN_MOVED, CNN_TURNED)
"""The sheets on which it takes one step of learning."""
LIVE = (CNN_LIVE, CNN_NUMBER, CNN_WHY, CNN_WEIGHTS, CNN_DIGITS, *LEARNING)
"""The sheets of a trained network that is alive in the workbook, in the order of their tabs."""

RESERVED = frozenset(
    (
        *(START, INPUTS, DATA, EPOCHS, TEST, ERROR, EXPLORER, PICTURES, GRADIENT_CHECK, EQUATIONS, CHECKS, SOURCE, CNN),
        *LIVE,
        "History",
    )
)
"""What no training sheet may be called, by capitals or not; Excel keeps History for itself."""
