"""The part of a package that gives every other part its content type, by its name or by its extension."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sheetgen.xlsx.elements import Element
from sheetgen.xlsx.escapes import quoted_attribute
from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.opc import part_key


def overrides(types: Markup) -> Iterator[Element]:
    """Yield the elements that name the type of one part."""
    return types.root.all("Override")


def defaults(types: Markup) -> dict[str, str]:
    """Return the content types of extensions, in small letters."""
    return {default.get("Extension").lower(): default.get("ContentType") for default in types.root.all("Default")}


def extension(part: str) -> str:
    """Return what the name of a part ends in, in small letters."""
    return part.rpartition(".")[2].lower()


def type_of(types: Markup, part: str) -> str | None:
    """Return the content type of a part, or None where it has none."""
    named = {part_key(override.get("PartName")): override.get("ContentType") for override in overrides(types)}
    return named.get(part_key(part), defaults(types).get(extension(part)))


def declare(types: Markup, kinds: Mapping[str, str]) -> None:
    """Give new parts their content types: by extension where that has none yet, XML aside, else by name."""
    known = defaults(types)
    for part, kind in kinds.items():
        if extension(part) not in known and extension(part) != "xml":
            known[extension(part)] = kind
            types.append(types.root, f'<Default Extension="{extension(part)}" ContentType={quoted_attribute(kind)}/>')
    for part, kind in kinds.items():
        forget(types, part)  # a part that was there once may have left it
        if known.get(extension(part)) != kind:
            types.append(
                types.root, f"<Override PartName={quoted_attribute('/' + part)} ContentType={quoted_attribute(kind)}/>"
            )


def forget(types: Markup, part: str) -> None:
    """Remove what names the type of a part."""
    for override in overrides(types):
        if part_key(override.get("PartName")) == part_key(part):
            types.remove(override)


def drop_repetitions(types: Markup) -> None:
    """Remove what says once more what was said before: no part, and no extension, may be named twice."""
    said = set()
    for element in types.root.children:
        named = part_key(element.get("PartName", element.get("Extension")))
        key = element.name, named, element.get("ContentType")
        if key in said:
            types.remove(element)
        said.add(key)
