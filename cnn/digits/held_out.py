"""Which training pictures are held out of training, to choose by: what can be said without torch."""

from __future__ import annotations

from typing import Literal

HeldOutFrom = Literal["random", "end"]
"""A random part of the training pictures, or the last ones of the file, in a row."""
