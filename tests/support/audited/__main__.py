"""Try the audit on faults: ``PYTHONPATH=tests/support python -m audited --faults 500 --seed 1``."""

from __future__ import annotations

import argparse
from pathlib import Path

from audited.drawing import FAULTS
from audited.networks_of_all import NAMES
from audited.trials import Trial, false_alarms, said, table, trials, where

_SLOW = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", action="append", default=[], choices=list(FAULTS))
    parser.add_argument("--network", action="append", default=[], choices=list(NAMES))
    parser.add_argument("--keep", type=Path, help="a folder for the workbooks that were not judged rightly")
    parser.add_argument("--no-alarms", action="store_true", help="leave out the workbooks without a fault")
    given = parser.parse_args()
    networks = given.network or NAMES
    found: list[Trial] = []
    for number, trial in enumerate(trials(given.faults, given.seed, networks, given.kind)):
        found.append(trial)
        if trial.seconds > _SLOW:
            print(f"{trial.seconds:.1f} s for {trial.drawn.network}: {trial.drawn.fault}, {trial.drawn.seeded.what}")
        if not (trial.detected and trial.located and trial.named):
            _keep(given.keep, f"{given.seed}-{number}", trial)
    if found:
        print(table(found))
        seconds = sorted(trial.seconds for trial in found)
        print(f"\nseed {given.seed}; seconds: median {seconds[len(seconds) // 2]:.2f}, longest {seconds[-1]:.2f}")
    if not given.no_alarms:
        for name, findings, seconds_ in false_alarms(networks):
            print(f"\n{name}, without a fault, {seconds_:.2f} s: {said(findings)}")


def _keep(folder: Path | None, number: str, trial: Trial) -> None:
    drawn = trial.drawn
    failed = [word for word in ("detected", "located", "named") if not getattr(trial, word)]
    lines = [
        f"## {number} {drawn.fault}: not {', '.join(failed)}",
        f"- workbook: {drawn.network}; {drawn.seeded.what}",
        f"- expected: {' & '.join('|'.join(sorted(names)) for names in drawn.seeded.names)} first at {where(drawn)}",
        "- got: " + trial.got.replace("\n", "\n       "),
    ]
    print("\n".join(lines), flush=True)
    if folder:
        drawn.book.write(folder / f"{number}.xlsx")


if __name__ == "__main__":
    main()
