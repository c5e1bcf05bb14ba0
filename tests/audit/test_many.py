"""Audits of many files: each within its limits, and none stops another."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from audit_reports import as_asked

from sheetgen.audit.many import Order, audits, orders, workbooks
from sheetgen.audit.outcome import Conclusion, Report
from sheetgen.audit.told import Told
from sheetgen.errors import UsageError


def came(names: list[str], jobs: int = 2, timeout: float = 30.0) -> dict[str, Report]:
    orders = [Order(Path(f"{name}.xlsx"), Told(), seconds=timeout) for name in names]
    return {report.path.stem: report for report in audits(orders, jobs, as_asked)}


def test_one_broken_file_never_stops_the_others() -> None:
    names = ["right 1", "vanishes", "refused", "broken", "eats", "wrong", "right 2"]
    found = came(names)
    assert sorted(found) == sorted(names)
    assert [found[name].verdict for name in ("right 1", "right 2", "wrong")] == [
        Conclusion.RIGHT,
        Conclusion.RIGHT,
        Conclusion.WRONG,
    ]
    assert found["refused"].error == "refused.xlsx is damaged"
    assert "broken.xlsx: ZeroDivisionError" in found["broken"].error
    assert "vanishes.xlsx: its process was lost" in found["vanishes"].error
    assert "not enough memory" in found["eats"].error


def test_a_file_that_takes_too_long_is_given_up() -> None:
    began = time.monotonic()
    found = came(["sleeps", "right"], jobs=1, timeout=6.0)
    assert time.monotonic() - began < 40
    assert found["sleeps"].error == "sleeps.xlsx took longer than 6 s; allow more by --timeout"
    assert found["right"].verdict == Conclusion.RIGHT


def test_a_large_file_may_take_longer(tmp_path: Path) -> None:
    """As the help and docs/audit.md say: 120 seconds, 60 for each MB, at most 1,800, or what one says."""
    paths = [tmp_path / name for name in ("small.xlsx", "large.xlsx", "huge.xlsx")]
    for path, size in zip(paths, (0, 7_500_000, 100_000_000), strict=True):
        with path.open("wb") as file:
            file.truncate(size)
    absent = tmp_path / "absent.xlsx"
    assert [order.seconds for order in orders([*paths, absent], Told(), False, 2, None)] == [120, 570, 1800, 120]
    assert [order.seconds for order in orders(paths, Told(), False, 2, 7.0)] == [7, 7, 7]


def test_a_folder_stands_for_the_workbooks_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.xlsx", "a.XLSM", "~$a.xlsx", ".c.xlsx", "d.txt", "deep/e.xlsx"):
        (tmp_path / name).touch()
    found = workbooks([tmp_path, tmp_path / "b.xlsx", Path("absent.xlsx")])
    assert [str(path.relative_to(tmp_path)) for path in found[:-1]] == ["a.XLSM", "b.xlsx", "deep/e.xlsx"]
    assert found[-1] == Path("absent.xlsx")


def test_a_folder_without_workbooks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no workbook in the folder .*; name a folder with \.xlsx"):
        workbooks([tmp_path])
