"""Ctrl-C where no command is being carried out: while a program starts, and while it ends.

It imports nothing of ours and next to nothing of Python's, so that it can be in force before anything slow begins.
"""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn

INTERRUPTED = 130
"""The exit code after a Ctrl-C."""
_PROGRAMS = ("sheetgen", "cnn")


def is_program() -> bool:
    """Whether this process runs one of our command lines, by its script or ``python -m``."""
    words = sys.orig_argv
    of_module = "-m" in words and words[-1] != "-m" and words[words.index("-m") + 1] in _PROGRAMS
    script = os.path.basename(sys.argv[0] if sys.argv else "")
    return of_module or script.removesuffix(".exe") in _PROGRAMS


def leave_at_once_while_starting() -> None:
    """Let a Ctrl-C end one of our programs, which has done nothing yet, until `raised` is called."""
    if is_program() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        _answer(_leave)


def raised() -> None:
    """Let a Ctrl-C be a KeyboardInterrupt again, for a command that has something to put in order."""
    if signal.getsignal(signal.SIGINT) is _leave:
        _answer(signal.default_int_handler)


def ignored() -> None:
    """Let a Ctrl-C change nothing any more: the command is over, and its exit code stands."""
    _answer(signal.SIG_IGN)


def end(code: int) -> NoReturn:
    """End the process without what Python does at exit: it may take a Ctrl-C that was answered for one that was not."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # nobody reads it, or it is closed
            continue
    os._exit(code)


def _leave(number: int, frame: FrameType | None) -> None:
    os.write(2, b"interrupted; nothing was changed\n")
    os._exit(INTERRUPTED)


def _answer(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    """Say what a Ctrl-C does, where that can be said: in the main thread."""
    try:
        signal.signal(signal.SIGINT, handler)
    except ValueError:
        return
