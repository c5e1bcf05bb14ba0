"""What both command lines share: UTF-8, one-line errors, interrupts, exit codes, and a reader that has gone.

Exit codes: what the command returns (0 where that is nothing), 2 where it could not run, 130 after Ctrl-C.
"""

from __future__ import annotations

import gc
import io
import os
import select
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn, TextIO

import click

from sheetgen.errors import SheetgenError
from sheetgen.interrupts import INTERRUPTED, end, ignored, raised

COULD_NOT_RUN = 2
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
"""The context settings of both programs."""

_PATIENCE, _EVERY, _WIDTH = 2.0, 0.5, 30
"""The seconds after which a bar is drawn, those after which it is drawn anew, and its width in characters."""


class Program(click.Group):
    """A group of commands that ends with an exit code and, where a person made a mistake, one line on stderr.

    ``farewell`` is what to say after a Ctrl-C.
    """

    farewell = "interrupted; nothing was changed"

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command line, by default that of this process, and exit."""
        prepare_streams()
        program = prog_name or str(self.name)
        try:
            answer = super().main(args, program, **{**extra, "standalone_mode": False})
            code = answer if isinstance(answer, int) else 0
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            code = COULD_NOT_RUN
        except click.ClickException as error:
            context = getattr(error, "ctx", None)
            hint = f" (see {context.command_path} --help)" if context else ""
            code = complain(program, error.format_message() + hint)
        except SheetgenError as error:  # a package that a Ctrl-C kept from loading is none that is absent
            code = self._unexpected(program, error) if _is_interrupt(error) else complain(program, str(error))
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            code = complain(program, f"{where}{error.strerror or error}")
        except (Exception, KeyboardInterrupt) as error:
            code = self._unexpected(program, error)
        sys.exit(code)

    def _unexpected(self, program: str, error: BaseException) -> int:
        """Return the exit code of what no command expects; a mistake of our own is never taken for an answer (1)."""
        if _is_interrupt(error):
            click.echo(self.farewell, err=True)
            return INTERRUPTED
        if isinstance(error, MemoryError):
            return complain(program, "there is not enough memory")
        traceback.print_exception(error)
        return complain(program, "this is a mistake of the program's own; please report it with the lines above")


def run(program: Program, arguments: Sequence[str] | None, name: str) -> NoReturn:
    """Run a command line and exit; that of this process, where none is given, answers a Ctrl-C to the very end."""
    if arguments is not None:
        program.main(arguments, prog_name=name)
    try:
        raised()
        program.main(prog_name=name)
    except KeyboardInterrupt:  # a second one, while the first was answered
        end(INTERRUPTED)
    except SystemExit as leaving:
        ignored()
        gc.freeze()  # Python looks for garbage once more as it ends: a tenth of the time of a small build
        if leaving.code == INTERRUPTED:
            end(INTERRUPTED)
        raise


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether an error is a Ctrl-C, or was raised while one was handled: openpyxl makes another error of it."""
    while error is not None and not isinstance(error, click.Abort | KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def complain(program: str, message: str) -> int:
    """Say in one line what went wrong; return the exit code for it."""
    click.echo(f"{program}: {' '.join(message.split())}", err=True)
    return COULD_NOT_RUN


class Meter:
    """Says on stderr what is being done, and, where that is a terminal, draws a bar of what takes over two seconds.

    The bar has the share that `told` was told last, and the seconds; it is drawn anew by a thread of its own, for some
    work tells nothing for long. It is gone while anything else is said, and at the end of the ``with`` block.
    """

    def __init__(self, what: str = "", shown: bool = True) -> None:
        self._what, self._share, self._began = what, 0.0, time.monotonic()
        self._drawn, self._over, self._lock = False, threading.Event(), threading.Lock()
        self._shown = shown and sys.stderr.isatty()

    def __enter__(self) -> Meter:
        if self._shown:
            threading.Thread(target=self._run, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._over.set()
        with self._lock:
            self._clear()

    def progress(self, message: str) -> None:
        """Say what is being done from now on; the bar is of that alone."""
        self.say(f"{message} …", err=True)
        with self._lock:
            self._what, self._share, self._began = message, 0.0, time.monotonic()

    def say(self, message: str, *, err: bool = False) -> None:
        """Say something in place of the bar, which comes back in its turn."""
        with self._lock:
            self._clear()
            click.echo(message, err=err)

    def told(self, share: float) -> None:
        """Take note of the share that is done, from 0 to 1."""
        self._share = share

    def _clear(self) -> None:
        if self._drawn:
            self._draw("")

    def _draw(self, line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()
        self._drawn = bool(line)

    def _run(self) -> None:
        while not self._over.wait(_EVERY):
            with self._lock:
                seconds = time.monotonic() - self._began
                if seconds >= _PATIENCE and not self._over.is_set():
                    self._draw(bar(self._what, self._share, seconds)[: shutil.get_terminal_size().columns - 1])


def bar(what: str, share: float, seconds: float) -> str:
    """Return a line that shows the share that is done, or the seconds alone while nobody knows how much that is."""
    if not share:
        return f"{what} … {seconds:.0f} s"
    filled = int(_WIDTH * share)
    return f"{what} [{'#' * filled}{'.' * (_WIDTH - filled)}] {share:.0%}, {seconds:.0f} s"


class _Unread(io.FileIO):
    """The file of a standard stream whose reader may go: what is written after that goes nowhere.

    So a closed pipe changes no exit code, and stops no training.
    """

    def write(self, data: Any) -> int:
        written = 0
        try:
            while written < len(data):
                accepted = super().write(data[written:])
                if accepted is None:  # a pipe that does not block and is full
                    select.select([], [self], [])
                written += accepted or 0
        except BrokenPipeError:
            _silence(self.fileno())
        except OSError as error:
            error.filename = "the output"
            raise
        return len(data)


def prepare_streams() -> None:
    """Let stdout and stderr write UTF-8, whatever the console's own encoding is, to a reader that may go.

    Equations have letters such as η and ∂. Streams that a test or a notebook has put in place are left alone.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if type(stream) is io.TextIOWrapper:
            setattr(sys, name, _prepared(stream))


def _prepared(stream: io.TextIOWrapper) -> TextIO:
    if os.name != "posix" or isinstance(stream.buffer, _Unread):
        stream.reconfigure(encoding="utf-8", errors="replace")
        return stream
    stream.flush()
    # Without a buffer, since one would write a line again whose writing a Ctrl-C broke into.
    file = _Unread(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(file, "utf-8", errors="replace", write_through=True)


def _silence(descriptor: int) -> None:
    """Send nowhere what is still written to a file."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
