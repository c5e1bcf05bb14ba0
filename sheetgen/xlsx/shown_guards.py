"""The validations of a sheet, as its part says: what its cells let in, and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.plain_xml import ON

_LATER = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_CELLS, _SAID = (f"{{http://schemas.microsoft.com/office/excel/2006/main}}{name}" for name in ("sqref", "f"))
"""Where Excel writes validations that ask other sheets: in an extension, with names of its own."""


@dataclass(frozen=True)
class ShownGuard:
    """A validation: its cells, what it lets in, whether it insists, and what it says.

    ``prompt`` is said when a cell is chosen, ``refusal`` when something else is typed. ``blank`` says that it lets
    nothing in too, ``folded`` that a list of what can be picked is not offered.
    """

    cells: tuple[str, ...]
    kind: str
    operator: str
    formulas: tuple[str, ...]
    insists: bool = True
    prompt: str = ""
    refusal: str = ""
    blank: bool = False
    folded: bool = False


def guards_of(root: ElementTree.Element) -> Iterator[ShownGuard]:
    """Yield the validations of a sheet."""
    for guard in root.iterfind(f"{MAIN}dataValidations/{MAIN}dataValidation"):
        formulas = tuple(guard.findtext(f"{MAIN}formula{number}") or "" for number in (1, 2))
        yield _guard(guard, guard.get("sqref", ""), formulas)
    for guard in root.iterfind(f"{MAIN}extLst/{MAIN}ext/{_LATER}dataValidations/{_LATER}dataValidation"):
        formulas = tuple(guard.findtext(f"{_LATER}formula{number}/{_SAID}") or "" for number in (1, 2))
        yield _guard(guard, guard.findtext(_CELLS) or "", formulas)


def only_guards(part: ElementTree.Element) -> bool:
    """Whether an element of a sheet holds extensions that are validations, and nothing else."""
    return part.tag == f"{MAIN}extLst" and all(of.tag == f"{_LATER}dataValidations" for ext in part for of in ext)


def said(title: str | None, text: str | None) -> str:
    """Return the title and the text of a message as one."""
    return ": ".join(filter(None, (title, text)))


def _guard(guard: ElementTree.Element, cells: str, formulas: tuple[str, ...]) -> ShownGuard:
    refuses = guard.get("showErrorMessage") in ON
    return ShownGuard(
        tuple(cells.split()),
        guard.get("type", "none"),
        guard.get("operator", "between"),
        formulas,
        insists=refuses and guard.get("errorStyle", "stop") == "stop",
        prompt=said(guard.get("promptTitle"), guard.get("prompt")) if guard.get("showInputMessage") in ON else "",
        refusal=said(guard.get("errorTitle"), guard.get("error")) if refuses else "",
        blank=guard.get("allowBlank") in ON,
        folded=guard.get("showDropDown") in ON,
    )
