"""Change one thing at a time and see whether a test notices: PYTHONPATH=tests/support python -m mutants.

Each outcome is appended to a file as it comes, and a mutant that has one there is not run again. Prints the table of
docs/reliability.md and the mutants that survived. Exit code 1 where one survived that is not known to be equivalent.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from mutants.plan import Module, equivalents, modules
from mutants.rules import Mutant
from mutants.runs import copy_of_the_project, import_others, outcome

Key = tuple[str, str, str, str]


def _key(module: Module, mutant: Mutant) -> Key:
    return (module.path, *mutant.key)


def _known(file: Path) -> dict[Key, str]:
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return {tuple(key): found for key, found in map(json.loads, lines)}


def _run(file: Path, chosen: list[tuple[Module, Mutant]], ends: float, sound: set[str]) -> None:
    """Run mutants and note their outcomes, until the time is up; the tests of ``sound`` modules pass by themselves."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as name, copy_of_the_project(Path(name)) as copy:
        for module, mutant in chosen:
            if time.monotonic() > ends:
                return
            log = Path(name) / "log"
            if module.path not in sound:
                unchanged = (copy / module.path).read_text("utf-8")
                found = outcome(copy, module.path, unchanged, module.tests, log, seconds=900)
                assert found == "survived", f"the tests of {module.path} fail by themselves\n{log.read_text('utf-8')}"
                sound.add(module.path)
            found = outcome(copy, module.path, mutant.source, module.tests, log)
            with file.open("a", encoding="utf-8") as out:
                out.write(json.dumps([_key(module, mutant), found], ensure_ascii=False) + "\n")


def _in_processes(jobs: int, file: Path, chosen: list[tuple[Module, Mutant]], ends: float, sound: set[str]) -> None:
    """Share the mutants among processes."""
    children = []
    for job in range(jobs):
        child = os.fork()
        if child == 0:
            try:
                _run(file, chosen[job::jobs], ends, sound)
            finally:
                os._exit(0 if sys.exc_info()[0] is None else _said())
        children.append(child)
    ended = [os.waitpid(child, 0)[1] for child in children]
    assert not any(ended), "a process failed"


def _said() -> int:
    sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    sys.stderr.flush()
    return 1


def _table(known: dict[Key, str]) -> int:
    """Print the table, then the survivors; return how many of them are not known to be equivalent."""
    same = {(e.path, *e.key) for e in equivalents()}
    print("| module | | mutants | run | noticed | equivalent | survived | score |\n|---|---|---|---|---|---|---|---|")
    total: Counter[str] = Counter()
    survivors = []
    for module in modules():
        counts: Counter[str] = Counter()
        for mutant in module.mutants():
            key = _key(module, mutant)
            counts["all"] += 1
            found = known.get(key)
            if found is None:
                continue
            counts["run"] += 1
            if found != "survived":
                counts["noticed"] += 1
            elif key in same:
                counts["equivalent"] += 1
            else:
                counts["survived"] += 1
                survivors.append(f"{module.path}:{mutant.line} {mutant.where}: {mutant.old} → {mutant.new}")
        total += counts
        print(f"| `{module.path}` | {module.of} | {_cells(counts)} |")
    print(f"| all | | {_cells(total)} |", *survivors, sep="\n")
    return len(survivors)


def _cells(counts: Counter[str]) -> str:
    numbers = " | ".join(f"{counts[name]:,}" for name in ("all", "run", "noticed", "equivalent", "survived"))
    telling = counts["noticed"] + counts["survived"]
    score = f"{100 * counts['noticed'] / telling:.1f} %" if telling else "–"
    return f"{numbers} | {score}"


def _one_of_each_place(
    chosen: list[tuple[Module, Mutant]], drawn: random.Random, done: set[Key]
) -> list[tuple[Module, Mutant]]:
    """Return one mutant of each place, drawn evenly; of a place that one of ``done`` changed, that one."""
    places: dict[tuple[str, int, int, str], list[tuple[Module, Mutant]]] = {}
    for module, mutant in chosen:
        places.setdefault((module.path, mutant.line, mutant.column, mutant.old), []).append((module, mutant))
    return [
        next((entry for entry in entries if _key(*entry) in done), drawn.choice(entries)) for entries in places.values()
    ]


def _in_turns(chosen: list[tuple[Module, Mutant]], drawn: random.Random) -> list[tuple[Module, Mutant]]:
    """Return mutants in a drawn order, one of each module in turn: a run that is cut short is a sample of each."""
    drawn.shuffle(chosen)
    before: Counter[str] = Counter()
    turns = []
    for module, _ in chosen:
        turns.append(before[module.path])
        before[module.path] += 1
    return [entry for _, entry in sorted(zip(turns, chosen, strict=True), key=lambda pair: pair[0])]


def main() -> int:
    """Run the mutants that are asked for."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="parts of paths of modules [default: all]")
    parser.add_argument("--once", action="store_true", help="one change of each place, drawn evenly, instead of all")
    parser.add_argument("--sample", type=int, help="so many mutants, of all modules alike")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the sample")
    parser.add_argument("--minutes", type=float, default=600.0, help="start no mutant after so many minutes")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--sound", action="store_true", help="the tests are known to pass by themselves")
    parser.add_argument("--results", type=Path, default=Path("build/mutants.jsonl"), help="where outcomes are kept")
    options = parser.parse_args()
    chosen = [
        (module, mutant)
        for module in modules()
        if not options.modules or any(part in module.path for part in options.modules)
        for mutant in module.mutants()
    ]
    drawn = random.Random(options.seed)
    done = _known(options.results).keys() | {(e.path, *e.key) for e in equivalents()}
    if options.once:
        chosen = _one_of_each_place(chosen, drawn, done)
    chosen = _in_turns(chosen, drawn)[: options.sample]
    chosen = [entry for entry in chosen if _key(*entry) not in done]
    options.results.parent.mkdir(parents=True, exist_ok=True)
    import_others()
    sound = {module.path for module in modules()} if options.sound else set()
    _in_processes(options.jobs, options.results, chosen, time.monotonic() + 60 * options.minutes, sound)
    return 1 if _table(_known(options.results)) else 0


if __name__ == "__main__":
    sys.exit(main())
