"""What is kept of a verification for the next is the same for the same numbers alone, and changes no report."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest
from faults import cached, change_cell, formula, number
from gallery import small_study

from sheetgen import Report, verify
from sheetgen.network.study import Study
from sheetgen.proof import verify as verification
from sheetgen.proof.expectation import Expectation, Expectations, name_of
from sheetgen.shares import untold
from sheetgen.sheets.picks import Picks

STUDY, OTHER = small_study("ravine"), small_study("diverging")


def composed(expectations: Expectations, study: Study, picks: Picks | None = None) -> Expectation:
    expectation = expectations.take(study, study, picks or Picks(), "1")
    expectation.pages(untold)
    expectations.keep(expectation)
    return expectation


def changed(name: str, value: float) -> Study:
    return replace(STUDY, values={**STUDY.values, name: value})


def test_the_same_numbers_of_another_file_are_composed_once() -> None:
    expectations = Expectations()
    first = composed(expectations, STUDY)
    read_from_elsewhere = replace(STUDY, name="another", read_as="another", places={"w": "another, line 1"})
    assert composed(expectations, read_from_elsewhere) is first


def test_other_numbers_are_composed_anew_be_it_a_sign_of_zero_or_the_last_bit() -> None:
    name, value = next(iter(STUDY.values.items()))
    last_bit = float.fromhex(value.hex()) * (1 + 2**-52)
    assert last_bit != value
    expectations = Expectations()
    found = [composed(expectations, changed(name, new)) for new in (value, last_bit, 0.0, -0.0)]
    found += [composed(expectations, STUDY, Picks(parameter=1)), composed(expectations, OTHER)]
    assert len({id(expectation) for expectation in found}) == len(found)


def test_every_field_of_a_study_counts_but_those_that_only_messages_use() -> None:
    names = {field.name for field in fields(Study)}
    same = name_of(STUDY, STUDY, Picks(), "1")
    silent = {name for name in names if name_of(replace(STUDY, **{name: "another"}), STUDY, Picks(), "1") == same}
    assert silent == {"name", "read_as", "places"}


def test_the_latest_are_kept_as_long_as_they_are_few_cells() -> None:
    expectations = Expectations(most_cells=composed(Expectations(), STUDY).cells + 100)
    first = composed(expectations, STUDY)
    assert composed(expectations, STUDY) is first
    composed(expectations, OTHER)
    assert composed(expectations, STUDY) is not first
    none = Expectations(most_cells=0)
    assert composed(none, STUDY) is not composed(none, STUDY)


def test_what_is_in_use_is_nobody_elses() -> None:
    expectations = Expectations()
    first = composed(expectations, STUDY)
    in_use = expectations.take(STUDY, STUDY, Picks(), "1")
    assert in_use is first
    assert expectations.take(STUDY, STUDY, Picks(), "1") is not first


def told(report: Report) -> dict[str, object]:
    return report.to_dict()


def test_no_report_depends_on_the_files_before_it(
    small_workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is read alone, with nothing kept, and then all of them, in both directions, by one process."""
    files = [
        small_workbook,
        change_cell(small_workbook, tmp_path / "input.xlsx", "Inputs", "C14", number(0.2)),
        change_cell(small_workbook, tmp_path / "formula.xlsx", "lr 0.5", "N7", formula("F7*B7+G7*B7")),
        change_cell(small_workbook, tmp_path / "cached.xlsx", "lr 0.5", "N7", cached("0.5")),
    ]
    monkeypatch.setattr(verification, "_EXPECTATIONS", Expectations(most_cells=0))
    alone = [told(verify(path)) for path in files]
    monkeypatch.setattr(verification, "_EXPECTATIONS", Expectations())
    assert [told(verify(path)) for path in files] == alone
    assert [told(verify(path)) for path in reversed(files)] == alone[::-1]
    assert [report["ok"] for report in alone] == [True, False, False, False]
