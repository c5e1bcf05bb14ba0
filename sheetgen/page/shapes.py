"""Drawn lines and circles over the cells of a sheet, anchored to them: none of them holds a number, or hides one."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_HEIGHT = 15.0
"""Of a row, in points, where its page says nothing."""


@dataclass(frozen=True)
class Spot:
    """A place on a sheet: in a cell, and how far to the right and down in it, as a share of its width and height."""

    column: int
    row: int
    right: float = 0.0
    down: float = 0.0


@dataclass(frozen=True)
class Line:
    """A straight line from one place to another further right; ``points`` is its width, ``colour`` RRGGBB."""

    start: Spot
    end: Spot
    colour: str
    points: float
    alt: str


@dataclass(frozen=True)
class Ellipse:
    """An ellipse in the box between two places, above left and below right; a tint of its colour fills it."""

    start: Spot
    end: Spot
    colour: str
    points: float
    alt: str
