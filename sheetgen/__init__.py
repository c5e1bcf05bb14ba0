"""Neural-network training as a live, verified Excel workbook."""

from __future__ import annotations

__version__ = "0.1.0"
