"""What a sheet shows besides its cells, as its file says: colours by rule, what cells let in, links, charts, more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from sheetgen.xlsx.cell_formats import DifferentialLook
from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.formulas import plainly
from sheetgen.xlsx.opc import RELATION_ID
from sheetgen.xlsx.plain_xml import OFF, ON
from sheetgen.xlsx.reader import WorkbookFile
from sheetgen.xlsx.shown_chart import CHART, ShownChart, chart_of, has_its_own
from sheetgen.xlsx.shown_note import notes_of
from sheetgen.xlsx.shown_overlay import ShownSpinner, overlays_of
from sheetgen.xlsx.shown_shape import ShownShape, is_unseen, shape_of

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_LATER = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_CELLS, _SAID = (f"{{http://schemas.microsoft.com/office/excel/2006/main}}{name}" for name in ("sqref", "f"))
"""Where Excel writes validations that ask other sheets: in an extension, with names of its own."""
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


@dataclass(frozen=True)
class ShownRule:
    """A conditional format: its cells, what it asks of them, how it makes them look.

    The stops of a colour scale, and then its colours, stand among the formulas.
    """

    cells: tuple[str, ...]
    kind: str
    operator: str
    formulas: tuple[str, ...]
    look: DifferentialLook


@dataclass(frozen=True)
class ShownGuard:
    """A validation: its cells, what it lets in, whether it insists, and what it says when a cell is chosen."""

    cells: tuple[str, ...]
    kind: str
    operator: str
    formulas: tuple[str, ...]
    insists: bool = True
    prompt: str = ""


@dataclass
class Appearance:
    """What a sheet shows besides its cells, and hides of them; ``others`` counts, by name, what is of another kind."""

    rules: list[ShownRule] = field(default_factory=list)
    guards: list[ShownGuard] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    charts: list[ShownChart] = field(default_factory=list)
    shapes: list[ShownShape] = field(default_factory=list)
    spinners: list[ShownSpinner] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


def appearance_of(file: WorkbookFile, sheet: str, looks: list[DifferentialLook]) -> Appearance:
    """Return what a sheet of a file shows besides its cells; ``looks`` are those of the file's conditional formats."""
    root = file.frame(sheet)
    links, notes = _links(file, sheet, root), notes_of(file, file.part(sheet))
    shown = Appearance(list(_rules(root, looks)), list(_guards(root)), links, notes)
    shown.merges = [merge.get("ref", "") for merge in root.iterfind(f"{MAIN}mergeCells/{MAIN}mergeCell")]
    for part in root:
        name = part.tag.rpartition("}")[2]
        seen = name in _SEEN_ELSEWHERE or _only_guards(part)
        if not seen or not part.tag.startswith(MAIN):
            shown.others[_CALLED.get(name, f"a <{name}>")] += 1
    shown.hidden_columns = list(_hidden_columns(root))
    shown.hidden_rows = file.hidden_rows(sheet)
    shown.others["rows that are hidden unless told"] = _is_on(root.find(f"{MAIN}sheetFormatPr"), "zeroHeight")
    for view in root.iterfind(f"{MAIN}sheetViews/{MAIN}sheetView"):
        shown.others["formulas instead of numbers"] += view.get("showFormulas") in ON
        shown.others["no zeros"] += view.get("showZeros") in OFF
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


def _hidden_columns(root: ElementTree.Element) -> Iterator[int]:
    """Yield the first column of each run of columns that is hidden or of no width."""
    for columns in root.iterfind(f"{MAIN}cols/{MAIN}col"):
        first = columns.get("min", "")
        if first.isdigit() and (_is_on(columns, "hidden") or plainly(columns.get("width", "")) == "0"):
            yield int(first)


def _is_on(element: ElementTree.Element | None, name: str) -> bool:
    return element is not None and element.get(name) in ON


def _rules(root: ElementTree.Element, looks: list[DifferentialLook]) -> Iterator[ShownRule]:
    for group in root.iterfind(f"{MAIN}conditionalFormatting"):
        cells = tuple(group.get("sqref", "").split())
        for rule in group.iterfind(f"{MAIN}cfRule"):
            number = rule.get("dxfId", "")
            look = looks[int(number)] if number.isdigit() and int(number) < len(looks) else DifferentialLook()
            formulas = [formula.text or "" for formula in rule.iterfind(f"{MAIN}formula")]
            formulas += [plainly(stop.get("val", "")) for stop in rule.iter(f"{MAIN}cfvo")]
            formulas += [
                f"#{colour.get('rgb', '')[-6:].upper()}" for colour in rule.iterfind(f"{MAIN}colorScale/{MAIN}color")
            ]
            yield ShownRule(cells, rule.get("type", ""), rule.get("operator", ""), tuple(formulas), look)


def _guards(root: ElementTree.Element) -> Iterator[ShownGuard]:
    for guard in root.iterfind(f"{MAIN}dataValidations/{MAIN}dataValidation"):
        formulas = tuple(guard.findtext(f"{MAIN}formula{number}") or "" for number in (1, 2))
        yield _guard(guard, guard.get("sqref", ""), formulas)
    for guard in root.iterfind(f"{MAIN}extLst/{MAIN}ext/{_LATER}dataValidations/{_LATER}dataValidation"):
        formulas = tuple(guard.findtext(f"{_LATER}formula{number}/{_SAID}") or "" for number in (1, 2))
        yield _guard(guard, guard.findtext(_CELLS) or "", formulas)


def _only_guards(part: ElementTree.Element) -> bool:
    """Whether an element of a sheet holds extensions that are validations, and nothing else."""
    return part.tag == f"{MAIN}extLst" and all(of.tag == f"{_LATER}dataValidations" for ext in part for of in ext)


def _guard(guard: ElementTree.Element, cells: str, formulas: tuple[str, ...]) -> ShownGuard:
    insists = _is_on(guard, "showErrorMessage") and guard.get("errorStyle", "stop") == "stop"
    spoken = filter(None, (guard.get("promptTitle"), guard.get("prompt")))
    prompt = ": ".join(spoken) if _is_on(guard, "showInputMessage") else ""
    kind, operator = guard.get("type", "none"), guard.get("operator", "between")
    return ShownGuard(tuple(cells.split()), kind, operator, formulas, insists, prompt)


def _links(file: WorkbookFile, sheet: str, root: ElementTree.Element) -> dict[str, str]:
    """Return where each cell's link leads; one to the outside is named by its relation's target."""
    outside = file.links(file.part(sheet))
    links = {}
    for link in root.iterfind(f"{MAIN}hyperlinks/{MAIN}hyperlink"):
        target = outside.get(link.get(RELATION_ID, ""), "")
        links[link.get("ref", "")] = f"{target}#{link.get('location', '')}".strip("#")
    return links


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
        shown.charts.append(chart_of(root))
        if has_its_own(root):
            shown.others["a chart with shapes, lines, labels or pictures of its own"] += 1
