"""Draw a sheet of a workbook in LibreOffice, once for each number typed into a cell: run by the Python that can
``import uno``.

Like `uno_child`, beside which it lies, it is started as a script: ``python3 uno_frames.py SOFFICE DIRECTORY``.
DIRECTORY holds ``profile``, ``book.xlsx`` (changed in memory only) and ``frames.json``, which says what to draw, and
takes the pictures: ``0.png``, ``1.png``, … It ends with one line on stderr and status 1 when it cannot.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]
from uno_child import (  # type: ignore[import-not-found]
    RUNNING,
    desktop_at,
    fail,
    load,
    property_value,
    run_as_a_script,
    service,
    start,
)

EDGE = 300
"""The white around the drawn cells, in hundredths of a millimetre."""
SLACK = 20
"""What a page is larger than the cells on it, so that rounding makes no second page of them."""
PIXEL = 2540 / 96
"""A pixel of a picture, in hundredths of a millimetre."""
LARGEST = 4.0
"""The largest scale of a page."""
ALL_BUT_OBJECTS = 1 | 2 | 4 | 16 | 32 | 64 | 256 | 512  # com.sun.star.sheet.CellFlags
WHITE = 0xFFFFFF


def shown_area(sheet: Any) -> Any:
    """Return the cells that a sheet prints; all that it uses where it does not say."""
    areas = sheet.getPrintAreas()
    if areas:
        area = areas[0]
        return sheet.getCellRangeByPosition(area.StartColumn, area.StartRow, area.EndColumn, area.EndRow)
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    return sheet.getCellRangeByPosition(0, 0, cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow)


def leave_out(sheet: Any, area: Any, column: int) -> None:
    """Empty the first row from a column, counted from 0, to the end of an area."""
    if column <= area.RangeAddress.EndColumn:
        sheet.getCellRangeByPosition(column, 0, area.RangeAddress.EndColumn, 0).clearContents(ALL_BUT_OBJECTS)


def one_page(document: Any, sheet: Any, area: Any, width: int, height: int) -> None:
    """Make the sheet print the area on one page, so many pixels wide unless that makes it higher than so many.

    The white around it is the page's border and what that keeps away: a page's margin would be transparent.
    """
    cells, around = (area.Size.Width, area.Size.Height), 2 * EDGE + SLACK
    scales = [(most * PIXEL - around) / size for most, size in zip((width, height), cells, strict=True)]
    percent = int(100 * min(LARGEST, *scales))
    page = document.StyleFamilies.getByName("PageStyles").getByName(sheet.PageStyle)
    page.HeaderIsOn = page.FooterIsOn = page.PrintGrid = page.PrintHeaders = False
    page.IsLandscape = cells[0] > cells[1]
    page.Width, page.Height = (size * percent // 100 + around for size in cells)
    page.PageScale = percent
    page.BackColor = WHITE
    page.LeftMargin = page.RightMargin = page.TopMargin = page.BottomMargin = 0
    line = page.LeftBorder
    line.Color, line.OuterLineWidth = WHITE, 1
    page.LeftBorder = page.RightBorder = page.TopBorder = page.BottomBorder = line
    page.LeftBorderDistance = page.RightBorderDistance = page.TopBorderDistance = page.BottomBorderDistance = EDGE
    sheet.setPrintAreas((area.RangeAddress,))
    sheet.setPrintTitleRows(False)
    sheet.setPrintTitleColumns(False)
    sheet.removeAllManualPageBreaks()


def arguments(**properties: Any) -> tuple[Any, ...]:
    """Return properties as an argument list."""
    return tuple(property_value(name, value) for name, value in properties.items())


def draw(document: Any, graphics: Any, area: Any, path: Path) -> None:
    """Write an area as a picture, by way of a PDF: an office that has no Draw writes no picture of a sheet itself."""
    page = path.with_suffix(".pdf")
    selected = uno.Any("[]com.sun.star.beans.PropertyValue", arguments(Selection=area))
    document.storeToURL(page.as_uri(), arguments(FilterName="calc_pdf_Export", FilterData=selected))
    graphic = graphics.queryGraphic(arguments(URL=page.as_uri()))
    if graphic is None:
        fail("this LibreOffice cannot draw: it reads no PDF")
    graphics.storeGraphic(graphic, arguments(URL=path.as_uri(), MimeType="image/png"))
    page.unlink()


def main(soffice: str, directory: str) -> None:
    """Draw the pictures that ``frames.json`` asks for."""
    target = Path(directory)
    wanted = json.loads((target / "frames.json").read_text(encoding="utf-8"))
    running = os.environ.get(RUNNING)
    desktop = desktop_at(running) if running else start(soffice, target)
    graphics = service(running or target.name, "com.sun.star.graphic.GraphicProvider")
    document = load(desktop, target / "book.xlsx")
    sheet = document.Sheets.getByName(wanted["sheet"])
    area = shown_area(sheet)
    leave_out(sheet, area, wanted["links"])
    one_page(document, sheet, area, wanted["width"], wanted["height"])
    pick = document.Sheets.getByName(wanted["pick_sheet"]).getCellRangeByName(wanted["pick_cell"])
    for index, number in enumerate(wanted["numbers"]):
        pick.setValue(number)
        document.calculate()
        draft = target / "draft.png"
        draw(document, graphics, area, draft)
        draft.rename(target / f"{index}.png")
    if running:
        document.close(True)


if __name__ == "__main__":
    run_as_a_script(main)
