"""Number formats: which show the number that a cell holds, as LibreOffice shows it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import openpyxl
import pytest

from sheetgen.proof.number_shown import decoration

HONEST = {
    "General": "", "": "", "0": "", "0.00": "", "#,##0.00": "", "0.00E+00": "", "0.0%": "", "@": "", "0.000000": "",
    "0.00;-0.00": "", "0.00;(0.00)": "", "0.00_);[Red](0.00)": "", '#,##0.00;\\-#,##0.00;"-"': "", '0.00;"−"0.00': "",
    '"∂ "0.0000;"∂ "-0.0000': "∂", '"∂ "0.0000;"∂ -"0.0000': "∂", '0.00" kg"': "kg", "[$€-407] 0.00": "€",
    "General;-General;General;@": "",
}  # fmt: skip
"""Each with what it shows beside the number."""
OTHERS = [
    '"0.123"', '"0.123";"0.123"', ";;;", ";", "0;", "0.00;0.00", "-0.00", "0,", "0.0,,", "#", "#.##", '0"1"0',
    '0.00"5"', '"1"0.00', "yyyy-mm-dd", "h:mm", "[h]:mm", '[>0]"1";0', "[<1]0.00;0", "[White]0.00", '"."0', '0.00"%"',
    "0.00\\%", "# ?/?", "0 0", "General General", 'General;General;General;"OK: all checks pass"',
    'General;-General;General;"OK"@', "General;-General;General;", '"OK"', "0.00;-0.00;", '0.00;-0.00;"1"', "*00",
    "0*1", "0.00;--0.00", "[DBNum1]0", "0x", "[$-2000000]0", "0;-0;0;@;0", "0,000", "0,0.00", "#,#00",
]  # fmt: skip


@pytest.mark.parametrize("code", HONEST)
def test_a_format_that_shows_the_number(code: str) -> None:
    assert decoration(code) == HONEST[code]


@pytest.mark.parametrize("code", OTHERS)
def test_a_format_that_may_show_another_number_or_none(code: str) -> None:
    assert decoration(code) is None


NUMBERS = (0.0, 0.375, -0.375, 12345.5, -2.0)


def test_libreoffice_shows_what_a_format_is_said_to_show(tmp_path: Path, soffice: str) -> None:
    """The digits of a honest format are those of the number, rounded; signs, group separators and percent aside."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row, code in enumerate(filter(None, HONEST), start=1):
        for column, number in enumerate(NUMBERS, start=1):
            sheet.cell(row, column, number).number_format = code
    workbook.save(tmp_path / "formats.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = ["--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true", "--outdir"]
    subprocess.run([soffice, profile, *convert, str(tmp_path), str(tmp_path / "formats.xlsx")], check=True, timeout=120)
    lines = (tmp_path / "formats.csv").read_text(encoding="utf-8").splitlines()
    codes = list(filter(None, HONEST))
    assert len(lines) == len(codes)
    for code, line in zip(codes, lines, strict=True):
        for number, shown in zip(NUMBERS, line.split("\t"), strict=True):
            assert _number(shown, HONEST[code]) == pytest.approx(number, abs=max(0.5, abs(number) * 1e-2)), (
                code,
                shown,
            )


def _number(shown: str, beside: str) -> float:
    """Read a shown number back, as a person would."""
    text = shown.strip('"').replace(beside, "").replace(",", "").replace("−", "-").strip() or "?"
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    if text == "-":
        return 0.0
    return float(text.rstrip("% ").replace(" ", "")) / (100 if text.rstrip().endswith("%") else 1)
