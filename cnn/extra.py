"""The packages of the extra ``cnn``, or one line that says what to type."""

from __future__ import annotations

import importlib

from cnn.errors import ExtraError

INSTALL = "pip install 'sheetgen[cnn]'"


def require(*names: str) -> None:
    """Import the packages of these names; raise `ExtraError` where one is absent or cannot be loaded.

    A torch that was not built for the torchvision beside it fails at import with ``operator torchvision::nms
    does not exist``; that case is named, since the message says nothing of its cause.
    """
    for name in names:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name.partition(".")[0]:
                raise ExtraError(f"{name} does not load ({error}); install it anew: {INSTALL}") from error
            raise ExtraError(f"this needs {name}, which is not installed; type: {INSTALL}") from error
        except (ImportError, OSError, RuntimeError) as error:
            raise ExtraError(reason(name, error)) from error


def reason(name: str, error: Exception) -> str:
    """Return one line on why the package of that name does not load."""
    if "torchvision::" in str(error):
        return (
            "torch and torchvision are not made for one another (operator torchvision::nms does not exist); "
            "install the two together from one source: pip install --force-reinstall torch torchvision"
        )
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return f"{name} does not load ({first}); install it anew: {INSTALL}"
