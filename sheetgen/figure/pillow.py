"""Pillow, which belongs to no part of sheetgen that has to be installed."""

from __future__ import annotations

from typing import Any

from sheetgen.errors import UsageError


def require_pillow(what: str, instead: str) -> Any:
    """Return Pillow's module of images; raise UsageError where it is not installed, with what can be done instead."""
    try:
        from PIL import Image
    except ImportError as error:
        problem = f"{what} needs Pillow, which does not load ({error})"
        raise UsageError(problem, f"install it (pip install pillow), or {instead}") from error
    return Image
