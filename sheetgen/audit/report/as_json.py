"""The report as JSON. Its keys are promises; docs/audit.md says what each means."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import asdict
from typing import Any

from sheetgen.audit.areas import areas_of
from sheetgen.audit.book import Area
from sheetgen.audit.finding import Finding
from sheetgen.audit.outcome import Repeated, Report
from sheetgen.audit.references import place_of
from sheetgen.engines.base import Value, error_as_code


def as_dict(report: Report) -> dict[str, Any]:
    """Return a report as the values that JSON has."""
    return {
        "file": str(report.path),
        "verdict": str(report.verdict),
        "error": report.error or None,
        "formulas": report.formulas,
        "gradients": asdict(report.gradients),
        "updates": asdict(report.updates),
        "findings": [_finding(finding) for finding in report.findings],
        "seen": [*report.seen, *report.remarks],
        "unread": _unread(report),
        "repeated": [_repeated(rows) for rows in report.repeated],
        "confirmed_by": report.confirmed_by or None,
        "seconds": round(report.seconds, 3),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "weight": str(finding.weight),
        "label": finding.label,
        "words": finding.words,
        "sheet": finding.first.sheet,
        "cell": finding.first.address,
        "areas": [_area(area) for area in finding.areas],
        "cells": finding.cells,
        "formula": finding.formula,
        "value": _value(finding.value),
        "right_formula": finding.right_formula,
        "right_value": _value(finding.right_value),
        "follow": finding.follow,
        "confirmed": finding.confirmed or None,
    }


def _area(area: Area) -> dict[str, str]:
    return {"sheet": area.sheet, "cells": area.address}


def _value(value: Value) -> float | str | bool | None:
    """Return a value as JSON has it: an error as its code, a number that is none as a text."""
    plain = error_as_code(value)
    return str(plain) if isinstance(plain, float) and not math.isfinite(plain) else plain


def _repeated(rows: Repeated) -> dict[str, Any]:
    return {"sheet": rows.sheet, "rows": f"{rows.first}:{rows.last}", "formulas": rows.formulas}


def _unread(report: Report) -> list[dict[str, str]]:
    cells = defaultdict(list)
    for name, reason in report.unread.items():
        cells[reason].append(place_of(name))
    return [_area(area) | {"reason": reason} for reason, places in cells.items() for area in areas_of(places)]
