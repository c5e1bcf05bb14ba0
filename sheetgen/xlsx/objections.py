"""What a workbook says against being changed: a digital signature, and a structure that is locked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheetgen.xlsx.package import Package
from sheetgen.xlsx.plain_xml import ON

_SIGNATURES = "_xmlsignatures/"


@dataclass(frozen=True)
class Objection:
    """What stands against putting a sheet into a workbook, and what is to be said where it was done nevertheless."""

    problem: str
    consequence: str


def is_signed(package: Package) -> bool:
    """Whether a workbook is digitally signed; a change makes its signature invalid."""
    relations = package.relations()
    return any(part.lower().startswith(_SIGNATURES) for part in package.parts) or any(
        relation.kind == "origin" for relation in relations
    )


def is_locked(package: Package) -> bool:
    """Whether the structure of a workbook is locked, so that no sheet may be added or removed."""
    protection = package.markup(package.workbook).root.child("workbookProtection")
    return protection is not None and protection.get("lockStructure").strip() in ON


def objections(package: Package) -> Iterator[Objection]:
    """Yield what stands against putting a sheet into a workbook."""
    if is_signed(package):
        problem = "is digitally signed, and a new sheet makes the signature invalid"
        yield Objection(problem, "its digital signature is no longer valid")
    if is_locked(package):
        yield Objection("has a locked structure, which forbids new sheets", "its structure is still locked")
