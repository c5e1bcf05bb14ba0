"""Work for other processes: a module that they can import as well."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from sheetgen.errors import UsageError


def double(item: tuple[str, str]) -> str:
    """Do what the name of the item says, in the folder; note each time that it is begun."""
    folder, name = Path(item[0]), item[1]
    with (folder / f"{name}.begun").open("a") as begun:
        begun.write(f"{os.getpid()}\n")
    times = len((folder / f"{name}.begun").read_text().splitlines())
    if name == "killed always" or (name == "killed once" and times == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "wrong":
        raise UsageError("this item is wrong", "say another")
    if name == "mistaken":
        raise ZeroDivisionError("of our own")
    if name == "slow":
        try:
            time.sleep(600)
        except KeyboardInterrupt:
            (folder / "put in order").touch()
            raise
    if name == "threads":
        return f"{os.environ['OMP_NUM_THREADS']} {os.environ['MKL_NUM_THREADS']}"
    return name * 2
