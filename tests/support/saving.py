"""Opening a workbook in LibreOffice and saving it there, and the kinds of differences a report holds."""

from __future__ import annotations

import subprocess
from pathlib import Path

from sheetgen import Report
from sheetgen.proof.report import Kind


def kinds(report: Report) -> set[Kind]:
    return {difference.kind for difference in report.diffs}


def resave(path: Path, folder: Path, soffice: str) -> Path:
    """Open a workbook in LibreOffice, recalculate everything, and save it."""
    settings = folder / "profile" / "user"
    settings.mkdir(parents=True)
    (settings / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">'
        "<value>0</value></prop></item></oor:items>"
    )
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    convert = ["--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(path)]
    subprocess.run([soffice, profile, *convert], check=True, capture_output=True, timeout=120)
    return folder / path.name
