"""Trials of the audit on faults drawn by a seed, and the table of what it found."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

from audited.drawing import FAULTS, Drawn, draw, right_book
from audited.networks_of_all import NAMES
from audited.sheets import Key, address
from sheetgen.audit.audit import audit
from sheetgen.audit.confirm import confirm
from sheetgen.audit.finding import Finding, Weight


@dataclass(frozen=True)
class Trial:
    """A fault, and whether it was detected, located at its first cell and named; ``got`` is what was found."""

    drawn: Drawn
    detected: bool
    located: bool
    named: bool
    got: str
    seconds: float


def key_of(finding: Finding) -> Key:
    return finding.first.sheet, finding.first.row, finding.first.column


def findings_in(path: Path) -> tuple[Finding, ...]:
    """Return what the audit finds by itself, as where no engine is installed that it could ask for a second opinion."""
    with patch("sheetgen.audit.audit.confirm", partial(confirm, choose=lambda *_: None)):
        return tuple(audit(path).findings)


def said(findings: Sequence[Finding]) -> str:
    lines = []
    for one in findings[:8]:
        areas = ", ".join(area.address for area in one.areas[:3])
        where = f"{one.first.sheet}!{one.first.address} [{areas}]"
        lines.append(f"{one.weight} {one.kind} {where} {one.formula} -> {one.right_formula}: {one.words}")
    return "\n".join(lines) or "nothing"


def judged(drawn: Drawn, path: Path) -> Trial:
    """Write the workbook, audit it, and hold the findings against the truth."""
    drawn.book.write(path)
    start = time.perf_counter()
    try:
        findings = findings_in(path)
    except Exception as error:  # a fault of the audit is a fault that it misses
        return Trial(drawn, False, False, False, f"{type(error).__name__}: {error}", time.perf_counter() - start)
    seconds = time.perf_counter() - start
    noticed = drawn.seeded.silent or "notice" in drawn.fault
    counted = [one for one in findings if noticed or one.weight == Weight.WRONG or drawn.seeded.kind == one.kind]
    there = [one for one in counted if key_of(one) in drawn.firsts]
    kinds = {kind for one in (there or counted) for kind in one.kind.split("+")}
    named = bool(counted) and all(kinds & names for names in drawn.seeded.names)
    return Trial(drawn, bool(counted), bool(there), named, said(findings), seconds)


def drawn_faults(count: int, seed: int, networks: Sequence[str] = NAMES, kinds: Sequence[str] = ()) -> Iterator[Drawn]:
    """Draw so many faults, of each kind in turn."""
    names = [name for name in FAULTS if not kinds or name in kinds]
    made, turn = 0, 0
    while made < count and turn < 20 * count:
        drawn = draw(names[turn % len(names)], f"{seed} {turn}", networks)
        turn += 1
        if drawn:
            made += 1
            yield drawn


def trials(count: int, seed: int, networks: Sequence[str] = NAMES, kinds: Sequence[str] = ()) -> Iterator[Trial]:
    with tempfile.TemporaryDirectory() as folder:
        for number, drawn in enumerate(drawn_faults(count, seed, networks, kinds)):
            yield judged(drawn, Path(folder) / f"{number}.xlsx")


def false_alarms(networks: Sequence[str] = NAMES) -> Iterator[tuple[str, tuple[Finding, ...], float]]:
    """Yield each right workbook with what was found in it."""
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(networks):
            path = right_book(name).write(Path(folder) / f"{number}.xlsx")
            start = time.perf_counter()
            yield name, findings_in(path), time.perf_counter() - start


def table(found: Sequence[Trial]) -> str:
    """Return the results by kind in Markdown."""
    by_kind: dict[str, list[Trial]] = defaultdict(list)
    for trial in found:
        by_kind[trial.drawn.fault].append(trial)
    lines = ["| fault | drawn | detected | located | named |", "|---|---:|---:|---:|---:|"]
    for fault in FAULTS:
        if by_kind[fault]:
            lines.append(_line(fault, by_kind[fault]))
    return "\n".join([*lines, _line("**all**", found)])


def _line(what: str, found: Sequence[Trial]) -> str:
    counts = [sum(getattr(trial, name) for trial in found) for name in ("detected", "located", "named")]
    return f"| {what} | {len(found)} | " + " | ".join(f"{count} ({count / len(found):.0%})" for count in counts) + " |"


def where(drawn: Drawn) -> str:
    keys = sorted(drawn.firsts)
    return ", ".join(f"{sheet}!{address(row, column)}" for sheet, row, column in keys[:3])
