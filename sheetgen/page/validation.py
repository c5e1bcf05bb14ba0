"""What a cell lets in: validations, each with a text: shown beside the cell, and said where anything else is typed."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.worksheet.datavalidation import DataValidation

from sheetgen.algebra.notation import general

_LARGEST = "1E+300"
_YOURS = "Yours to change"
_REFUSED, _NO_NUMBER = "Not here", "Not a number"
"""The titles of the message: for what is picked, and for what is given."""


def one_of(reference: str, what: str) -> DataValidation:
    """Let one of a list of cells be picked, from a drop-down."""
    return _explained(DataValidation("list", formula1=reference), _REFUSED, f"Pick {what} from the list.")


def one_of_words(words: Sequence[str], what: str) -> DataValidation:
    """Let one of a few words without a comma be picked, from a drop-down."""
    return _explained(DataValidation("list", formula1=f'"{",".join(words)}"'), _REFUSED, f"Pick {what} from the list.")


def whole(first: int, last: int) -> DataValidation:
    """Let a whole number be typed, from one to another."""
    numbers = DataValidation("whole", operator="between", formula1=str(first), formula2=str(last))
    return _explained(numbers, _REFUSED, f"Type a whole number from {first} to {last}.")


def decimal(least: float, largest: float) -> DataValidation:
    """Let a number be typed, from one to another."""
    first, last = general(least), general(largest)
    numbers = DataValidation("decimal", operator="between", formula1=first, formula2=last)
    return _explained(numbers, _REFUSED, f"Type a number from {first} to {last}.")


def any_number() -> DataValidation:
    """Let any number be typed that a spreadsheet computes with."""
    numbers = DataValidation("decimal", operator="between", formula1=f"-{_LARGEST}", formula2=_LARGEST)
    return _explained(numbers, _NO_NUMBER, "Type a number, for example 0.25.")


def positive_number() -> DataValidation:
    """Let a number above 0 be typed."""
    numbers = DataValidation("decimal", operator="greaterThan", formula1="0")
    return _explained(numbers, _NO_NUMBER, "Type a number greater than 0, for example 0.25.")


def _explained(validation: DataValidation, title: str, text: str) -> DataValidation:
    validation.errorTitle, validation.error, validation.showErrorMessage = title, text, True
    validation.promptTitle, validation.prompt, validation.showInputMessage = _YOURS, text, True
    validation.allow_blank = False
    return validation
