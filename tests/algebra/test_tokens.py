"""What can be a name in an equation."""

from __future__ import annotations

import pytest

from sheetgen.algebra.tokens import is_name


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("w1", True),
        ("_", True),
        ("θ", True),
        ("a_h1", True),
        ("1w", False),
        ("", False),
        ("w-1", False),
        ("w²", False),
        ("½", False),
        ("∂E", False),
        ("w 1", False),
        ("w·i", False),
    ],
)
def test_names(text: str, answer: bool) -> None:
    assert is_name(text) is answer
