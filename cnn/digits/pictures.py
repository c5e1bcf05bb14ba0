"""Picture files opened and made grey, whatever they are."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cnn.errors import PictureError

LARGEST_SIDE = 10_000  # pixels a side
LEAST_CONTRAST = 24  # grey levels between paper and ink


def open_picture(path: str | Path) -> Image.Image:
    """Return a picture, decoded and the right way up; raise `PictureError` where it is none, too large, or
    moves.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                check_size(path, picture)
                return ImageOps.exif_transpose(picture)
    except UnidentifiedImageError as error:
        raise PictureError(path, "not an image that can be read") from error
    except Image.DecompressionBombError as error:
        raise PictureError(path, f"too large; {LARGEST_SIDE:,} pixels a side at most") from error
    except (OSError, SyntaxError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error) or "it cannot be decoded"
        raise PictureError(path, f"cannot be read: {reason}") from error


def check_size(path: str | Path, picture: Image.Image) -> None:
    """Raise `PictureError` for a picture that is not to be decoded: too large, or of several frames."""
    width, height = picture.size
    if max(width, height) > LARGEST_SIDE:
        raise PictureError(path, f"{width} × {height} pixels is too large; {LARGEST_SIDE:,} a side at most")
    if (frames := getattr(picture, "n_frames", 1)) > 1:
        raise PictureError(path, f"has {frames} frames; a still picture of one digit is needed")


def flatten(picture: Image.Image) -> Image.Image:
    """Return the picture as grey without transparency; what is transparent becomes background."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return deep_grey(picture)
    layered = picture.convert("RGBA")
    alpha = np.asarray(layered.getchannel("A"))
    if alpha.min() == 255:
        return layered.convert("L")
    grey = np.asarray(layered.convert("L"))
    opaque = grey[alpha > 127]
    if not len(opaque):
        return Image.new("L", picture.size)
    low, high = np.percentile(opaque, (2, 98))
    if high - low < LEAST_CONTRAST:  # one colour: the shape is in the transparency alone
        return Image.fromarray(alpha)
    behind = np.median(opaque) if len(opaque) > alpha.size / 2 else (255 if np.mean(opaque) < 128 else 0)
    share = alpha / 255
    return Image.fromarray((grey * share + behind * (1 - share)).round().astype(np.uint8))


def deep_grey(picture: Image.Image) -> Image.Image:
    """Return an opaque picture as 8-bit grey; deeper pixels (16 bits, floats) are stretched over the 256
    levels.
    """
    if picture.mode not in ("I", "F") and not picture.mode.startswith("I;"):
        return picture.convert("L")
    values = np.asarray(picture).astype(np.float64)
    low, high = values.min(), values.max()
    return Image.fromarray(((values - low) * (255 / max(high - low, 1))).astype(np.uint8))
