"""The changes that are made to the code, and that the plan of them still fits the code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from mutants.plan import ROOT, equivalents, modules
from mutants.rules import changed_equations, mutants

SOURCE = '''\
"""A module."""

RULE = "y*(1 - y)"


def close(a: float, b: float) -> bool:
    """Whether two numbers are close."""
    if not a:
        return False
    total = 0
    for x in (a, -b):
        if x > 1 and x is not None:
            continue
        total += x
    note(total)
    return abs(a - b) <= 1e-9 or a == b
'''
CHANGES = {
    ("RULE", '"y*(1 - y)"', "('y/(1 - y)')"),
    ("RULE", '"y*(1 - y)"', "('y*(1 + y)')"),
    ("RULE", '"y*(1 - y)"', "('y*(2.0 - y)')"),
    ("RULE", '"y*(1 - y)"', "('a*(1 - y)')"),
    ("RULE", '"y*(1 - y)"', "('y*(1 - a)')"),
    ("close", "not a", "(a)"),
    ("close", "False", "(True)"),
    ("close", "0", "(1)"),
    ("close", "-b", "(b)"),
    ("close", "x > 1 and x is not None", "(x > 1 or x is not None)"),
    ("close", "x > 1", "(x >= 1)"),
    ("close", "x > 1", "(x <= 1)"),
    ("close", "1", "(2)"),
    ("close", "x is not None", "(x is None)"),
    ("close", "continue", "pass"),
    ("close", "total += x", "pass"),
    ("close", "note(total)", "pass"),
    ("close", "abs(a - b) <= 1e-9 or a == b", "(abs(a - b) <= 1e-09 and a == b)"),
    ("close", "abs(a - b) <= 1e-9", "(abs(a - b) < 1e-09)"),
    ("close", "abs(a - b) <= 1e-9", "(abs(a - b) > 1e-09)"),
    ("close", "a - b", "(a + b)"),
    ("close", "1e-9", "(2e-09)"),
    ("close", "a == b", "(a != b)"),
}


def test_what_is_changed_in_a_module() -> None:
    found = list(mutants(SOURCE, equations=True))
    assert {mutant.key for mutant in found} == CHANGES
    for mutant in found:
        compile(mutant.source, "module", "exec")
        before, after = SOURCE.splitlines(), mutant.source.splitlines()
        assert [number for number, pair in enumerate(zip(before, after, strict=True), 1) if pair[0] != pair[1]] == [
            mutant.line
        ]


def test_a_changed_equation_has_one_word_changed() -> None:
    assert list(changed_equations("max(0, a)")) == ["min(0, a)", "max(1.0, a)", "max(0, b)"]


def test_the_plan_names_what_is_there() -> None:
    for module in modules():
        assert (ROOT / module.path).is_file()
        for test in module.tests:
            file, _, name = test.partition("::")
            assert (ROOT / file).exists(), test
            assert not name or f"def {name}(" in (ROOT / file).read_text("utf-8"), test


def test_mutants_that_compute_the_same_are_still_there() -> None:
    there = {(module.path, *mutant.key) for module in modules() for mutant in module.mutants()}
    for entry in equivalents():
        assert (entry.path, *entry.key) in there, entry
        assert len(entry.why) > 20


@pytest.mark.stress
def test_a_mutant_is_noticed_and_the_code_as_it_is_is_not(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    command = [sys.executable, "-m", "mutants", "algebra/arithmetic", "--sample", "4", "--jobs", "1"]
    environment = {"PYTHONPATH": str(ROOT / "tests" / "support"), "PATH": ""}
    done = subprocess.run(
        [*command, "--results", str(results)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert "| `sheetgen/algebra/arithmetic.py` |" in done.stdout, done.stderr
    assert results.read_text("utf-8").count('"killed"]') >= 3
