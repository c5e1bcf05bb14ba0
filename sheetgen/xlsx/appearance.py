"""What a sheet shows besides its cells, as its file says: colours by rule, what cells let in, links, charts, more."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from xml.etree import ElementTree

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.chart_box import box_of
from sheetgen.xlsx.differential_look import DifferentialLook
from sheetgen.xlsx.opc import RELATION_ID
from sheetgen.xlsx.reader import WorkbookFile
from sheetgen.xlsx.shown_chart import CHART, ShownChart, chart_of, has_its_own
from sheetgen.xlsx.shown_guards import ShownGuard, guards_of, only_guards
from sheetgen.xlsx.shown_note import notes_of
from sheetgen.xlsx.shown_overlay import ShownSpinner, overlays_of
from sheetgen.xlsx.shown_rules import ShownRule, rules_of
from sheetgen.xlsx.shown_shape import ShownShape, is_unseen, shape_of
from sheetgen.xlsx.shown_view import hidden_columns, odd_views

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_ANCHORS = tuple(f"{_DRAWING}{name}" for name in ("oneCellAnchor", "twoCellAnchor", "absoluteAnchor"))
_PLACES = frozenset(f"{_DRAWING}{name}" for name in ("from", "to", "pos", "ext", "clientData"))
"""What an anchor says of where its object lies."""
_SEEN_ELSEWHERE = frozenset({
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "autoFilter", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions",
    "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "ignoredErrors", "drawing", "legacyDrawing",
})  # fmt: skip
"""What a sheet is made of that shows no numbers, or is looked at by itself."""
_CALLED = {
    "tableParts": "tables", "controls": "form controls", "oleObjects": "embedded objects",
    "picture": "a background picture", "extLst": "sparklines or other extensions", "scenarios": "scenarios",
    "legacyDrawingHF": "pictures in the header", "customSheetViews": "views of its own",
}  # fmt: skip
_PRINTED = re.compile(r'&"[^"]*"|&K[0-9A-Fa-f]{6}|&\d+|&.|,? ?page|of', re.IGNORECASE)
"""What a header or footer may hold: codes of the sheet's name, of pages and of looks, and what we write between."""


DRAWN_OBJECT = "a drawn object or picture"


@dataclass
class Appearance:
    """What a sheet shows besides its cells, and hides of them.

    ``printed`` are the cells that are printed, "" for all; ``others`` counts, by name, what is of another kind.
    """

    rules: list[ShownRule] = field(default_factory=list)
    guards: list[ShownGuard] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    charts: list[ShownChart] = field(default_factory=list)
    shapes: list[ShownShape] = field(default_factory=list)
    spinners: list[ShownSpinner] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[range] = field(default_factory=list)
    printed: str = ""
    others: Counter[str] = field(default_factory=Counter)


def appearance_of(file: WorkbookFile, sheet: str, looks: list[DifferentialLook]) -> Appearance:
    """Return what a sheet of a file shows besides its cells; ``looks`` are those of the file's conditional formats."""
    root = file.frame(sheet)
    links, notes = _links(file, sheet, root), notes_of(file, file.part(sheet))
    shown = Appearance(rules_of(root, looks), list(guards_of(root)), links, notes)
    shown.merges = [merge.get("ref", "") for merge in root.iterfind(f"{MAIN}mergeCells/{MAIN}mergeCell")]
    for part in root:
        name = part.tag.rpartition("}")[2]
        seen = name in _SEEN_ELSEWHERE or only_guards(part)
        if not seen or not part.tag.startswith(MAIN):
            shown.others[_CALLED.get(name, f"a <{name}>")] += 1
    shown.hidden_columns = list(hidden_columns(root))
    shown.printed = _printed(file, sheet)
    shown.hidden_rows = file.hidden_rows(sheet)
    shown.others.update(odd_views(root))
    shown.others["a text beside a link"] += sum(
        bool(link.get("tooltip")) for link in root.iterfind(f"{MAIN}hyperlinks/{MAIN}hyperlink")
    )
    for relation in file.relations(file.part(sheet)):
        if relation.kind == "threadedComment":
            shown.others["comments"] = 1
    overlays = overlays_of(file, file.part(sheet), root)
    shown.spinners = overlays.spinners
    shown.others[DRAWN_OBJECT] += overlays.others
    if any(_PRINTED.sub("", part.text or "").strip() for part in root.iterfind(f"{MAIN}headerFooter/*")):
        shown.others["a text in the header or footer"] = 1
    for drawing in file.related(file.part(sheet), "drawing"):
        _draw(file, drawing, shown)
    return shown


def _links(file: WorkbookFile, sheet: str, root: ElementTree.Element) -> dict[str, str]:
    """Return where each cell's link leads; one to the outside is named by its relation's target."""
    outside = file.links(file.part(sheet))
    links = {}
    for link in root.iterfind(f"{MAIN}hyperlinks/{MAIN}hyperlink"):
        target = outside.get(link.get(RELATION_ID, ""), "")
        links[link.get("ref", "")] = f"{target}#{link.get('location', '')}".strip("#")
    return links


def _printed(file: WorkbookFile, sheet: str) -> str:
    """Return the reference of the cells of a sheet that are printed, "" for all of them."""
    place = str([entry.get("name") for entry in file.sheet_elements].index(sheet))
    names = file.workbook.iterfind(f"{MAIN}definedNames/{MAIN}definedName")
    of_the_sheet = (name for name in names if name.get("localSheetId") == place)
    return next((name.text or "" for name in of_the_sheet if name.get("name") == "_xlnm.Print_Area"), "")


def _draw(file: WorkbookFile, drawing: str, shown: Appearance) -> None:
    """Add the charts and the other objects of a drawing."""
    charts = {relation.id: file.name(relation.part) for relation in file.relations(drawing) if relation.kind == "chart"}
    for anchor in file.read(drawing):
        if shape := shape_of(anchor):
            shown.shapes.append(shape)
            continue
        if is_unseen(anchor):
            continue
        reference = anchor.find(f".//{CHART}chart")
        part = None if reference is None else charts.get(reference.get(RELATION_ID, ""))
        objects = [part.tag for part in anchor if part.tag not in _PLACES]
        if part is None or anchor.tag not in _ANCHORS or objects != [f"{_DRAWING}graphicFrame"]:
            shown.others[DRAWN_OBJECT] += 1
            continue
        root = file.read(part)
        shown.charts.append(chart_of(root, box_of(anchor)))
        if has_its_own(root):
            shown.others["a chart with shapes, lines, labels or pictures of its own"] += 1
