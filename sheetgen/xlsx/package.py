"""A workbook as a package of parts that can be added, changed and dropped."""

from __future__ import annotations

from dataclasses import dataclass, field

from sheetgen.xlsx import content_types
from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.opc import TYPES, Relation, find, main_part, relations, rels_of


@dataclass
class Package:
    """The parts of a workbook, by name, in their order; ``changed`` names those that are not as they were."""

    parts: dict[str, bytes]
    changed: set[str] = field(default_factory=set)

    def name(self, wanted: str) -> str:
        """Return the name that a part has in the package; the one given where there is none."""
        return find(self.parts, wanted) or wanted

    def has(self, name: str) -> bool:
        """Whether there is a part of that name."""
        return find(self.parts, name) is not None

    def markup(self, name: str) -> Markup:
        """Return a part, one of XML."""
        return Markup(self.parts[self.name(name)])

    def put(self, name: str, content: Markup | bytes) -> None:
        """Add or replace a part; XML in which nothing was changed stays as it is."""
        if isinstance(content, Markup) and not content.changed:
            return
        self.parts[self.name(name)] = bytes(content)
        self.changed.add(self.name(name))

    def drop(self, name: str) -> None:
        """Remove a part, its relations, and what names its content type."""
        if self.parts.pop(self.name(name), None) is not None:
            types = self.markup(TYPES)
            content_types.forget(types, name)
            self.put(TYPES, types)
            self.drop(rels_of(name))

    def relations(self, part: str = "") -> list[Relation]:
        """Return the relations of a part, or of the package itself; links to the outside are left out."""
        rels = find(self.parts, rels_of(part))
        return relations(self.parts[rels], part) if rels else []

    @property
    def workbook(self) -> str:
        """The name of the workbook part."""
        return self.name(main_part(self.relations()))

    def related(self, kind: str) -> str | None:
        """Return the part that the workbook leads to by a relation of this kind, whether it is there or not."""
        return next((self.name(found.part) for found in self.relations(self.workbook) if found.kind == kind), None)

    def reachable(self, part: str) -> set[str]:
        """Return a part and all that it leads to, by their names in the package."""
        reached, waiting = set(), [part]
        while waiting:
            name = self.name(waiting.pop())
            if name in reached or name not in self.parts:
                continue
            reached.add(name)
            waiting += [relation.part for relation in self.relations(name)]
        return reached
