"""The packages of the extras ``cnn`` and ``export``, or one line that says what to type."""

from __future__ import annotations

import importlib

from cnn.errors import ExtraError


def install(extra: str) -> str:
    """Return the command that installs an extra."""
    return f"pip install 'sheetgen[{extra}]'"


def require(*names: str, extra: str = "cnn") -> None:
    """Import the packages of these names, which an extra brings; raise `ExtraError` where one is absent or broken.

    A torch that was not built for the torchvision beside it fails at import with ``operator torchvision::nms
    does not exist``; that case is named, since the message says nothing of its cause.
    """
    for name in names:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name.partition(".")[0]:
                raise ExtraError(f"{name} does not load ({error}); install it anew: {install(extra)}") from error
            raise ExtraError(f"this needs {name}, which is not installed; type: {install(extra)}") from error
        except (ImportError, OSError, RuntimeError) as error:
            raise ExtraError(reason(name, error, extra)) from error


def reason(name: str, error: Exception, extra: str = "cnn") -> str:
    """Return one line on why the package of that name does not load."""
    if "torchvision::" in str(error):
        return (
            "torch and torchvision are not made for one another (operator torchvision::nms does not exist); "
            "install the two together from one source: pip install --force-reinstall torch torchvision"
        )
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return f"{name} does not load ({first}); install it anew: {install(extra)}"
