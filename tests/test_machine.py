"""What is free of the machine's memory, and how sizes are said."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetgen import machine
from sheetgen.machine import as_size, free_memory

MEMINFO = "MemTotal:       24000000 kB\nMemFree:         1000000 kB\nMemAvailable:   20000000 kB\n"


def make_machine(folder: Path, monkeypatch: pytest.MonkeyPatch, **group: str) -> None:
    (folder / "meminfo").write_text(MEMINFO)
    for name, value in group.items():
        (folder / f"memory.{name}").write_text(f"{value}\n")
    monkeypatch.setattr(machine, "_MEMORY", folder / "meminfo")
    monkeypatch.setattr(machine, "_GROUP", folder)


@pytest.mark.parametrize(
    ("group", "free"),
    [
        ({}, 20_480_000_000),
        ({"max": "max", "current": "1000"}, 20_480_000_000),
        ({"max": "3000", "current": "1000"}, 2000),
        ({"max": "3000", "current": "4000"}, 0),
        ({"max": "90000000000", "current": "1000"}, 20_480_000_000),
    ],
)
def test_what_the_machine_and_its_container_leave(
    group: dict[str, str], free: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_machine(tmp_path, monkeypatch, **group)
    assert free_memory() == free


def test_a_system_that_says_how_much_there_is_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_MEMORY", tmp_path / "absent")
    sizes = {"SC_PHYS_PAGES": 5, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(machine.os, "sysconf", sizes.__getitem__, raising=False)
    assert free_memory() == 20_480
    monkeypatch.delattr(machine.os, "sysconf")
    assert free_memory() is None


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (9400, "9.4 kB"), (130e6, "130 MB"), (2.5e9, "2.5 GB"), (3e12, "3,000 GB")],
)
def test_sizes_in_words(count: float, said: str) -> None:
    assert as_size(count) == said
