"""Picture files that are written: in the format that their name says."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from cnn.errors import UsageError
from sheetgen.files import replace_file

FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".gif": "GIF",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".pdf": "PDF",
}
"""What a file's name may end with, and the format that this is."""


def check_format(path: Path) -> str:
    """Return the format that a file's name says; raise `UsageError` where it says none that can be written."""
    if path.suffix.lower() not in FORMATS:
        raise UsageError(
            f"{path} does not say what picture it should be", f"its name should end with one of {' '.join(FORMATS)}"
        )
    return FORMATS[path.suffix.lower()]


def write_picture(path: Path, picture: Image.Image) -> None:
    """Write a picture in the format that the file's name says; raise `UsageError` where it cannot be written."""
    content = io.BytesIO()
    picture.convert("RGB").save(content, check_format(path), quality=92)
    try:
        replace_file(path, content.getvalue())
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
