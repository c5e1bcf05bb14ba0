"""Opening workbooks in LibreOffice and saving them there, and the kinds of differences a report holds."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from sheetgen import Report
from sheetgen.proof.report import Kind


def kinds(report: Report) -> set[Kind]:
    return {difference.kind for difference in report.diffs}


def resave(path: Path, folder: Path, soffice: str) -> Path:
    """Open a workbook in LibreOffice, recalculate everything, and save it."""
    return resave_all([path], folder, soffice)[0]


def resave_all(
    paths: Sequence[Path], folder: Path, soffice: str, language: str = "en-US", suffix: str = "xlsx"
) -> list[Path]:
    """Open workbooks in one LibreOffice set to a language, recalculate everything, and save them into a new folder."""
    settings = folder / "profile" / "user"
    settings.mkdir(parents=True)
    (settings / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">'
        '<value>0</value></prop><prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop></item>'
        '<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">'
        f"<value>{language}</value></prop></item></oor:items>"
    )
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    convert = ["--headless", "--convert-to", suffix, "--outdir", str(folder), *map(str, paths)]
    subprocess.run([soffice, profile, *convert], check=True, capture_output=True, timeout=300)
    return [folder / f"{path.stem}.{suffix}" for path in paths]
