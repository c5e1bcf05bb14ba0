"""A workbook about to be changed: the entries of its archive, and what is needed to find one's way in them."""

from __future__ import annotations

import random
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from counterfeit.cell import Cell
from sheetgen.sheet_names import RESERVED, SOURCE

Entry = tuple[str, bytes]
Change = str | Callable[[re.Match[str]], str]

LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
WORKBOOK, STYLES, CONTENT_TYPES = "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"

_CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)


class AbsentError(LookupError):
    """What was to be changed is not in this workbook."""


class Workbook:
    """The entries of a workbook's archive, in their order; a name may stand there twice."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = list(entries)

    @classmethod
    def read(cls, path: Path) -> Workbook:
        with zipfile.ZipFile(path) as archive:
            return cls((name, archive.read(name)) for name in archive.namelist())

    def write(self, path: Path) -> Path:
        with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
            warnings.simplefilter("ignore")  # a name given twice
            for name, content in self.entries:
                archive.writestr(zipfile.ZipInfo(name), content)
        return path

    def content(self, name: str) -> bytes:
        for other, content in self.entries:
            if other == name:
                return content
        raise AbsentError(name)

    def text(self, name: str) -> str:
        try:
            return self.content(name).decode()
        except UnicodeDecodeError as error:
            raise AbsentError(f"{name} is no UTF-8") from error

    def has(self, name: str) -> bool:
        return name in (other for other, _ in self.entries)

    def put(self, name: str, content: str | bytes) -> None:
        """Give an entry other contents. Raises AbsentError where there is none, or where they are the same."""
        data = content.encode() if isinstance(content, str) else content
        if self.content(name) == data:
            raise AbsentError(f"nothing was changed in {name}")
        index = [other for other, _ in self.entries].index(name)
        self.entries[index] = (name, data)

    def add(self, name: str, content: str | bytes, *, first: bool = False) -> None:
        """Add an entry, also under a name that is there already."""
        entry = (name, content.encode() if isinstance(content, str) else content)
        self.entries.insert(0 if first else len(self.entries), entry)

    def remove(self, name: str) -> None:
        self.content(name)
        self.entries = [entry for entry in self.entries if entry[0] != name]

    def rename(self, name: str, other: str) -> None:
        self.content(name)
        self.entries = [(other if old == name else old, content) for old, content in self.entries]

    def change(self, name: str, pattern: str, change: Change, count: int = 1) -> None:
        """Change what a pattern finds in a part, in the first ``count`` places. Raises AbsentError for none."""
        text, found = re.subn(pattern, change, self.text(name), count=count, flags=re.DOTALL)
        if not found:
            raise AbsentError(f"{pattern} is not in {name}")
        self.put(name, text)

    @property
    def sheets(self) -> dict[str, str]:
        """The parts of the sheets by their names, in the order of the tabs."""
        relations = re.findall(r"<Relationship [^>]*>", self.text(rels_of(WORKBOOK)))
        targets = {_attribute(relation, "Id"): _attribute(relation, "Target") for relation in relations}
        named = re.findall(r'<sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"', self.text(WORKBOOK))
        return {name: within(targets[key]) for name, key in named if key in targets}

    def sheet(self, name: str) -> str:
        try:
            return self.sheets[name]
        except KeyError:
            raise AbsentError(f"the sheet {name}") from None

    @property
    def training(self) -> list[str]:
        """The parts of the training sheets."""
        parts = [part for name, part in self.sheets.items() if name not in RESERVED and self.has(part)]
        if not parts:
            raise AbsentError("training sheets")
        return parts

    def cells(self, part: str) -> list[Cell]:
        return [Cell(part, found[1], found[0]) for found in _CELL.finditer(self.text(part))]

    def cell(self, part: str, address: str) -> Cell:
        for cell in self.cells(part):
            if cell.address == address:
                return cell
        raise AbsentError(f"{part} {address}")

    def pick(self, rng: random.Random, wanted: Callable[[Cell], bool], parts: Iterable[str] = ()) -> Cell:
        """Return any cell of some kind, of the training sheets where no others are named."""
        found = [cell for part in parts or self.training for cell in self.cells(part) if wanted(cell)]
        if not found:
            raise AbsentError("such a cell")
        return rng.choice(found)

    def pick_anywhere(self, rng: random.Random, wanted: Callable[[Cell], bool]) -> Cell:
        """Return any cell of some kind of any sheet but Source."""
        parts = [part for name, part in self.sheets.items() if name != SOURCE and self.has(part)]
        return self.pick(rng, wanted, parts)

    def replace(self, cell: Cell, xml: str) -> None:
        text = self.text(cell.part)
        if cell.xml not in text:
            raise AbsentError(cell.address)
        self.put(cell.part, text.replace(cell.xml, xml, 1))

    def relate(self, part: str, kind: str, target: str, mode: str = "") -> str:
        """Add a relation of a part, of one of the document's kinds unless it is a whole address; return its id."""
        name = rels_of(part)
        if not self.has(name):
            self.add(name, f'<Relationships xmlns="{PACKAGE}/relationships"></Relationships>')
        key = f"rIdMade{len(self.entries)}{self.text(name).count('<Relationship ')}"
        kind = kind if ":" in kind else f"{LINKS}/{kind}"
        mode = f' TargetMode="{mode}"' if mode else ""
        relation = f'<Relationship Id="{key}" Type="{kind}" Target="{target}"{mode}/>'
        self.change(name, "</Relationships>", f"{relation}</Relationships>")
        return key

    def declare(self, part: str, content_type: str) -> None:
        """Say of what type a part is."""
        override = f'<Override PartName="/{part}" ContentType="{content_type}"/>'
        self.change(CONTENT_TYPES, "</Types>", f"{override}</Types>")

    def add_part(self, owner: str, kind: str, part: str, content_type: str, content: str | bytes) -> str:
        """Add a part that another is related to; return the relation's id."""
        self.add(part, content)
        self.declare(part, content_type)
        return self.relate(owner, kind, f"/{part}")

    def add_sheet(self, name: str, rows: str, part: str = "xl/worksheets/made.xml", *, first: bool = False) -> None:
        """Add a worksheet of others, as the first or the last tab."""
        xml = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        key = self.add_part(WORKBOOK, "worksheet", part, f"{TYPES}.worksheet+xml", xml)
        self.list_sheet(name, key, first=first)

    def list_sheet(self, name: str, key: str, *, first: bool = False) -> None:
        element = f'<sheet name="{name}" sheetId="{900 + len(self.sheets)}" r:id="{key}"/>'
        self.change(
            WORKBOOK, "(<sheets>)" if first else "(</sheets>)", rf"\g<1>{element}" if first else rf"{element}\1"
        )


def _attribute(element: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', element)
    return found[1] if found else ""


def rels_of(part: str) -> str:
    """Return the part that holds the relations of a part."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def within(target: str) -> str:
    """Return the part that a relation of the workbook points to."""
    return target[1:] if target.startswith("/") else f"xl/{target}"
