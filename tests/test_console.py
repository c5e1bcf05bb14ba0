"""What both programs do at the console, seen from outside the process: exit codes, one-line errors, lost readers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from faults import cached, change_cell
from outside import IMPORTED

PROGRAM = """
import sys, time, click
from sheetgen.console import Program, complain
from sheetgen.errors import UsageError

@click.group("tool", cls=Program)
def cli(): pass

@cli.command()
@click.argument("code", type=int)
@click.option("--lines", default=1)
def answer(code, lines):
    for number in range(lines):
        click.echo(f"\\u2202E/\\u2202w1 of line {number}")
    return code

@cli.command()
@click.argument("kind")
def fail(kind):
    if kind == "usage": raise UsageError("the file is\\nnot there")
    if kind == "file": open("no/such/file")
    if kind == "bug": raise TypeError("a bug")
    if kind == "memory": raise MemoryError
    if kind == "swallow":
        click.echo("ready", err=True)
        try: time.sleep(60)
        except BaseException: raise TypeError("what openpyxl makes of a Ctrl-C")
    if kind == "wait": click.echo("ready", err=True); time.sleep(60)

cli.main(prog_name="tool")
"""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(IMPORTED), **more}


def run(*words: object, stdout: int = subprocess.PIPE, **more: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", PROGRAM, *map(str, words)]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, env=environment(**more), timeout=60)


def unread(command: list[str], both: bool = False) -> int:
    """Return the exit code of a command whose stdout (or stderr too) nobody has read from the start."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        stderr = writer if both else subprocess.DEVNULL
        return subprocess.run(command, stdout=writer, stderr=stderr, env=environment(), timeout=60).returncode
    finally:
        os.close(writer)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("answer 0", 0), ("answer 1", 1), ("answer 2", 2), ("answer 1 --lines 20000", 1), ("--help", 0),
        ("fail usage", 2), ("no-such-command", 2),
    ],
)  # fmt: skip
def test_a_reader_that_has_gone_changes_no_exit_code(words: str, code: int, both: bool) -> None:
    assert unread([sys.executable, "-c", PROGRAM, *words.split()], both) == code


def test_the_exit_codes_of_verify_into_a_closed_pipe(small_workbook: Path, tmp_path: Path) -> None:
    wrong = change_cell(small_workbook, tmp_path / "wrong.xlsx", "lr 0.5", "R6", cached("7"))
    for path, code in ((small_workbook, 0), (wrong, 1), (tmp_path / "absent.xlsx", 2)):
        for more in ([], ["--json"]):
            assert unread([sys.executable, "-m", "sheetgen", "verify", str(path), *more]) == code


@pytest.mark.parametrize(("words", "code"), [(["summary"], 0), (["summary", "--net", "none"], 2), (["runs"], 0)])
def test_the_exit_codes_of_the_companion_into_a_closed_pipe(words: list[str], code: int) -> None:
    assert unread([sys.executable, "-m", "cnn", *words]) == code


def test_a_reader_that_goes_in_the_middle() -> None:
    command = [sys.executable, "-c", PROGRAM, "answer", "1", "--lines", "50000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().decode() == "∂E/∂w1 of line 0\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("lines", [1, 20_000])
def test_a_full_disk_is_no_success(lines: int) -> None:
    with open("/dev/full", "wb") as full:
        done = run("answer", 0, "--lines", lines, stdout=full.fileno())
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1
    assert done.stderr.startswith(b"tool: ")
    assert b"No space left on device" in done.stderr


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_it_writes_utf_8_in_any_locale(locale: str) -> None:
    done = run("answer", 0, LC_ALL=locale, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stdout.decode("utf-8")) == (0, "∂E/∂w1 of line 0\n")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("fail usage", "tool: the file is not there\n"),
        ("fail file", "tool: no/such/file: No such file or directory\n"),
        ("answer x", "tool: Invalid value for 'CODE': 'x' is not a valid integer. (see tool answer --help)\n"),
        ("answr", "tool: No such command 'answr'."),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(words: str, line: str) -> None:
    done = run(*words.split())
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(line)
    assert done.stderr.count(b"\n") == 1


def test_a_bug_of_ours_is_shown_and_is_no_answer() -> None:
    done = run("fail", "bug")
    assert done.returncode == 2
    *_, shown, line = done.stderr.decode().splitlines()
    assert shown == "TypeError: a bug"
    assert line.startswith("tool: this is a mistake of the program's own")


def test_out_of_memory_is_one_line() -> None:
    done = run("fail", "memory")
    assert (done.returncode, done.stderr) == (2, b"tool: there is not enough memory\n")


def test_what_was_printed_before_comes_first() -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"print('before')\n{PROGRAM}", "answer", "0"], capture_output=True, env=environment()
    )
    assert done.stdout.decode().split("\n")[0] == "before"


def test_a_slow_reader_of_a_pipe_that_does_not_block_gets_everything() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    command = [sys.executable, "-c", PROGRAM, "answer", "1", "--lines", "20000"]
    with subprocess.Popen(command, stdout=writer, env=environment()) as process, os.fdopen(reader, "rb") as pipe:
        os.close(writer)
        time.sleep(0.5)  # until the pipe is full
        lines = pipe.read().decode().splitlines()
        assert process.wait(60) == 1
    assert lines == [f"∂E/∂w1 of line {number}" for number in range(20_000)]


@pytest.mark.parametrize("kind", ["wait", "swallow"])
def test_an_interrupt_is_said_and_exits_130(kind: str) -> None:
    command = [sys.executable, "-c", PROGRAM, "fail", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr.read().split() == b"interrupted; nothing was changed".split()
        assert process.wait(60) == 130


STARTING = """
import runpy, signal, sys
sys.orig_argv = [sys.executable, "-m", "{program}", *"{words}".split()]
sys.argv = ["-m", *"{words}".split()]
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "{package}":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Slow())
runpy.run_module("{program}", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("program", "words", "package"),
    [
        ("sheetgen", "build", "numpy"), ("sheetgen", "build", "openpyxl"), ("sheetgen", "templates", "click"),
        ("cnn", "runs", "click"), ("cnn", "train", "torch"),
        ("cnn", "train --data synthetic --recipe seed", "torchvision"),
    ],
)  # fmt: skip
def test_an_interrupt_while_a_package_is_imported(program: str, words: str, package: str, tmp_path: Path) -> None:
    pytest.importorskip(package, reason=f"{package} is not installed")
    script = STARTING.format(program=program, words=words, package=package)
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, env=environment(), timeout=120, cwd=tmp_path)
    farewell = b"cnn: stopped" if "torch" in package else b"interrupted; nothing was changed"
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, b"", farewell)
    assert not list(tmp_path.iterdir())


def test_a_program_that_imports_ours_keeps_its_own_way_with_interrupts() -> None:
    script = "import signal, sheetgen; assert signal.getsignal(signal.SIGINT) is signal.default_int_handler"
    assert subprocess.run([sys.executable, "-c", script], env=environment(), timeout=60).returncode == 0


AT_THE_END = """
import atexit, signal, sys
sys.argv = ["sheetgen", *sys.argv[1:]]
from sheetgen import console
from sheetgen.cli import main, cli
{before}
atexit.register(signal.raise_signal, signal.SIGINT)
main()
"""


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ("", 0),
        ("cli.commands['templates'].callback = lambda **_: signal.raise_signal(signal.SIGINT)", 130),
        # Python takes an interrupt inside exec for one that nobody answered, and kills itself with it at exit
        ("cli.commands['templates'].callback = lambda **_: exec('signal.raise_signal(signal.SIGINT)')", 130),
        ("def again(*_, **__): signal.raise_signal(signal.SIGINT)\n"
         "console.click.echo = again\n"
         "cli.commands['templates'].callback = again", 130),
    ],
)  # fmt: skip
def test_an_interrupt_at_exit_changes_no_exit_code(before: str, code: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", AT_THE_END.format(before=before), "templates"]
    done = subprocess.run(command, capture_output=True, env=environment(), timeout=60, cwd=tmp_path)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr


METER = """
import sys, time, click
from sheetgen import console
console._EVERY = 0.02
console._PATIENCE = float(sys.argv[1])
with console.Meter("at it", shown=sys.argv[2] == "shown") as meter:
    meter.progress("training")
    time.sleep(0.2)
    meter.told(0.5)
    time.sleep(0.2)
    meter.say("a result")
    time.sleep(0.1)
    if sys.argv[3:]: raise SystemExit(3)
click.echo("done")
"""
ERASED = "\r\x1b[K"


def on_terminal(*words: object) -> str:
    """Return what a program that measures its work writes to a terminal."""
    pty = pytest.importorskip("pty", reason="there are no terminals here")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", METER, *map(str, words)]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment()) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # Linux says so when the program has ended
                break
            if not piece:
                break
            written += piece
        process.wait(60)
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def left(written: str) -> str:
    """Return what stands on a terminal at the end: what follows the last erasure of each line."""
    return "\n".join(line.rpartition(ERASED)[2] for line in written.split("\n"))


@pytest.mark.parametrize("more", [[], ["fails"]])
def test_what_takes_long_has_a_bar_that_is_gone_when_it_is_over(more: list[str]) -> None:
    written = on_terminal(0.05, "shown", *more)
    assert re.search(r"training … \d s", written)
    assert "training [###############...............] 50%, 0 s" in written
    assert left(written) == "training …\na result\n" + ("" if more else "done\n")


def test_what_is_short_or_asked_to_be_silent_has_none() -> None:
    for words in ((5, "shown"), (0.05, "hidden")):
        assert on_terminal(*words) == "training …\na result\ndone\n"


def test_a_log_has_no_bar() -> None:
    done = subprocess.run(
        [sys.executable, "-c", METER, "0.05", "shown"], capture_output=True, env=environment(), timeout=60
    )
    assert (done.stdout.decode(), done.stderr.decode()) == ("a result\ndone\n", "training …\n")
